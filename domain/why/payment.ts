import type { WhyPaymentFacts } from "./facts.ts";
import type { WhyReason } from "./reasons.ts";

/** Why a payment stands where it stands, in one word of the closed list. Total over all states. */
export function whyPayment(facts: WhyPaymentFacts): WhyReason {
  switch (facts.state) {
    case "paid":
      return facts.mandate === null || facts.instructions.length > 0
        ? "charged-by-you"
        : "charged-by-autopay";
    case "returning":
      return "being-returned";
    case "charging":
      return facts.charges.some(({ state }) => state === "challenged")
        ? "waiting-for-confirmation"
        : "waiting-for-bank";
    case "needs-payer":
      return facts.need ?? "confirm-again";
    case "scheduled":
      return whyScheduled(facts);
    case "closed":
      return whyClosed(facts);
  }
}

/** Remarks of a debit that waits for the word of its bill's source. */
const OF_THE_SOURCE = new Set(["source silent", "source unclear", "source not confirmed"]);

/** A remark says that the payment waits for its bill's source. */
export function waitsForSource(remark: string | null): boolean {
  return remark !== null && OF_THE_SOURCE.has(remark);
}

function whyScheduled({ held, reason, tries, notices }: WhyPaymentFacts): WhyReason {
  if (held) return "on-hold";
  if (waitsForSource(reason) && !notices.some(({ state }) => state === "queued")) return "waiting-for-source";
  if (tries > 0) return "waiting-for-retry";
  return notices.some(({ state }) => state === "queued") ? "waiting-for-notice" : "waiting-for-day";
}

function whyClosed(facts: WhyPaymentFacts): WhyReason {
  switch (facts.outcome) {
    case "stopped":
      return whyStopped(facts);
    case "skipped":
      return facts.reason === "gate: limits" ? "over-limit-skipped" : "skipped";
    case "gave-up":
      if (facts.reason === "bill-unconfirmed") return "bill-unconfirmed";
      return facts.charges.some(({ state }) => state === "not-charged") ? "declined" : "no-answer";
    case null:
      return "stopped";
    default:
      return facts.outcome;
  }
}

function whyStopped({ mandate }: WhyPaymentFacts): WhyReason {
  if (mandate === null) return "stopped";
  if (mandate.methodWithdrawn) return "stopped-by-method";
  if (mandate.state === "ended") return "stopped-by-cancel";
  return mandate.stoppedSince ? "stopped-by-pause" : "stopped";
}
