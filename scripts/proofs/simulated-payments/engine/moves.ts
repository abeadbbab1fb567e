import { type BillEvent, type BillEvolution, evolveBill } from "../../../../domain/bill.ts";
import { isUndecided } from "../../../../domain/charge.ts";
import { evolveMandate, type MandateEvent, type PausedBy } from "../../../../domain/mandate.ts";
import { evolveMethod, type MethodEvent } from "../../../../domain/method.ts";
import { evolvePayment, type PaymentEvent, type PaymentOutcome } from "../../../../domain/payment.ts";
import { DAY } from "../outside/clock.ts";
import type { BillRow, ChargeRow, Engine, MandateRow, MethodRow, PaymentRow } from "./rows.ts";

/** Moves a payment by the domain's table; false when the event is not legal there. */
export function movePayment(engine: Engine, payment: PaymentRow, event: PaymentEvent): boolean {
  const evolution = evolvePayment(payment, event);
  if (evolution.kind !== "moved") return false;
  engine.written({ machine: "payment", id: payment.id, from: payment.state, event, to: evolution.to });
  payment.state = evolution.to;
  if (payment.state === "needs-payer") {
    payment.instructed = false;
    payment.giveUpAt = Math.max(payment.giveUpAt, engine.now + DAY);
    payment.nextLookAt = payment.giveUpAt;
  }
  return true;
}

/** Closes without money and frees the claim; over a charge under way only the mark is set (P9). */
export function closePayment(
  engine: Engine,
  payment: PaymentRow,
  by: { event: PaymentEvent; outcome: PaymentOutcome },
): void {
  const wasCharging = payment.state === "charging";
  if (!movePayment(engine, payment, by.event)) return;
  if (wasCharging && by.event !== "not-charged-end") {
    payment.stopMark = true;
    return;
  }
  payment.outcome = by.outcome;
  payment.need = null;
  voidNotices(payment);
  const claim = engine.claims.get(payment.bill.id);
  if (claim?.payment === payment && claim.state === "held") engine.claims.delete(payment.bill.id);
}

export function voidNotices(payment: PaymentRow): void {
  for (const notice of payment.notices) notice.state = "void";
}

export function undecidedOf(payment: PaymentRow): ChargeRow | undefined {
  return payment.charges.find(({ state }) => isUndecided(state));
}

export function openPaymentOf(engine: Engine, bill: number): PaymentRow | undefined {
  return engine.payments.findLast((payment) => payment.bill.id === bill && isOpen(payment));
}

export function isOpen({ state }: PaymentRow): boolean {
  return state === "scheduled" || state === "needs-payer" || state === "charging";
}

/** The payer's permission for what is sent without them. */
export function isPermissionGone(engine: Engine, payment: PaymentRow): boolean {
  const { mandate } = payment;
  if (payment.stopMark) return true;
  if (mandate !== null && (mandate.state !== "active" || payment.order <= mandate.lastStop)) return true;
  return !payment.instructed && methodOf(engine, payment.methodId)?.state === "withdrawn";
}

export function isStopped(engine: Engine, payment: PaymentRow): boolean {
  return payment.bill.state !== "owed" || isPermissionGone(engine, payment);
}

export function methodOf(engine: Engine, id: string): MethodRow | undefined {
  return engine.methods.find((method) => method.id === id);
}

/** The card that a payer would pay with now. */
export function cardOf(engine: Engine, payer: number): MethodRow | undefined {
  return engine.methods.findLast((method) => method.payer === payer && method.state === "active");
}

export function moveBill(
  engine: Engine,
  bill: BillRow,
  by: { event: BillEvent; newer: boolean; foreignProof: boolean },
): BillEvolution["follows"] {
  const evolution = evolveBill(
    {
      state: bill.state,
      newer: by.newer,
      undecidedCharge: engine.payments.some(
        (payment) => payment.bill === bill && undecidedOf(payment) !== undefined,
      ),
      foreignProof: by.foreignProof,
      settled: false,
    },
    by.event,
  );
  if (evolution.kind !== "moved") return undefined;
  engine.written({
    machine: "bill",
    id: String(bill.id),
    from: bill.state,
    event: by.event,
    to: evolution.to,
  });
  bill.state = evolution.to;
  return evolution.follows;
}

export function moveMandate(
  engine: Engine,
  mandate: MandateRow,
  by: { event: MandateEvent; by: PausedBy; narrowing: boolean },
): boolean {
  const { state, pauses } = mandate;
  const evolution = evolveMandate(
    {
      state,
      pauses,
      by: by.by,
      methodUsable: cardOf(engine, mandate.payer) !== undefined,
      consentComplete: true,
      narrowing: by.narrowing,
    },
    by.event,
  );
  if (evolution.kind === "rejected") return false;
  if (by.event === "resumed") mandate.pauses = pauses.filter((author) => author !== by.by);
  if (evolution.kind === "kept") return false;
  engine.written({ machine: "mandate", id: mandate.id, from: state, event: by.event, to: evolution.to });
  mandate.state = evolution.to;
  if (by.event === "paused" || by.event === "method-lost") mandate.pauses = [...new Set([...pauses, by.by])];
  return true;
}

export function moveMethod(engine: Engine, method: MethodRow, event: MethodEvent): void {
  const evolution = evolveMethod(method.state, event);
  if (evolution.kind !== "moved") return;
  engine.written({ machine: "method", id: method.id, from: method.state, event, to: evolution.to });
  method.state = evolution.to;
}
