import { sql } from "kysely";
import type { Violation } from "../proof.ts";
import { dueBy, endOf } from "./due.ts";
import { MARGIN_MS } from "./expected.ts";
import type { EngineBill, EngineWorld, Heard } from "./through-engine.ts";

const ZONE = "Europe/Moscow";

type Passed = { readonly chargeId: string; readonly passedAt: number; readonly businessAt: number };
type Left = { readonly billId: string; readonly need: string | null; readonly outcome: string | null };

/** What the bank's own journal says of bills that were changed on their way through the engine. */
export async function judgeThroughEngine(
  world: EngineWorld,
  bills: readonly EngineBill[],
): Promise<{ readonly violations: readonly Violation[]; readonly counts: Readonly<Record<string, number>> }> {
  const violations: Violation[] = [];
  const counts = {
    bills: bills.length,
    changes: 0,
    beforeTheGate: 0,
    debits: 0,
    discountsThatCouldBeKept: 0,
    kept: 0,
    lostWithReason: 0,
  };
  const [debits, gates, ends] = await Promise.all([
    world.bank.debits(),
    passesOf(world, bills),
    endsOf(world, bills),
  ]);
  for (const bill of bills) {
    const passed = gates.get(bill.billId);
    const taken = debits.filter(({ chargeId = "" }) => passed?.some((gate) => gate.chargeId === chargeId));
    counts.changes += bill.heard.length - 1;
    counts.debits += taken.length;
    const say = (invariant: string) =>
      violations.push({ invariant, seed: bill.seed, events: bill.heard.map(lineOf) });
    if (taken.length > 1) say("a second debit of one bill");
    for (const { amountMinor, chargeId = "" } of taken) {
      const gate = passed?.find((one) => one.chargeId === chargeId);
      if (gate === undefined) continue;
      const surelyBefore = bill.heard.filter(({ answeredAt }) => answeredAt <= gate.passedAt).length;
      counts.beforeTheGate += surelyBefore - 1;
      if (!isAskedFor(bill.heard, { gate, surelyBefore, amountMinor }))
        say(`a debit of ${amountMinor} that no word of that moment asks for`);
    }
    const chance = discountOf(bill.heard);
    if (chance === null) continue;
    counts.discountsThatCouldBeKept += 1;
    const end = ends.get(bill.billId);
    if (taken.length > 0) counts.kept += 1;
    else if (end?.need || end?.outcome) counts.lostWithReason += 1;
    else say("a discount that could be kept is lost without a reason");
  }
  return { violations: [...violations, ...judgeKept(counts, bills[0]?.seed ?? 0)], counts };
}

function judgeKept(
  {
    kept,
    discountsThatCouldBeKept: could,
  }: { readonly kept: number; readonly discountsThatCouldBeKept: number },
  seed: number,
): readonly Violation[] {
  if (kept * 100 >= could * 99) return [];
  return [{ invariant: `${kept} of ${could} discounts were kept through the engine`, seed, events: [] }];
}

/** A gate commits a little after it has looked at the clock. */
const SLACK_MS = 2_000;

/** Some word that may have been the last one before the gate asks for this very sum. */
function isAskedFor(
  heard: readonly Heard[],
  {
    gate,
    surelyBefore,
    amountMinor,
  }: { readonly gate: Passed; readonly surelyBefore: number; readonly amountMinor: number },
): boolean {
  return heard
    .slice(Math.max(0, surelyBefore - 1))
    .filter(({ askedAt }) => askedAt <= gate.passedAt + SLACK_MS)
    .some(({ word }) => word.status === "issued" && dueBy(word, gate.businessAt, ZONE) === amountMinor);
}

/** Every word of the bill asked for money, with a discount that ends far enough ahead: whichever of them decided, it could be kept. Null: not every one. */
function discountOf(heard: readonly Heard[]): number | null {
  const ends = heard.map(({ word, answeredAt }) => {
    const end = endOf(word, ZONE);
    const useful =
      end !== null && dueBy(word, end - 1, ZONE) < dueBy(word, end, ZONE) && word.status === "issued";
    return useful && answeredAt + 2 * MARGIN_MS < end ? end : null;
  });
  return ends.includes(null) ? null : Math.min(...ends.filter((end) => end !== null));
}

async function passesOf(
  { db }: EngineWorld,
  bills: readonly EngineBill[],
): Promise<ReadonlyMap<string, readonly Passed[]>> {
  const { rows } = await sql<Passed & { readonly billId: string }>`
    select y.bill_id as "billId", c.id as "chargeId", (extract(epoch from min(g.passed_at)) * 1000)::float8 as "passedAt",
           (extract(epoch from min(g.business_at)) * 1000)::float8 as "businessAt"
      from gate_passes g join charges c on c.id = g.charge_id join payments y on y.id = c.payment_id
     where y.bill_id = any (${bills.map(({ billId }) => billId)}) group by y.bill_id, c.id`.execute(db);
  const passes = new Map<string, Passed[]>();
  for (const { billId, ...pass } of rows) passes.set(billId, [...(passes.get(billId) ?? []), pass]);
  return passes;
}

async function endsOf({ db }: EngineWorld, bills: readonly EngineBill[]): Promise<ReadonlyMap<string, Left>> {
  const { rows } =
    await sql<Left>`select distinct on (y.bill_id) y.bill_id as "billId", y.need, y.outcome from payments y
    where y.bill_id = any (${bills.map(({ billId }) => billId)}) order by y.bill_id, y.created_at desc, y.id desc`.execute(
      db,
    );
  return new Map(rows.map((row) => [row.billId, row]));
}

function lineOf({ change, word, answeredAt }: Heard): string {
  const less =
    word.discount === null
      ? "no discount"
      : `${word.discount.kind} ${word.discount.value} until ${word.discount.until}`;
  return `${new Date(answeredAt).toISOString()} ${change}: ${word.status}, ${word.leftMinor} of ${word.fullMinor}, ${less}`;
}
