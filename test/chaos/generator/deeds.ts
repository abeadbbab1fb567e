import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { type Client, createClient } from "../../../api/client.ts";
import type { Database } from "../../../db/database.ts";
import type { Chance } from "../../../scripts/proofs/chance.ts";
import { visit } from "../../contracts/gateway/payer-visit.ts";
import type { Caller, Heard, Try } from "./caller.ts";
import { TYPED_CARDS } from "./card-kinds.ts";
import type { ChaosPayer } from "./payers.ts";

const LINK_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 300;
/** Past the bank's hour, as it is by the city's clock. */
const LATE_MS = 6_000;
const REDUCED_MINOR = 450_000;

type Asked = { readonly id: string; readonly amountMinor: number; readonly need: string };

/** What residents do with their hands: pay, confirm, pause, narrow, cancel. */
export class Deeds {
  readonly #caller: Caller;
  readonly #db: Database;
  readonly #tokenOf: (residentId: string) => Promise<string>;
  readonly #chance: Chance;
  readonly #busy = new Set<string>();

  constructor(parts: {
    readonly caller: Caller;
    readonly db: Database;
    readonly chance: Chance;
    readonly tokenOf: (residentId: string) => Promise<string>;
  }) {
    this.#caller = parts.caller;
    this.#db = parts.db;
    this.#chance = parts.chance;
    this.#tokenOf = parts.tokenOf;
  }

  payByHand(payer: ChaosPayer, billId: string, amountMinor: number) {
    const body = { billId, methodId: payer.methodId, amount: { amountMinor, currency: "RUB" as const } };
    return this.#command(payer, "pay", body, (api, command) => api.payBill(body, command));
  }

  cancel(payer: ChaosPayer) {
    const about = { mandateId: payer.mandateId };
    return this.#command(payer, "cancel", about, (api, command) =>
      api.cancelMandate(payer.mandateId, {}, command),
    );
  }

  async pauseForAWhile(payer: ChaosPayer): Promise<void> {
    const about = { mandateId: payer.mandateId };
    await this.#command(payer, "pause", about, (api, command) =>
      api.pauseMandate(payer.mandateId, {}, command),
    );
    await pause(1_000 + this.#chance.below(3_000));
    await this.#command(payer, "resume", about, (api, command) =>
      api.resumeMandate(payer.mandateId, command),
    );
  }

  /** Lowers the limit: a narrowing needs no consent. */
  narrow(payer: ChaosPayer) {
    const body = { limitPerPayment: { amountMinor: REDUCED_MINOR, currency: "RUB" as const } };
    const about = { mandateId: payer.mandateId, ...body };
    return this.#command(payer, "change-mandate", about, (api, command) =>
      api.editMandate(payer.mandateId, body, command),
    );
  }

  async skip(payer: ChaosPayer): Promise<void> {
    const { rows } = await sql<{ id: string }>`
      select y.id from payments y join bills b on b.id = y.bill_id
       where b.account = ${payer.account} and y.state = 'scheduled' order by y.created_at desc limit 1`.execute(
      this.#db,
    );
    const [found] = rows;
    if (!found) return;
    await this.#command(payer, "skip", { paymentId: found.id }, (api, command) =>
      api.skipPayment(found.id, command),
    );
  }

  /** F19: whoever has money under way right now stops, narrows or pauses. Answers whose mandate was cancelled. */
  async stopWhileCharging(payers: ReadonlyMap<string, ChaosPayer>): Promise<ChaosPayer | undefined> {
    const { rows } = await sql<{ residentId: string }>`
      select y.resident_id as "residentId" from charges c join payments y on y.id = c.payment_id
       where c.state = 'sending' and y.route = 'mandate' and c.last_sent_at > business_now() - interval '3 seconds'
       order by c.last_sent_at desc limit 5`.execute(this.#db);
    const aimed = rows.map(({ residentId }) => payers.get(residentId)).find((payer) => payer !== undefined);
    if (aimed === undefined) return undefined;
    const deed = this.#chance.pick(["cancel", "pause", "pause", "narrow", "narrow"] as const);
    if (deed === "pause") await this.pauseForAWhile(aimed);
    if (deed === "narrow") await this.narrow(aimed);
    if (deed !== "cancel") return undefined;
    await this.cancel(aimed);
    return aimed;
  }

  /** Registers a browser of this payer: pushes reach it beside the mail. */
  async addBrowser(
    payer: ChaosPayer,
    push: { readonly url: string; readonly vapidPublic: string },
  ): Promise<void> {
    const response = await fetch(`${push.url}/subscriptions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ applicationServerKey: push.vapidPublic, label: payer.residentId }),
    });
    if (!response.ok) throw new Error(`no browser: ${response.status} ${await response.text()}`);
    const { endpoint, keys } = (await response.json()) as {
      readonly endpoint: string;
      readonly keys: { readonly p256dh: string; readonly auth: string };
    };
    await this.#command(payer, "add-browser", { endpoint }, (api, command) =>
      api.addPushDevice({ endpoint, keys }, command),
    );
  }

  /** Looks whether somebody waits for this payer, and does what this payer would. */
  async answerNeeds(payers: ReadonlyMap<string, ChaosPayer>): Promise<void> {
    const { rows } = await sql<Asked & { residentId: string }>`
      select y.id, y.amount_minor as "amountMinor", y.need, y.resident_id as "residentId"
        from payments y where y.state = 'needs-payer' and y.need in ('confirm-again', 'over-limit', 'confirm-amount', 'late-bill') order by y.created_at limit 100`.execute(
      this.#db,
    );
    for (const asked of rows) {
      const payer = payers.get(asked.residentId);
      if (!payer || this.#busy.has(asked.id) || !answers(payer)) continue;
      this.#busy.add(asked.id);
      void this.#answer(payer, asked).finally(() =>
        setTimeout(() => this.#busy.delete(asked.id), 10_000).unref(),
      );
    }
  }

  async #answer(payer: ChaosPayer, asked: Asked): Promise<void> {
    const body = { amount: { amountMinor: asked.amountMinor, currency: "RUB" as const }, methodId: null };
    const heard = await this.#command(payer, "confirm", { paymentId: asked.id, ...body }, (api, command) =>
      api.confirmPayment(asked.id, body, command),
    );
    if (heard?.answer !== undefined) await this.finishAtBank(payer, asked.id);
  }

  /** Goes to the bank's page, where there is one, and comes back. */
  async finishAtBank(payer: ChaosPayer, paymentId: string): Promise<void> {
    const url = await this.#confirmationOf(payer, paymentId);
    if (url === undefined) return;
    if (payer.cardKind === "3ds-late") await pause(LATE_MS);
    const answer = payer.cardKind === "3ds-fails" ? "refuse" : "confirm";
    try {
      await visit(url, answer, TYPED_CARDS[payer.gateway]);
    } catch (error) {
      // the bank is down or the page is gone: the payer comes back with nothing
      process.stderr.write(`bank page of ${paymentId}: ${String(error)}\n`);
    }
    await this.#command(payer, "return", { paymentId }, (api, command) =>
      api.returnFromBank(paymentId, command),
    );
  }

  async #confirmationOf(payer: ChaosPayer, paymentId: string): Promise<string | undefined> {
    const deadline = Date.now() + LINK_WITHIN_MS;
    while (Date.now() < deadline) {
      const heard = await this.#command(payer, "look", { paymentId }, (api) => api.getPayment(paymentId));
      const payment = heard?.answer;
      if (payment?.confirmation?.url !== undefined) return payment.confirmation.url;
      if (payment !== undefined && ["paid", "closed", "returning"].includes(payment.state)) return undefined;
      await pause(LOOK_EVERY_MS);
    }
    return undefined;
  }

  async #command<Answer>(
    payer: ChaosPayer,
    op: string,
    request: object,
    run: (api: Client, command: { readonly idempotencyKey: string }) => Promise<Answer>,
  ): Promise<Heard<Answer> | undefined> {
    const token = await this.#tokenOf(payer.residentId);
    return this.#caller.call<Answer>({ client: payer.residentId, op, request }, async (attempt) => {
      let status = 0;
      const api = clientOf(attempt, token, (heard) => (status = heard));
      const answer = await run(api, { idempotencyKey: attempt.key });
      return { status, answer };
    });
  }
}

/** Whoever abandons, abandons. */
function answers({ cardKind }: ChaosPayer): boolean {
  return cardKind !== "3ds-abandoned";
}

function clientOf({ api, signal }: Try, token: string, hear: (status: number) => void): Client {
  const calling = async (request: Request): Promise<Response> => {
    const response = await fetch(new Request(request, { signal }));
    hear(response.status);
    return response;
  };
  return createClient({ baseUrl: api, token, fetch: calling });
}
