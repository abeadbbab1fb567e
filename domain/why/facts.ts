import type { CivilDate } from "../calendar.ts";
import type { ChargeState } from "../charge.ts";
import type { MandateState, PausedBy } from "../mandate.ts";
import type { Currency } from "../money.ts";
import type { Need, PaymentOutcome, PaymentState } from "../payment.ts";
import type { Terms } from "../terms.ts";
import type { BillState } from "../bill.ts";

/** What the rows say of one payment. Instants are ISO UTC. */
export type WhyPaymentFacts = {
  readonly state: PaymentState;
  readonly need: Need | null;
  readonly outcome: PaymentOutcome | null;
  /** Where the gate ended it: `gate: limits`; why it waits: `source silent`. */
  readonly reason: string | null;
  readonly amountMinor: number;
  readonly currency: Currency;
  readonly tries: number;
  readonly createdAt: string;
  readonly changedAt: string;
  readonly plannedOn: CivilDate;
  readonly held: boolean;
  readonly mandate: {
    readonly id: string;
    /** Of the plan; what was agreed to then. */
    readonly version: number;
    readonly agreedAt: string;
    readonly terms: Terms;
    readonly state: MandateState;
    readonly pausedBy: PausedBy | null;
    /** A stop of the mandate came after the plan. */
    readonly stoppedSince: boolean;
    readonly methodWithdrawn: boolean;
    /** Reserved and spent beside it in its period. */
    readonly usedMinor: number;
  } | null;
  readonly instructions: readonly { readonly at: string; readonly amountMinor: number }[];
  readonly notices: readonly {
    readonly state: "queued" | "accepted" | "void";
    readonly channel: string | null;
    readonly createdAt: string;
    readonly acceptedAt: string | null;
    readonly plannedOn: CivilDate;
    readonly amountMinor: number;
  }[];
  readonly charges: readonly {
    readonly id: string;
    readonly state: ChargeState;
    readonly sentAt: string;
    readonly decidedAt: string | null;
    readonly gateway: string;
    readonly reason: string | null;
    readonly because: string | null;
    readonly amountMinor: number;
    /** What was known of the bill at its sources when the charge was permitted; null: none of them can be asked. */
    readonly reading:
      | readonly {
          readonly ended: "fresh" | "read" | "silent" | "unclear";
          readonly readAt: string;
          readonly ageSeconds: number;
        }[]
      | null;
  }[];
};

/** What the rows say of one bill, for one person who sees it. */
export type WhyBillFacts = {
  readonly state: BillState;
  readonly planPending: boolean;
  readonly claimedByAnother: boolean;
  readonly paidByAnother: boolean;
  readonly givenBack: boolean;
  /** The newest payment of this person; null: none. */
  readonly payment: { readonly id: string; readonly facts: WhyPaymentFacts } | null;
  /** Mandates of this person that speak of it, the living ones first. */
  readonly mandates: readonly {
    readonly id: string;
    readonly state: MandateState;
    readonly pausedBy: PausedBy | null;
    readonly trigger: Terms["trigger"]["kind"];
    readonly skipped: boolean;
    readonly overLimit: boolean;
  }[];
};
