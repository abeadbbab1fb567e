import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { z } from "zod";
import type { CatalogueEntry } from "../../db/catalogue/import.ts";
import { type FileLine, linesOf } from "../../db/registry/lines.ts";

/** A catalogue as it lies on a disk: what it says of itself, and its entries in their order. */
export type CatalogueFile = {
  /** Invented billers, for a sandbox only. */
  readonly demonstration: boolean;
  readonly entries: AsyncIterable<CatalogueEntry>;
};

/** One document is read whole; larger catalogues are written line by line. */
const LARGEST_DOCUMENT_BYTES = 16 * 1024 * 1024;

const headShape = z.strictObject({ version: z.literal(1), demonstration: z.boolean().default(false) });
const documentShape = z.strictObject({
  catalogue: headShape,
  categories: z.array(z.looseObject({ billerDefaults: z.looseObject({}).optional() })).default([]),
  billers: z.array(z.unknown()).default([]),
});
const lineShape = z.union([
  z.strictObject({ catalogue: headShape }),
  z.strictObject({ category: z.looseObject({ billerDefaults: z.looseObject({}).optional() }) }),
  z.strictObject({ biller: z.unknown() }),
]);

/**
 * Opens a catalogue: one JSON document, or one JSON object a line (`{"catalogue":…}` first, then `{"category":…}` and `{"biller":…}`), which is read as a
 * stream.
 *
 * @throws Error when the file is no catalogue at all; a line that cannot be read is an entry like others, with its reason
 */
export async function openCatalogue(file: string): Promise<CatalogueFile> {
  const first = await firstLineOf(file);
  const head = first === undefined ? undefined : headOf(first);
  if (head !== undefined) return { demonstration: head.demonstration, entries: entriesOfLines(file) };
  const document = readDocument(await readBounded(file));
  return { demonstration: document.catalogue.demonstration, entries: entriesOfDocument(document) };
}

async function firstLineOf(file: string): Promise<string | undefined> {
  for await (const { lines } of linesOf(createReadStream(file))) return lines[0] && textOf(lines[0]);
  return undefined;
}

/** The text of a line; undefined where it is too long or no UTF-8. */
function textOf({ bytes }: FileLine): string | undefined {
  if (bytes === null) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).trim();
  } catch (cause) {
    if (cause instanceof TypeError) return undefined;
    throw cause;
  }
}

function headOf(text: string): z.output<typeof headShape> | undefined {
  const parsed = z.strictObject({ catalogue: headShape }).safeParse(jsonOf(text));
  return parsed.success ? parsed.data.catalogue : undefined;
}

/** The value of a JSON text; undefined when it is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

async function readBounded(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size > LARGEST_DOCUMENT_BYTES) {
      throw new Error('the first line is no {"catalogue":…}, and a single document has at most 16 MiB');
    }
  } finally {
    await handle.close();
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
}

function readDocument(text: string): z.output<typeof documentShape> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new Error(`no catalogue: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  const parsed = documentShape.safeParse(content);
  if (!parsed.success) throw new Error(`no catalogue:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

async function* entriesOfDocument({
  categories,
  billers,
}: z.output<typeof documentShape>): AsyncGenerator<CatalogueEntry> {
  for (const [index, { billerDefaults, ...content }] of categories.entries()) {
    yield { kind: "category", where: `categories[${index}]`, line: null, content, defaults: billerDefaults };
  }
  for (const [index, content] of billers.entries()) {
    yield { kind: "biller", where: `billers[${index}]`, line: null, content };
  }
}

async function* entriesOfLines(file: string): AsyncGenerator<CatalogueEntry> {
  for await (const { lines } of linesOf(createReadStream(file))) {
    for (const line of lines) {
      const entry = entryOf(line);
      if (entry !== undefined) yield entry;
    }
  }
}

/** Nothing for blank lines and for the head, which was read before. */
function entryOf(line: FileLine): CatalogueEntry | undefined {
  const place = { where: `line ${line.number}`, line: line.number };
  const unreadable = (reason: string) => ({ ...place, kind: "unreadable", reason }) as const;
  const text = textOf(line);
  if (text === undefined) return unreadable(line.bytes === null ? "longer than 64 KiB" : "is not UTF-8");
  if (text === "") return undefined;
  const parsed = lineShape.safeParse(jsonOf(text));
  if (!parsed.success) return unreadable('neither {"category":…} nor {"biller":…}');
  if ("catalogue" in parsed.data) {
    return line.number === 1 ? undefined : unreadable("only the first line says what the file is");
  }
  if ("biller" in parsed.data) return { ...place, kind: "biller", content: parsed.data.biller };
  const { billerDefaults, ...content } = parsed.data.category;
  return { ...place, kind: "category", content, defaults: billerDefaults };
}
