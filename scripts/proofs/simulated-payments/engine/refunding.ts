import { refundDone } from "../../../../domain/ledger.ts";
import { money } from "../../../../domain/money.ts";
import { evolveRefund, type RefundEvent } from "../../../../domain/refund.ts";
import { HOUR } from "../outside/clock.ts";
import { shapeOf } from "../outside/story.ts";
import { movePayment } from "./moves.ts";
import type { Engine, RefundRow } from "./rows.ts";
import { originOf } from "./settling.ts";
import { tell } from "./telling.ts";

/** Sends what is owed back; what nobody answered is sent again with the same key. */
export function giveBack(engine: Engine, refund: RefundRow): void {
  const { charge, id } = refund;
  const { payment } = charge;
  if (charge.objectId === null || !move(engine, refund, "gate-passed")) return;
  refund.tries += 1;
  const said = engine.banks[shapeOf(payment.bill.account)].giveBack({
    key: id,
    objectId: charge.objectId,
    amountMinor: refund.amountMinor,
    bill: payment.bill.id,
  });
  refund.nextAt = engine.now + HOUR;
  if (said === "unanswered") move(engine, refund, "unanswered");
  else if (said === "refused-technical") move(engine, refund, "credentials-refused");
  else if (move(engine, refund, "returned")) finish(engine, refund);
}

function finish(engine: Engine, refund: RefundRow): void {
  const { charge, id, amountMinor } = refund;
  const { payment } = charge;
  engine.ledger.post(refundDone({ ...originOf(charge), evidenceObject: id }, money(amountMinor, "RUB")));
  if (payment.state === "returning" && movePayment(engine, payment, "refunded-in-full")) {
    payment.outcome = "returned";
    const claim = engine.claims.get(payment.bill.id);
    if (claim?.payment === payment && claim.state === "held") engine.claims.delete(payment.bill.id);
  }
  tell(engine, {
    key: `money-returned/${id}`,
    payer: payment.payer,
    event: "money-returned",
    bill: payment.bill.id,
  });
}

function move(engine: Engine, refund: RefundRow, event: RefundEvent): boolean {
  const evolution = evolveRefund(refund.state, event);
  if (evolution.kind !== "moved") return false;
  engine.written({ machine: "refund", id: refund.id, from: refund.state, event, to: evolution.to });
  refund.state = evolution.to;
  return true;
}
