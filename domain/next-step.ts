import type { ChargeState } from "./charge.ts";
import type { PaymentOutcome, PaymentState } from "./payment.ts";

/** What the rows say of one payment at one moment; instants are ISO UTC in business time. */
export type PaymentLook = {
  readonly now: string;
  readonly state: PaymentState;
  readonly outcome: PaymentOutcome | null;
  readonly nextLookAt: string;
  readonly giveUpAt: string;
  /** It was put off because the source of its bill did not say whether the bill still stands. */
  readonly sourceSilent: boolean;
  /** A stop applies that the closing transaction has not carried out yet. */
  readonly stopped: boolean;
  /** Somebody rang: a gateway's notification, the payer's return, an operator. The next rung runs now. */
  readonly asked: boolean;
  readonly charge: {
    readonly id: string;
    readonly state: ChargeState;
    /** The sender still holds its lease: it may be writing or reading right now. */
    readonly leased: boolean;
    readonly objectKnown: boolean;
  } | null;
};

/** The one thing to do next for a payment. */
export type NextStep =
  | { readonly do: "charge" }
  /** Nothing until then, or until somebody wakes us; `why` stands on the timer. */
  | {
      readonly do: "wait";
      readonly until: string;
      readonly why: "notice" | "payer" | "bank" | "retry" | "source";
    }
  | { readonly do: "look-up"; readonly chargeId: string }
  /** Close what a stop or the deadline ended; money under way is never closed over. */
  | { readonly do: "close"; readonly outcome: "stopped" | "gave-up" }
  | { readonly do: "end"; readonly how: "paid" | "closed" | "returning" };

/** Decides from the rows alone what comes next (payment rules §1.1, §3.1). Pure and total. */
export function nextStep(look: PaymentLook): NextStep {
  const due = Date.parse(look.now) >= Date.parse(look.nextLookAt);
  const lookNow = due || look.asked;
  switch (look.state) {
    case "paid":
    case "closed":
    case "returning":
      return { do: "end", how: look.state };
    case "scheduled":
      if (look.stopped) return { do: "close", outcome: "stopped" };
      if (due) return { do: "charge" };
      return { do: "wait", until: look.nextLookAt, why: look.sourceSilent ? "source" : "notice" };
    case "needs-payer":
      if (look.stopped) return { do: "close", outcome: "stopped" };
      if (Date.parse(look.now) >= Date.parse(look.giveUpAt)) return { do: "close", outcome: "gave-up" };
      return { do: "wait", until: look.giveUpAt, why: "payer" };
    case "charging":
      if (look.charge === null || look.charge.leased || !lookNow) {
        return { do: "wait", until: look.nextLookAt, why: "bank" };
      }
      return { do: "look-up", chargeId: look.charge.id };
  }
}
