import type { Money } from "../../domain/money.ts";

/**
 * The port to payment providers. A gateway adapter turns our few intentions into one vendor's protocol and the
 * vendor's answers into {@link Sighting}s. It decides nothing about bills, mandates or retries, it keeps no state,
 * it never repeats a request by itself: one call is one transmission (payment rules §8.1).
 */
export type Gateway = {
  readonly name: string;
  /** The merchant account (shop) that this adapter speaks for. */
  readonly merchantAccount: string;
  readonly can: Capabilities;
  /**
   * Builds the exact request of a charge; pure. The bytes are stored by the gate before the first of them leaves and
   * are replayed byte for byte.
   */
  buildCharge(intent: ChargeIntent): ChargeRequest;
  /**
   * Sends stored bytes once, with `key` as the idempotency key. `mayStillSend` is asked right before the first byte: when it answers false, nothing
   * is written and the answer is `never-sent` (payment rules §5: the first byte leaves within 5 s of the gate's commit or not at all).
   * `expected` is what every answer is checked against; a mismatch is `unanswered` with an alarm, never a decline.
   */
  sendCharge(request: {
    readonly key: string;
    readonly body: Uint8Array;
    readonly expected: Expected;
    readonly mayStillSend: () => boolean;
  }): Promise<Transmission>;
  /** Reads one charge object by the gateway's own id. */
  lookUpCharge(request: { readonly objectId: string; readonly expected: Expected }): Promise<LookUp>;
  /**
   * Reads every object created in the window (all pages) and returns the one whose metadata carries our charge id, plus the
   * ids of all objects seen, so that the caller can judge whether the scan was complete.
   */
  findCharge(request: {
    readonly chargeId: string;
    readonly createdFrom: string;
    readonly createdTo: string;
    readonly expected: Expected;
  }): Promise<Scan>;
  /** Starts the binding of a method without a payment; the payer is sent to `confirmationUrl`. */
  startBinding(request: {
    readonly key: string;
    readonly bindingId: string;
    readonly returnUrl: string;
    readonly locale: "ru" | "en";
  }): Promise<Binding>;
  /** Reads a binding (or any saved method) by the gateway's own id. */
  lookUpBinding(request: { readonly objectId: string }): Promise<Binding>;
};

/** What a gateway can do, as data: pages, API and workflows read it instead of asking for names of vendors. */
export type Capabilities = {
  readonly bindWithoutPayment: boolean;
  readonly cancelBeforeCapture: boolean;
  readonly cancelPending: boolean;
  readonly partialRefund: boolean;
  readonly listByTime: boolean;
  /** How long one idempotency key protects, in hours; replays stop one hour earlier. */
  readonly keyLifeHours: number;
  /** How long the payer has to confirm, in minutes, where the answer does not say. */
  readonly confirmationMinutes: number;
};

/** What is to be charged, in our words. */
export type ChargeIntent = {
  readonly chargeId: string;
  readonly paymentId: string;
  readonly amount: Money;
  /** Shown to the payer by the bank; at most 128 characters, no personal data. */
  readonly description: string;
  /** `mit`: without the payer, by a saved method. `cit`: the payer is present and confirms on the gateway's page. */
  readonly initiatedBy: "mit" | "cit";
  /** The gateway's token of the saved method, in clear, only in memory. Absent: the payer enters a card at the gateway. */
  readonly methodToken?: string;
  /** The gateway's opaque name of the payer, so that its page may offer saved cards. Never a personal identifier. */
  readonly payerReference: string;
  readonly returnUrl: string;
  readonly locale: "ru" | "en";
};

export type ChargeRequest = { readonly body: Uint8Array };

/** What every answer must agree with (payment rules §8.1). */
export type Expected = { readonly chargeId: string; readonly amount: Money; readonly livemode: boolean };

/** What was seen of a charge at the gateway: the state of one object at one moment. */
export type Sighting = {
  readonly objectId: string;
  readonly createdAt: string;
  readonly outcome:
    | { readonly kind: "charged"; readonly amount: Money; readonly fee?: Money }
    | { readonly kind: "challenged"; readonly confirmationUrl: string; readonly confirmBy: string }
    | { readonly kind: "pending" }
    | { readonly kind: "held"; readonly amount: Money; readonly expiresAt?: string }
    | {
        readonly kind: "not-charged";
        readonly how: "declined" | "expired" | "voided";
        /** The vendor's own code, e.g. `insufficient_funds`. */
        readonly reason: string;
        readonly party?: string;
      };
  /** The method that was used, where the answer names it: shown to the payer, saved when `saved`. */
  readonly method?: SeenMethod;
  /** The answer as it came, for the evidence store (it is encrypted there). */
  readonly raw: Uint8Array;
};

export type SeenMethod = {
  readonly token: string;
  readonly saved: boolean;
  readonly kind: string;
  readonly title: string;
  readonly brand?: string;
  readonly last4?: string;
  readonly expiryMonth?: number;
  readonly expiryYear?: number;
};

/** How one transmission of a charge ended. */
export type Transmission =
  | { readonly kind: "seen"; readonly sighting: Sighting }
  /** Provably no byte of the request reached the gateway (DNS, refused connection, TLS, or `mayStillSend` said no). */
  | { readonly kind: "never-sent"; readonly detail: string }
  /** A definite refusal of this very request that left no object behind. It speaks of this transmission only. */
  | {
      readonly kind: "refused";
      readonly class: "ours" | "technical";
      readonly status: number;
      readonly code: string;
      readonly parameter?: string;
      readonly detail: string;
      readonly raw: Uint8Array;
    }
  /** Anything else: time-out, reset, 5xx, 202, unreadable or disagreeing answer. `alarm` is set for defects. */
  | {
      readonly kind: "unanswered";
      readonly detail: string;
      readonly retryAfterMs?: number;
      readonly alarm?: string;
    };

export type LookUp =
  | { readonly kind: "seen"; readonly sighting: Sighting }
  /** 404 for an id that the gateway gave us: an alarm, never a proof of absence. */
  | { readonly kind: "missing"; readonly detail: string }
  | { readonly kind: "unanswered"; readonly detail: string; readonly alarm?: string };

export type Scan =
  | { readonly kind: "found"; readonly sighting: Sighting; readonly seenObjectIds: readonly string[] }
  | { readonly kind: "nothing"; readonly seenObjectIds: readonly string[] }
  | { readonly kind: "unanswered"; readonly detail: string };

export type Binding =
  | {
      readonly kind: "waiting";
      readonly objectId: string;
      readonly confirmationUrl: string;
      readonly confirmBy: string;
    }
  | { readonly kind: "active"; readonly objectId: string; readonly method: SeenMethod }
  | { readonly kind: "failed"; readonly objectId: string; readonly reason: string }
  | { readonly kind: "refused"; readonly code: string; readonly detail: string }
  | { readonly kind: "unanswered"; readonly detail: string };
