import { equal, toDecimal } from "../../../domain/money.ts";
import type {
  ChargeRequest,
  RefundExpected,
  RefundIntent,
  RefundLookUp,
  RefundScan,
  RefundSighting,
  RefundTransmission,
} from "../port.ts";
import { isKey } from "./charge-request.ts";
import { cut, demand } from "./field-limits.ts";
import { disagreeing } from "./doubt.ts";
import { listWindow, type ReadPage, rowBytes, type Sought, type Window } from "./listing.ts";
import { read, refundShape, type WireRefund } from "./shapes.ts";
import { moneyOf } from "./sighting.ts";
import { lookedUp, postedOf } from "./transmission.ts";
import type { Answer, Exchange } from "../exchange.ts";

const LONGEST_DESCRIPTION = 250;

/**
 * Builds the body of `POST /refunds`. Pure. Our refund id travels in the metadata, which the vendor keeps and shows in answers and lists: it is how
 * a refund is found again. Throws `RangeError` naming the field for intents that cannot be sent.
 */
export function buildRefund(intent: RefundIntent): ChargeRequest {
  demand(isKey(intent.refundId), "a refund's id", "must be usable as an idempotency key");
  demand(intent.amount.amountMinor > 0, "amount.value", "is above zero");
  const description = cut(intent.description, LONGEST_DESCRIPTION);
  const body = {
    payment_id: intent.chargeObjectId,
    amount: { value: toDecimal(intent.amount), currency: intent.amount.currency },
    ...(description === "" ? {} : { description }),
    metadata: { refund_id: intent.refundId, payment_id: intent.paymentId, engine: "kvitok" },
  };
  return { body: new TextEncoder().encode(JSON.stringify(body)) };
}

/** What a refund must agree with. The vendor's refunds name neither the shop nor live or test: the charged object that they belong to does. */
export type RefundChecks = {
  readonly expected: RefundExpected;
  /** The id that was asked for, where one was. */
  readonly objectId?: string;
};

/** What the end of a `POST /refunds` means, judged as a first transmission. */
export function refundTransmissionOf(ended: Exchange, checks: RefundChecks): RefundTransmission {
  return postedOf(ended, (answer) => sightingOf(answer, checks));
}

/** What the end of a `GET /refunds/{id}` means. */
export function refundLookUpOf(ended: Exchange, checks: RefundChecks): RefundLookUp {
  return lookedUp(ended, (answer) => sightingOf(answer, checks));
}

const WEIGHT = { done: 0, pending: 1, refused: 2 } as const satisfies Record<
  RefundSighting["outcome"]["kind"],
  number
>;

/** Looks for a refund in the list of refunds: the object whose metadata carries our refund id. */
export function findRefund(
  window: Window,
  expected: RefundExpected,
  readPage: ReadPage,
): Promise<RefundScan> {
  const sought: Sought<RefundSighting> = {
    isOurs: (listed) => listed.metadata?.refund_id === expected.refundId,
    readOurs(item) {
      const refund = refundShape.safeParse(item);
      if (!refund.success) return disagreeing("our refund in the list cannot be read");
      const about = disagreement(refund.data, { expected });
      return about === null
        ? { kind: "seen", sighting: shown(refund.data, rowBytes(item)) }
        : disagreeing(`our refund in the list disagrees about ${about}`);
    },
    weight: (sighting) => WEIGHT[sighting.outcome.kind],
  };
  return listWindow(window, sought, readPage);
}

function sightingOf(answer: Answer, checks: RefundChecks) {
  const refund = read(refundShape, answer.body);
  if (refund === null) return disagreeing("the answer cannot be read");
  const about = disagreement(refund, checks);
  if (about !== null) return disagreeing(`the answer disagrees about ${about}`);
  return { kind: "seen", sighting: shown(refund, answer.body) } as const;
}

function disagreement(refund: WireRefund, { expected, objectId }: RefundChecks): string | null {
  const amount = moneyOf(refund.amount);
  if (objectId !== undefined && refund.id !== objectId) return "id";
  if (refund.metadata?.refund_id !== expected.refundId) return "metadata.refund_id";
  if (refund.payment_id !== expected.chargeObjectId) return "payment_id";
  if (refund.amount.currency !== expected.amount.currency) return "amount.currency";
  if (amount === null || !equal(amount, expected.amount)) return "amount.value";
  return null;
}

function shown(refund: WireRefund, raw: Uint8Array): RefundSighting {
  return { objectId: refund.id, createdAt: refund.created_at, outcome: outcomeOf(refund), raw };
}

function outcomeOf(refund: WireRefund): RefundSighting["outcome"] {
  switch (refund.status) {
    case "succeeded":
      return { kind: "done" };
    case "pending":
      return { kind: "pending" };
    case "canceled":
      // The vendor may leave the details out; the empty reason is in nobody's list.
      return { kind: "refused", reason: refund.cancellation_details?.reason ?? "" };
  }
}
