import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import type { Database } from "../../../../db/database.ts";
import { moveClock } from "../../../../db/queries/operator.ts";
import { type SmtpFault, smtpFaultRequest } from "../../../../sandbox/mailbox/fault-board.ts";
import { freePort } from "../../../../test/support/free-port.ts";
import { makeBiller } from "../../../../test/support/rows.ts";
import { Chance } from "../../chance.ts";
import type { Violation } from "../../proof.ts";
import { causesOf, deliverThrice } from "./causes.ts";
import { type Children, startChildren } from "./children.ts";
import { judgeMails, PHASES, type SentBill } from "./expected.ts";
import type { RawMail } from "./sink-process.ts";
import { makeNeighbours, type Neighbour } from "./town.ts";

const BILLS_EACH = 4;
const STUCK_AFTER_MS = 240_000;
const NO_MORE_COME_MS = 3_000;
/** From so many messages on the share of copies is judged; of few, one copy is a great share. */
const MANY = 5_000;
const COPIES_PER_MILLE = 1;

export type EngineOrder = {
  readonly seed: number;
  /** Bills that arrive and news about them. */
  readonly causes: number;
  readonly workerKills: number;
  readonly smtpKills: number;
  readonly say: (line: string) => void;
};

/** A database of the sandbox that nobody else works on. */
export type OwnDatabase = { readonly db: Database; readonly url: string };

/**
 * Bills arrive, change, are withdrawn and paid, each word three times, while the process that sends and the SMTP server are killed. Silence is repeated after ten minutes of real
 * time; the proof moves the end of such leases, as its only shortcut.
 */
export async function proveThroughEngine({ db, url }: OwnDatabase, order: EngineOrder) {
  const folder = await mkdtemp(join(tmpdir(), "kvitok-one-message-"));
  const journal = join(folder, "deliveries.jsonl");
  try {
    const chance = new Chance(order.seed);
    await startAtNoon(db);
    await makeBiller(db);
    const neighbours = await makeNeighbours(db, chance, Math.ceil((order.causes * 5) / 8 / BILLS_EACH));
    const bills = causesOf(chance, neighbours, { bills: BILLS_EACH, causes: order.causes });
    const children = await startChildren({
      url,
      smtpPort: await freePort(),
      journal,
      lasting: refusing(neighbours),
    });
    try {
      await liveThrough({ db, children, chance, bills, order });
    } finally {
      await children.end();
    }
    return await verdict(db, {
      neighbours,
      bills,
      raw: await readJournal(journal),
      order,
      kills: children.kills(),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function startAtNoon(db: Database): Promise<void> {
  await sql`update sandbox_clock set business_anchor = '2026-12-01T12:00:00+03:00', real_anchor = clock_timestamp()`.execute(
    db,
  );
}

type Lived = {
  readonly db: Database;
  readonly children: Children;
  readonly chance: Chance;
  readonly bills: readonly SentBill[];
  readonly order: EngineOrder;
};

async function liveThrough({ db, children, chance, bills, order }: Lived): Promise<void> {
  const { say } = order;
  await children.enter(PHASES.arrivals, passing());
  const half = { worker: Math.ceil(order.workerKills / 2), smtp: Math.ceil(order.smtpKills / 2) };
  await Promise.all([
    deliverThrice(db, chance, bills, "arrival"),
    killMeanwhile(db, children, half, bills.length),
  ]);
  await drain(db, say);
  say("everybody has heard of their bills; the news begin");
  await children.enter(PHASES.news, passing());
  const news = bills.filter((bill) => bill.news !== "none");
  const rest = { worker: order.workerKills - half.worker, smtp: order.smtpKills - half.smtp };
  await Promise.all([
    deliverThrice(db, chance, news, "news"),
    killMeanwhile(db, children, rest, news.length / 2),
  ]);
  await drain(db, say);
  await children.enter(PHASES.awake, []);
  await moveTo(db, "14:01");
  await drain(db, say);
  await children.enter(PHASES.digest, []);
  await moveTo(db, "18:01");
  await drain(db, say);
}

/** Kills while mails are on their way: after another share of them has left. */
async function killMeanwhile(
  db: Database,
  children: Children,
  kills: { readonly worker: number; readonly smtp: number },
  mails: number,
): Promise<void> {
  const all = [
    ...Array.from({ length: kills.worker }, () => children.killWorker),
    ...Array.from({ length: kills.smtp }, () => children.killSmtp),
  ];
  const before = await accepted(db);
  for (const [index, kill] of all.entries()) {
    const wanted = before + (mails * 0.5 * (index + 1)) / (all.length + 1);
    await untilAccepted(db, wanted);
    await kill();
  }
}

/** Until so many were accepted, or no more come for a while. */
async function untilAccepted(db: Database, wanted: number): Promise<void> {
  let [count, since] = [await accepted(db), Date.now()];
  while (count < wanted && Date.now() - since < NO_MORE_COME_MS) {
    await pause(20);
    const now = await accepted(db);
    if (now !== count) [count, since] = [now, Date.now()];
  }
}

async function accepted(db: Database): Promise<number> {
  const { rows } = await sql<{
    n: number;
  }>`select count(*)::int as n from notifications where state = 'accepted'`.execute(db);
  return rows[0]?.n ?? 0;
}

type Open = { readonly plans: number; readonly due: number; readonly soon: number; readonly sending: number };

async function readOpen(db: Database): Promise<Open> {
  const { rows } = await sql<Open>`
    select (select count(*)::int from outbox where kind = 'plan-bill' and done_at is null) as plans,
      count(*) filter (where state = 'queued' and digest_id is null and carried_by is null and due_at <= business_now())::int
        + (select count(*)::int from digests where state = 'open' and closes_at <= business_now()) as due,
      count(*) filter (where state = 'queued' and digest_id is null and carried_by is null and due_at > business_now()
        and due_at < business_now() + interval '30 minutes')::int as soon,
      count(*) filter (where state = 'sending')::int as sending
    from notifications where state in ('queued', 'sending')`.execute(db);
  return rows[0] ?? { plans: 0, due: 0, soon: 0, sending: 0 };
}

/** Until nothing is left that could leave now: what was put off is brought nearer by the city's clock, silence by the end of its lease. */
async function drain(db: Database, say: (line: string) => void): Promise<void> {
  let [before, since, told] = ["", Date.now(), Date.now()];
  for (;;) {
    const open = await readOpen(db);
    if (open.plans + open.due + open.soon + open.sending === 0) return;
    const now = JSON.stringify(open);
    if (now !== before) [before, since] = [now, Date.now()];
    else if (Date.now() - since > STUCK_AFTER_MS) throw new Error(`it stands still: ${now}`);
    const isStill = open.plans + open.due === 0 && Date.now() - since > 600;
    if (isStill && open.soon > 0) await moveClock(db, { advanceSeconds: 60, scale: null, movedBy: "proof" });
    if (isStill && open.sending > 0)
      await sql`update notifications set lease_until = clock_timestamp() where state = 'sending' and uncertain < 1`.execute(
        db,
      );
    if (Date.now() - told > 10_000) {
      told = Date.now();
      say(`left: ${now}`);
    }
    await pause(100);
  }
}

async function moveTo(db: Database, time: string): Promise<void> {
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from ('2026-12-01T' || ${time} || ':00+03:00')::timestamptz - business_now())::int as seconds`.execute(
    db,
  );
  await moveClock(db, { advanceSeconds: rows[0]?.seconds ?? 0, scale: null, movedBy: "proof" });
}

/** Addresses that the relay never takes mail for. */
function refusing(neighbours: readonly Neighbour[]): readonly SmtpFault[] {
  return neighbours
    .filter(({ kind }) => kind === "refused")
    .map(({ email }) => smtpFaultRequest.parse({ kind: "5xx", stage: "rcpt", to: email, times: 1_000_000 }));
}

/** What goes wrong now and then: the relay is full, slow, or hangs up before and after it has kept a mail. */
function passing(): readonly SmtpFault[] {
  const faults = [
    { kind: "4xx", times: 8 },
    { kind: "slow", ms: 400, times: 12 },
    { kind: "drop-after-data", keep: true, times: 1 },
    { kind: "drop-after-data", keep: false, times: 2 },
    { kind: "4xx", stage: "rcpt", times: 4 },
  ];
  return faults.map((fault) => smtpFaultRequest.parse(fault));
}

async function readJournal(file: string): Promise<readonly RawMail[]> {
  const lines = (await readFile(file, "utf8")).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as RawMail);
}

async function verdict(
  db: Database,
  about: {
    readonly neighbours: readonly Neighbour[];
    readonly bills: readonly SentBill[];
    readonly raw: readonly RawMail[];
    readonly order: EngineOrder;
    readonly kills: { readonly worker: number; readonly smtp: number };
  },
) {
  const { neighbours, bills, raw, order, kills } = about;
  const { rows } = await sql<{
    id: string;
  }>`select message_id as id from notifications where uncertain > 0`.execute(db);
  const inDoubt = new Set(rows.map(({ id }) => `<${id}@kvitok.test>`));
  const judged = judgeMails({ neighbours, bills, raw, inDoubt });
  const causes = bills.length + bills.filter(({ news }) => news !== "none").length;
  const perMilleOf = (all: number) => Math.round((judged.copies / Math.max(1, all)) * 100_000) / 100;
  const wrong = [...judged.wrong];
  if (causes >= MANY && perMilleOf(causes) > COPIES_PER_MILLE)
    wrong.push(`${judged.copies} copies of ${causes} messages`);
  const violations = wrong.map(
    (event): Violation => ({
      invariant: "one mail for each word, to whom wants it, when they want it",
      seed: order.seed,
      events: [event],
    }),
  );
  return {
    violations,
    counts: {
      residents: neighbours.length,
      bills: bills.length,
      causes,
      deliveriesOfEach: 3,
      mails: judged.mails,
      digests: judged.digests,
      handedOver: raw.length,
      refused: raw.filter(({ replyCode }) => (replyCode ?? 0) >= 400).length,
      inDoubt: inDoubt.size,
      copies: judged.copies,
      copiesPerMille: perMilleOf(causes),
      // a mail may carry many messages, and many messages are wanted by nobody
      copiesPerMilleOfMails: perMilleOf(judged.mails),
      workerKills: kills.worker,
      smtpKills: kills.smtp,
    },
  };
}
