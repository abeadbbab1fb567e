import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BillState, billEventOf, evolveBill } from "../../domain/bill.ts";
import { firstOf, readingOf, restMinor, type SourceWord } from "../../domain/bill-sources.ts";
import type { SourceStatus } from "../../domain/source-bill.ts";
import { makeBiller, makeResident, payNow, pushBill } from "../support/rows.ts";
import { askGate, jump, type MoneyCore, openMoneyCore, record, seen } from "./support/money-core.ts";
import { brokenInvariants } from "./support/money-invariants.ts";
import { pick, randomFrom, ROUNDS, SEED } from "./support/race.ts";

let core: MoneyCore;
let residentId: string;
beforeAll(async () => {
  core = await openMoneyCore();
  await makeBiller(core.db);
  residentId = await makeResident(core.db);
});
afterAll(() => core.close());

const SOURCES = ["push", "file", "gis-gmp", "another-registry"] as const;
/** The first one speaks most. */
const SPEAKERS = ["push", "push", "push", "push", "push", "push", ...SOURCES] as const;
const STATUSES = ["issued", "issued", "issued", "issued", "annulled", "paid"] as const;
const SUMS = [300_000, 400_000, 500_000] as const;

/** What one source is going to say. */
type Saying = {
  readonly account: string;
  readonly source: string;
  readonly version: number;
  readonly status: SourceStatus;
  readonly amountMinor: number;
};

/** What the rows know before a source speaks: facts of the domain. */
type Known = {
  readonly state: BillState;
  readonly part: number;
  readonly source: string;
  readonly said: SourceStatus;
  readonly sourceVersion: number;
  readonly undecided: boolean;
  readonly acknowledged: boolean;
  readonly settled: boolean;
  readonly kept: number;
  readonly most: number;
  readonly beside: readonly SourceWord[];
};

async function readKnown(billId: string): Promise<Known> {
  const { rows } = await sql<Known>`
    select b.state, b.part, b.source, b.said, b.source_version as "sourceVersion", b.acknowledged_at is not null as acknowledged,
      exists (select 1 from payments y join charges c on c.payment_id = y.id where y.bill_id = b.id
        and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')) as undecided,
      coalesce((select max(paid_at) from payments y where y.bill_id = b.id and y.state = 'paid') < business_now() - interval '1 day', true) as settled,
      money_kept(b.id) as kept, most_named(b) as most,
      coalesce((select jsonb_agg(jsonb_build_object('source', s.source, 'version', s.source_version, 'status', s.status, 'dueMinor',
        case s.status when 'issued' then (s.words->>'amountMinor')::bigint else 0 end)) from bill_sources s where s.bill_id = b.id), '[]') as beside
    from bills b where id = ${billId}`.execute(core.db);
  return rows[0] as Known;
}

/** All sources' newest words once this one has spoken; null: it says nothing new. */
function wordsAfter(known: Known, saying: Saying): readonly SourceWord[] | null {
  const own = { source: known.source, version: known.sourceVersion, status: known.said, dueMinor: 1 };
  const words: readonly SourceWord[] = [own, ...known.beside];
  const before = words.find(({ source }) => source === saying.source);
  if (before !== undefined && saying.version <= before.version) return null;
  const said = { ...saying, dueMinor: saying.status === "issued" ? saying.amountMinor : 0 };
  return [...words.filter(({ source }) => source !== saying.source), said];
}

/** What the domain makes of it: the state and the part after the source has spoken. */
function expectedAfter(known: Known, saying: Saying): { readonly state: BillState; readonly part: number } {
  const { state, part } = known;
  const words = wordsAfter(known, saying);
  if (words === null) return { state, part };
  const speaks = firstOf(words).source === saying.source;
  const rest = restMinor({
    leftMinor: saying.amountMinor,
    fullMinor: saying.amountMinor,
    mostMinor: Math.max(known.most, speaks ? saying.amountMinor : 0),
    keptMinor: known.kept,
  });
  // of a further part nothing may be left: then the first source's word amounts to "paid"
  const isPaid = speaks && part > 1 && state !== "paid" && rest === 0 && saying.status === "issued";
  const paid = { status: "paid", dueMinor: 0 } as const;
  const reading = readingOf(
    isPaid ? words.map((word) => (word.source === saying.source ? { ...word, ...paid } : word)) : words,
  );
  const settled = known.acknowledged || known.settled;
  const facts = { state, newer: true, undecidedCharge: known.undecided, foreignProof: false, settled };
  const event = billEventOf(facts, reading);
  const opens = event === "more-due";
  if (event === null || (opens && (!speaks || rest === 0))) return { state, part };
  const evolved = evolveBill(facts, event);
  return evolved.kind === "moved" ? { state: evolved.to, part: part + (opens ? 1 : 0) } : { state, part };
}

async function tell(billId: string, saying: Saying): Promise<void> {
  const known = await readKnown(billId);
  const expected = expectedAfter(known, saying);
  const { result } = await pushBill(core.db, saying);
  const after = await readKnown(billId);
  expect(
    { state: after.state, part: after.part },
    `${JSON.stringify(known)} hears ${JSON.stringify(saying)}: ${result}`,
  ).toEqual(expected);
}

/** Somebody begins to pay: the gate passes and nobody knows yet how it ends. */
async function pay(billId: string): Promise<void> {
  const { rows } = await sql<{
    due: number;
  }>`select bill_due(b) as due from bills b where id = ${billId}`.execute(core.db);
  const { paymentId } = await payNow(core.db, { billId, residentId, amountMinor: rows[0]?.due ?? 0 });
  if (paymentId !== undefined) await askGate(core.db, paymentId);
}

async function endCharge(billId: string, paid: boolean): Promise<void> {
  const charge = await core.db
    .selectFrom("charges as c")
    .innerJoin("payments as y", "y.id", "c.payment_id")
    .select(["c.id", "c.amount_minor"])
    .where("y.bill_id", "=", billId)
    .where("c.state", "in", ["sending", "unknown", "pending"])
    .executeTakeFirst();
  if (!charge) return;
  await record(core.db, charge.id, paid ? seen.charged(charge.amount_minor) : seen.declined());
}

describe("what sources say of a bill", () => {
  test("random words of four sources around payments: the database moves every time as the domain says", async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const random = randomFrom(SEED * 31 + round);
      const account = `model-${SEED}-${round}`;
      let version = 2;
      const say = (): Saying => ({
        account,
        source: pick(random, SPEAKERS),
        // mostly newer, sometimes late or the same once more
        version: Math.max(1, (version += 1) - Math.floor(random() * 2.5)),
        status: pick(random, STATUSES),
        amountMinor: pick(random, SUMS),
      });
      const { billId } = await pushBill(core.db, say());
      for (let step = 0; step < 20; step += 1) {
        const drawn = random();
        if (drawn < 0.6) await tell(billId, say());
        else if (drawn < 0.75) await pay(billId);
        else if (drawn < 0.92) await endCharge(billId, random() < 0.7);
        else await jump(core.db, "2 days");
      }
      expect(await brokenInvariants(core.db), `KVITOK_RACE_SEED=${SEED}, round ${round}`).toEqual([]);
    }
  });

  test("a withdrawn further part is withdrawn, though nothing is left of it", async () => {
    const account = "further-part-withdrawn";
    const word = { account, source: "push", status: "issued" as const, amountMinor: 300_000 };
    const { billId } = await pushBill(core.db, { ...word, version: 1 });
    await pay(billId);
    await endCharge(billId, true);
    await jump(core.db, "2 days");
    await tell(billId, { ...word, version: 2, amountMinor: 500_000 });
    expect(await readKnown(billId)).toMatchObject({ state: "owed", part: 2 });
    await tell(billId, { ...word, version: 3, status: "annulled" });
    expect(await readKnown(billId)).toMatchObject({ state: "annulled", part: 2 });
  });

  test("the same words in any order make the same bill, where nobody has paid yet", async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const random = randomFrom(SEED * 37 + round);
      const sayings = SOURCES.flatMap((source) =>
        Array.from({ length: 1 + Math.floor(random() * 3) }, (_, version) => ({
          source,
          version: version + 1,
          status: pick(random, STATUSES),
          amountMinor: pick(random, SUMS),
          dueOn: "2027-01-31",
        })),
      );
      const told = async (account: string, order: typeof sayings) => {
        let billId = "";
        for (const saying of order) ({ billId } = await pushBill(core.db, { ...saying, account }));
        const { rows } =
          await sql<object>`select b.state, b.source, b.source_version, b.said, b.amount_minor, b.part,
          (select jsonb_object_agg(source, source_version) from bill_sources s where s.bill_id = b.id) as beside, bill_doubt(b) as doubt
          from bills b where id = ${billId}`.execute(core.db);
        return rows[0];
      };
      const shuffled = sayings.map((saying) => ({ saying, at: random() })).toSorted((a, b) => a.at - b.at);
      const first = await told(`order-${SEED}-${round}-a`, sayings);
      const second = await told(
        `order-${SEED}-${round}-b`,
        shuffled.map(({ saying }) => saying),
      );
      expect(second, `KVITOK_RACE_SEED=${SEED}, round ${round}: ${JSON.stringify(shuffled)}`).toEqual(first);
    }
  });
});
