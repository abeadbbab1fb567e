import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Pool } from "pg";
import { type Database, openDatabase } from "../../../db/database.ts";
import { migrateToLatest } from "../../../db/migrate.ts";
import {
  type Evidence,
  type EvidenceAnswer,
  type GateAnswer,
  passGate,
  readChargeFacts,
  recordEvidence,
} from "../../../db/queries/charging.ts";
import { createSealer } from "../../../db/sealed.ts";
import type { Terms } from "../../../domain/terms.ts";
import type { AfterNotCharged } from "../../../domain/retry-policy.ts";
import { withClient } from "../../../processes/dev/postgres.ts";
import {
  createDatabaseFromTemplate,
  prepareTemplate,
  type TestDatabase,
  testDatabaseServer,
} from "../../support/postgres.ts";
import { duePayment, type Ground, makePayer, type Payer } from "../../support/rows.ts";
import { until } from "../../support/until.ts";

const sandboxTemplate = "kvitok_engine";

/** The rules of money as the database holds them, without gateway, workflow or loop. */
export type MoneyCore = Ground & {
  readonly pool: Pool;
  readonly url: string;
  /** Ends all connections, fails when any transaction met a deadlock, removes the database. */
  close(): Promise<void>;
};

/** A database of a test file's own, copied from a migrated template. */
export async function openMoneyCore(maxConnections = 12): Promise<MoneyCore> {
  await prepareTemplate(sandboxTemplate, async (url) => {
    await migrateToLatest(url, { livemode: false });
  });
  const database = await createDatabaseFromTemplate(sandboxTemplate);
  const opened = openDatabase({ url: database.url, applicationName: "kvitok-test", maxConnections });
  return {
    db: opened.db,
    pool: opened.pool,
    url: database.url,
    // Test key, not a secret: what it seals lives as long as a test.
    sealer: createSealer({ active: "test", keys: new Map([["test", Buffer.alloc(32, 7)]]) }),
    bank: { bindCard: async () => `token-${randomUUID()}` },
    async close() {
      await opened.close();
      const deadlocks = await deadlocksIn(database);
      await database.drop();
      if (deadlocks > 0) throw new Error(`${deadlocks} transactions of this file met a deadlock`);
    },
  };
}

/** Connections report what they met when they end: they are waited for. */
async function deadlocksIn({ name }: TestDatabase): Promise<number> {
  const server = await testDatabaseServer();
  let deadlocks = 0;
  await withClient(server.url("postgres"), async (client) => {
    await until(async () => {
      const { rowCount } = await client.query("select 1 from pg_stat_activity where datname = $1", [name]);
      return rowCount === 0;
    });
    const { rows } = await client.query("select deadlocks from pg_stat_database where datname = $1", [name]);
    deadlocks = Number(rows[0]?.deadlocks ?? 0);
  });
  return deadlocks;
}

/** A payment whose gate will pass, with everything that it stands on. */
export type Due = Payer & { readonly billId: string; readonly paymentId: string; readonly chargeId: string };

/** A payer, a bill, a plan, an accepted notice: due now. */
export async function makeDue(
  core: MoneyCore,
  change: Parameters<typeof makePayer>[1] & { readonly bill?: Parameters<typeof duePayment>[2] } = {},
): Promise<Due> {
  const payer = await makePayer(core, change);
  return { ...payer, ...(await duePayment(core.db, payer, change.bill)) };
}

/** Terms of a mandate that can be debited the moment its notice is accepted, changed as a test needs. */
export type TermsChange = Partial<Terms>;

/** Asks the gate for the next charge of a payment as the charge activity does, over bytes that nobody sends. */
export async function askGate(
  db: Database,
  paymentId: string,
  change: Partial<Parameters<typeof passGate>[1]> = {},
): Promise<GateAnswer> {
  const facts = await readChargeFacts(db, paymentId);
  if (!facts) throw new Error(`no payment ${paymentId}`);
  const cit = facts.instructionId !== null;
  return passGate(
    db,
    {
      paymentId,
      chargeId: `${paymentId}-${facts.ordinal}`,
      ordinal: facts.ordinal,
      initiatedBy: cit ? "cit" : "mit",
      methodId: facts.methodId,
      noticeId: cit ? null : facts.noticeId,
      instructionId: facts.instructionId,
      amountMinor: facts.amountMinor,
      currency: facts.currency,
      gateway: "yookassa",
      merchantAccount: "shop-1",
      requestHash: "hash of the bytes",
      replayOf: null,
      keyLifeHours: 24,
      ...change,
    },
    Buffer.from("the exact bytes"),
  );
}

/** Asks the gate for another transmission of an unknown charge. */
export async function askReplay(db: Database, chargeId: string): Promise<GateAnswer> {
  const row = await db.selectFrom("charges").selectAll().where("id", "=", chargeId).executeTakeFirstOrThrow();
  return askGate(db, row.payment_id, {
    chargeId,
    ordinal: row.ordinal,
    initiatedBy: row.initiated_by === "cit" ? "cit" : "mit",
    methodId: row.method_id,
    noticeId: row.notice_id,
    instructionId: row.instruction_id,
    amountMinor: row.amount_minor,
    replayOf: chargeId,
  });
}

/** What the domain decides after most declines that a person has to mend. */
export const askPayer: AfterNotCharged = {
  next: "payer",
  need: "confirm-again",
  asksForPayer: true,
  byUs: false,
};

export const tryAgainSoon: AfterNotCharged = {
  next: "again",
  rule: { kind: "after-minutes", minutes: 15 },
  need: "confirm-again",
};

/** Kinds of evidence, as the activities write them; each call is evidence of its own (another hash). */
export const seen = {
  charged: (amountMinor = 512_345) =>
    evidence({ source: "look-up", rank: 1, outcome: "charged", amountMinor }),
  challenged: () =>
    evidence({
      source: "answer",
      rank: 2,
      outcome: "challenged",
      confirmBy: inAnHour(),
      objectId: newObject(),
    }),
  pending: () => evidence({ source: "look-up", rank: 1, outcome: "pending" }),
  held: () => evidence({ source: "look-up", rank: 1, outcome: "held", amountMinor: 512_345 }),
  declined: (reason = "3d_secure_failed") =>
    evidence({ source: "look-up", rank: 1, outcome: "not-charged", how: "declined", reason }),
  refused: (reason = "technical") =>
    evidence({ source: "answer", rank: 2, outcome: "not-charged", how: "refused", reason }),
  unanswered: () => evidence({ source: "answer", rank: 2, outcome: "unknown" }),
  absent: () =>
    evidence({ source: "list", rank: 3, outcome: "not-charged", how: "absent", reason: "absent" }),
  decidedCharged: () => evidence({ source: "operators", rank: 5, outcome: "charged", amountMinor: 512_345 }),
  decidedNotCharged: () =>
    evidence({ source: "operators", rank: 5, outcome: "not-charged", how: "by-hand", reason: "by-hand" }),
} as const;

function evidence(said: Omit<Evidence, "hash">): Evidence {
  return { ...said, hash: randomUUID() };
}

function inAnHour(): string {
  return new Date(Date.now() + 3_600_000).toISOString();
}

function newObject(): string {
  return randomUUID();
}

export function record(
  db: Database,
  chargeId: string,
  said: Evidence,
  plan: AfterNotCharged = askPayer,
): Promise<EvidenceAnswer> {
  return recordEvidence(db, { chargeId, evidence: said, plan, nextLookSeconds: 60 });
}

/** Moves the sandbox's clock ahead. */
export async function jump(db: Database, interval: string): Promise<void> {
  await sql`update sandbox_clock set business_anchor = business_now() + ${interval}::interval,
    real_anchor = clock_timestamp()`.execute(db);
}

/** Sets the sandbox's clock to an instant, at real pace. */
export async function setClock(db: Database, instant: string): Promise<void> {
  await sql`update sandbox_clock set business_anchor = ${instant}::timestamptz, real_anchor = clock_timestamp()`.execute(
    db,
  );
}
