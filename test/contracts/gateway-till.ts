import { randomUUID } from "node:crypto";
import type {
  ChargeIntent,
  Expected,
  Gateway,
  Sighting,
  Transmission,
} from "../../adapters/gateways/port.ts";

/** What can be made to happen to the next charge, in words that every gateway's sandbox can translate. */
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

/** A gateway adapter beside a sandbox that tells the truth about money without the adapter. */
export type GatewayWorld = {
  readonly gateway: Gateway;
  readonly livemode: boolean;
  /** A token of a saved method that pays without asking. */
  savedMethod(): Promise<string>;
  /** Arms one mischief for the next request that creates this charge. */
  arm(chargeId: string, mischief: Mischief): Promise<void>;
  /** The payer on the gateway's page: types a card where asked, then confirms or refuses. */
  payer(confirmationUrl: string, answer: "confirm" | "refuse"): Promise<void>;
  /** Ends an undecided charge at the gateway. */
  settle(objectId: string, how: "with-money" | "without-money"): Promise<void>;
  /** What the gateway has really taken for a charge. */
  debits(chargeId: string): Promise<readonly { readonly amountMinor: number }[]>;
  /** How many requests for this charge the gateway has received. */
  requests(chargeId: string): Promise<number>;
  /** Sets the gateway's clock ahead of the real one. */
  aheadByMinutes(minutes: number): Promise<void>;
  close(): Promise<void>;
};

/** What every charge of the suite asks for, unless a test says otherwise. */
export const AMOUNT = { amountMinor: 512_345, currency: "RUB" } as const;

/** The hands of the suite: makes charges of its own and looks at them through the adapter. */
export class Till {
  readonly #open: () => Promise<GatewayWorld>;
  #world: GatewayWorld | undefined;
  #token = "";

  constructor(open: () => Promise<GatewayWorld>) {
    this.#open = open;
  }

  async open(): Promise<void> {
    this.#world = await this.#open();
    this.#token = await this.#world.savedMethod();
  }

  async close(): Promise<void> {
    await this.#world?.close();
  }

  get world(): GatewayWorld {
    if (this.#world === undefined) throw new Error("the world is not open");
    return this.#world;
  }

  /** A new charge without the payer by the saved method. */
  intentOf(change: Partial<ChargeIntent> = {}): ChargeIntent {
    return {
      chargeId: `KV-${randomUUID().slice(0, 13)}-1`,
      paymentId: "KV-PAYMENT",
      amount: AMOUNT,
      description: "Bill",
      initiatedBy: "mit",
      methodToken: this.#token,
      payerReference: "payer-1",
      returnUrl: "http://127.0.0.1:9/return",
      locale: "en",
      ...change,
    };
  }

  /** A new charge with the payer, who has no saved method. */
  withoutMethod(): ChargeIntent {
    const { methodToken: _, ...intent } = this.intentOf({ initiatedBy: "cit" });
    return intent;
  }

  send(intent: ChargeIntent, mayStillSend: () => boolean = () => true): Promise<Transmission> {
    const { gateway } = this.world;
    const { body } = gateway.buildCharge(intent);
    return gateway.sendCharge({ key: intent.chargeId, body, expected: this.#expected(intent), mayStillSend });
  }

  lookUp(intent: ChargeIntent, objectId: string) {
    return this.world.gateway.lookUpCharge({ objectId, expected: this.#expected(intent) });
  }

  /** Scans the day from five minutes ago, or from so many days off. */
  find(intent: ChargeIntent, dayOffset = 0) {
    const from = Date.now() + dayOffset * 86_400_000;
    return this.world.gateway.findCharge({
      chargeId: intent.chargeId,
      createdFrom: new Date(from - 300_000).toISOString(),
      createdTo: new Date(from + 25 * 3_600_000).toISOString(),
      expected: this.#expected(intent),
    });
  }

  /** Sends a charge that must end at the gateway's page. */
  async challenged(intent: ChargeIntent) {
    const sighting = mustSee(await this.send(intent));
    if (sighting.outcome.kind !== "challenged") throw new Error(`not challenged: ${sighting.outcome.kind}`);
    return { objectId: sighting.objectId, ...sighting.outcome };
  }

  #expected({ chargeId, amount }: ChargeIntent): Expected {
    return { chargeId, amount, livemode: this.world.livemode };
  }
}

/** The sighting of a transmission that must have been answered. */
export function mustSee(ended: Transmission): Sighting {
  if (ended.kind !== "seen") throw new Error(`not seen: ${ended.kind} ${ended.detail}`);
  return ended.sighting;
}
