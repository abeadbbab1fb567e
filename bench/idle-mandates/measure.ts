import { Client } from "@temporalio/client";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { sql } from "kysely";
import { type Database, openDatabase } from "../../db/database.ts";
import { createSealer } from "../../db/sealed.ts";
import { createDataConverter } from "../../processes/data-converter.ts";
import { findTemporalProgram } from "../../processes/dev/temporal-binary.ts";
import { developmentServer } from "../../processes/dev/temporal-releases.ts";
import { registerSearchAttributes } from "../../processes/search-attributes.ts";
import { createWorkflowStarter } from "../../processes/temporal-starter.ts";
import { makePayers } from "../../scripts/proofs/world/payers.ts";
import { withMigratedDatabase } from "../../scripts/temporary-database.ts";
import { takeDemonstration } from "../../test/support/demonstration.ts";
import { mandateWorkflowId } from "../../workflows/messages.ts";
import { startBenchWorker } from "./bench-worker.ts";
import { benchKeys, type WorkerReading } from "./worker-reading.ts";

const NAMESPACE = "kvitok";
/** A biller that takes a fixed sum without a bill. */
const BILLER = "fund-01";
const AT_ONCE = 50;
const SAMPLE = 100;

/** What idle mandates take. */
export type IdleMandates = {
  readonly mandates: number;
  readonly cache: number;
  /** As many mandates as the cache holds, looked at as often as all of them together. */
  readonly few: WorkerReading;
  /** All of them beside the same cache. */
  readonly many: WorkerReading;
  /** All of them beside a cache that holds them all: what the small one saves. */
  readonly manyCached: WorkerReading;
  /** Of one idle mandate: its history at Temporal, and its rows without indexes. Bytes, the mean. */
  readonly historyBytes: number;
  readonly historyEvents: number;
  readonly rowBytes: number;
};

type Ground = {
  readonly db: Database;
  readonly url: string;
  readonly address: string;
  readonly client: Client;
};

/** Each measurement has a worker of its own on one PostgreSQL and one Temporal; all three do the same number of looks. */
export async function measureIdleMandates(options: {
  readonly mandates: number;
  readonly cache: number;
  readonly say: (line: string) => void;
}): Promise<IdleMandates> {
  const { mandates, cache, say } = options;
  const looks = 2 * mandates;
  return onGround(async (ground) => {
    const few = await measure(ground, { mandates: cache, cache, looks, say });
    const many = await measure(ground, { mandates, cache, looks, say });
    const manyCached = await measure(ground, { mandates, cache: mandates, looks, say });
    const { reading, ids } = many;
    return {
      mandates,
      cache,
      few: few.reading,
      many: reading,
      manyCached: manyCached.reading,
      ...(await sizeOfOne(ground, ids)),
    };
  });
}

async function onGround<Result>(work: (ground: Ground) => Promise<Result>): Promise<Result> {
  return withMigratedDatabase(async (url) => {
    const path = await findTemporalProgram(developmentServer, (line) => process.stderr.write(`${line}\n`));
    const server = await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: "existing-path", path },
        namespace: NAMESPACE,
        log: { format: "pretty", level: "error" },
      },
    });
    const { db, close } = openDatabase({ url, applicationName: "kvitok-bench", maxConnections: 5 });
    try {
      await registerSearchAttributes(server.nativeConnection, NAMESPACE);
      await takeDemonstration(db);
      const dataConverter = createDataConverter(benchKeys);
      const client = new Client({ connection: server.nativeConnection, namespace: NAMESPACE, dataConverter });
      return await work({ db, url, address: server.address, client });
    } finally {
      await close();
      await server.teardown();
    }
  });
}

async function measure(
  { db, url, address, client }: Ground,
  of: {
    readonly mandates: number;
    readonly cache: number;
    readonly looks: number;
    readonly say: (line: string) => void;
  },
): Promise<{ readonly reading: WorkerReading; readonly ids: readonly string[] }> {
  of.say(`${of.mandates} mandates, a cache of ${of.cache}, ${of.looks} looks`);
  const ids = await makeMandates(db, of.mandates);
  const starter = createWorkflowStarter(client);
  const worker = await startBenchWorker({ address, namespace: NAMESPACE, url, cached: of.cache });
  try {
    await forEach(ids, (id) =>
      starter.start({
        id: 0,
        kind: "start-mandate",
        subjectId: id,
        waitMs: 0,
        attempts: 0,
        payerId: null,
        billerId: BILLER,
        category: null,
        gateway: null,
        dueOn: null,
      }),
    );
    await worker.untilLooked(ids.length);
    for (let looks = ids.length; looks < of.looks; looks += ids.length) {
      await forEach(ids, (id) => starter.wake("mandate", id));
      await worker.untilLooked(looks + ids.length);
    }
    return { reading: await worker.atRest(), ids };
  } finally {
    await worker.end();
  }
}

/** Mandates that give a fixed sum on a day of the month, the day after tomorrow at the soonest: they only wait. */
async function makeMandates(db: Database, count: number): Promise<readonly string[]> {
  const { rows } = await sql<{ day: number }>`
    select extract(day from business_now() + interval '10 days')::int as day`.execute(db);
  const sealer = createSealer({ active: "bench", keys: new Map([["bench", Buffer.alloc(32, 7)]]) });
  const payers = await makePayers(
    { db, sealer },
    {
      count,
      billerId: BILLER,
      gateway: "yookassa",
      token: "a card that nobody charges",
      terms: {
        trigger: {
          kind: "on-schedule",
          schedule: { kind: "monthly", day: rows[0]?.day ?? 1 },
          pays: { amountMinor: 50_000, currency: "RUB" },
        },
      },
    },
  );
  return payers.map(({ mandateId }) => mandateId);
}

async function forEach(ids: readonly string[], work: (id: string) => Promise<unknown>): Promise<void> {
  const left = [...ids];
  const one = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) await work(id);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

async function sizeOfOne({ db, client }: Ground, ids: readonly string[]) {
  const sample = ids.slice(0, SAMPLE);
  const sizes = await Promise.all(
    sample.map((id) => client.workflow.getHandle(mandateWorkflowId(id)).describe()),
  );
  const { rows } = await sql<{ bytes: number }>`
    select ((select sum(pg_column_size(m.*)) from mandates m where id = any (${sample}))
      + (select sum(pg_column_size(v.*)) from mandate_versions v where mandate_id = any (${sample}))
      + (select sum(pg_column_size(x.*)) from mandate_runs x where mandate_id = any (${sample})))::int as bytes`.execute(
    db,
  );
  const mean = (total: number) => Math.round(total / sample.length);
  return {
    historyBytes: mean(sizes.reduce((sum, { historySize }) => sum + (historySize ?? 0), 0)),
    historyEvents: mean(sizes.reduce((sum, { historyLength }) => sum + historyLength, 0)),
    rowBytes: mean(rows[0]?.bytes ?? 0),
  };
}
