import { type BudgetAnswer, cardBudget } from "../../../../domain/card-budget.ts";
import { isUndecided } from "../../../../domain/charge.ts";
import { money } from "../../../../domain/money.ts";
import { isWithinHours } from "../../../../domain/notice-policy.ts";
import type { Need } from "../../../../domain/payment.ts";
import { covers, fitsPeriod } from "../../../../domain/terms.ts";
import { HOUR, isoOf } from "../outside/clock.ts";
import { zoneOf } from "../outside/story.ts";
import { closePayment, isPermissionGone, methodOf, movePayment, undecidedOf } from "./moves.ts";
import { livingNotice, termsOf, wasWidened } from "./notices.ts";
import { giveNotice } from "./noticing.ts";
import { debitOf, monthOfMoment, usedInMonth } from "./planning.ts";
import type { ChargeRow, Engine, PaymentRow } from "./rows.ts";
import { askPayer, tell } from "./telling.ts";

type Refusal =
  | { readonly to: "ask"; readonly need: Need }
  | { readonly to: "wait"; readonly until: number }
  | { readonly to: "announce" }
  | { readonly to: "end"; readonly outcome: "stopped" | "annulled" | "paid-elsewhere" | "gave-up" };

/** One permission for one transmission (payment rules §5), by the rows of this very moment. A refusal moves the payment as P4 and P5 say. */
export function passGate(engine: Engine, payment: PaymentRow): boolean {
  const claim = engine.claims.get(payment.bill.id);
  if (payment.state !== "scheduled" || claim?.payment !== payment || claim.state !== "held") return false;
  if (undecidedOf(payment) !== undefined) return false;
  const refusal = whyRefused(engine, payment);
  if (refusal === null) return movePayment(engine, payment, "gate-passed");
  carryOut(engine, payment, refusal);
  return false;
}

/** The same bytes once more: only while the key lives, and only while the permission stands. */
export function passGateAgain(engine: Engine, { payment, state, firstSentAt }: ChargeRow): boolean {
  const claim = engine.claims.get(payment.bill.id);
  const isOurs = claim?.payment === payment && claim.state === "held";
  if (!isOurs || payment.state !== "charging" || state !== "unknown") return false;
  if (payment.bill.state !== "owed" || isPermissionGone(engine, payment)) return false;
  return engine.now < firstSentAt + 23 * HOUR;
}

function whyRefused(engine: Engine, payment: PaymentRow): Refusal | null {
  const { bill } = payment;
  if (bill.state !== "owed")
    return { to: "end", outcome: bill.state === "annulled" ? "annulled" : "paid-elsewhere" };
  if (isPermissionGone(engine, payment)) return { to: "end", outcome: "stopped" };
  if (methodOf(engine, payment.methodId)?.state !== "active") return { to: "ask", need: "new-method" };
  if (bill.amountMinor !== payment.amountMinor) return { to: "ask", need: "confirm-amount" };
  return (payment.instructed ? null : whyNotAlone(engine, payment)) ?? whyNoRoom(engine, payment);
}

/** What a debit without its payer stands on: today's terms, a notice that names it, its days and hours. */
function whyNotAlone(engine: Engine, payment: PaymentRow): Refusal | null {
  const { mandate, payer } = payment;
  if (mandate === null) return { to: "ask", need: "confirm-again" };
  if (engine.now >= payment.giveUpAt) return { to: "end", outcome: "gave-up" };
  const terms = termsOf(mandate);
  const { amount, methodId } = debitOf(payment);
  const month = monthOfMoment(engine.now, payer);
  const used = money(usedInMonth(engine, mandate, { month, without: payment.bill }), "RUB");
  if (!covers(terms, { amount, methodId }).covered || !fitsPeriod(terms, { used, debit: amount }))
    return { to: "ask", need: "over-limit" };
  const notice = livingNotice(payment);
  if (notice === undefined || wasWidened(mandate, notice)) return { to: "announce" };
  if (notice.amountMinor !== payment.amountMinor || notice.methodId !== payment.methodId)
    return { to: "announce" };
  if (engine.now >= notice.notAfter) return { to: "announce" };
  if (notice.state !== "accepted") return { to: "wait", until: engine.now + HOUR };
  if (engine.now < notice.notBefore) return { to: "wait", until: notice.notBefore };
  const time = isoOf(engine.now + zoneOf(payer)).slice(11, 16);
  return isWithinHours(terms.noticePack, time) ? null : { to: "wait", until: engine.now + HOUR };
}

function whyNoRoom(engine: Engine, payment: PaymentRow): Refusal | null {
  const answer = roomOf(engine, payment);
  if (answer.room) return null;
  if (answer.cap.whenFull === "ask") return { to: "ask", need: "new-method" };
  return { to: "wait", until: Math.max(engine.now + HOUR, Math.ceil((answer.untilMs ?? 0) / 60_000)) };
}

function roomOf(engine: Engine, payment: PaymentRow): BudgetAnswer {
  const tries = engine.payments.flatMap(({ charges }) =>
    charges
      .filter(
        ({ methodId, how, state }) =>
          methodId === payment.methodId && state !== "charged" && how !== "refused" && how !== "absent",
      )
      .map(({ firstSentAt, initiatedBy, amountMinor, state }) => ({
        sentAtMs: firstSentAt * 60_000,
        initiatedBy,
        amountMinor,
        undecided: isUndecided(state),
      })),
  );
  const initiatedBy = payment.instructed ? "cit" : "mit";
  return cardBudget(tries, {
    atMs: engine.now * 60_000,
    initiatedBy,
    amountMinor: payment.amountMinor,
    network: "mir",
  });
}

function carryOut(engine: Engine, payment: PaymentRow, refusal: Refusal): void {
  const { payer, bill } = payment;
  switch (refusal.to) {
    case "wait":
      if (movePayment(engine, payment, "gate-deferred"))
        payment.nextLookAt = Math.max(refusal.until, engine.now + 1);
      return;
    case "announce":
      if (movePayment(engine, payment, "gate-deferred"))
        giveNotice(engine, payment, { event: "notice-changed", plannedAt: engine.now, runsFrom: null });
      return;
    case "ask":
      if (!movePayment(engine, payment, "person-needed")) return;
      payment.need = refusal.need;
      for (const notice of payment.notices) notice.state = "void";
      return askPayer(engine, { payment });
    case "end":
      closePayment(engine, payment, {
        event: refusal.outcome === "gave-up" ? "deadline-passed" : "stopped",
        outcome: refusal.outcome,
      });
      if (refusal.outcome === "gave-up")
        tell(engine, { key: `failed/${payment.id}`, payer, event: "failed", bill: bill.id });
  }
}
