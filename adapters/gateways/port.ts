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
    /** One of `can.bindWithoutPayment`; a bank card where absent. */
    readonly methodKind?: MethodKind;
    /** A wallet's one-time token, only of a wallet in `can.walletTokens`; the payer is sent nowhere unless the bank asks. */
    readonly wallet?: { readonly kind: Wallet; readonly token: string };
    /** The gateway's opaque name of the payer. */
    readonly payerReference?: string;
  }): Promise<Binding>;
  /** Reads a binding by the gateway's own id. */
  lookUpBinding(request: { readonly objectId: string }): Promise<Binding>;
  /** The gateway's own id of the saved method that a token stands for, as its news name it; pure. Null: no token of this gateway. */
  methodIdOf(token: string): string | null;
  /** Reads a saved method as it is now; and, where news spoke of one, the payer's standing permission for it. */
  lookUpMethod(request: { readonly token: string; readonly permissionId?: string }): Promise<MethodLook>;
  /** Says what a notification is about; pure. The body proves nothing: it names an object to look up (payment rules §1.5). */
  readNotification(request: NotificationRequest): NotificationReading;

  /** Present exactly where `can.preparesPayment`. */
  readonly preparation?: Preparation;
  /** Present exactly where `can.captureHeld`: takes money that is only reserved. */
  readonly capture?: (request: ObjectRequest) => Promise<Transmission>;
  /** Present exactly where `can.voidHeld` or `can.voidPending`: ends the road of an object that took no money yet. */
  readonly void?: (request: ObjectRequest) => Promise<Transmission>;
  /** Present exactly where `can.refund`. */
  readonly refunds?: Refunds;
};

/**
 * Where one object stands for all charges of a payment (a Stripe PaymentIntent): it is made unconfirmed before the first gate and moves no money;
 * a charge confirms it.
 */
export type Preparation = {
  /**
   * Creates the object, or reads the one that stands already and names its last attempt; before every charge of the payment, for only then
   * `attemptBefore` is true. The same key answers with the same object; a lost answer costs an idle object.
   */
  prepare(request: {
    readonly key: string;
    readonly paymentId: string;
    readonly amount: Money;
    readonly description: string;
    readonly payerReference: string;
    /** The token of the method that the next charge will use: the vendor binds an object to the owner of the method. */
    readonly methodToken: string;
    /** The object of the payment's earlier charge, where it was not closed. */
    readonly preparedObjectId?: string;
    readonly methodKind: MethodKind;
    readonly livemode: boolean;
  }): Promise<Prepared>;
};

export type Prepared =
  | {
      readonly kind: "ready";
      readonly objectId: string;
      /** The gateway's name of the last attempt on the object before ours; null when there was none. */
      readonly attemptBefore: string | null;
    }
  /** The object is closed for good, or its key stands for another request: the payment needs another object under another key. */
  | { readonly kind: "closed"; readonly detail: string }
  /** A definite refusal of this request: the same one would be refused again. `status` where the gateway was asked at all. */
  | { readonly kind: "refused"; readonly status?: number; readonly code: string; readonly detail: string }
  | { readonly kind: "unanswered"; readonly detail: string; readonly alarm?: string };

/** A capture or a void: passes the gate like a charge, is one transmission, and says what the object shows after it. */
export type ObjectRequest = {
  readonly key: string;
  readonly objectId: string;
  readonly expected: Expected;
  readonly attemptBefore?: string | null;
  readonly mayStillSend: () => boolean;
};

/** Money given back (payment rules §10); the refund's id is the key. */
export type Refunds = {
  /** Builds the exact bytes of a refund; pure. They are stored by the gate and replayed byte for byte. */
  build(intent: RefundIntent): ChargeRequest;
  send(request: {
    readonly key: string;
    readonly body: Uint8Array;
    readonly expected: RefundExpected;
    readonly mayStillSend: () => boolean;
  }): Promise<RefundTransmission>;
  lookUp(request: { readonly objectId: string; readonly expected: RefundExpected }): Promise<RefundLookUp>;
  /** Reads every refund of the window (all pages) and returns the one that carries our refund id. */
  find(request: {
    readonly expected: RefundExpected;
    readonly createdFrom: string;
    readonly createdTo: string;
  }): Promise<RefundScan>;
};

export type RefundIntent = {
  readonly refundId: string;
  readonly paymentId: string;
  /** The charged object at the gateway. */
  readonly chargeObjectId: string;
  readonly amount: Money;
  readonly description: string;
};

export type RefundExpected = {
  readonly refundId: string;
  readonly chargeObjectId: string;
  readonly amount: Money;
  readonly livemode: boolean;
};

export type RefundSighting = {
  readonly objectId: string;
  readonly createdAt: string;
  readonly outcome:
    | { readonly kind: "done" }
    | { readonly kind: "pending" }
    | { readonly kind: "refused"; readonly reason: string };
  readonly raw: Uint8Array;
};

export type RefundTransmission = { readonly kind: "seen"; readonly sighting: RefundSighting } | NotSeen;
export type RefundLookUp =
  | { readonly kind: "seen"; readonly sighting: RefundSighting }
  | { readonly kind: "missing"; readonly detail: string }
  | { readonly kind: "unanswered"; readonly detail: string; readonly alarm?: string };
export type RefundScan =
  | { readonly kind: "found"; readonly sighting: RefundSighting; readonly seenObjectIds: readonly string[] }
  | { readonly kind: "nothing"; readonly seenObjectIds: readonly string[] }
  | { readonly kind: "unanswered"; readonly detail: string; readonly alarm?: string };

/** A notification as it came over HTTP; header names in lower case. */
export type NotificationRequest = {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** Seconds since 1970, for signatures that carry a time. */
  readonly nowSeconds: number;
};

export type NotificationReading =
  | {
      readonly kind: "look";
      /** The vendor's id of the event where there is one: the same event twice is one reason to look. */
      readonly eventId: string | null;
      readonly event: string;
      readonly subject: "charge" | "binding" | "refund" | "dispute";
      /** For `binding`: a binding, or a saved method by {@link Gateway.methodIdOf}. */
      readonly objectId: string;
      /** The charged object that a dispute is about. */
      readonly ofObjectId?: string;
      /** The standing permission (a mandate) for the saved method that is named: what has changed is not the method itself. */
      readonly permissionId?: string;
      /** Our id, where the body repeats it; hearsay like the rest. */
      readonly chargeId: string | null;
    }
  /** Genuine, but of nothing that we follow: answered 200 so that it does not come again. */
  | { readonly kind: "ignored"; readonly event: string }
  | { readonly kind: "forged"; readonly why: string }
  | { readonly kind: "unreadable"; readonly why: string };

/** How a payer pays, in the words of the capability matrix. */
export type MethodKind = "bank_card" | "sbp" | "yoo_money" | "sberbank" | "tinkoff_bank" | "mobile_balance";

export type Wallet = "apple_pay" | "google_pay";

/** What a gateway can do, as data: pages, API and workflows read it instead of asking for names of vendors. */
export type Capabilities = {
  /** Kinds that can be bound without a payment. */
  readonly bindWithoutPayment: readonly MethodKind[];
  /** Kinds that the payer may choose for one charge without a saved method. */
  readonly chargeWithoutSaving: readonly MethodKind[];
  /** Kinds that can be saved with the first charge that the payer confirms; none where absent. */
  readonly saveWithCharge?: readonly MethodKind[];
  readonly walletTokens: readonly Wallet[];
  /** One object stands for all charges of a payment; made before the first gate (see {@link Preparation}). */
  readonly preparesPayment: boolean;
  readonly captureHeld: boolean;
  /** A reservation can be given back. */
  readonly voidHeld: boolean;
  /** An object that waits for the payer, or that an unanswered charge may have started, can be ended for good. */
  readonly voidPending: boolean;
  readonly refund: boolean;
  readonly partialRefund: boolean;
  readonly listByTime: boolean;
  /** A fiscal receipt (54-FZ) can travel with the charge. */
  readonly receipt: boolean;
  /** A utilities order (the gateway passes the money on and reports it) can travel with the charge. */
  readonly paymentOrder: boolean;
  /** How a notification is known to be genuine. */
  readonly notifications: "signed" | "by-address";
  /**
   * What an answer to a replay shows: the object as it is now, or the stored first answer (also a stored 500), in which case a replay is no way to
   * learn anything.
   */
  readonly replayAnswers: "current" | "stored";
  /** How the absence of a charge is proved (payment rules §8.2, §8.3). */
  readonly absenceBy: "list" | "void";
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
  /** The kind of the method; a bank card where absent. */
  readonly methodKind?: MethodKind;
  /** The payer agreed that the method be kept for later charges; only of a kind in `can.saveWithCharge`. */
  readonly saveMethod?: boolean;
  /** Where the payer confirms outside of any page (phone account): the number, in clear, only in memory. */
  readonly phone?: string;
  /** Only where `can.preparesPayment`: the object to confirm. */
  readonly preparedObjectId?: string;
  /** Only where `can.paymentOrder`, and then in every charge of a utilities shop. */
  readonly paymentOrder?: PaymentOrder;
  /** Only where `can.receipt`. */
  readonly receipt?: Receipt;
};

/** A utilities order (YooKassa `payment_order`): who gets the money and for what; field limits are the vendor's. */
export type PaymentOrder = {
  readonly purpose: string;
  readonly recipient: {
    readonly name: string;
    readonly inn: string;
    readonly kpp: string;
    readonly bank: {
      readonly name: string;
      readonly bic: string;
      readonly account: string;
      readonly correspondentAccount: string;
    };
  };
  readonly kbk?: string;
  readonly oktmo?: string;
  readonly period?: { readonly month: number; readonly year: number };
  /** At least one of these names the debt. */
  readonly paymentDocumentId?: string;
  readonly paymentDocumentNumber?: string;
  readonly accountNumber?: string;
  readonly unifiedAccountNumber?: string;
  readonly serviceId?: string;
};

/** A fiscal receipt of 54-FZ, as far as the gateway needs it. */
export type Receipt = {
  readonly customer: { readonly email?: string; readonly phone?: string };
  readonly taxSystemCode?: number;
  readonly items: readonly {
    readonly description: string;
    readonly quantity: number;
    readonly price: Money;
    readonly vatCode: number;
    readonly paymentSubject?: string;
    readonly paymentMode?: string;
  }[];
};

export type ChargeRequest = { readonly body: Uint8Array };

/** What every answer must agree with (payment rules §8.1). */
export type Expected = {
  readonly chargeId: string;
  readonly paymentId: string;
  readonly amount: Money;
  readonly livemode: boolean;
  /** Where one object stands for several charges: the attempt before ours, so that an older attempt is never taken for ours. */
  readonly attemptBefore?: string | null;
};

/** What was seen of a charge at the gateway: the state of one object at one moment. */
export type Sighting = {
  readonly objectId: string;
  readonly createdAt: string;
  readonly outcome:
    | { readonly kind: "charged"; readonly amount: Money; readonly fee?: Money }
    | {
        readonly kind: "challenged";
        /** Absent where the payer confirms outside of any page (an SMS, the bank's app). */
        readonly confirmationUrl?: string;
        readonly confirmBy: string;
      }
    | { readonly kind: "pending" }
    | { readonly kind: "held"; readonly amount: Money; readonly expiresAt?: string }
    | {
        readonly kind: "not-charged";
        readonly how: "declined" | "expired" | "voided";
        /** The vendor's own code, e.g. `insufficient_funds`. */
        readonly reason: string;
        readonly party?: string;
        /** Advice of the issuer or the network: it wins over the code (payment rules §9.1). */
        readonly advice?: {
          readonly code?: string;
          readonly networkAdviceCode?: string;
          readonly networkDeclineCode?: string;
        };
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
  /** The wallet that the card stands behind: it brings rules of its own. */
  readonly wallet?: Wallet;
  /** The gateway's own name of the card, equal for equal cards; where there is none, brand, last four and expiry stand for it. */
  readonly fingerprint?: string;
};

/** How one transmission of a charge ended. */
export type Transmission = { readonly kind: "seen"; readonly sighting: Sighting } | NotSeen;

/** The ends of a transmission that show no object. */
export type NotSeen =
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
  /**
   * Anything else: time-out, reset, 5xx, 202, unreadable or disagreeing answer. `alarm` is set for defects. `objectId`: the answer shows an
   * object that is ours in all but its sum; a look-up by this id tells what was taken.
   */
  | {
      readonly kind: "unanswered";
      readonly detail: string;
      readonly retryAfterMs?: number;
      readonly alarm?: string;
      readonly objectId?: string;
    };

export type LookUp =
  | { readonly kind: "seen"; readonly sighting: Sighting }
  /** The object is there and shows no attempt after `expected.attemptBefore`: our charge has not run (yet). No proof of absence. */
  | { readonly kind: "not-run"; readonly objectId: string; readonly detail: string }
  /** 404 for an id that the gateway gave us: an alarm, never a proof of absence. */
  | { readonly kind: "missing"; readonly detail: string }
  | { readonly kind: "unanswered"; readonly detail: string; readonly alarm?: string };

export type Scan =
  | { readonly kind: "found"; readonly sighting: Sighting; readonly seenObjectIds: readonly string[] }
  | { readonly kind: "nothing"; readonly seenObjectIds: readonly string[] }
  /** `objectId` as in {@link NotSeen}. */
  | {
      readonly kind: "unanswered";
      readonly detail: string;
      readonly alarm?: string;
      readonly objectId?: string;
    };

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

/** What a look at a saved method showed. */
export type MethodLook =
  /** It can be charged; the card as it is now, which a network may have renewed. */
  | { readonly kind: "usable"; readonly method: SeenMethod }
  /** `unlinked`, `permission-withdrawn`: for good. `inactive`: switched off, and may be switched on again. */
  | { readonly kind: "gone"; readonly why: "unlinked" | "permission-withdrawn" | "inactive" }
  /** The gateway does not know it: an alarm, no proof that it is gone. */
  | { readonly kind: "missing"; readonly detail: string }
  | { readonly kind: "unanswered"; readonly detail: string; readonly alarm?: string };
