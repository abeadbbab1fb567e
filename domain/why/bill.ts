import type { WhyBillFacts } from "./facts.ts";
import { whyPayment } from "./payment.ts";
import type { WhyReason } from "./reasons.ts";

/** Payments that ended without money: what keeps the bill since is asked of the mandates. */
const RELEASED = new Set(["stopped-by-pause", "stopped-by-cancel", "stopped-by-method", "stopped"]);

/** Why a bill was or was not charged, for one person who sees it. Total over all states. */
export function whyBill(facts: WhyBillFacts): WhyReason {
  const { payment, state } = facts;
  if (payment !== null && payment.facts.state !== "closed") return whyPayment(payment.facts);
  switch (state) {
    case "paid":
      return facts.paidByAnother || payment === null ? "paid-by-other" : whyPayment(payment.facts);
    case "paid-elsewhere":
      return "paid-elsewhere";
    case "annulled":
      return "annulled";
    case "merged":
      return "duplicate";
    case "owed":
      return whyOwed(facts);
  }
}

function whyOwed(facts: WhyBillFacts): WhyReason {
  if (facts.claimedByAnother) return "another-payer";
  if (facts.givenBack) return "given-back";
  if (facts.payment !== null) {
    const ended = whyPayment(facts.payment.facts);
    if (!RELEASED.has(ended)) return ended;
  }
  return whyNotPlanned(facts);
}

function whyNotPlanned({ mandates, planPending }: WhyBillFacts): WhyReason {
  const [mandate] = mandates;
  if (mandate === undefined) return "no-mandate";
  switch (mandate.state) {
    case "ended":
      return "mandate-ended";
    case "paused":
      return mandate.pausedBy === "system" ? "paused-without-method" : "paused";
    case "proposed":
    case "active":
      if (mandate.skipped) return "skipped";
      if (mandate.trigger !== "on-bill") return "not-by-bill";
      return mandate.overLimit && !planPending ? "over-limit-skipped" : "waiting-for-plan";
  }
}
