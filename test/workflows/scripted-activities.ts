import type { ChargeResult } from "../../activities/charging.ts";
import type { BillOrders, MandateOrders, PaymentOrders } from "../../activities/looking.ts";
import type { NextStep } from "../../domain/next-step.ts";

/** What a workflow asked for, in order: `look`, `look!` (somebody rang), `charge`, `look-up`, `end stopped`… */
export type Script = {
  readonly calls: string[];
  /** What rows would say, one after another; the last one is said for ever. */
  readonly looks: readonly PaymentOrders[];
  readonly charges?: readonly (ChargeResult | null | Error)[];
  readonly lookUps?: readonly (ChargeResult | null | Error)[];
};

const card: PaymentOrders["card"] = {
  state: "scheduled",
  need: null,
  reason: null,
  charge: null,
  chargeState: null,
  amountMinor: 512_345,
  currency: "RUB",
  plannedOn: "2026-11-25",
};

/** Orders of the rows: the step, and how long until the next look where it is a wait. */
export function orders(
  step: NextStep,
  more: { readonly waitMs?: number; readonly card?: Partial<PaymentOrders["card"]> } = {},
): PaymentOrders {
  return { step, waitMs: more.waitMs ?? 1_000, card: { ...card, ...more.card } };
}

export const waiting = (why: Extract<NextStep, { do: "wait" }>["why"], waitMs: number): PaymentOrders =>
  orders(
    { do: "wait", until: "2026-11-25T10:00:00.000Z", why },
    { waitMs, card: { state: why === "payer" ? "needs-payer" : "charging" } },
  );

export const ended = (how: "paid" | "closed" | "returning"): PaymentOrders =>
  orders({ do: "end", how }, { card: { state: how } });

/** Says one after another what it was given; the last one for ever. */
function inTurn<Answer>(answers: readonly (Answer | Error)[]): () => Promise<Answer> {
  let next = 0;
  return async () => {
    const answer = answers[Math.min(next, answers.length - 1)];
    next += 1;
    if (answer === undefined) throw new Error("nobody scripted this");
    if (answer instanceof Error) throw answer;
    return answer;
  };
}

/** Activities of the main queue that follow a script. */
export function scriptedRows(script: Script) {
  const look = inTurn(script.looks);
  return {
    async lookAtPayment({ asked }: { readonly asked: boolean }) {
      script.calls.push(asked ? "look!" : "look");
      return look();
    },
    async endPayment({ outcome }: { readonly outcome: string }) {
      script.calls.push(`end ${outcome}`);
    },
  };
}

/** Activities of a gateway's queue that follow a script. */
export function scriptedGateway(script: Script) {
  const charge = inTurn(script.charges ?? []);
  const lookUp = inTurn(script.lookUps ?? []);
  return {
    async chargePayment() {
      script.calls.push("charge");
      return charge();
    },
    async lookUpCharge() {
      script.calls.push("look-up");
      return lookUp();
    },
  };
}

/** Orders of a mandate or a bill, one after another, with a note of every look. */
export function scriptedLooks<Orders extends MandateOrders | BillOrders>(answers: readonly Orders[]) {
  const calls: string[] = [];
  const answer = inTurn<Orders>(answers);
  return {
    calls,
    async look() {
      calls.push("look");
      return answer();
    },
  };
}
