import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { type Database, openDatabase } from "../../db/database.ts";
import { benchFormat } from "./lines.ts";

export const BILLER = "bench-biller";
/** Key of the benchmark's debts, not a secret. */
export const CLAIM_KEY = Buffer.alloc(32, 3);

const script = fileURLToPath(new URL("./import-process.ts", import.meta.url));

/** What an import came to, and what its process took. */
export type ImportRun = {
  readonly lines: number;
  readonly refusedLines: number;
  readonly results: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly peakBytes: number;
};

/** Writes the biller whose files are imported. */
export async function makeBenchBiller(db: Database): Promise<void> {
  const payee = {
    name: "ГКУ «Городские коммунальные услуги»",
    inn: "7700990010",
    kpp: "770001001",
    bic: "044525225",
    account: "40702810900000000301",
  };
  await sql`insert into categories (id, audience, section, title_ru, title_en, position) values ('housing', 'both', 'main', 'ЖКХ', 'Housing', 0)
    on conflict do nothing`.execute(db);
  await sql`insert into billers (id, name, category, payee, webhook_secret, file_format)
    values (${BILLER}, 'ЖКХ', 'housing', ${JSON.stringify(payee)}, 'sealed elsewhere', ${JSON.stringify(benchFormat)}::jsonb)`.execute(
    db,
  );
}

/** Imports a file in a process of its own. */
export async function importFile(url: string, path: string): Promise<ImportRun> {
  const child = startImport(url, path);
  let out = "";
  let told = "";
  child.stdout?.on("data", (part: Buffer) => (out += part.toString()));
  child.stderr?.on("data", (part: Buffer) => (told += part.toString()));
  await once(child, "close");
  const end = JSON.parse(told.trim().split("\n").at(-1) ?? "{}") as {
    complaint?: string;
    seconds: number;
    peakBytes: number;
  };
  if (end.complaint !== undefined || out === "")
    throw new Error(`the import failed: ${end.complaint ?? told}`);
  const said = JSON.parse(out) as Pick<ImportRun, "lines" | "refusedLines" | "results">;
  return {
    lines: said.lines,
    refusedLines: said.refusedLines,
    results: said.results,
    seconds: end.seconds,
    peakBytes: end.peakBytes,
  };
}

/** Kills imports of a file (SIGKILL) each time when as many lines as wanted are read, or chunks are applied; answers how often that came about. */
export async function importAndKill(
  url: string,
  path: string,
  moments: readonly { readonly what: "read" | "applied"; readonly least: number }[],
): Promise<number> {
  const { db, close } = openDatabase({ url, applicationName: "kvitok-bench", maxConnections: 2 });
  let kills = 0;
  try {
    for (const moment of moments) {
      const child = startImport(url, path);
      const ended = once(child, "close");
      while (child.exitCode === null && child.signalCode === null) {
        if ((await progressOf(db))[moment.what] >= moment.least) {
          child.kill("SIGKILL");
          kills += 1;
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await ended;
    }
  } finally {
    await close();
  }
  return kills;
}

function startImport(url: string, path: string): ChildProcess {
  return spawn(
    process.execPath,
    ["--import", "tsx", script, "bills", "import", path, "--biller", BILLER, "--json"],
    {
      env: {
        PATH: process.env["PATH"],
        KVITOK_MODE: "sandbox",
        KVITOK_DATABASE_URL: url,
        KVITOK_CLAIM_KEY: CLAIM_KEY.toString("base64"),
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
}

async function progressOf(db: Database): Promise<{ readonly read: number; readonly applied: number }> {
  const { rows } = await sql<{ read: number; applied: number }>`
    select coalesce((reader->'place'->>'line')::int, 0) as read,
      (select count(*)::int from registry_chunks c where c.file_no = f.no) as applied
    from registry_files f order by no desc limit 1`.execute(db);
  return rows[0] ?? { read: 0, applied: 0 };
}

/** What an import has left, as one sum: bills without what differs by chance, and refused lines with their reasons. */
export async function sumOfState(db: Database): Promise<string> {
  const { rows } = await sql<{ sum: string }>`
    select md5((select string_agg(md5(concat_ws('|', identity_key, state, version, source_version, amount_minor, full_minor, due_on, purpose, account, period, kind)), ''
        order by identity_key) from bills)
      || (select coalesce(string_agg(line || ':' || faults::text, ',' order by line), '') from registry_refusals r join registry_files f on f.no = r.file_no
           where f.no = (select max(no) from registry_files))) as sum`.execute(db);
  return rows[0]?.sum ?? "";
}
