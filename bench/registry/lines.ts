import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { TextDecoder } from "node:util";
import type { RegistryFormat } from "../../db/registry/file-format.ts";

/** How the benchmark's biller writes its files: Windows-1251, semicolons, commas before kopecks, as billing programs export them. */
export const benchFormat = {
  encoding: "windows-1251",
  separator: ";",
  decimal: ",",
  width: 7,
  columns: { account: 1, period: 2, amount: 3, dueOn: 4, purpose: 5, status: 6, version: 7 },
  statuses: { "1": "issued", "0": "annulled" },
} as const satisfies Partial<RegistryFormat>;

/** What a line of the generated file is, by its number: 1 % bad, 5 % change a bill that is known, 2 % say what another line has said. */
export function kindOf(line: number): "bad" | "changed" | "repeated" | "new" {
  const place = line % 100;
  if (place === 13) return "bad";
  if (place === 40 || place === 41) return "repeated";
  return place >= 50 && place < 55 ? "changed" : "new";
}

const PART = 4_000;

/** Writes the file; `wanted` leaves lines out, `version` is that of the bills which are changed. */
export async function writeFileOfLines(
  path: string,
  lines: number,
  wanted: (line: number) => boolean = () => true,
  text: (line: number) => string = lineText,
): Promise<void> {
  const out = createWriteStream(path);
  let part = "";
  let held = 0;
  for (let line = 0; line < lines; line += 1) {
    if (!wanted(line)) continue;
    part += `${text(line)}\n`;
    held += 1;
    if (held < PART) continue;
    if (!out.write(inWindows1251(part))) await once(out, "drain");
    part = "";
    held = 0;
  }
  out.end(inWindows1251(part));
  await once(out, "finish");
}

/** A line of the file that is measured. */
export function lineText(line: number): string {
  const kind = kindOf(line);
  // a repeated line is its neighbour once more
  if (kind === "repeated") return lineText(line - 10);
  const amount = kind === "bad" ? "12.5O" : amountOf(line);
  return written({ line, amount, version: kind === "changed" ? 2 : 1 });
}

/** The earlier version of a bill that the file changes. */
export function earlierText(line: number): string {
  return written({ line, amount: "1,00", version: 1 });
}

function amountOf(line: number): string {
  return `${1_000 + (line % 9_000)},${String(line % 100).padStart(2, "0")}`;
}

function written({ line, amount, version }: { line: number; amount: string; version: number }): string {
  const account = `77${String(line).padStart(8, "0")}`;
  return `${account};02.2026;${amount};15.03.2026;Коммунальные услуги за февраль 2026, ${account};1;${version}`;
}

const decoder = new TextDecoder("windows-1251");
const codes = new Map(
  Array.from({ length: 128 }, (_, index) => [decoder.decode(Uint8Array.of(index + 128)), index + 128]),
);

function inWindows1251(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charCodeAt(at);
    bytes[at] = sign < 128 ? sign : (codes.get(text.charAt(at)) ?? 0x3f);
  }
  return bytes;
}
