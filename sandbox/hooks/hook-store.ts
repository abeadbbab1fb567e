import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { type CityJournal, openCityJournal } from "../city-journal.ts";

/** One request that came to an address of the receiver, as it came. */
export interface HookDelivery {
  readonly at: string;
  /** The last part of the address it came to. */
  readonly name: string;
  readonly id: string | null;
  readonly timestamp: string | null;
  readonly signature: string | null;
  readonly body: string;
  /** Which of the address's secrets its signature fits, newest first; empty: none. */
  readonly verifiedBy: readonly number[];
  /** Taken: the event counts from now on. */
  readonly taken: boolean;
  /** Taken once before, by its id: it counts no second time. */
  readonly repeated: boolean;
  /** What was answered; null: nothing. */
  readonly status: number | null;
}

type Entry =
  | { readonly kind: "delivery"; readonly delivery: HookDelivery }
  | { readonly kind: "secrets"; readonly name: string; readonly secrets: readonly string[] };

/** Everything that the receiver got, in memory and in a journal on the disk. */
export class HookStore {
  readonly #journal: CityJournal<Entry>;
  readonly #deliveries: HookDelivery[] = [];
  readonly #secrets = new Map<string, readonly string[]>();
  readonly #taken = new Set<string>();

  /** Opens `hooks.jsonl` in `dataDir` and reads what is there. */
  constructor(dataDir: string) {
    this.#journal = openCityJournal<Entry>(join(dataDir, "hooks.jsonl"), (entry) => this.#apply(entry));
  }

  /** Every request, also refused and repeated ones, oldest first. */
  deliveries(name?: string): readonly HookDelivery[] {
    return this.#deliveries.filter((one) => name === undefined || one.name === name);
  }

  /** Each event once, in the order in which it was first taken. */
  events(name?: string): readonly HookDelivery[] {
    return this.deliveries(name).filter((one) => one.taken && !one.repeated);
  }

  hasTaken(name: string, id: string): boolean {
    return this.#taken.has(`${name}/${id}`);
  }

  /** Whether a request fits the secrets of its address, by the library and the machine's own time. */
  verify(name: string, body: string, headers: Readonly<Record<string, string>>): readonly number[] {
    return (this.#secrets.get(name) ?? []).flatMap((secret, index) => {
      try {
        new Webhook(secret).verify(body, headers);
        return [index];
      } catch {
        // that secret did not sign it, or not now
        return [];
      }
    });
  }

  /** Durable when it resolves. */
  async record(delivery: HookDelivery): Promise<void> {
    await this.#keep({ kind: "delivery", delivery });
  }

  /** From now on requests to this address are checked against these; durable when it resolves. */
  async setSecrets(name: string, secrets: readonly string[]): Promise<void> {
    await this.#keep({ kind: "secrets", name, secrets });
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  async #keep(entry: Entry): Promise<void> {
    await this.#journal.append(entry);
    this.#apply(entry);
  }

  #apply(entry: Entry): void {
    if (entry.kind === "secrets") {
      this.#secrets.set(entry.name, entry.secrets);
      return;
    }
    this.#deliveries.push(entry.delivery);
    const { taken, name, id } = entry.delivery;
    if (taken && id !== null) this.#taken.add(`${name}/${id}`);
  }
}
