import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningBank, startBank } from "../../sandbox/bank/server.ts";

export const shop = { shopId: "100500", secretKey: "test_secret_of_the_engine" } as const;
/** The same bank as Stripe. */
export const merchant = {
  secretKey: "sk_test_of_the_engine",
  account: "acct_1Engine",
  webhookSecret: "whsec_of_the_engine",
} as const;

/** Money that really left a payer's card. */
export type Debit = { readonly paymentId: string; readonly amountMinor: number; readonly chargeId?: string };

/** A request as the bank wrote it down before doing anything about it. */
export type Arrival = {
  readonly operation: string;
  readonly key?: string;
  readonly bodyHash?: string;
  readonly chargeId?: string;
  /** The machine's clock, ISO UTC. */
  readonly real: string;
};

type Line = Arrival & { readonly kind: string };

/** Which request a fault is for, and how often. */
export type FaultTarget = {
  readonly chargeId?: string;
  readonly operation?: string;
  readonly times?: number;
  readonly skip?: number;
};

/** The sandbox bank of a test and what it knows without us: debits, arrivals, faults. */
export class EngineBank {
  readonly url: string;
  readonly #bank: RunningBank;
  readonly #folder: string;

  private constructor(bank: RunningBank, folder: string) {
    this.#bank = bank;
    this.#folder = folder;
    this.url = bank.url;
  }

  static async start(): Promise<EngineBank> {
    const folder = await mkdtemp(join(tmpdir(), "kvitok-engine-bank-"));
    const stripe = { ...merchant, webhookUrl: "" };
    return new EngineBank(await startBank({ ...shop, port: 0, dataDir: folder, stripe }), folder);
  }

  /** Where the Stripe face is, without a path. */
  get origin(): string {
    return this.#bank.origin;
  }

  async close(): Promise<void> {
    await this.#bank.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Arms a fault for the next charge (or another operation). */
  async arm(fault: Readonly<Record<string, unknown>>, target: FaultTarget = {}): Promise<void> {
    const { operation = "create_payment", chargeId, times = 1, skip = 0 } = target;
    const match = chargeId === undefined ? { operation } : { operation, chargeId };
    await this.control("POST", "/faults", { match, times, skip, fault });
  }

  disarm(): Promise<unknown> {
    return this.control("DELETE", "/faults");
  }

  /** What was taken for a payment, over all its charges. */
  async debits(paymentId: string): Promise<readonly Debit[]> {
    const all = await this.control<readonly Debit[]>("GET", "/debits");
    return all.filter(({ chargeId }) => chargeId?.startsWith(`${paymentId}-`) === true);
  }

  /** Every request that asked for a charge, oldest first; of one payment when it is named. */
  async posts(paymentId?: string): Promise<readonly Arrival[]> {
    return (await this.arrivals("create_payment")).filter(
      ({ chargeId }) => paymentId === undefined || chargeId?.startsWith(`${paymentId}-`) === true,
    );
  }

  async arrivals(operation: string): Promise<readonly Arrival[]> {
    const lines = await this.control<readonly Line[]>("GET", "/journal");
    return lines.filter((line) => line.kind === "request" && line.operation === operation);
  }

  /** Ends a payment that waits: for its payer, or because it was armed to be undecided. */
  async settle(
    objectId: string,
    status: "succeeded" | "canceled",
    reason = "general_decline",
  ): Promise<void> {
    await this.control("POST", `/payments/${objectId}/settle`, { status, reason });
  }

  async aheadBy(offsetMs: number): Promise<void> {
    await this.control("POST", "/clock", { offsetMs, scale: 1 });
  }

  /** Binds a test card that asks no questions; answers the bank's token. */
  async bindCard(number = "5555555555554444"): Promise<string> {
    const card = { number, expiry_month: "12", expiry_year: "2039", csc: "737" };
    const response = await fetch(`${this.url}/payment_methods`, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`${shop.shopId}:${shop.secretKey}`).toString("base64")}`,
        "content-type": "application/json",
        "idempotence-key": randomUUID(),
      },
      body: JSON.stringify({ type: "bank_card", card }),
    });
    const { id, status } = (await response.json()) as { id: string; status: string };
    if (status !== "active") throw new Error(`the card was not bound: ${status}`);
    return id;
  }

  async control<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.#bank.control + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}
