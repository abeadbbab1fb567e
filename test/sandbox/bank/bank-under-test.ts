import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningBank, startBank } from "../../../sandbox/bank/server.ts";

export const shop = { shopId: "100500", secretKey: "test_secret_of_the_shop" } as const;
export const returnUrl = "http://127.0.0.1:9/returned";
export const redirect = { type: "redirect", return_url: returnUrl } as const;

/**
 * The fields that the tests read by name. An answer that lacks one gives `undefined` there, and the expectation fails;
 * everything else is seen by `toMatchObject`.
 */
export interface Body {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly parameter: string;
  readonly created_at: string;
  readonly captured_at: string;
  readonly expires_at: string;
  readonly confirmation: { readonly confirmation_url: string };
  readonly payment_method: { readonly id: string; readonly saved: boolean };
  readonly cancellation_details: { readonly reason: string };
  readonly refunded_amount: { readonly value: string };
  readonly metadata: Readonly<Record<string, string>>;
  readonly items: readonly Body[];
  readonly next_cursor: string;
  /** Control interface. */
  readonly now: string;
  readonly offsetMs: number;
  readonly paymentOrder: unknown;
  readonly receipt: unknown;
}

/** A line of `GET /control/debits`. */
export interface DebitLine {
  readonly paymentId: string;
  readonly amountMinor: number;
  readonly chargeId?: string;
}

/** An entry of `GET /control/journal`. */
export interface JournalLine {
  readonly seq: number;
  readonly kind: string;
  readonly change?: string;
  readonly bodyHash?: string;
  readonly record?: { readonly attempts?: number };
}

/** What the shop is told. */
export interface NotificationBody {
  readonly event: string;
  readonly object: Body;
}

/** An answer of the bank; `body` is `null` only when nothing came. */
export interface Answer<Content = Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Content;
}

export function freshDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), "kvitok-bank-"));
}

/** A running bank with a client that speaks as the shop does, and one for the control interface. */
export class BankUnderTest {
  readonly bank: RunningBank;
  readonly dataDir: string;

  private constructor(bank: RunningBank, dataDir: string) {
    this.bank = bank;
    this.dataDir = dataDir;
  }

  static async start(options: { dataDir?: string; notifyUrl?: string } = {}): Promise<BankUnderTest> {
    const dataDir = options.dataDir ?? (await freshDirectory());
    const notifyUrl = options.notifyUrl ?? "";
    return new BankUnderTest(await startBank({ ...shop, port: 0, dataDir, notifyUrl }), dataDir);
  }

  get(path: string): Promise<Answer> {
    return send(`${this.bank.url}${path}`, { headers: authorization() });
  }

  post(path: string, body: unknown, key: string = randomUUID()): Promise<Answer> {
    return send(`${this.bank.url}${path}`, {
      method: "POST",
      headers: { ...authorization(), "Content-Type": "application/json", "Idempotence-Key": key },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  control(method: string, path: string, body?: unknown): Promise<Answer> {
    return send(`${this.bank.control}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  arm(fault: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<Answer> {
    return this.control("POST", "/faults", { fault, ...more });
  }

  async debits(): Promise<DebitLine[]> {
    return (await send<DebitLine[]>(`${this.bank.control}/debits`, {})).body;
  }

  async journal(since = 0): Promise<JournalLine[]> {
    return (await send<JournalLine[]>(`${this.bank.control}/journal?since=${since}`, {})).body;
  }

  /** Notifications that the bank has still to deliver. */
  async undelivered(): Promise<unknown[]> {
    return (await send<unknown[]>(`${this.bank.control}/notifications`, {})).body;
  }

  /** Moves the bank's clock so far ahead of the real one. */
  async aheadBy(offsetMs: number): Promise<void> {
    await this.control("POST", "/clock", { offsetMs, scale: 1 });
  }

  /** A saved card, bound by its number in the body; cards that ask for 3-D Secure need the page instead. */
  async savedCard(number = "5555555555554444"): Promise<string> {
    const answer = await this.post("/payment_methods", { type: "bank_card", card: card(number) });
    if (answer.body.status !== "active") throw new Error(`not bound: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  }

  async close(): Promise<void> {
    await this.bank.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

export function authorization(secret: string = shop.secretKey): { Authorization: string } {
  return { Authorization: `Basic ${Buffer.from(`${shop.shopId}:${secret}`).toString("base64")}` };
}

export async function send<Content = Body>(url: string, init: RequestInit): Promise<Answer<Content>> {
  const response = await fetch(url, init);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: JSON.parse(text === "" ? "null" : text) as Content,
  };
}

export function card(number: string): Record<string, string> {
  return { number, expiry_month: "12", expiry_year: "2039", csc: "737" };
}

export function rub(value: string): { value: string; currency: string } {
  return { value, currency: "RUB" };
}

/** Waits until `look` gives something, at most ten seconds. */
export async function until<Found>(
  look: () => Promise<Found | undefined> | Found | undefined,
): Promise<Found> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error("it did not happen within ten seconds");
    await new Promise((next) => setTimeout(next, 20));
  }
}

/** The shop's end of the notifications: keeps what arrives and answers as told. */
export class Inbox {
  readonly received: NotificationBody[] = [];
  readonly #server: Server;
  readonly #status: () => number;

  private constructor(status: () => number) {
    this.#status = status;
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        this.received.push(JSON.parse(Buffer.concat(parts).toString()) as NotificationBody);
        response.writeHead(this.#status()).end();
      });
    });
  }

  static async open(status: () => number = () => 200): Promise<Inbox> {
    const inbox = new Inbox(status);
    await new Promise<void>((listening) => inbox.#server.listen(0, "127.0.0.1", listening));
    return inbox;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/gateway`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}
