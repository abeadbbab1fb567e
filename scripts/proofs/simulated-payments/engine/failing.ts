import type { NotCharged } from "../../../../domain/payment.ts";
import {
  type AfterNotCharged,
  afterNotCharged,
  type RetryRule,
  retryMoment,
  withJitter,
} from "../../../../domain/retry-policy.ts";
import { nextPayday } from "../../../../domain/paydays.ts";
import { DAY, dayOf, minuteOfCivil } from "../outside/clock.ts";
import { zoneOf } from "../outside/story.ts";
import { closePayment, isStopped, methodOf, moveMethod, movePayment, voidNotices } from "./moves.ts";
import { giveNotice } from "./noticing.ts";
import type { ChargeRow, Engine, PaymentRow } from "./rows.ts";
import { askPayer, tell } from "./telling.ts";

/** What follows a charge without money, by the domain's table; written with the evidence. */
export function planAfter(engine: Engine, charge: ChargeRow, reason: string): void {
  const { payment } = charge;
  const attempt = payment.charges.filter(({ state }) => state === "not-charged").length;
  payment.firstFailedAt ??= engine.now;
  const plan = afterNotCharged({
    gateway: "yookassa",
    how: notChargedOf(charge),
    reason,
    initiatedBy: charge.initiatedBy,
    attempt,
  });
  if (plan.next === "method-dead") endMethod(engine, charge, plan.method);
  payment.instructed = false;
  const again = plan.next === "again" ? firstLawful(engine, payment, plan) : null;
  if (charge.initiatedBy === "mit")
    engine.plannedTries.push({
      chargeId: charge.id,
      attempt,
      reason,
      how: charge.how ?? "",
      next: plan.next,
      at: again,
      failedAt: engine.now,
      giveUpAt: payment.giveUpAt,
    });
  write(engine, charge, { plan, again });
}

function write(
  engine: Engine,
  charge: ChargeRow,
  { plan, again }: { plan: AfterNotCharged; again: number | null },
): void {
  const { payment } = charge;
  const { payer, bill } = payment;
  if (isStopped(engine, payment)) {
    const outcome =
      bill.state === "annulled" ? "annulled" : bill.state === "paid-elsewhere" ? "paid-elsewhere" : "stopped";
    closePayment(engine, payment, { event: "not-charged-end", outcome });
    return tell(engine, { key: `nothing-taken/${charge.id}`, payer, event: "nothing-taken", bill: bill.id });
  }
  if (payment.route === "manual" || plan.next === "gave-up") {
    closePayment(engine, payment, { event: "not-charged-end", outcome: "gave-up" });
    return tell(engine, { key: `failed/${payment.id}`, payer, event: "failed", bill: bill.id });
  }
  if (again !== null && movePayment(engine, payment, "not-charged-again"))
    return giveNotice(engine, payment, { event: "failed-retry", plannedAt: again, runsFrom: null });
  if (!movePayment(engine, payment, "not-charged-ask")) return;
  payment.need = "need" in plan ? plan.need : "confirm-again";
  voidNotices(payment);
  askPayer(engine, { payment });
}

function notChargedOf({ how }: ChargeRow): NotCharged {
  if (how === "refused" || how === "absent" || how === "expired" || how === "voided") return how;
  return "declined";
}

function endMethod(engine: Engine, { methodId }: ChargeRow, to: "unusable" | "withdrawn"): void {
  const method = methodOf(engine, methodId);
  if (method) moveMethod(engine, method, to === "unusable" ? "declared-unusable" : "withdrawn");
}

/** The first rule that leaves a lawful moment before the payment is given up; null: none does. */
function firstLawful(
  engine: Engine,
  payment: PaymentRow,
  plan: Extract<AfterNotCharged, { next: "again" }>,
): number | null {
  for (const rule of [plan.rule, ...(plan.later ?? [])]) {
    const at = momentOf(engine, payment, rule);
    if (at === null) continue;
    const soonest = Math.max(at, engine.now + (plan.shortestWaitMinutes ?? 0));
    if (soonest <= payment.giveUpAt) return soonest;
  }
  return null;
}

function momentOf(engine: Engine, payment: PaymentRow, rule: RetryRule): number | null {
  const zone = zoneOf(payment.payer);
  const today = dayOf(engine.now, zone);
  const moment = retryMoment(rule, {
    today,
    firstFailedOn: dayOf(payment.firstFailedAt ?? engine.now, zone),
    lastSafeDay: dayOf(payment.giveUpAt, zone),
    nextPayday: nextPayday(today) ?? dayOf(engine.now + 31 * DAY, zone),
  });
  if (moment === null) return null;
  if ("waitMinutes" in moment) return engine.now + Math.ceil(withJitter(moment.waitMinutes * 60, 0.5) / 60);
  return minuteOfCivil(moment, zone);
}
