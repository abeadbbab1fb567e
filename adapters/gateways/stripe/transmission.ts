import type { LookUp, Transmission } from "../port.ts";
import { commonEnd, errorIn, refusal, unexpected, type VendorError } from "./answers.ts";
import type { Answer, Exchange } from "../exchange.ts";
import { intentShape, read, type WireIntent } from "./shapes.ts";
import { type Checks, checkedSighting, declineOf, disagreement, sumDisagreement } from "./sighting.ts";

/** Where an attempt can leave an intent that took nothing: a decline beside any other state contradicts itself. */
const PAYABLE: readonly WireIntent["status"][] = ["requires_payment_method", "requires_confirmation"];

/**
 * What the end of a confirm means, judged as a first transmission (payment rules §8.3): on a replay the caller reads the intent instead.
 */
export function transmissionOf(ended: Exchange, checks: Checks): Transmission {
  if (ended.kind !== "answered") return ended;
  const { answer } = ended;
  const common = commonEnd(answer);
  if (common !== null) return common;
  if (answer.status === 200) return executed(answer, checks);
  const error = errorIn(answer);
  if (error === null) return unexpected(`status ${answer.status} without the vendor's error`);
  return answer.status === 402 ? declined(answer, error, checks) : refused(answer, error);
}

function executed(answer: Answer, checks: Checks): Transmission {
  const seen = seenOf(answer, checks);
  return seen.kind === "not-run" ? unexpected("the answer shows no attempt") : seen;
}

/** An intent in an answer's body, in the words of a look-up. */
function seenOf(answer: Answer, checks: Checks): Exclude<LookUp, { kind: "missing" }> {
  const intent = read(intentShape, answer.body);
  if (intent === null) return unexpected("the answer cannot be read");
  const checked = checkedSighting(intent, answer.body, withDate(checks, answer));
  if (checked.kind === "disagrees")
    return unexpected(`the answer disagrees about ${checked.about}`, checked.objectId);
  return checked.kind === "seen" ? checked : { ...checked, detail: "no attempt after the one before ours" };
}

/** A decline counts only together with the intent that it speaks of. */
function declined(answer: Answer, error: VendorError, checks: Checks): Transmission {
  const parsed = intentShape.safeParse(error.payment_intent);
  if (!parsed.success) return unexpected("a decline without its intent");
  const intent = parsed.data;
  const about = disagreement(intent, checks) ?? sumDisagreement(intent, checks);
  if (about !== null) return unexpected(`the answer disagrees about ${about}`);
  if (![...PAYABLE, "canceled"].includes(intent.status))
    return unexpected(`a decline of an intent ${intent.status}`);
  return {
    kind: "seen",
    sighting: {
      objectId: intent.id,
      createdAt: new Date(intent.created * 1_000).toISOString(),
      outcome: declineOf(error),
      raw: answer.body,
    },
  };
}

/** A refusal that shows the intent elsewhere than payable is no refusal of the charge: it may have moved on, a look decides. */
function refused(answer: Answer, error: VendorError): Transmission {
  const intent = intentShape.safeParse(error.payment_intent);
  const movedOn = intent.success
    ? !PAYABLE.includes(intent.data.status)
    : error.code === "payment_intent_unexpected_state";
  return movedOn ? unexpected(`status ${answer.status}: the intent has moved on`) : refusal(answer, "ours");
}

/** What the end of a `GET /payment_intents/{id}` means. */
export function lookUpOf(ended: Exchange, checks: Checks): LookUp {
  if (ended.kind !== "answered") return { kind: "unanswered", detail: ended.detail };
  const { answer } = ended;
  if (answer.status === 404) return { kind: "missing", detail: "status 404" };
  if (answer.status !== 200) return { kind: "unanswered", detail: `status ${answer.status}` };
  return seenOf(answer, { ...checks, isLook: true });
}

function withDate(checks: Checks, { date }: Answer): Checks {
  return date === undefined ? checks : { ...checks, answeredAt: date };
}
