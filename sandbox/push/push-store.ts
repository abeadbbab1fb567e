import { createECDH, randomBytes } from "node:crypto";
import { join } from "node:path";
import { CityTime, type ClockEntry, clockEntry } from "../city-clock.ts";
import { type CityJournal, openCityJournal } from "../city-journal.ts";
import type { BrowserKeys } from "./sealed-message.ts";

/** A browser that takes messages here. */
export interface Subscription {
  readonly id: string;
  /** Whose it is, for people who look at the page of the service. */
  readonly label: string;
  readonly keys: BrowserKeys;
  /** Whose messages it takes, base64url; null: anybody's. */
  readonly applicationServerKey: string | null;
  /** It says by itself that it has shown a message; else somebody presses the button. */
  readonly showsAtOnce: boolean;
}

/** A message as the browser reads it. */
export interface PushMessage {
  readonly id: string;
  readonly subscription: string;
  readonly receivedAt: string;
  readonly headers: { readonly ttl: string; readonly urgency: string | null; readonly topic: string | null };
  /** The opened payload; null: it could not be opened. */
  readonly payload: unknown;
}

/** One time that a sender handed a message over, or tried to. */
export interface RawDelivery {
  readonly at: string;
  readonly subscription: string;
  readonly topic: string | null;
  readonly status: number | null;
  readonly message: string | null;
  /** The sealed bytes, base64. */
  readonly raw: string;
}

type Entry =
  | { readonly kind: "subscribed"; readonly subscription: Subscription }
  | { readonly kind: "gone"; readonly id: string }
  | { readonly kind: "delivery"; readonly delivery: RawDelivery; readonly message?: PushMessage }
  | { readonly kind: "shown"; readonly message: string; readonly at: string }
  | ClockEntry;

/** Everything the push service was handed, in memory and in a journal on the disk. */
export class PushStore {
  readonly #journal: CityJournal<Entry>;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #gone = new Set<string>();
  readonly #messages: PushMessage[] = [];
  readonly #deliveries: RawDelivery[] = [];
  readonly #shown = new Map<string, string>();
  readonly clock = new CityTime();

  /** Opens `push.jsonl` in `dataDir` and reads what is there. */
  constructor(dataDir: string) {
    this.#journal = openCityJournal<Entry>(join(dataDir, "push.jsonl"), (entry) => this.#apply(entry));
  }

  subscription(id: string): Subscription | undefined {
    return this.#subscriptions.get(id);
  }

  subscriptions(): readonly Subscription[] {
    return [...this.#subscriptions.values()];
  }

  isGone(id: string): boolean {
    return this.#gone.has(id);
  }

  /** Messages of a browser, or all, newest last. One whose topic came again is replaced: the browser sees the last. */
  messages(subscription?: string): readonly PushMessage[] {
    return this.#messages.filter((one) => subscription === undefined || one.subscription === subscription);
  }

  deliveries(): readonly RawDelivery[] {
    return this.#deliveries;
  }

  shownAt(message: string): string | null {
    return this.#shown.get(message) ?? null;
  }

  /** Makes a browser with keys of its own. Durable when it resolves, like everything here. */
  async subscribe(wish: Pick<Subscription, "label" | "applicationServerKey" | "showsAtOnce">) {
    const pair = createECDH("prime256v1");
    pair.generateKeys();
    const subscription: Subscription = {
      id: randomBytes(24).toString("base64url"),
      keys: {
        privateKey: pair.getPrivateKey("base64url"),
        publicKey: pair.getPublicKey("base64url"),
        auth: randomBytes(16).toString("base64url"),
      },
      ...wish,
    };
    await this.#write({ kind: "subscribed", subscription });
    return subscription;
  }

  end(id: string): Promise<void> {
    return this.#write({ kind: "gone", id });
  }

  record(delivery: RawDelivery, message?: PushMessage): Promise<void> {
    return this.#write({ kind: "delivery", delivery, ...(message === undefined ? {} : { message }) });
  }

  show(message: string): Promise<void> {
    return this.#write({ kind: "shown", message, at: this.clock.now() });
  }

  setClock(order: Parameters<typeof clockEntry>[0]): Promise<void> {
    return this.#write(clockEntry(order));
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  async #write(entry: Entry): Promise<void> {
    await this.#journal.append(entry);
    this.#apply(entry);
  }

  #apply(entry: Entry): void {
    if (entry.kind === "clock") this.clock.apply(entry);
    else if (entry.kind === "subscribed") this.#subscriptions.set(entry.subscription.id, entry.subscription);
    else if (entry.kind === "gone") this.#gone.add(entry.id);
    else if (entry.kind === "shown") this.#shown.set(entry.message, entry.at);
    else {
      this.#deliveries.push(entry.delivery);
      if (entry.message) this.#messages.push(entry.message);
    }
  }
}
