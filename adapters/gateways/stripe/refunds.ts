import type { Stripe } from "stripe";
import type {
  ChargeRequest,
  RefundExpected,
  RefundIntent,
  RefundLookUp,
  Refunds,
  RefundScan,
  RefundSighting,
  RefundTransmission,
} from "../port.ts";
import { commonEnd, refusal, unexpected } from "./answers.ts";
import type { Ask } from "./calling.ts";
import { isKey } from "./charge-request.ts";
import type { Exchange } from "../exchange.ts";
import { readAll } from "./lists.ts";
import { idIn, instant, read, refundShape } from "./shapes.ts";
import { currencyOf } from "./sighting.ts";
import { store, stored } from "./stored-request.ts";
import type { z } from "zod";

const PATH = /^\/v1\/refunds$/;

/** Money given back. The vendor's refund does not say live or test: the intent that it names does, and was checked when it was charged. */
export function refunds(ask: Ask): Refunds {
  return {
    build,
    async send({ key, body, expected, mayStillSend }) {
      const request = stored(body, PATH);
      if (request === null || !isKey(key))
        return { kind: "never-sent", detail: "not a refund of this gateway" };
      const ended = await ask(
        (sdk) =>
          sdk.rawRequest("POST", request.path, Object.fromEntries(new URLSearchParams(request.form)), {
            idempotencyKey: key,
          }),
        { body: new TextEncoder().encode(request.form), mayStillSend },
      );
      return transmissionOf(ended, expected);
    },
    async lookUp({ objectId, expected }) {
      return lookUpOf(await ask((sdk) => sdk.refunds.retrieve(objectId)), { expected, objectId });
    },
    find: ({ expected, ...window }) => find(ask, window, expected),
  };
}

function build(intent: RefundIntent): ChargeRequest {
  if (!isKey(intent.refundId))
    throw new RangeError("stripe: a refund's id must be usable as an idempotency key");
  if (intent.amount.amountMinor <= 0) throw new RangeError("stripe: a refund is above zero");
  const fields = {
    payment_intent: intent.chargeObjectId,
    amount: intent.amount.amountMinor,
    metadata: { refund_id: intent.refundId, payment_id: intent.paymentId, engine: "kvitok" },
  } satisfies Stripe.RefundCreateParams;
  return { body: store("/v1/refunds", fields) };
}

type Checks = { readonly expected: RefundExpected; readonly objectId?: string };

function transmissionOf(ended: Exchange, expected: RefundExpected): RefundTransmission {
  if (ended.kind !== "answered") return ended;
  const { answer } = ended;
  const common = commonEnd(answer);
  if (common !== null) return common;
  return answer.status === 200 ? seenOf(answer.body, { expected }) : refusal(answer, "ours");
}

function lookUpOf(ended: Exchange, checks: Checks): RefundLookUp {
  if (ended.kind !== "answered") return { kind: "unanswered", detail: ended.detail };
  const { answer } = ended;
  if (answer.status === 404) return { kind: "missing", detail: "status 404" };
  if (answer.status !== 200) return { kind: "unanswered", detail: `status ${answer.status}` };
  return seenOf(answer.body, checks);
}

function seenOf(body: Uint8Array, checks: Checks) {
  const refund = read(refundShape, body);
  if (refund === null) return unexpected("the answer cannot be read");
  const about = disagreement(refund, checks);
  return about === null
    ? ({ kind: "seen", sighting: sightingOf(refund, body) } as const)
    : unexpected(`the answer disagrees about ${about}`);
}

type WireRefund = z.infer<typeof refundShape>;

function disagreement(refund: WireRefund, { expected, objectId }: Checks): string | null {
  if (objectId !== undefined && refund.id !== objectId) return "id";
  if (refund.metadata?.["refund_id"] !== expected.refundId) return "metadata.refund_id";
  if (idIn(refund.payment_intent) !== expected.chargeObjectId) return "payment_intent";
  if (currencyOf(refund.currency) !== expected.amount.currency) return "currency";
  return refund.amount === expected.amount.amountMinor ? null : "amount";
}

function sightingOf(refund: WireRefund, raw: Uint8Array): RefundSighting {
  return { objectId: refund.id, createdAt: instant(refund.created), outcome: outcomeOf(refund), raw };
}

function outcomeOf(refund: WireRefund): RefundSighting["outcome"] {
  switch (refund.status) {
    case "succeeded":
      return { kind: "done" };
    case "pending":
    case "requires_action":
      return { kind: "pending" };
    case "failed":
    case "canceled":
      return { kind: "refused", reason: refund.failure_reason ?? refund.status };
  }
}

async function find(
  ask: Ask,
  window: { readonly createdFrom: string; readonly createdTo: string },
  expected: RefundExpected,
): Promise<RefundScan> {
  // all refunds of the account, not only this charge's: that it shows the others proves that the list is not blind
  const listed = await readAll(window, (page) =>
    ask((sdk) => sdk.refunds.list(page satisfies Stripe.RefundListParams)),
  );
  if (listed.kind === "unanswered") return listed;
  const seenObjectIds = listed.items.map(({ id }) => id);
  const ours = listed.items.find(({ metadata }) => metadata?.["refund_id"] === expected.refundId);
  if (ours === undefined) return { kind: "nothing", seenObjectIds };
  const seen = seenOf(new TextEncoder().encode(JSON.stringify(ours.item)), { expected });
  return seen.kind === "seen"
    ? { kind: "found", sighting: seen.sighting, seenObjectIds }
    : { kind: "unanswered", detail: seen.detail };
}
