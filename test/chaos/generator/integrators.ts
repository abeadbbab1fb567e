import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { type Client, createClient, type WebhookWithSecret } from "../../../api/client.ts";
import type { Database } from "../../../db/database.ts";
import { WEBHOOK_EVENTS } from "../../../domain/webhook-events.ts";
import { mintAccessToken } from "../../../sandbox/identity/access-token.ts";
import { loadSigningKeys } from "../../../sandbox/identity/signing-keys.ts";
import type { Caller, Heard } from "./caller.ts";
import type { GeneratorOrder } from "./order.ts";
import { STRIPE_BILLER, YOOKASSA_BILLER } from "./payers.ts";

/** Says now and then that it is gone, and is brought back by an operator. */
export const GOING_ENDPOINT = "comes-and-goes";

/** Nothing that happened in a run is older. */
const EVER = "2020-01-01T00:00:00Z";
const LOOK_EVERY_MS = 500;

/** All of an object's, but the beginning of a mandate: a run begins with a thousand of those, and nothing else would be heard for minutes. */
const typesOf = (...objects: readonly string[]): string[] =>
  WEBHOOK_EVENTS.filter(({ object, type }) => objects.includes(object) && type !== "mandate.created").map(
    ({ type }) => type,
  );

/**
 * Who hears of what: one integrator the payments and mandates of a small biller, one the mandates and the bad ends of a large one, one all mandates. The happy payments of the large one are nobody's: each event is work, and
 * a run is to be about payments.
 */
const ENDPOINTS = [
  { name: "all-of-one", billerId: STRIPE_BILLER, types: typesOf("payment", "mandate") },
  {
    name: "bad-ends",
    billerId: YOOKASSA_BILLER,
    types: [...typesOf("mandate"), "payment.failed", "payment.stopped", "payment.refunded"],
  },
  { name: GOING_ENDPOINT, types: [...typesOf("mandate"), "payment.failed", "bill.annulled"] },
] as const;

type Endpoint = { readonly id: string; readonly name: string };
type Command = { readonly idempotencyKey: string };

/** Registers integrators' endpoints through the API as an operator does, and brings back who said that it is gone. */
export class Integrators {
  readonly #caller: Caller;
  readonly #order: GeneratorOrder;
  readonly #db: Database;
  readonly #truth: (line: object) => void;
  #token = "";
  #isBusy = false;

  constructor(parts: {
    readonly caller: Caller;
    readonly order: GeneratorOrder;
    readonly db: Database;
    readonly truth: (line: object) => void;
  }) {
    this.#caller = parts.caller;
    this.#order = parts.order;
    this.#db = parts.db;
    this.#truth = parts.truth;
  }

  /** @throws when an endpoint cannot be made, or the receiver does not take its secret */
  async register(): Promise<void> {
    this.#token = await this.#mint();
    for (const { name, types, ...rest } of ENDPOINTS) {
      const body = { url: `${this.#order.hooks.through}/in/${name}`, types: [...types], ...rest };
      const heard = await this.#command<WebhookWithSecret>("create-webhook", body, (api, command) =>
        api.createWebhook(body, command),
      );
      if (heard?.answer === undefined)
        throw new Error(`no endpoint ${name}: ${heard?.status} ${heard?.code}`);
      const { id, secret } = heard.answer;
      await this.#tellSecret(name, secret);
      this.#truth({ kind: "endpoint", endpointId: id, name, secret, ...body });
    }
  }

  /** Whoever said that it is gone, or left events dead, is switched on again and gets what it missed. */
  async comeBack(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (const endpoint of await this.#left()) {
        const about = { endpointId: endpoint.id, name: endpoint.name };
        await this.#command("enable-webhook", about, (api, command) =>
          api.enableWebhook(endpoint.id, command),
        );
        await this.#command("replay-webhooks", about, (api, command) =>
          api.replayWebhooks(endpoint.id, { since: EVER }, command),
        );
      }
    } finally {
      this.#isBusy = false;
    }
  }

  /** Comes back until nobody is gone and no try is out that may still hear that somebody is. */
  async settle(withinMs: number): Promise<void> {
    const since = new Date();
    const deadline = Date.now() + withinMs;
    do {
      await this.comeBack();
      await pause(LOOK_EVERY_MS);
    } while (Date.now() < deadline && ((await this.#left()).length > 0 || (await this.#isTryOut(since))));
  }

  async #left(): Promise<readonly Endpoint[]> {
    const { rows } = await sql<Endpoint>`
      select id, regexp_replace(url, '^.*/', '') as name from webhook_endpoints e
       where state = 'disabled' or exists (select 1 from webhook_deliveries d where d.endpoint_id = e.id and d.state in ('dead', 'cancelled'))`.execute(
      this.#db,
    );
    return rows;
  }

  async #isTryOut(since: Date): Promise<boolean> {
    const { rows } = await sql<{ out: boolean }>`
      select exists (select 1 from webhook_deliveries where state = 'queued' and sending_since < ${since}) as out`.execute(
      this.#db,
    );
    return rows[0]?.out ?? false;
  }

  async #tellSecret(name: string, secret: string): Promise<void> {
    const response = await fetch(`${this.#order.hooks.url}/control/secrets`, {
      method: "POST",
      body: JSON.stringify({ name, secrets: [secret] }),
    });
    if (!response.ok) throw new Error(`no secret for ${name}: ${response.status} ${await response.text()}`);
  }

  #command<Answer>(
    op: string,
    request: object,
    run: (api: Client, command: Command) => Promise<Answer>,
  ): Promise<Heard<Answer> | undefined> {
    return this.#caller.call<Answer>({ client: "operator", op, request }, async ({ api, key, signal }) => {
      const client = createClient({
        baseUrl: api,
        token: this.#token,
        fetch: (asked) => fetch(new Request(asked, { signal })),
      });
      return { status: 200, answer: await run(client, { idempotencyKey: key }) };
    });
  }

  async #mint(): Promise<string> {
    const { issuer, clientId, dataDir } = this.#order.identity;
    const person = {
      id: "chaos-operator",
      login: "chaos-operator",
      name: "Operator",
      email: "operator@kvitok.example",
      locale: "en",
      zoneinfo: "Europe/Moscow",
      role: "operator",
    } as const;
    return (await mintAccessToken({ issuer, clientId, keys: await loadSigningKeys(dataDir) }, person)).token;
  }
}
