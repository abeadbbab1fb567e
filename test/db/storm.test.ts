import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closePayment } from "../../db/queries/looks.ts";
import { resumeMandate, stopMandate } from "../../db/queries/mandates.ts";
import { withdrawMethod } from "../../db/queries/withdrawals.ts";
import { leaseNotifications, settleNotifications } from "../../db/queries/notifications.ts";
import { placeHold, releaseHold } from "../../db/queries/holds.ts";
import { leasePlans, planBill } from "../../db/queries/planning.ts";
import {
  expireLeases,
  expireNotifications,
  followWithdrawals,
  readStoppedPayments,
} from "../../db/queries/sweeping.ts";
import {
  confirmPayment,
  makeMandate,
  makeMethod,
  makePayer,
  makeResident,
  type Payer,
  payNow,
  pushBill,
  rub,
  skipPayment,
} from "../support/rows.ts";
import {
  askGate,
  askPayer,
  askReplay,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
  tryAgainSoon,
} from "./support/money-core.ts";
import { brokenInvariants } from "./support/money-invariants.ts";
import { pick, randomFrom, ROUNDS, SEED } from "./support/race.ts";
import { addAnyBill, followBills, letTimePass, sayAnything } from "./support/storm-of-sources.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(16);
});
/** Fails when any of it met a deadlock. */
afterAll(() => core.close());

const WORKERS = 8;
const ACCOUNTS = 2;
const PERIODS = ["2026-09", "2026-10", "2026-11"];

type Ground = { readonly payers: Payer[]; readonly strangers: readonly string[]; versions: number };
type Step = (random: () => number, ground: Ground) => Promise<unknown>;

async function anyPayment(states: readonly string[]) {
  const { rows } = await sql<{ id: string; residentId: string; billId: string; amount: number }>`
    select y.id, y.resident_id as "residentId", y.bill_id as "billId", bill_due(b) as amount
    from payments y join bills b on b.id = y.bill_id where y.state = any(${states}::text[]) order by random() limit 1`.execute(
    core.db,
  );
  return rows[0];
}

async function anyCharge(condition: ReturnType<typeof sql>) {
  const { rows } = await sql<{ id: string; amount: number; byPayer: boolean }>`
    select id, amount_minor as amount, initiated_by = 'cit' as "byPayer" from charges where ${condition} order by random() limit 1`.execute(
    core.db,
  );
  return rows[0];
}

/** Steps of the engine, and what people, billers and gateways do to it, with how often each is drawn. */
const steps: readonly (readonly [weight: number, name: string, step: Step])[] = [
  [
    4,
    "push",
    async (random, ground) => {
      ground.versions += 1;
      const status = pick(random, ["issued", "issued", "issued", "annulled", "paid"] as const);
      const amountMinor = pick(random, [300_000, 400_000]);
      const { account } = pick(random, ground.payers);
      await pushBill(core.db, {
        account,
        period: pick(random, PERIODS),
        version: ground.versions,
        status,
        amountMinor,
      });
    },
  ],
  [
    4,
    "any source",
    (random, ground) => {
      ground.versions += 1;
      const accounts = ground.payers.map(({ account }) => account);
      return sayAnything(core.db, random, { accounts, periods: PERIODS, version: ground.versions });
    },
  ],
  [3, "follow bills", () => followBills(core.db)],
  [
    1,
    "add a bill",
    (random, ground) =>
      addAnyBill(
        core.db,
        pick(random, ground.strangers),
        ground.payers.map(({ account }) => account),
      ),
  ],
  [1, "half a day", () => letTimePass(core.db)],
  [
    8,
    "plan",
    async () => {
      for (const item of await leasePlans(core.db, 3)) await planBill(core.db, item);
    },
  ],
  [
    8,
    "send messages",
    async (random) => {
      const leased = await leaseNotifications(core.db, 6);
      const outcomes = ["accepted", "accepted", "accepted", "refused", "later", "unknown"] as const;
      await settleNotifications(
        core.db,
        leased.map(({ id }) => ({ id, outcome: pick(random, outcomes), answer: "", againSeconds: 0 })),
      );
    },
  ],
  [
    10,
    "gate",
    async () => {
      const due = await anyPayment(["scheduled"]);
      if (due) await askGate(core.db, due.id);
    },
  ],
  [
    8,
    "evidence",
    async (random) => {
      const charge = await anyCharge(sql`state in ('sending', 'challenged', 'pending', 'held', 'unknown')`);
      if (!charge) return;
      const kinds = [
        () => seen.charged(charge.amount),
        () => seen.declined(pick(random, ["3d_secure_failed", "insufficient_funds"])),
        () => seen.unanswered(),
        () => seen.pending(),
        () => seen.challenged(),
      ];
      // nothing is tried alone after a charge that the payer began
      const plans = charge.byPayer ? [askPayer] : [askPayer, tryAgainSoon];
      await record(core.db, charge.id, pick(random, kinds)(), pick(random, plans));
    },
  ],
  [
    1,
    "late money",
    async (random) => {
      if (random() < 0.7) return;
      const charge = await anyCharge(sql`state = 'not-charged'`);
      if (charge) await record(core.db, charge.id, seen.charged(charge.amount));
    },
  ],
  [
    2,
    "replay",
    async () => {
      const charge = await anyCharge(sql`state = 'unknown' and object_id is null`);
      if (charge) await askReplay(core.db, charge.id);
    },
  ],
  [
    2,
    "stop or resume",
    async (random, ground) => {
      const own = pick(random, ground.payers);
      if (random() < 0.5) await stopMandate(core.db, { ...own, kind: "pause", until: null, why: null });
      else await resumeMandate(core.db, own);
    },
  ],
  [
    1,
    "skip",
    async () => {
      const due = await anyPayment(["scheduled", "needs-payer", "charging"]);
      if (due) await skipPayment(core.db, due.id, due.residentId);
    },
  ],
  [
    1,
    "withdraw a card and name a new one",
    async (random, ground) => {
      const own = pick(random, ground.payers);
      await withdrawMethod(core.db, own);
      const methodId = await makeMethod(core, { residentId: own.residentId, token: "another" });
      await sql`with v as (insert into mandate_versions (mandate_id, version, terms, narrowing)
        select mandate_id, m.version + 1, jsonb_set(terms, '{methods}', ${JSON.stringify([methodId])}::jsonb), false
          from mandate_versions x join mandates m on m.id = x.mandate_id and m.version = x.version
         where m.id = ${own.mandateId} on conflict do nothing returning version)
      update mandates m set version = v.version from v where m.id = ${own.mandateId}`.execute(core.db);
      const place = ground.payers.indexOf(own);
      ground.payers[place] = { ...own, methodId };
    },
  ],
  [
    3,
    "pay by hand",
    async (random, ground) => {
      const accounts = ground.payers.map(({ account }) => account);
      const { rows } = await sql<{ id: string; amount: number }>`select id, bill_due(b) as amount from bills b
        where account = any(${accounts}::text[]) order by random() limit 1`.execute(core.db);
      const [bill] = rows;
      const residentId = pick(random, ground.strangers);
      if (bill) await payNow(core.db, { billId: bill.id, residentId, amountMinor: bill.amount });
    },
  ],
  [
    3,
    "confirm",
    async () => {
      const due = await anyPayment(["needs-payer"]);
      if (due)
        await confirmPayment(core.db, {
          paymentId: due.id,
          residentId: due.residentId,
          amountMinor: due.amount,
        });
    },
  ],
  [
    1,
    "deadline",
    async () => {
      const due = await anyPayment(["needs-payer", "charging"]);
      if (due) await closePayment(core.db, { paymentId: due.id, outcome: "gave-up", reason: "deadline" });
    },
  ],
  [
    3,
    "sweep",
    async () => {
      await sql`update charges set lease_until = now() - interval '1 hour' where id in
      (select id from charges where state = 'sending' for update skip locked limit 2)`.execute(core.db);
      await expireLeases(core.db);
      await sql`update notifications set lease_until = now() - interval '1 hour' where id in
      (select id from notifications where state = 'sending' for update skip locked limit 2)`.execute(core.db);
      await expireNotifications(core.db);
      for (const { paymentId, outcome } of await readStoppedPayments(core.db))
        await closePayment(core.db, { paymentId, outcome, reason: "stopped" });
      await followWithdrawals(core.db);
    },
  ],
  [
    1,
    "hold",
    async (random) => {
      await placeHold(core.db, { scope: "biller", scopeId: "gorod-zhkh", reason: "test", placedBy: "olga" });
      await releaseHold(core.db, {
        scope: "biller",
        scopeId: "gorod-zhkh",
        releasedBy: "olga",
        rate: random() < 0.5 ? "unlimited" : 6_000,
      });
    },
  ],
];

const drawn = steps.flatMap(([weight, name, step]) => Array.from({ length: weight }, () => ({ name, step })));

async function makeGround(): Promise<Ground> {
  const payers: Payer[] = [];
  for (let n = 0; n < ACCOUNTS; n += 1) {
    const limit = { limitPerPeriod: { amount: rub(2_000_000), period: "month" } } as const;
    const first = await makePayer(core, { terms: limit });
    const residentId = await makeResident(core.db);
    const methodId = await makeMethod(core, { residentId, token: "token" });
    const mandateId = await makeMandate(core.db, { residentId, account: first.account, methods: [methodId] });
    payers.push(first, { residentId, methodId, mandateId, account: first.account });
  }
  return { payers, strangers: [await makeResident(core.db), await makeResident(core.db)], versions: 1 };
}

/** Workers side by side, each with steps of its own drawing, on debts that nobody has paid yet. */
async function storm(part: number): Promise<readonly string[]> {
  const ground = await makeGround();
  const done: string[] = [];
  const worker = async (random: () => number): Promise<void> => {
    for (let n = 0; n < 40; n += 1) {
      const { name, step } = pick(random, drawn);
      await step(random, ground).catch((cause: unknown) => {
        throw new Error(`${name}, KVITOK_RACE_SEED=${SEED}`, { cause });
      });
      done.push(name);
    }
  };
  await Promise.all(
    Array.from({ length: WORKERS }, (_, number) => worker(randomFrom(SEED + part * 1_009 + number))),
  );
  return done;
}

test("everything at once: no deadlock, no refusal by the database, and every invariant of money holds", async () => {
  const done = new Set<string>();
  for (let part = 0; part < Math.max(3, ROUNDS / 10); part += 1) {
    for (const name of await storm(part)) done.add(name);
    expect(await brokenInvariants(core.db), `part ${part}, KVITOK_RACE_SEED=${SEED}`).toEqual([]);
  }
  expect(done.size, "every kind of step was drawn").toBe(steps.length);
});
