import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leasePlans, planBill } from "../../db/queries/planning.ts";
import type { Terms } from "../../domain/terms.ts";
import { acceptNotices, makePayer, type Payer, planAll, pushBill, rub } from "../support/rows.ts";
import { askGate, type MoneyCore, openMoneyCore, record, seen } from "./support/money-core.ts";
import { brokenInvariants } from "./support/money-invariants.ts";
import { atOnce, pick, randomFrom, SEED } from "./support/race.ts";

/** Payments at once on one limit, each on a connection of its own, and how many of them fit. */
const AT_ONCE = 50;
const FIT = 17;
const EACH_MINOR = 100_000;
/** One more would still not fit: there is room for half of it. */
const LIMIT_MINOR = FIT * EACH_MINOR + EACH_MINOR / 2;
const limit = { limitPerPeriod: { amount: rub(LIMIT_MINOR), period: "month" } } as const;

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(AT_ONCE + 6);
});
afterAll(() => core.close());

const kinds = Array.from({ length: AT_ONCE }, (_, number) => `kind-${number}`);

async function pushAll({ account }: Payer): Promise<void> {
  for (const kind of kinds) await pushBill(core.db, { account, kind, amountMinor: EACH_MINOR });
}

/** Cards of the mandate: each has a lock of its own, so that nothing but the mandate's lock brings its debits in line. */
const CARDS = 5;

/** Fifty debits of one mandate, announced while it had no limit, and then a limit for a third of them. */
async function announced(
  change: Partial<Terms> = {},
): Promise<{ readonly payer: Payer; readonly ids: readonly string[] }> {
  const payer = await makePayer(core, { cards: CARDS });
  await pushAll(payer);
  await planAll(core.db);
  await sql`with cards as (select array_agg(id order by id) as ids from methods where resident_id = ${payer.residentId}),
      spread as (select y.id, cards.ids[1 + row_number() over (order by y.id) % ${CARDS}] as card
        from payments y, cards where y.mandate_id = ${payer.mandateId}),
      moved as (update payments y set method_id = s.card from spread s where y.id = s.id)
    update notices n set method_id = s.card from spread s where n.payment_id = s.id`.execute(core.db);
  const ids = (await paymentsOf(payer)).map(({ id }) => id);
  for (const id of ids) await acceptNotices(core.db, id);
  await sql`with v as (insert into mandate_versions (mandate_id, version, terms, narrowing)
      select mandate_id, 2, terms || ${JSON.stringify({ ...limit, ...change })}::jsonb, true
      from mandate_versions where mandate_id = ${payer.mandateId})
    update mandates set version = 2 where id = ${payer.mandateId}`.execute(core.db);
  return { payer, ids };
}

async function paymentsOf({ mandateId }: Payer) {
  return core.db
    .selectFrom("payments")
    .select(["id", "state", "need", "outcome"])
    .where("mandate_id", "=", mandateId)
    .execute();
}

async function countOf(payer: Payer): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { state, need, outcome } of await paymentsOf(payer)) {
    const name = [state, need ?? outcome].filter((word) => word !== null).join(" ");
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

async function usedBy({ mandateId }: Payer) {
  const { rows } = await sql<{ reserved: number; spent: number }>`
    select coalesce(sum(amount_minor) filter (where state = 'reserved'), 0)::bigint as reserved,
      coalesce(sum(amount_minor) filter (where state = 'spent'), 0)::bigint as spent
    from limit_use where scope = 'mandate' and scope_id = ${mandateId} and state <> 'freed'`.execute(core.db);
  return rows[0] ?? { reserved: 0, spent: 0 };
}

const random = randomFrom(SEED);
const askAll = (ids: readonly string[]) =>
  atOnce(
    core.db,
    random,
    ids.map((id) => () => askGate(core.db, id)),
  );

describe(`${AT_ONCE} payments at once on one limit that has room for ${FIT}`, () => {
  test("planned: so many are announced and reserved, the payer is asked about the others", async () => {
    const payer = await makePayer(core, { terms: limit });
    await pushAll(payer);
    const items = await leasePlans(core.db, 100);
    await atOnce(
      core.db,
      random,
      items.map((item) => () => planBill(core.db, item)),
    );
    expect(await countOf(payer)).toEqual({ scheduled: FIT, "needs-payer over-limit": AT_ONCE - FIT });
    expect(await usedBy(payer)).toEqual({ reserved: FIT * EACH_MINOR, spent: 0 });
  });

  test("at the gate: so many pass, the payer is asked about the others, and what is spent is what was charged", async () => {
    const { payer, ids } = await announced();
    const answers = await askAll(ids);
    const passed = ids.filter((_, index) => answers[index]?.verdict === "passed");
    expect(passed).toHaveLength(FIT);
    expect(await countOf(payer)).toEqual({ charging: FIT, "needs-payer over-limit": AT_ONCE - FIT });
    expect(await usedBy(payer)).toEqual({ reserved: FIT * EACH_MINOR, spent: 0 });
    await Promise.all(passed.map((id) => record(core.db, `${id}-1`, seen.charged(EACH_MINOR))));
    expect(await usedBy(payer)).toEqual({ reserved: 0, spent: FIT * EACH_MINOR });
  });

  test("at the gate, skipping chosen: so many pass, the others are skipped for ever", async () => {
    const { payer, ids } = await announced({ overLimit: "skip" });
    await askAll(ids);
    expect(await countOf(payer)).toEqual({ charging: FIT, "closed skipped": AT_ONCE - FIT });
    expect(await usedBy(payer)).toEqual({ reserved: FIT * EACH_MINOR, spent: 0 });
  });

  test("reserved in other months and all sent today: they count today, and no more pass than fit today", async () => {
    const { payer, ids } = await announced();
    await sql`update limit_use l set counted_on = counted_on + 40 * (1 + n % 9) from (select payment_id,
        row_number() over (order by payment_id)::int as n from limit_use where scope_id = ${payer.mandateId}) o
      where l.payment_id = o.payment_id`.execute(core.db);
    const answers = await askAll(ids);
    expect(answers.filter(({ verdict }) => verdict === "passed")).toHaveLength(FIT);
    const { rows } = await sql<{ today: number }>`select limit_used('mandate', ${payer.mandateId}, 'month',
      (business_now() at time zone 'Europe/Moscow')::date, null) as today`.execute(core.db);
    expect(rows).toEqual([{ today: FIT * EACH_MINOR }]);
  });

  test("while charges of the same limit end with money, without, and with another sum: never above it by one kopeck that was permitted", async () => {
    const { payer, ids } = await announced();
    const first = await askAll(ids.slice(0, 40));
    const sent = ids.filter((_, index) => first[index]?.verdict === "passed");
    // what stays reserved by those who have not been asked yet takes room as well
    expect(sent.length).toBeLessThanOrEqual(FIT);
    const ends = [
      () => seen.charged(EACH_MINOR),
      () => seen.charged(EACH_MINOR - 1),
      () => seen.declined(),
      () => seen.unanswered(),
    ];
    await atOnce(core.db, random, [
      ...ids.slice(40).map((id) => () => askGate(core.db, id)),
      ...sent.map((id) => () => record(core.db, `${id}-1`, pick(random, ends)())),
    ]);
    const { reserved, spent } = await usedBy(payer);
    expect(reserved + spent).toBeLessThanOrEqual(LIMIT_MINOR);
    const { rows } = await sql<{ undecided: number; charged: number }>`
      select coalesce(sum(c.amount_minor) filter (where c.state not in ('charged', 'not-charged')), 0)::bigint as undecided,
        coalesce(sum(c.charged_minor), 0)::bigint as charged
      from charges c join payments y on y.id = c.payment_id where y.mandate_id = ${payer.mandateId}`.execute(
      core.db,
    );
    expect(spent, "spent is what was charged, to the kopeck").toBe(rows[0]?.charged);
    expect(reserved, "and whatever may still be charged is reserved").toBeGreaterThanOrEqual(
      rows[0]?.undecided ?? 0,
    );
    expect(await brokenInvariants(core.db), `KVITOK_RACE_SEED=${SEED}`).toEqual([]);
  });
});
