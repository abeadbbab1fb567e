import { open } from "node:fs/promises";
import { userInfo } from "node:os";
import { basename } from "node:path";
import { z } from "zod";
import { type OpenDatabase, openDatabase } from "../../db/database.ts";
import { findRegistryFile, listRefusals, type RegistryFileRow } from "../../db/queries/registry-files.ts";
import { beginImport } from "../../db/registry/begin.ts";
import { readVersion } from "../../db/registry/bill-reader.ts";
import { inBillerLine } from "../../db/registry/biller-line.ts";
import { diskFile, fingerprintOf } from "../../db/registry/disk-file.ts";
import { findFileBiller } from "../../db/registry/file-biller.ts";
import { importRegistryFile } from "../../db/registry/importer.ts";
import { ExpectedFailure } from "../../domain/failure.ts";
import { isLocale, type Locale } from "../../words/locale.ts";
import { fileFaultWords, reportHead, reportLine } from "../../words/registry-report.ts";
import { type Command, type Given, type Said, textOption, UsageError } from "../command.ts";
import { createProgressBar } from "./progress-bar.ts";
import { databaseSettings, readSettings } from "./settings.ts";

const usage = `kvitok bills import FILE --biller ID [--file-version N] [--report FILE] [--locale ru|en] [--resume] [--json]
  Reads a registry file as the catalogue says that this biller writes it, and stores its bills; works on the database itself.
  A file that was interrupted goes on where it was, by itself; --resume does nothing else. --file-version is the file's own order, for lines without versions.
  --report writes every refused line once: its number, the fields, the reasons. Ends with 1 when a line or the file was refused.`;

const settingsOfImport = databaseSettings.extend({
  KVITOK_CLAIM_KEY: z.base64().transform((text, context) => {
    const bytes = Buffer.from(text, "base64");
    if (bytes.length === 32) return bytes;
    context.addIssue({ code: "custom", message: "must be 32 bytes in base64" });
    return z.NEVER;
  }),
});

/** `kvitok bills import`: a biller's registry file. */
export const bills: Command = {
  what: "take in a registry file of a biller, with a report of refused lines",
  usage,
  words: [2, 2],
  options: {
    biller: { type: "string" },
    "file-version": { type: "string" },
    report: { type: "string" },
    locale: { type: "string" },
    resume: { type: "boolean" },
    json: { type: "boolean" },
  },
  run: async (given) => {
    const [verb, path = ""] = given.words;
    const wish = wishOf(given);
    if (verb !== "import" || wish === undefined) throw new UsageError(usage);
    const settings = readSettings(settingsOfImport, given.environment);
    const database = openDatabase({
      url: settings.KVITOK_DATABASE_URL,
      applicationName: "kvitok-bills-import",
      maxConnections: 4,
    });
    try {
      return await takeIn({ ...wish, path, database, claimKey: settings.KVITOK_CLAIM_KEY });
    } catch (cause) {
      throw cause instanceof ExpectedFailure ? inWords(cause, wish.locale) : cause;
    } finally {
      await database.close();
    }
  },
};

type Wish = {
  readonly billerId: string;
  readonly version: number | null;
  readonly report: string | undefined;
  readonly locale: Locale;
  readonly onlyResume: boolean;
  readonly json: boolean;
};

function wishOf(given: Given): Wish | undefined {
  const billerId = textOption(given, "biller");
  const locale = textOption(given, "locale") ?? "ru";
  const versionText = textOption(given, "file-version");
  const version = versionText === undefined ? null : readVersion(versionText);
  const isVersion = versionText === undefined || version !== null;
  if (billerId === undefined || !isLocale(locale) || !isVersion) return undefined;
  const { resume, json } = given.options;
  const report = textOption(given, "report");
  return { billerId, version, report, locale, onlyResume: resume === true, json: json === true };
}

type Taking = Wish & {
  readonly path: string;
  readonly database: OpenDatabase;
  readonly claimKey: Uint8Array;
};

async function takeIn(taking: Taking): Promise<Said> {
  const { billerId, database, version } = taking;
  const found = await findFileBiller(database.db, billerId);
  if (found === undefined) throw new Error(`there is no biller ${billerId}`);
  const bytes = diskFile(taking.path);
  const wanted = {
    billerId,
    version,
    format: found.format,
    name: basename(taking.path),
    sentBy: `offline:${userInfo().username}`,
    onlyResume: taking.onlyResume,
    ...(await fingerprintOf(bytes)),
  };
  const bar = createProgressBar(process.stderr);
  const stopping = stopSignal();
  try {
    const file = await inBillerLine(database.pool, billerId, async (client) => {
      const begun = await beginImport(database.db, wanted);
      const tools = { ...database, claimKey: taking.claimKey, onProgress: bar.show, signal: stopping.signal };
      await importRegistryFile(tools, begun, { biller: found.biller, bytes, client });
      return findRegistryFile(database.db, { id: begun.id, billerId });
    });
    if (file === "busy" || file === undefined) {
      throw new ExpectedFailure({ code: "file-under-way", detail: billerId });
    }
    if (taking.report !== undefined) await writeReport(taking.report, file, taking);
    return tell(file, taking);
  } finally {
    bar.end();
    stopping.forget();
  }
}

/** Told to end, an import stops between two steps; what is done stays done. */
function stopSignal() {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  const forget = () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
  };
  return { signal: controller.signal, forget };
}

const REFUSALS_AT_ONCE = 5_000;

async function writeReport(path: string, file: RegistryFileRow, { database, locale }: Taking): Promise<void> {
  // Whoever may read it is told by its owner: it names lines and fields of a file full of people.
  const report = await open(path, "w", 0o600);
  try {
    await report.write(reportHead(locale));
    let after = 0;
    for (;;) {
      const refusals = await listRefusals(database.db, { fileNo: file.no, after, limit: REFUSALS_AT_ONCE });
      await report.write(refusals.map((refusal) => reportLine(locale, refusal)).join(""));
      const last = refusals.at(-1);
      if (last === undefined || refusals.length < REFUSALS_AT_ONCE) return;
      after = last.line;
    }
  } finally {
    await report.close();
  }
}

function tell(file: RegistryFileRow, { json, locale }: Taking): Said {
  const { id, state, lines, refused_lines, results, failure_code, failure_detail } = file;
  const code = state === "done" && refused_lines === 0 ? 0 : 1;
  if (json) {
    const failure = failure_code === null ? null : { code: failure_code, detail: failure_detail };
    return { code, out: JSON.stringify({ id, state, lines, refusedLines: refused_lines, results, failure }) };
  }
  if (failure_code !== null) {
    return {
      code,
      out: `${fileFaultWords(locale, failure_code)} (${failure_code}: ${failure_detail ?? ""})`,
    };
  }
  const came = Object.entries(results).map(([result, count]) => `${count} ${result}`);
  const counts = [`${lines} lines`, ...came, `${refused_lines} refused`].join(", ");
  return {
    code,
    out: state === "done" ? `${id}: ${counts}` : `${id}: interrupted, run it again to go on; ${counts}`,
  };
}

function inWords({ failure }: ExpectedFailure, locale: Locale): Error {
  return new Error(`${fileFaultWords(locale, failure.code)} (${failure.code}: ${failure.detail})`);
}
