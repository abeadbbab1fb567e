import type { Stripe } from "stripe";
import type { Preparation, Prepared } from "../port.ts";
import { commonEnd, errorIn, isKeyMismatch, refusal, unexpected } from "./answers.ts";
import { attemptOf } from "./attempt.ts";
import type { Ask } from "./calling.ts";
import { EXPAND, isKey } from "./charge-request.ts";
import type { Exchange } from "../exchange.ts";
import { partsOf } from "./method-token.ts";
import { idIn, intentShape, read, type WireIntent } from "./shapes.ts";
import { disagreement, sumDisagreement } from "./sighting.ts";

type Request = Parameters<Preparation["prepare"]>[0];

const LONGEST_DESCRIPTION = 1_000;
/** More turns between owners than a payment has tries, so that a loop of ours ends as an alarm. */
const MOST_HAND_OVERS = 20;

/**
 * Makes the payment's intent, unconfirmed and without a way for anybody else to confirm it (`client_secret` stays in the answer), or reads the one
 * that stands. A saved method is charged only together with its owner, so an intent made for another owner is handed over first.
 */
export function preparation(ask: Ask): Preparation {
  return {
    async prepare(request) {
      const parts = partsOf(request.methodToken);
      if (parts === null) return refusedHere("method-token", "a saved method is needed");
      if (!isKey(request.key)) return refusedHere("key", "the key cannot be an idempotency key");
      const standing = await standingIntent(ask, request, parts.customer);
      if (!("intent" in standing)) return standing;
      if (idIn(standing.intent.customer) === parts.customer) return readyOf(standing.intent);
      const handed = await handOver(ask, request, standing.intent.id, parts.customer);
      return "intent" in handed ? readyOf(handed.intent) : handed;
    },
  };
}

type Standing = { readonly intent: WireIntent };
type NotStanding = Exclude<Prepared, { kind: "ready" }>;

async function standingIntent(ask: Ask, request: Request, customer: string): Promise<Standing | NotStanding> {
  if (request.preparedObjectId !== undefined) return reread(ask, request, request.preparedObjectId);
  const params = {
    amount: request.amount.amountMinor,
    currency: request.amount.currency.toLowerCase(),
    customer,
    allowed_payment_method_types: ["card"],
    capture_method: "automatic",
    description: Array.from(request.description).slice(0, LONGEST_DESCRIPTION).join(""),
    metadata: { payment_id: request.paymentId, engine: "kvitok" },
  } satisfies Stripe.PaymentIntentCreateParams;
  const ended = await ask((sdk) => sdk.paymentIntents.create(params, { idempotencyKey: request.key }));
  // The owner or the words of the payment have changed since an answer was lost: what stands under the key confirms nothing any more.
  if (ended.kind === "answered" && isKeyMismatch(ended.answer))
    return closed("the key stands for another intent");
  const made = preparedOf(ended, request);
  // The stored answer to a used key shows the intent as it was, before any attempt.
  const isOld = ended.kind === "answered" && ended.answer.replayed;
  return isOld && "intent" in made ? reread(ask, request, made.intent.id) : made;
}

async function reread(ask: Ask, request: Request, objectId: string): Promise<Standing | NotStanding> {
  const ended = await ask((sdk) => sdk.paymentIntents.retrieve(objectId, { expand: EXPAND }));
  return preparedOf(ended, request, objectId);
}

/**
 * Gives the intent to another owner. Owners may take turns (A, B, A, B), and the stored answer to a used key changes nothing at the gateway: each turn has a key
 * of its own, and only an owner that was seen counts. A turn that was told already is passed over by its number.
 */
async function handOver(
  ask: Ask,
  request: Request,
  objectId: string,
  customer: string,
): Promise<Standing | NotStanding> {
  for (let attempt = 1; attempt <= MOST_HAND_OVERS; attempt += 1) {
    const idempotencyKey = `${request.key}-${customer}-${attempt}`;
    const ended = await ask((sdk) => sdk.paymentIntents.update(objectId, { customer }, { idempotencyKey }));
    const isOld = ended.kind === "answered" && ended.answer.replayed;
    const handed = isOld ? await reread(ask, request, objectId) : preparedOf(ended, request, objectId);
    if (!("intent" in handed) || idIn(handed.intent.customer) === customer) return handed;
    if (!isOld) return unexpected("the answer disagrees about customer");
  }
  return unexpected("the intent changes hands without end");
}

function preparedOf(ended: Exchange, request: Request, objectId?: string): Standing | NotStanding {
  if (ended.kind !== "answered") return { kind: "unanswered", detail: ended.detail };
  const { answer } = ended;
  const common = commonEnd(answer);
  if (common !== null) return common.kind === "refused" ? later(common.detail) : common;
  if (answer.status !== 200) {
    // An update of an intent that has just been closed is refused by its state.
    const shown = intentShape.safeParse(errorIn(answer)?.payment_intent).data;
    if (shown?.status === "canceled") return closed("the intent is closed");
    const { status, code, detail } = refusal(answer, "ours");
    return { kind: "refused", status, code, detail };
  }
  const intent = read(intentShape, answer.body);
  if (intent === null) return unexpected("the answer cannot be read");
  const { paymentId, amount, livemode } = request;
  const checks = {
    expected: { chargeId: "", paymentId, amount, livemode },
    ...(objectId === undefined ? {} : { objectId }),
  };
  const about = disagreement(intent, checks) ?? sumDisagreement(intent, checks);
  return about === null ? { intent } : unexpected(`the answer disagrees about ${about}`);
}

/** An intent that cannot be confirmed now is never handed out: closed for good, or under way with a charge that somebody forgot. */
function readyOf(intent: WireIntent): Prepared {
  switch (intent.status) {
    case "requires_payment_method":
    case "requires_confirmation":
      return { kind: "ready", objectId: intent.id, attemptBefore: attemptOf(intent) };
    case "canceled":
      return closed("the intent is closed");
    default:
      return unexpected(`the prepared intent is ${intent.status}`);
  }
}

function closed(detail: string): NotStanding {
  return { kind: "closed", detail };
}

function refusedHere(code: string, detail: string): NotStanding {
  return { kind: "refused", code, detail };
}

function later(detail: string): NotStanding {
  return { kind: "unanswered", detail };
}
