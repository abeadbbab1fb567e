import { type ChargeEvent, evolveCharge, isUndecided } from "../../../../domain/charge.ts";
import { secondsToNextLook } from "../../../../domain/ladder.ts";
import {
  chargedAndNotWanted,
  chargedAndWanted,
  type EntryOrigin,
  refundDecided,
} from "../../../../domain/ledger.ts";
import { judgeMoney } from "../../../../domain/money-verdict.ts";
import { money } from "../../../../domain/money.ts";
import type { NotCharged } from "../../../../domain/payment.ts";
import type { Shown } from "../outside/bank.ts";
import { shapeOf } from "../outside/story.ts";
import { planAfter } from "./failing.ts";
import { isPermissionGone, moveBill, movePayment, undecidedOf, voidNotices } from "./moves.ts";
import type { ChargeRow, Engine } from "./rows.ts";
import { tell } from "./telling.ts";

/** What was learned of a charge; `how` and `reason` of an end without money. */
export type Evidence = { readonly event: ChargeEvent; readonly how?: NotCharged; readonly reason?: string };

/** What an object says, as evidence about its charge. */
export function evidenceOf(shown: Shown, now: number): Evidence {
  switch (shown.state) {
    case "succeeded":
      return { event: "money-taken" };
    case "challenge":
      return { event: now < shown.confirmBy ? "payer-asked" : "accepted" };
    case "pending":
      return { event: "accepted" };
    case "canceled":
      return { event: "ended-without-money", how: "declined", reason: shown.reason ?? "general_decline" };
  }
}

/** The one way to move a charge, and with it payment, bill, claim, ledger and what people are told: one transaction. */
export function record(engine: Engine, charge: ChargeRow, evidence: Evidence): void {
  const evolution = evolveCharge({ ...charge, byHand: false }, evidence.event);
  if (evidence.event === "unanswered") charge.unanswered += 1;
  if (evolution.kind !== "moved") {
    // an activity that runs again posts again: only the entry's own name keeps it single
    if (charge.state === "charged" && evidence.event === "money-taken") postTaken(engine, charge);
    return lookAgain(engine, charge);
  }
  engine.written({
    machine: "charge",
    id: charge.id,
    from: charge.state,
    event: evidence.event,
    to: evolution.to,
  });
  charge.state = evolution.to;
  if (!isUndecided(charge.state)) charge.decidedAt = engine.now;
  if (charge.state === "charged") settleCharged(engine, charge);
  else if (charge.state === "not-charged") settleNotCharged(engine, charge, evidence);
  else lookAgain(engine, charge);
}

function lookAgain(engine: Engine, charge: ChargeRow): void {
  const { id, looks, objectId, state, payment } = charge;
  if (!isUndecided(state)) return;
  const seconds = secondsToNextLook({ state, looks, objectKnown: objectId !== null, chargeId: id });
  payment.nextLookAt = engine.now + Math.max(1, Math.ceil(seconds / 60));
}

function settleCharged(engine: Engine, charge: ChargeRow): void {
  const { payment } = charge;
  const { bill } = payment;
  const stopped = isPermissionGone(engine, payment);
  if (payment.state === "closed" && !engine.claims.has(bill.id))
    engine.claims.set(bill.id, { payment, state: "held" });
  const verdict = judge(engine, charge);
  charge.kept = verdict.keep.amountMinor > 0;
  const open = payment.state !== "paid" && payment.state !== "returning";
  if (open && !movePayment(engine, payment, charge.kept ? "money-kept" : "money-not-wanted")) return;
  payment.need = null;
  payment.outcome = null;
  voidNotices(payment);
  postTaken(engine, charge);
  if (verdict.giveBack.amountMinor > 0) owe(engine, charge, verdict.giveBack.amountMinor);
  if (!charge.kept) return tell(engine, about("money-returning", charge));
  engine.claims.set(bill.id, { payment, state: "spent" });
  moveBill(engine, bill, { event: "payment-accepted", newer: true, foreignProof: false });
  bill.echo = false;
  tell(engine, about(stopped ? "charged-after-stop" : "paid", charge));
}

function judge(engine: Engine, { payment, amountMinor }: ChargeRow) {
  const { bill } = payment;
  const claim = engine.claims.get(bill.id);
  const ours =
    claim?.payment === payment &&
    claim.state === "held" &&
    payment.state !== "paid" &&
    payment.state !== "returning";
  const others =
    claim !== undefined && undecidedOf(claim.payment) !== undefined
      ? "held-by-undecided"
      : "held-without-charge";
  return judgeMoney({
    taken: money(amountMinor, "RUB"),
    claim: ours
      ? "ours"
      : claim?.state === "spent" || claim?.payment === payment
        ? "spent"
        : others === "held-without-charge"
          ? "spent"
          : others,
    debt: bill.state === "owed" ? "owed" : bill.state === "annulled" ? "annulled" : "paid-by-other",
    due: money(bill.amountMinor, "RUB"),
    payeeAsShown: true,
    methodRefundsPartly: true,
  });
}

export function originOf({ payment, id }: ChargeRow): EntryOrigin {
  const account = shapeOf(payment.bill.account);
  return {
    paymentId: payment.id,
    evidenceObject: id,
    merchantAccount: account,
    billerId: `account-${payment.bill.account}`,
  };
}

function postTaken(engine: Engine, charge: ChargeRow): void {
  const sum = money(charge.amountMinor, "RUB");
  const entry = charge.kept
    ? chargedAndWanted(originOf(charge), { debt: sum, commission: money(0, "RUB") })
    : chargedAndNotWanted(originOf(charge), sum);
  engine.ledger.post(entry);
}

/** Money that is not kept is owed to its payer from this transaction on. */
export function owe(engine: Engine, charge: ChargeRow, amountMinor: number): void {
  const id = `r${engine.refunds.length + 1}`;
  engine.refunds.push({ id, charge, amountMinor, state: "requested", nextAt: engine.now, tries: 0 });
  if (charge.kept)
    engine.ledger.post(
      refundDecided(
        { ...originOf(charge), evidenceObject: id },
        { debt: money(amountMinor, "RUB"), commission: money(0, "RUB") },
      ),
    );
}

export function about(
  event: "paid" | "charged-after-stop" | "money-returning" | "failed" | "nothing-taken",
  charge: ChargeRow,
) {
  const { payer, bill } = charge.payment;
  return { key: `${event}/${charge.id}`, payer, event, bill: bill.id };
}

/** No money was taken and none can be: again, ask, or end (P7). */
function settleNotCharged(engine: Engine, charge: ChargeRow, evidence: Evidence): void {
  const { payment } = charge;
  charge.how = evidence.how ?? (evidence.event === "absence-proved" ? "absent" : "refused");
  if (payment.bill.echo) {
    // the source said that nothing is due, and it was not us: somebody else has paid (§4.3, B5)
    payment.bill.echo = false;
    moveBill(engine, payment.bill, { event: "nothing-due", newer: true, foreignProof: true });
  }
  if (payment.state === "charging") planAfter(engine, charge, evidence.reason ?? "technical");
}
