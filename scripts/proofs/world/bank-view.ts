import { randomUUID } from "node:crypto";

/** Money that left a card, as the bank itself wrote it down. */
export type Debit = { readonly amountMinor: number; readonly chargeId?: string; readonly reversed?: boolean };

/** An entry of the bank's journal, as far as proofs read it. */
export type JournalEntry = {
  readonly seq: number;
  readonly kind: string;
  readonly change?: string;
  readonly operation?: string;
  readonly chargeId?: string;
  readonly key?: string;
  readonly status?: number;
  /** When it was written, by the machine's clock. */
  readonly real?: string;
  readonly faults?: readonly string[];
  readonly record?: Readonly<Record<string, unknown>>;
};

/** A seeded share of what matches is struck, see `sandbox/bank/fault-order.ts`. */
export type ChanceOrder = {
  readonly match: Readonly<Record<string, unknown>>;
  readonly chance: {
    readonly seed: number;
    readonly fromPercent?: number;
    readonly percent: number;
    readonly per?: "request" | "charge";
  };
  readonly fault: Readonly<Record<string, unknown>>;
};

/** The sandbox bank through its control interface: what it did, and what it is to do wrong. */
export class BankView {
  readonly #control: string;
  readonly #shop: { readonly url: string; readonly shopId: string; readonly secretKey: string };

  constructor(
    control: string,
    shop: { readonly url: string; readonly shopId: string; readonly secretKey: string },
  ) {
    this.#control = control;
    this.#shop = shop;
  }

  debits(): Promise<readonly Debit[]> {
    return this.#ask("GET", "/debits");
  }

  journal(since = 0): Promise<readonly JournalEntry[]> {
    return this.#ask("GET", `/journal?since=${since}`);
  }

  /** An object as the shop's API shows it now. */
  async payment(id: string): Promise<{ readonly status: string }> {
    const response = await fetch(`${this.#shop.url}/payments/${id}`, { headers: this.#authorization() });
    if (!response.ok) throw new Error(`the bank shows no ${id}: ${response.status}`);
    return (await response.json()) as { status: string };
  }

  /** Arms a fault; answers its id. */
  async arm(order: object): Promise<string> {
    const { id } = await this.#ask<{ id: string }>("POST", "/faults", order);
    return id;
  }

  async disarm(id?: string): Promise<void> {
    await this.#ask("DELETE", id === undefined ? "/faults" : `/faults/${id}`);
  }

  /** Sets the bank's clock so far ahead of the machine's. */
  async aheadBy(offsetMs: number): Promise<void> {
    await this.#ask("POST", "/clock", { offsetMs, scale: 1 });
  }

  /** Notifications that the shop has still to be told. */
  async undelivered(): Promise<number> {
    return (await this.#ask<readonly unknown[]>("GET", "/notifications")).length;
  }

  /** Binds a test card; answers the bank's token of it. */
  async bindCard(number = "5555555555554444"): Promise<string> {
    const response = await fetch(`${this.#shop.url}/payment_methods`, {
      method: "POST",
      headers: {
        ...this.#authorization(),
        "content-type": "application/json",
        "idempotence-key": randomUUID(),
      },
      body: JSON.stringify({
        type: "bank_card",
        card: { number, expiry_month: "12", expiry_year: "2039", csc: "737" },
      }),
    });
    const { id, status } = (await response.json()) as { id: string; status: string };
    if (status !== "active") throw new Error(`the card was not bound: ${status}`);
    return id;
  }

  #authorization(): { readonly authorization: string } {
    const { shopId, secretKey } = this.#shop;
    return { authorization: `Basic ${Buffer.from(`${shopId}:${secretKey}`).toString("base64")}` };
  }

  async #ask<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(this.#control + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}
