import { openDatabase } from "../../../db/database.ts";
import { findRegistryFile, listRefusals } from "../../../db/queries/registry-files.ts";
import { beginImport } from "../../../db/registry/begin.ts";
import { inBillerLine } from "../../../db/registry/biller-line.ts";
import { fingerprintOf } from "../../../db/registry/disk-file.ts";
import { findFileBiller } from "../../../db/registry/file-biller.ts";
import { importRegistryFile } from "../../../db/registry/importer.ts";
import { lineOf } from "./files.ts";

// Imports two files in a process of its own, a small one and a hostile one, and tells by how much the second one made it grow.
const [url = "", billerId = "", kind = ""] = process.argv.slice(2);
const MEGABYTE = Buffer.alloc(1024 * 1024, "x");

async function* gigabyteLine(): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${lineOf({ account: "before" })}\n`);
  for (let part = 0; part < 1024; part += 1) yield await Promise.resolve(MEGABYTE);
  yield Buffer.from(`\n${lineOf({ account: "behind" })}\n`);
}

async function* manyLines(): AsyncGenerator<Uint8Array> {
  for (let part = 0; part < 100; part += 1) {
    const lines = Array.from({ length: 1_000 }, (_, place) => {
      const amount = place % 100 === 13 ? "=1+1" : "5123,45";
      return lineOf({ account: `many${part * 1_000 + place}`, amount });
    });
    yield await Promise.resolve(Buffer.from(`${lines.join("\n")}\n`));
  }
}

async function* small(): AsyncGenerator<Uint8Array> {
  const lines = Array.from({ length: 5_000 }, (_, place) => lineOf({ account: `small${place}` }));
  yield await Promise.resolve(Buffer.from(`${lines.join("\n")}\n`));
}

const files = { "gigabyte-line": gigabyteLine, "many-lines": manyLines, small } as const;
const { db, pool, close } = openDatabase({ url, applicationName: "import-in-child", maxConnections: 4 });

async function takeIn(from: () => AsyncGenerator<Uint8Array>): Promise<object> {
  const found = await findFileBiller(db, billerId);
  if (found === undefined) throw new Error("no biller");
  const bytes = { from };
  const id = await inBillerLine(pool, billerId, async (client) => {
    const file = await beginImport(db, {
      billerId,
      format: found.format,
      name: "hostile.csv",
      sentBy: "test",
      version: null,
      onlyResume: false,
      ...(await fingerprintOf(bytes)),
    });
    await importRegistryFile({ db, pool, claimKey: Buffer.alloc(32, 3) }, file, {
      biller: found.biller,
      bytes,
      client,
    });
    return file.id;
  });
  const file = await findRegistryFile(db, { id, billerId });
  if (file === undefined) throw new Error("no file");
  const refused = await listRefusals(db, { fileNo: file.no, after: 0, limit: 3 });
  return {
    state: file.state,
    lines: file.lines,
    refusedLines: file.refused_lines,
    results: file.results,
    refused,
  };
}

await takeIn(files.small);
const before = process.resourceUsage().maxRSS;
const told = await takeIn(files[kind as keyof typeof files]);
const grownBytes = (process.resourceUsage().maxRSS - before) * 1024;
await close();
process.stdout.write(JSON.stringify({ ...told, grownBytes }));
