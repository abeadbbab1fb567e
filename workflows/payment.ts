import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  defineUpdate,
  setHandler,
} from "@temporalio/workflow";
import type { ChargeResult } from "../activities/charging.ts";
import type { NextStep } from "../domain/next-step.ts";
import { atGateway, rows } from "./activity-proxies.ts";
import { installBell } from "./bell.ts";
import { installCard, waitSummary } from "./cards.ts";
import { type PaymentInput, type PaymentView, payerReturnedUpdate } from "./messages.ts";

/** After two refusals of the gate in a row the rows are given this long to settle. */
const SETTLE_MS = 5_000;

/**
 * `payment/<id>`: carries one debt from plan to receipt. The rows decide everything; this only waits, asks them what
 * comes next and does that one thing: charge, look up, close. Stops, confirmations and notifications ring the bell.
 */
export async function payment({ paymentId, waitMs, gateway }: PaymentInput): Promise<string> {
  const bell = installBell();
  const returns = installReturns(bell.ring);
  const card = installCard(paymentId);
  let pause = { milliseconds: waitMs, summary: waitSummary("notice") };
  let refusals = 0;

  for (;;) {
    const asked = pause.milliseconds > 0 && (await bell.wait(pause.milliseconds, pause.summary));
    const serving = returns.asked();
    const orders = await rows.lookAtPayment({ paymentId, asked });
    card.show(orders.card);
    returns.see({ payment: orders.card.state, charge: orders.card.chargeState });

    const { step } = orders;
    if (step.do === "end") break;
    if (step.do === "wait") {
      pause = { milliseconds: orders.waitMs, summary: waitSummary(step.why) };
    } else if (step.do === "close") {
      await rows.endPayment({ paymentId, outcome: step.outcome });
      pause = now;
    } else {
      const result = await askGateway(step, { paymentId, gateway });
      refusals = result ? 0 : refusals + 1;
      if (result) returns.see(result);
      if (result?.payment === "paid") break;
      pause = afterGateway(result, refusals);
    }
    returns.served(serving);
  }
  returns.served(returns.asked());
  await condition(allHandlersFinished);
  return returns.seen().payment;
}

const now = { milliseconds: 0, summary: "" };

/** A charge or look-up that broke (worker killed, time-out) says nothing: the rows will. */
async function askGateway(
  step: Extract<NextStep, { do: "charge" | "look-up" }>,
  { paymentId, gateway }: Pick<PaymentInput, "paymentId" | "gateway">,
): Promise<ChargeResult | null> {
  const activities = atGateway(gateway);
  try {
    if (step.do === "charge") {
      return await activities.chargePayment.executeWithOptions({ summary: `charge ${paymentId}` }, [
        { paymentId },
      ]);
    }
    const { chargeId } = step;
    return await activities.lookUpCharge.executeWithOptions({ summary: `look up ${chargeId}` }, [
      { chargeId },
    ]);
  } catch (error) {
    if (error instanceof ActivityFailure) return null;
    throw error;
  }
}

function afterGateway(result: ChargeResult | null, refusals: number) {
  if (result?.payment === "charging") return { milliseconds: result.waitMs, summary: waitSummary("bank") };
  return refusals > 1 ? { milliseconds: SETTLE_MS, summary: "rows settle" } : now;
}

/** The payer's return from the bank asks for the next rung now and is answered with what the rows say after it. */
function installReturns(ring: () => void) {
  let asked = 0;
  let served = 0;
  let view: PaymentView = { payment: "scheduled", charge: null };
  setHandler(
    defineUpdate<PaymentView>(payerReturnedUpdate),
    async () => {
      const mine = ++asked;
      ring();
      await condition(() => served >= mine);
      return view;
    },
    { description: "The payer came back from the bank: look now" },
  );
  return {
    asked: () => asked,
    seen: () => view,
    see({ payment: state, charge }: PaymentView) {
      view = { payment: state, charge };
    },
    served(upTo: number) {
      served = upTo;
    },
  };
}
