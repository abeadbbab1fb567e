import { join } from "node:path";
import type { Adapter, AdapterPayload } from "oidc-provider";
import { type CityJournal, openCityJournal } from "../city-journal.ts";

type Entry =
  | {
      readonly kind: "put";
      readonly key: string;
      readonly payload: AdapterPayload;
      readonly expiresAt: number | null;
    }
  | { readonly kind: "gone"; readonly key: string };

/** What dies with its grant; an interaction under way only mentions one and must outlive a change of person. */
const grantMembers = ["AccessToken", "AuthorizationCode", "RefreshToken"];

interface Row {
  readonly payload: AdapterPayload;
  readonly expiresAt: number | null;
}

/** What the provider remembers (sessions, grants, codes, interactions), in memory and in a journal, so that a restart signs nobody out. */
export class GrantStore {
  readonly #rows = new Map<string, Row>();
  readonly #journal: CityJournal<Entry>;

  /** Opens `identity.jsonl` in `dataDir`. */
  constructor(dataDir: string) {
    this.#journal = openCityJournal<Entry>(join(dataDir, "identity.jsonl"), (entry) => this.#apply(entry));
  }

  /** One model's view, in the shape that oidc-provider asks for. */
  adapter(model: string): Adapter {
    const key = (id: string): string => `${model}:${id}`;
    return {
      upsert: (id, payload, expiresInSeconds) =>
        this.#write({
          kind: "put",
          key: key(id),
          payload: structuredClone(payload),
          expiresAt: expiresInSeconds ? Date.now() + expiresInSeconds * 1000 : null,
        }),
      find: async (id) => this.#read(key(id)),
      findByUid: async (uid) => this.#search(model, (payload) => payload.uid === uid),
      findByUserCode: async (code) => this.#search(model, (payload) => payload.userCode === code),
      consume: async (id) => {
        const row = this.#rows.get(key(id));
        if (!row) return;
        const payload = { ...row.payload, consumed: Math.floor(Date.now() / 1000) };
        await this.#write({ kind: "put", key: key(id), payload, expiresAt: row.expiresAt });
      },
      destroy: (id) => this.#write({ kind: "gone", key: key(id) }),
      revokeByGrantId: async (grantId) => {
        const members = [...this.#rows].filter(
          ([member, row]) =>
            row.payload.grantId === grantId && grantMembers.some((kind) => member.startsWith(`${kind}:`)),
        );
        for (const [member] of members) await this.#write({ kind: "gone", key: member });
      },
    };
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  #read(key: string): AdapterPayload | undefined {
    const row = this.#rows.get(key);
    if (!row) return undefined;
    if (row.expiresAt !== null && row.expiresAt <= Date.now()) {
      this.#rows.delete(key);
      return undefined;
    }
    return structuredClone(row.payload);
  }

  #search(model: string, wanted: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    for (const [key, row] of this.#rows) {
      if (key.startsWith(`${model}:`) && wanted(row.payload)) return this.#read(key);
    }
    return undefined;
  }

  async #write(entry: Entry): Promise<void> {
    await this.#journal.append(entry);
    this.#apply(entry);
  }

  #apply(entry: Entry): void {
    if (entry.kind === "gone") this.#rows.delete(entry.key);
    else this.#rows.set(entry.key, { payload: entry.payload, expiresAt: entry.expiresAt });
  }
}
