import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineUpdate,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";
import type { ChargeResult } from "../activities/charging.ts";
import type { PaymentOrders } from "../activities/looking.ts";
import type { NextStep } from "../domain/next-step.ts";
import { PRIORITY_KEYS, type Urgency } from "../domain/urgency.ts";
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
  let refusals = 0;

  const carryOut = async ({ step, waitMs: untilNextMs, urgency = "due" }: Orders): Promise<Pause> => {
    if (step.do === "wait") return { milliseconds: untilNextMs, summary: waitSummary(step.why) };
    if (step.do === "close") await rows.endPayment({ paymentId, outcome: step.outcome });
    if (step.do !== "charge" && step.do !== "look-up") return atOnce;
    const result = await askGateway(step, { paymentId, gateway, urgency });
    refusals = result ? 0 : refusals + 1;
    if (result) returns.see(result);
    return afterGateway(result, refusals);
  };

  // The end of an undisturbed notice window needs no look: the gate reads every row anyway.
  const disturbed = waitMs === 0 || (await bell.wait(waitMs, waitSummary("notice")));
  let pause = disturbed ? atOnce : await carryOut({ step: { do: "charge" }, waitMs: 0 });

  while (returns.seen().payment !== "paid") {
    const asked = pause.milliseconds > 0 && (await bell.wait(pause.milliseconds, pause.summary));
    const serving = returns.asked();
    const orders = await rows.lookAtPayment({ paymentId, asked });
    card.show(orders.card);
    returns.see({ payment: orders.card.state, charge: orders.card.chargeState });
    if (orders.step.do === "end") break;
    pause = await carryOut(orders);
    returns.served(serving);
    // a charge that stays unknown is looked up for ever; a payer who has just come back is answered by this run first
    if (workflowInfo().continueAsNewSuggested && returns.asked() === serving) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof payment>({ paymentId, waitMs: 0, gateway });
    }
  }
  returns.served(returns.asked());
  await condition(allHandlersFinished);
  return returns.seen().payment;
}

type Orders = Pick<PaymentOrders, "step" | "waitMs" | "urgency">;
type Pause = { readonly milliseconds: number; readonly summary: string };

const atOnce: Pause = { milliseconds: 0, summary: "" };

/** A charge or look-up that broke (worker killed, time-out) says nothing: the rows will. */
async function askGateway(
  step: Extract<NextStep, { do: "charge" | "look-up" }>,
  {
    paymentId,
    gateway,
    urgency,
  }: Pick<PaymentInput, "paymentId" | "gateway"> & { readonly urgency: Urgency },
): Promise<ChargeResult | null> {
  const activities = atGateway(gateway);
  // who waits in front of a page does not queue behind a batch
  const priority = { priorityKey: PRIORITY_KEYS[urgency] };
  try {
    if (step.do === "charge") {
      return await activities.chargePayment.executeWithOptions({ summary: `charge ${paymentId}`, priority }, [
        { paymentId },
      ]);
    }
    const { chargeId } = step;
    return await activities.lookUpCharge.executeWithOptions({ summary: `look up ${chargeId}`, priority }, [
      { chargeId },
    ]);
  } catch (error) {
    if (error instanceof ActivityFailure) return null;
    throw error;
  }
}

function afterGateway(result: ChargeResult | null, refusals: number): Pause {
  if (result?.payment === "charging") return { milliseconds: result.waitMs, summary: waitSummary("bank") };
  return refusals > 1 ? { milliseconds: SETTLE_MS, summary: "rows settle" } : atOnce;
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
