import type {
  Challenge,
  RecordOf,
  StripeDelivery,
  StripeFact,
  StripeKey,
  StripeKind,
  StripeRecord,
} from "./records.ts";

/** What a page's address belongs to. */
export type PageOwner =
  | { readonly object: "checkout.session"; readonly id: string }
  | {
      readonly object: "payment_intent" | "setup_intent";
      readonly id: string;
      /** Stays when the intent has forgotten it: a form may come twice. */
      readonly challenge: Challenge;
    };

type Maps = { readonly [K in StripeKind]: Map<string, RecordOf<K>> };

/** The memory of the bank's Stripe face. It changes only by what the journal tells. */
export class Shelf {
  readonly keys = new Map<string, StripeKey>();
  /** Those still to be sent. */
  readonly deliveries = new Map<string, StripeDelivery>();
  /** Visits to the bank's pages, by the secret in their address. */
  readonly pages = new Map<string, PageOwner>();
  /** Intents and sessions whose end may come with time alone. */
  readonly unfinished = new Set<string>();
  /** Hosted pages by the setup that they serve. */
  readonly sessionsBySetup = new Map<string, string>();
  webhookUrl = "";
  /** The address that came with the last start, to tell a changed start from a choice made while running. */
  startWebhookUrl: string | undefined;
  #serial = 0;
  readonly #maps: Maps = {
    customer: new Map(),
    payment_method: new Map(),
    payment_intent: new Map(),
    charge: new Map(),
    refund: new Map(),
    balance_transaction: new Map(),
    dispute: new Map(),
    setup_intent: new Map(),
    mandate: new Map(),
    "checkout.session": new Map(),
    event: new Map(),
  };

  /** Everything of one kind, by id, oldest first. */
  all<K extends StripeKind>(kind: K): ReadonlyMap<string, RecordOf<K>> {
    return this.#maps[kind];
  }

  find<K extends StripeKind>(kind: K, id: string): RecordOf<K> | undefined {
    return this.all(kind).get(id);
  }

  /** What must be there because another object names it; a missing one is a defect of the bank. */
  get<K extends StripeKind>(kind: K, id: string): RecordOf<K> {
    const record = this.find(kind, id);
    if (!record) throw new Error(`${kind} ${id} is named but not kept`);
    return record;
  }

  nextSerial(): number {
    return this.#serial + 1;
  }

  /** Takes what the journal tells. */
  apply(fact: StripeFact): void {
    switch (fact.what) {
      case "object":
        this.#put(fact.record);
        break;
      case "key":
        this.keys.set(fact.record.key, fact.record);
        break;
      case "delivery":
        if (fact.record.state === "queued") this.deliveries.set(fact.record.id, fact.record);
        else this.deliveries.delete(fact.record.id);
        break;
      case "webhook-url":
        this.webhookUrl = fact.url;
        if (fact.by === "start") this.startWebhookUrl = fact.url;
        break;
      default:
        fact satisfies never;
    }
  }

  #put(record: StripeRecord): void {
    this.#serial = Math.max(this.#serial, record.serial);
    // The map of a record's own kind takes the record; the type system cannot follow that tie.
    (this.#maps[record.object] as Map<string, StripeRecord>).set(record.id, record);
    if (record.object === "checkout.session") {
      this.pages.set(record.page, { object: record.object, id: record.id });
      this.sessionsBySetup.set(record.setupIntent, record.id);
      this.#watch(record.id, record.status === "open");
    } else if (record.object === "payment_intent" || record.object === "setup_intent") {
      const { challenge, object, id } = record;
      if (challenge) this.pages.set(challenge.page, { object, id, challenge });
      this.#watch(id, record.status === "requires_capture");
    }
  }

  #watch(id: string, unfinished: boolean): void {
    if (unfinished) this.unfinished.add(id);
    else this.unfinished.delete(id);
  }
}
