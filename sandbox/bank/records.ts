import type { ConfirmationType, MethodKind } from "./method-kinds.ts";

/**
 * What the bank keeps. Instants are milliseconds since 1970 on the bank's clock, money is whole kopecks.
 * Every change of a record is written to the journal as the whole record, so the last one wins at the next start.
 */

/** All that is kept of a card. */
export interface Card {
  readonly first6: string;
  readonly last4: string;
  /** `MM` */
  readonly expiryMonth: string;
  /** `YYYY` */
  readonly expiryYear: string;
  readonly cardType: string;
}

/** Who pays: a card that was typed, an account that was chosen (its id in the table of test accounts), or a phone number. */
export interface Instrument {
  readonly card?: Card;
  readonly account?: string;
  readonly phone?: string;
}

export interface Decline {
  readonly party: string;
  readonly reason: string;
}

/** A visit of the payer to the bank's page. */
export interface Confirmation {
  /** How the payer is asked; `redirect` where absent. */
  readonly type?: ConfirmationType;
  /** Empty where the payer confirms outside of any page. */
  readonly returnUrl: string;
  /** The shop asks for 3-D Secure whatever the card says. */
  readonly enforce: boolean;
  readonly locale?: string;
  /** The unguessable last part of the page's address. */
  readonly session: string;
  /** The unguessable field that every form of this visit carries. */
  readonly formToken: string;
  /** What the payer does next: types a card, answers its issuer, chooses an account, answers a message on the phone. */
  readonly step: "card" | "challenge" | "account" | "message";
  readonly wrongCodes: number;
  readonly expiresAtMs: number;
}

export type PaymentStatus = "pending" | "waiting_for_capture" | "succeeded" | "canceled";

export interface PaymentRecord {
  readonly kind: "payment";
  readonly id: string;
  /** Grows by one with every object: the order of lists within one millisecond. */
  readonly serial: number;
  readonly status: PaymentStatus;
  /** Executed, but shown as `pending` until the control interface settles it. */
  readonly held: boolean;
  readonly amountMinor: number;
  readonly refundedMinor: number;
  readonly capture: boolean;
  readonly createdAtMs: number;
  readonly capturedAtMs?: number;
  /** End of the hold of a payment in `waiting_for_capture`. */
  readonly holdUntilMs?: number;
  readonly method: PaymentMethodOfPayment;
  /** Save the method once the money is taken. */
  readonly saveMethod: boolean;
  readonly customerId?: string;
  readonly confirmation?: Confirmation;
  readonly authorization?: {
    readonly rrn: string;
    readonly authCode: string;
    readonly threeDSecure: boolean;
    /** Of a payment through the SBP. */
    readonly sbpOperationId?: string;
  };
  readonly cancellation?: Decline;
  /** Set by an armed fault: the execution, whenever it comes, is declined so. */
  readonly plannedDecline?: Decline;
  /** Set by an armed fault: the execution takes the money twice. */
  readonly plannedTwin?: boolean;
  readonly description?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly gatewayId: string;
  /** Accepted, checked and stored as sent (fiscal receipt, utilities order). */
  readonly receipt?: unknown;
  readonly paymentOrder?: unknown;
}

/** The method that a payment uses; who pays is absent until the payer has said so. */
export interface PaymentMethodOfPayment extends Instrument {
  readonly id: string;
  readonly saved: boolean;
  /** A card where absent. */
  readonly type?: MethodKind;
}

export interface MethodRecord extends Instrument {
  readonly kind: "payment_method";
  /** A card where absent. */
  readonly type?: MethodKind;
  readonly id: string;
  readonly serial: number;
  readonly status: "pending" | "active" | "inactive";
  readonly createdAtMs: number;
  readonly customerId?: string;
  readonly confirmation?: Confirmation;
  readonly cancellation?: Decline;
  /** Set by an armed fault: the binding will fail so. */
  readonly plannedDecline?: Decline;
  /** The payer withdrew the permission at the bank: charges are refused with `permission_revoked`. */
  readonly revoked: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly gatewayId: string;
}

export interface RefundRecord {
  readonly kind: "refund";
  readonly id: string;
  readonly serial: number;
  readonly paymentId: string;
  readonly status: "pending" | "succeeded" | "canceled";
  readonly amountMinor: number;
  readonly createdAtMs: number;
  readonly cancellation?: Decline;
  readonly description?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly receipt?: unknown;
}

export type ObjectRecord = PaymentRecord | MethodRecord | RefundRecord;

/** Money that left a payer, once. A reversal gives it back without a refund object. */
export interface Debit {
  readonly paymentId: string;
  readonly amountMinor: number;
  readonly chargeId?: string;
  readonly atMs: number;
  /** Of the card; empty for every other way to pay. */
  readonly last4: string;
  /** A card where absent. */
  readonly paidBy?: MethodKind;
}

/** The first request with an idempotence key that was executed. */
export interface KeyRecord {
  readonly key: string;
  /** Method and path, e.g. `POST /v3/payments`: another call under the same key is another body. */
  readonly scope: string;
  /** Keyed hash of the body's meaning (order of fields and spaces do not count). */
  readonly meaningHash: string;
  readonly firstAtMs: number;
  readonly objectKind: ObjectRecord["kind"];
  readonly objectId: string;
}

export interface NotificationRecord {
  readonly id: string;
  readonly event: string;
  readonly objectId: string;
  readonly chargeId?: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** The object as it was at the event, in its wire form. */
  readonly object: unknown;
  readonly state: "queued" | "delivered" | "given-up" | "lost";
  readonly attempts: number;
  /** Deliveries that are still wanted: 1, or 2 for an armed duplicate. */
  readonly copies: number;
  /** Real time (transport is never scaled). */
  readonly nextAttemptRealMs: number;
  /** Not before this instant of the bank's clock: set by an armed fault. */
  readonly notBeforeMs?: number;
  readonly giveUpAtMs: number;
}
