import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import type { CaseFile } from "../case-file.ts";
import { inSnapshot, type RowsPlace } from "../engine-rows.ts";
import { grouped } from "../grouping.ts";
import { Inquiry, type Outcome } from "../inquiry.ts";
import type { Canary } from "../run-record.ts";

const CHUNK_BYTES = 4 * 1024 * 1024;
/** A form lies wholly in a chunk or in the next one with the end of this one before it. */
const OVERLAP_BYTES = 1_024;
/** Where people stand with their own data; it stands nowhere else. */
const PERSONAL_TABLES: readonly string[] = ["residents"];
const ROWS_AT_ONCE = 2_000;

type Needle = { readonly canary: Canary; readonly forms: readonly string[] };

/** I13: what must stand nowhere stands nowhere: not in the database, histories, logs, or whatever else the run kept. Looked at are places, each for every canary. */
export async function canaries(file: CaseFile): Promise<Outcome> {
  const inquiry = new Inquiry();
  const { canaries: all = [], files, stores = [] } = file.record.run;
  if (all.length === 0) return inquiry.outcome("the run planted none");
  const needles = all.map((canary) => ({ canary, forms: formsOf(canary.value) }));
  const secrets = needles.filter(({ canary }) => canary.kind !== "personal");
  await searchDatabase({ inquiry, place: file.place, needles });
  for (const path of [...file.record.histories, ...files.logs]) searchFile(inquiry, path, needles);
  for (const path of stores.flatMap(filesUnder)) searchFile(inquiry, path, secrets);
  return inquiry.outcome(`${all.length} planted`);
}

/** As it is, in hexadecimal as PostgreSQL shows bytes, in base64 at each of its three beginnings, in an address. */
function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].map((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    // what the neighbours of the value have a part in is left out
    return shifted.slice(shift === 0 ? 0 : shift + 1, -1);
  });
  const forms = [value, bytes.toString("hex"), encodeURIComponent(value), ...base64];
  return [...new Set(forms)].filter((form) => form.length >= Math.min(8, value.length));
}

async function searchDatabase(order: {
  readonly inquiry: Inquiry;
  readonly place: RowsPlace;
  readonly needles: readonly Needle[];
}): Promise<void> {
  const { inquiry, place, needles } = order;
  const publicly = needles.filter(({ canary }) => canary.kind !== "personal");
  await inSnapshot(place, async (client) => {
    const { rows: tables } = await client.query<{ name: string; quoted: string }>(
      "select table_name as name, quote_ident(table_name) as quoted from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
    );
    for (const _ of tables) inquiry.look();
    const everything = tables.map(
      ({ name, quoted }) => `select ${client.escapeLiteral(name)} as name, t::text as text from ${quoted} t`,
    );
    await client.query(`declare everything no scroll cursor for ${everything.join(" union all ")}`);
    for (;;) {
      const { rows } = await client.query<{ name: string; text: string }>(
        `fetch ${ROWS_AT_ONCE} from everything`,
      );
      for (const [name, found] of grouped(rows, (row) => row.name)) {
        search(inquiry, {
          place: `table ${name}`,
          text: found.map(({ text }) => text).join("\n"),
          needles: PERSONAL_TABLES.includes(name) ? publicly : needles,
        });
      }
      if (rows.length < ROWS_AT_ONCE) break;
    }
    await client.query("close everything");
  });
}

function searchFile(inquiry: Inquiry, path: string, needles: readonly Needle[]): void {
  if (!existsSync(path)) {
    inquiry.find({ about: path, words: "it was to be searched and is not there" });
    return;
  }
  inquiry.look();
  search(inquiry, { place: "the name of a file", text: path, needles });
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    let kept = "";
    for (;;) {
      const read = readSync(file, buffer, 0, CHUNK_BYTES, null);
      if (read === 0) break;
      // latin1 keeps every byte: a canary is ASCII, or is found by its other forms
      const text = kept + buffer.subarray(0, read).toString("latin1");
      search(inquiry, { place: path, text, needles });
      kept = text.slice(-OVERLAP_BYTES);
    }
  } finally {
    closeSync(file);
  }
}

function search(
  inquiry: Inquiry,
  order: { readonly place: string; readonly text: string; readonly needles: readonly Needle[] },
): void {
  const { place, text, needles } = order;
  for (const { canary, forms } of needles) {
    const form = forms.find(
      (one) => text.includes(one) || text.includes(Buffer.from(one).toString("latin1")),
    );
    // the canary itself is not printed: a verdict is a log as well
    if (form !== undefined) {
      inquiry.find({
        about: place,
        words: `it holds a ${canary.kind} that ends in …${canary.value.slice(-4)}`,
      });
    }
  }
}

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [folder];
  if (statSync(folder).isFile()) return [folder];
  return (
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => join(folder, name))
      // a database that is up lets go of files meanwhile
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
  );
}
