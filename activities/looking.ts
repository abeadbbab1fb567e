import type { Database } from "../db/database.ts";
import {
  closePayment,
  giveUpPayment,
  readBillLook,
  readMandateLook,
  readPaymentLook,
  remindOfBill,
  tellDiscountEnds,
  resumeDueMandate,
} from "../db/queries/looks.ts";
import { closeDigest } from "../db/queries/digests.ts";
import { runSchedule } from "../db/queries/scheduled-runs.ts";
import { runTopUp } from "../db/queries/top-ups.ts";
import { type NextStep, nextStep } from "../domain/next-step.ts";
import { DISCOUNT_DAYS, REMINDER_DAYS } from "../domain/reminder-days.ts";
import { type Urgency, urgencyOf } from "../domain/urgency.ts";
import { say } from "../words/say.ts";

/** The next step of a payment, the real time until it where it is a wait, and what an operator's card says. */
export type PaymentOrders = {
  readonly step: NextStep;
  readonly waitMs: number;
  /** Whose turn it is at the gateway; absent in histories from before it was told. */
  readonly urgency?: Urgency;
  readonly card: {
    readonly state: string;
    readonly need: string | null;
    readonly reason: string | null;
    readonly charge: string | null;
    readonly chargeState: string | null;
    readonly amountMinor: number;
    readonly currency: string;
    readonly plannedOn: string;
  };
};

/** A wait is never shorter than this: a row that is due but leased must not make a workflow spin. */
const SHORTEST_WAIT_MS = 1_000;

/** Reads a payment's rows and says what comes next. One statement, no effect. */
export async function lookAtPayment(
  db: Database,
  request: { readonly paymentId: string; readonly asked: boolean },
): Promise<PaymentOrders> {
  const row = await readPaymentLook(db, request.paymentId);
  if (!row) throw new Error(`no payment ${request.paymentId}`);
  const charge =
    row.chargeId === null || row.chargeState === null
      ? null
      : { id: row.chargeId, state: row.chargeState, leased: row.leased, objectKnown: row.objectKnown };
  const step = nextStep({ ...row, charge, asked: request.asked });
  const waitMs = step.do === "wait" && step.why === "payer" ? row.giveUpMs : row.nextLookMs;
  return {
    step,
    waitMs: Math.max(waitMs, SHORTEST_WAIT_MS),
    urgency: urgencyOf(row),
    card: {
      state: row.state,
      need: row.need,
      reason: row.reason,
      charge: row.chargeId,
      chargeState: row.chargeState,
      amountMinor: row.amountMinor,
      currency: row.currency,
      plannedOn: row.plannedOn,
    },
  };
}

/** Ends what a stop or the payer's deadline ended; nothing happens over a charge that is under way. */
export async function endPayment(
  db: Database,
  request: { readonly paymentId: string; readonly outcome: "stopped" | "gave-up" },
): Promise<void> {
  if (request.outcome === "gave-up") return giveUpPayment(db, request.paymentId);
  await closePayment(db, { paymentId: request.paymentId, outcome: "stopped", reason: "stopped" });
}

/** What a run pays for, in the payee's language. */
const purpose = (biller: string): string => say("ru", "templates.purpose", { biller });

/** What a mandate waits for now; `null` waits for a message only. Ends a pause whose date has come, announces the run of its schedule that is due, tops up a balance that is low. */
export type MandateOrders = {
  readonly ended: boolean;
  readonly waitMs: number | null;
  readonly card: string;
};

export async function lookAtMandate(
  db: Database,
  request: { readonly mandateId: string },
): Promise<MandateOrders> {
  let look = await readMandateLook(db, request.mandateId);
  if (look?.due && look.state === "paused") {
    await resumeDueMandate(db, request.mandateId);
    look = await readMandateLook(db, request.mandateId);
  }
  if (!look) throw new Error(`no mandate ${request.mandateId}`);
  const { mandateId } = request;
  let outcome = await runSchedule(db, { mandateId, purpose });
  // a run that was missed may leave the next one due at once
  while (outcome !== "nothing-due") outcome = await runSchedule(db, { mandateId, purpose });
  if (look.watches) await runTopUp(db, { mandateId, purpose });
  look = (await readMandateLook(db, mandateId)) ?? look;
  return {
    ended: look.state === "ended",
    waitMs: look.waitMs === null ? null : Math.max(look.waitMs, SHORTEST_WAIT_MS),
    card: `**${look.state}**${look.why === null ? "" : ` · ${look.why}`} · terms v${look.version}`,
  };
}

/** Closes a digest whose time has come: one message for each channel; `waitMs` until then. */
export type DigestOrders = { readonly closed: boolean; readonly waitMs: number };

export async function lookAtDigest(
  db: Database,
  request: { readonly digestId: string },
): Promise<DigestOrders> {
  const { closed, waitMs } = await closeDigest(db, request.digestId);
  return { closed, waitMs: Math.max(waitMs, SHORTEST_WAIT_MS) };
}

/** Sends the reminder that is due, if one is, and says when the next comes; `ended` once nothing is owed any more, or nobody wants to hear of it. */
export type BillOrders = { readonly ended: boolean; readonly waitMs: number };

export async function lookAtBill(db: Database, request: { readonly billId: string }): Promise<BillOrders> {
  const look = await readBillLook(db, request.billId, { due: REMINDER_DAYS, discount: DISCOUNT_DAYS });
  if (!look) throw new Error(`no bill ${request.billId}`);
  if (!look.owed || !look.heard) return { ended: true, waitMs: 0 };
  if (look.remindNow !== null && !look.covered) await remindOfBill(db, request.billId, look.remindNow);
  if (look.discountNow !== null && !look.covered)
    await tellDiscountEnds(db, request.billId, look.discountNow);
  return { ended: look.waitMs === null, waitMs: Math.max(look.waitMs ?? 0, SHORTEST_WAIT_MS) };
}
