import type { ChargeIntent, Gateway, NotificationRequest } from "../../../adapters/gateways/port.ts";
import type { Currency } from "../../../domain/money.ts";

/** What can be made to happen to the next request, in words that every gateway's sandbox can translate. */
export type Mischief =
  | { readonly kind: "declined"; readonly reason: string }
  | { readonly kind: "answer-lost" }
  | { readonly kind: "error-after-execution" }
  | { readonly kind: "lost-before-execution" }
  | { readonly kind: "error-before-execution" }
  | { readonly kind: "throttled" }
  | { readonly kind: "accepted-only" }
  | { readonly kind: "garbled" }
  | { readonly kind: "other-amount" }
  | { readonly kind: "undecided" }
  | { readonly kind: "taken-twice" };

/** Which request is to be met by mischief. */
export type Target = {
  readonly operation: "charge" | "capture" | "void" | "refund";
  readonly intent: ChargeIntent;
  /** The idempotency key of the request. */
  readonly key: string;
};

/** A gateway adapter beside a server of its vendor: our sandbox bank, or the vendor's own sandbox. */
export type GatewayWorld = {
  readonly gateway: Gateway;
  readonly livemode: boolean;
  readonly currency: Currency;
  /** A token of a saved method that pays without asking, and asks when the payer is there; another one with every call. */
  savedMethod(): Promise<string>;
  /** A token that looks like a saved one and is none. */
  unknownMethod(saved: string): string;
  /** Ids that the gateway has never given out. */
  readonly unknown: { readonly charge: string; readonly binding: string; readonly refund: string };
  /** A one-time token of a wallet, where the gateway takes them. */
  readonly walletToken?: string;
  /** Only a sandbox of ours can be made to misbehave and to confess. */
  readonly bench?: Bench;
  close(): Promise<void>;
};

/** The hands behind our own sandbox: it tells the truth about money without the adapter. */
export type Bench = {
  /** Arms one mischief for the next request of this kind. */
  arm(target: Target, mischief: Mischief): Promise<void>;
  /** The payer on the gateway's pages: types a card where asked, then confirms or refuses. */
  payer(confirmationUrl: string, answer: "confirm" | "refuse"): Promise<void>;
  /** Ends an undecided charge at the gateway. */
  settle(objectId: string, how: "with-money" | "without-money"): Promise<void>;
  /** Reserves the money of an intent, made past the adapter; answers with the object. */
  hold(intent: ChargeIntent): Promise<string>;
  /** The issuer renews the card of a saved method. */
  renew(methodToken: string, until: { readonly month: number; readonly year: number }): Promise<void>;
  /** A saved method is taken from its owner, or switched off, past the adapter. */
  unlink(methodToken: string): Promise<void>;
  /** What the gateway has really taken for a charge. */
  debits(chargeId: string): Promise<readonly { readonly amountMinor: number }[]>;
  /** What the gateway has really taken by one object, whoever asked for it. */
  takenBy(objectId: string): Promise<readonly { readonly amountMinor: number }[]>;
  /** What the gateway has really given back of one object. */
  returned(objectId: string): Promise<readonly { readonly amountMinor: number }[]>;
  /** How many requests for this charge the gateway has received. */
  requests(chargeId: string): Promise<number>;
  /** Sets the gateway's clock ahead of the real one. */
  aheadByMinutes(minutes: number): Promise<void>;
  /** The first notification about an object, as it came over HTTP, read at the moment of its arrival. */
  notified(objectId: string): Promise<NotificationRequest>;
};
