/**
 * What the bank keeps behind its Stripe face. Every change of a record is written to the journal as the whole record,
 * so the last one wins at the next start. Money is in the smallest unit of its currency.
 */

/** Where and when an object came into being. */
export interface Born {
  readonly id: string;
  /** Grows by one with every object: tells objects of one second apart. */
  readonly serial: number;
  /** Seconds since 1970 on the bank's clock. */
  readonly created: number;
}

/** An object as the API shows it; ids stand where objects may be expanded. */
export type Wire = Readonly<Record<string, unknown>>;

export type Metadata = Readonly<Record<string, string>>;

/** Why a card, an issuer or a check said no: the fields of an error object in the vendor's API. */
export interface Failure {
  readonly type: "card_error" | "invalid_request_error";
  readonly code: string;
  readonly declineCode?: string;
  readonly adviceCode?: string;
  readonly networkAdviceCode?: string;
  readonly networkDeclineCode?: string;
  readonly message: string;
}

/** A failure as an intent remembers it. */
export interface RememberedFailure extends Failure {
  readonly charge?: string;
  readonly paymentMethod?: string;
}

export interface CustomerRecord extends Born {
  readonly object: "customer";
  readonly email?: string;
  readonly name?: string;
  readonly description?: string;
  readonly metadata: Metadata;
  readonly deleted: boolean;
}

/** All that is kept of a card: never its number. */
export interface CardRecord {
  /** Name in the table of test cards: says how the card behaves. */
  readonly testCard: string;
  readonly brand: string;
  readonly last4: string;
  readonly expMonth: number;
  readonly expYear: number;
  readonly fingerprint: string;
  readonly wallet?: "apple_pay" | "google_pay";
}

export interface PaymentMethodRecord extends Born {
  readonly object: "payment_method";
  readonly customer?: string;
  readonly card: CardRecord;
  readonly metadata: Metadata;
  /** A setup or a first payment prepared it for charges without the payer. */
  readonly setUp: boolean;
  /** Taken from its customer: it can never be charged again. */
  readonly detached: boolean;
  /** The payer withdrew the permission at the issuer. */
  readonly revoked: boolean;
}

/** What an armed fault makes of a charge, whenever it is executed. */
export interface Planned {
  readonly hold?: boolean;
  readonly amount?: number;
  readonly twin?: boolean;
  readonly failure?: Failure;
}

/** A visit of the payer to the issuer's page. */
export interface Challenge {
  /** The unguessable last part of the page's address. */
  readonly page: string;
  /** The unguessable field that the form of this visit carries. */
  readonly formToken: string;
  /** Absent: the shop's page is to handle it by script, the bank's page leads nowhere. */
  readonly returnUrl?: string;
  /** The idempotency key of the confirmation that asked for it. */
  readonly key?: string;
  readonly paymentMethod: string;
  readonly offSession: boolean;
  readonly planned: Planned;
}

export type IntentStatus =
  | "requires_payment_method"
  | "requires_confirmation"
  | "requires_action"
  | "processing"
  | "requires_capture"
  | "canceled"
  | "succeeded";

export interface IntentRecord extends Born {
  readonly object: "payment_intent";
  readonly amount: number;
  readonly currency: string;
  readonly status: IntentStatus;
  readonly customer?: string;
  readonly paymentMethod?: string;
  readonly paymentMethodTypes: readonly string[];
  readonly automaticMethods: boolean;
  readonly captureMethod: string;
  readonly setupFutureUsage?: string;
  readonly description?: string;
  readonly receiptEmail?: string;
  readonly statementDescriptor?: string;
  readonly statementDescriptorSuffix?: string;
  readonly metadata: Metadata;
  readonly clientSecret: string;
  readonly confirmations: number;
  readonly amountReceived: number;
  readonly latestCharge?: string;
  readonly lastError?: RememberedFailure;
  readonly challenge?: Challenge;
  readonly canceledAt?: number;
  readonly cancellationReason?: string;
}

export interface ChargeRecord extends Born {
  readonly object: "charge";
  readonly intent: string;
  readonly amount: number;
  readonly amountCaptured: number;
  readonly amountRefunded: number;
  readonly currency: string;
  readonly status: "succeeded" | "pending" | "failed";
  readonly captured: boolean;
  readonly customer?: string;
  readonly paymentMethod: string;
  readonly card: CardRecord;
  readonly threeDSecure: boolean;
  readonly description?: string;
  readonly metadata: Metadata;
  readonly failure?: Failure;
  readonly balanceTransaction?: string;
  readonly dispute?: string;
  /** The idempotency key of the confirmation that made it. */
  readonly key?: string;
  /** Seconds: a hold that nobody captured until then is given back. */
  readonly captureBefore?: number;
}

export interface RefundRecord extends Born {
  readonly object: "refund";
  readonly charge: string;
  readonly intent: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: "pending" | "succeeded" | "failed" | "canceled";
  readonly reason?: string;
  readonly failureReason?: string;
  readonly metadata: Metadata;
  readonly balanceTransaction?: string;
}

export interface BalanceTransactionRecord extends Born {
  readonly object: "balance_transaction";
  readonly type: "charge" | "refund" | "refund_failure" | "adjustment";
  /** Negative when money leaves the merchant. */
  readonly amount: number;
  readonly fee: number;
  readonly currency: string;
  readonly source: string;
  readonly description?: string;
}

export interface DisputeRecord extends Born {
  readonly object: "dispute";
  readonly charge: string;
  readonly intent: string;
  readonly amount: number;
  readonly currency: string;
  readonly reason: string;
  readonly status: "needs_response" | "under_review" | "won" | "lost";
  readonly balanceTransactions: readonly string[];
  readonly metadata: Metadata;
}

export type SetupStatus =
  | "requires_payment_method"
  | "requires_confirmation"
  | "requires_action"
  | "processing"
  | "canceled"
  | "succeeded";

export interface SetupIntentRecord extends Born {
  readonly object: "setup_intent";
  readonly status: SetupStatus;
  readonly customer?: string;
  readonly paymentMethod?: string;
  readonly paymentMethodTypes: readonly string[];
  readonly automaticMethods: boolean;
  readonly usage: string;
  readonly description?: string;
  readonly metadata: Metadata;
  readonly clientSecret: string;
  readonly mandate?: string;
  readonly lastError?: RememberedFailure;
  readonly challenge?: Challenge;
  readonly cancellationReason?: string;
}

export interface MandateRecord extends Born {
  readonly object: "mandate";
  readonly status: "active" | "inactive" | "pending";
  readonly paymentMethod: string;
  readonly acceptedAt: number;
  readonly online?: { readonly ipAddress: string; readonly userAgent: string };
}

export interface SessionRecord extends Born {
  readonly object: "checkout.session";
  readonly status: "open" | "complete" | "expired";
  readonly setupIntent: string;
  readonly customer?: string;
  readonly clientReferenceId?: string;
  readonly successUrl: string;
  readonly cancelUrl?: string;
  readonly currency?: string;
  readonly locale?: string;
  /** Seconds. */
  readonly expiresAt: number;
  readonly metadata: Metadata;
  /** The unguessable last part of the hosted page's address. */
  readonly page: string;
  readonly formToken: string;
}

/** Objects that events tell of. */
export type Told =
  | CustomerRecord
  | PaymentMethodRecord
  | IntentRecord
  | ChargeRecord
  | RefundRecord
  | DisputeRecord
  | SetupIntentRecord
  | MandateRecord
  | SessionRecord;

export interface EventRecord extends Born {
  readonly object: "event";
  readonly type: string;
  /** The record as it was at the event. */
  readonly data: Told;
  readonly requestId?: string;
  readonly key?: string;
}

export type StripeRecord = Told | BalanceTransactionRecord | EventRecord;
export type StripeKind = StripeRecord["object"];
export type RecordOf<K extends StripeKind> = Extract<StripeRecord, { object: K }>;

/** What a movement of money tells besides, when it went by the Stripe face. `paymentId` is then `metadata.payment_id`. */
export interface StripeMark {
  readonly face?: "stripe";
  /** The payment intent. */
  readonly objectId?: string;
  /** Absent: roubles. */
  readonly currency?: string;
}

/** The first executed request with an idempotency key, and the answer that it will get for ever. */
export interface StripeKey {
  readonly key: string;
  /** Method and path. */
  readonly scope: string;
  /** Keyed hash of the parameters' meaning. */
  readonly meaningHash: string;
  readonly firstAtMs: number;
  readonly requestId: string;
  readonly status: number;
  /** The answer's exact text. */
  readonly text: string;
}

/** The sending of an event to the merchant. */
export interface StripeDelivery {
  readonly id: string;
  readonly event: string;
  readonly state: "queued" | "delivered" | "given-up" | "lost";
  readonly attempts: number;
  /** Deliveries that are still wanted: 1, or 2 for an armed duplicate. */
  readonly copies: number;
  /** Real time (transport is never scaled). */
  readonly nextAttemptRealMs: number;
  /** The bank's clock: an armed delay by it ends then. */
  readonly notBeforeMs?: number;
  /** The bank's clock. */
  readonly giveUpAtMs: number;
}

/** What the journal tells of the Stripe face. */
export type StripeFact =
  | {
      readonly kind: "stripe";
      readonly what: "object";
      readonly change: string;
      readonly record: StripeRecord;
    }
  | { readonly kind: "stripe"; readonly what: "key"; readonly record: StripeKey }
  | {
      readonly kind: "stripe";
      readonly what: "delivery";
      readonly change: string;
      readonly record: StripeDelivery;
    }
  | {
      readonly kind: "stripe";
      readonly what: "webhook-url";
      readonly url: string;
      readonly by: "start" | "control";
    };
