import { sql } from "kysely";
import type { Violation } from "../proof.ts";
import type { World } from "../world/world.ts";
import type { Answered } from "./attackers.ts";

/** What a refused request may be told: somebody is paying this bill, or it is paid. */
const REFUSALS = ["bill-being-paid", "bill-not-owed", "nothing-due"];
/** How a payment may end that was not the one. */
const LOSERS = ["taken-over", "duplicate"];

type PaymentRow = {
  readonly id: string;
  readonly billId: string;
  readonly route: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly passes: number;
};

/** Counts and violations of a fight over bills: the bank's journal on one side, every answer and every row on the other. */
export async function judgeFight(
  { db, bank }: World,
  fight: {
    readonly seed: number;
    readonly billIds: readonly string[];
    readonly answers: readonly Answered[];
  },
): Promise<{
  readonly violations: readonly Violation[];
  readonly counts: Readonly<Record<string, number | Readonly<Record<string, number>>>>;
}> {
  const [payments, debits] = await Promise.all([readPayments(db, fight.billIds), bank.debits()]);
  const byPayment = countBy(debits.map(({ chargeId = "" }) => chargeId.replace(/-\d+$/, "")));
  const { seed } = fight;
  const violations: Violation[] = [];
  for (const billId of fight.billIds) {
    const own = payments.filter((row) => row.billId === billId);
    const taken = own.reduce((sum, { id }) => sum + (byPayment[id] ?? 0), 0);
    const paid = own.filter(({ state }) => state === "paid").length;
    if (taken === 1 && paid === 1) continue;
    violations.push({
      invariant: `one debt, one payment: the bill ${billId} was debited ${taken} times and has ${paid} paid payments`,
      seed,
      events: own.map(({ id, route, state, outcome }) => `${id} by ${route}: ${state} ${outcome ?? ""}`),
    });
  }
  violations.push(...payments.flatMap((row) => loserViolations(row, seed)));
  violations.push(...fight.answers.flatMap((answer) => answerViolations(answer, seed)));
  const transmitted = payments.filter(({ passes }) => passes > 0);
  return {
    violations,
    counts: {
      bills: fight.billIds.length,
      debits: debits.length,
      requests: fight.answers.length,
      answers: countBy(fight.answers.map(({ status, code }) => `${status} ${code}`.trim())),
      answersByRoute: countBy(fight.answers.map(({ route, status }) => `${route} ${status}`)),
      ownPaymentNamed: fight.answers.filter(({ code, paymentId }) => code !== "" && paymentId !== null)
        .length,
      payments: payments.length,
      ends: countBy(payments.map(({ route, state, outcome }) => `${route} ${outcome ?? state}`)),
      paymentsWithTransmission: transmitted.length,
    },
  };
}

/** Whoever was not the one that paid ended as such, and not a byte of theirs passed the gate. */
function loserViolations({ id, route, state, outcome, passes }: PaymentRow, seed: number): Violation[] {
  if (state === "paid") return [];
  const ended = state === "closed" && outcome !== null && LOSERS.includes(outcome) && passes === 0;
  if (ended) return [];
  return [
    {
      invariant: "every other payment ended taken over or as a duplicate, without a transmission",
      seed,
      events: [`${id} by ${route}: ${state} ${outcome ?? ""}, ${passes} gate passes`],
    },
  ];
}

function answerViolations({ billId, route, status, code }: Answered, seed: number): Violation[] {
  if (status === 201 || (status === 409 && REFUSALS.includes(code))) return [];
  return [
    {
      invariant: "every other request was told that the bill is being paid",
      seed,
      events: [`${route} for ${billId} was answered ${status} ${code}`],
    },
  ];
}

async function readPayments(db: World["db"], billIds: readonly string[]): Promise<readonly PaymentRow[]> {
  const { rows } = await sql<PaymentRow>`
    select y.id, y.bill_id as "billId", y.route, y.state, y.outcome,
      (select count(*)::int from gate_passes g join charges c on c.id = g.charge_id where c.payment_id = y.id) as passes
    from payments y where y.bill_id = any(${billIds})`.execute(db);
  return rows;
}

function countBy(values: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
