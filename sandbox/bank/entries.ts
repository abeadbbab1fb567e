import type { ClockSetting } from "./bank-clock.ts";
import type { ArmedFault } from "./fault-order.ts";
import type {
  Debit,
  KeyRecord,
  MethodRecord,
  NotificationRecord,
  PaymentRecord,
  RefundRecord,
} from "./records.ts";
import type { StripeFact, StripeMark } from "./stripe/records.ts";

/** What the journal tells. Reading it from the beginning rebuilds the whole bank. */
export type Fact =
  /** A request arrived; written before anything is done about it. */
  | {
      readonly kind: "request";
      readonly operation: string;
      readonly method: string;
      readonly path: string;
      readonly key?: string;
      /** Keyed hash of the exact bytes: equal bytes, equal hash; card data cannot be guessed from it. */
      readonly bodyHash?: string;
      readonly chargeId?: string;
    }
  /** How a request was answered; `status` 0 means that the connection was destroyed instead. */
  | {
      readonly kind: "answer";
      readonly request: number;
      readonly status: number;
      readonly objectId?: string;
      readonly faults?: readonly string[];
    }
  | { readonly kind: "key"; readonly record: KeyRecord }
  | { readonly kind: "payment"; readonly change: string; readonly record: PaymentRecord }
  | { readonly kind: "method"; readonly change: string; readonly record: MethodRecord }
  | { readonly kind: "refund"; readonly change: string; readonly record: RefundRecord }
  | ({ readonly kind: "debit" } & Debit & StripeMark)
  /** Money given back without a refund: a held payment that was settled as canceled. */
  | { readonly kind: "reversal"; readonly paymentId: string; readonly amountMinor: number }
  | ({
      readonly kind: "money-returned";
      readonly refundId: string;
      readonly paymentId: string;
      readonly amountMinor: number;
    } & StripeMark)
  | { readonly kind: "notification"; readonly change: string; readonly record: NotificationRecord }
  | {
      readonly kind: "fault";
      readonly change: "armed" | "met" | "fired" | "disarmed";
      readonly record: ArmedFault;
    }
  | { readonly kind: "clock"; readonly setting: ClockSetting }
  | { readonly kind: "notify-url"; readonly url: string; readonly by: "start" | "control" }
  | StripeFact;

/** A fact as it stands in the journal. */
export type Entry = Fact & {
  /** Grows by one. */
  readonly seq: number;
  /** The bank's clock. */
  readonly at: string;
  /** The machine's clock. */
  readonly real: string;
};

/** One line of the file: facts that are true together or not at all. */
export interface Transaction {
  readonly entries: readonly Entry[];
}
