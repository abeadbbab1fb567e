import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stripe } from "stripe";
import { type RunningBank, startBank } from "../../../sandbox/bank/server.ts";
import type { StripeOptions } from "../../../sandbox/bank/stripe/face.ts";

export const merchant = {
  secretKey: "sk_test_of_the_merchant",
  account: "acct_1SandboxMerchant",
  webhookSecret: "whsec_of_the_merchant",
} as const;

export const returnUrl = "http://127.0.0.1:9/returned";

/** A line of `GET /control/debits`. */
export interface DebitLine {
  readonly face?: string;
  readonly paymentId: string;
  readonly objectId?: string;
  readonly amountMinor: number;
  readonly currency?: string;
  readonly chargeId?: string;
}

/** An entry of `GET /control/journal`. */
export interface JournalLine {
  readonly seq: number;
  readonly kind: string;
  readonly operation?: string;
  readonly change?: string;
  readonly key?: string;
  readonly status?: number;
  readonly refundId?: string;
  readonly amountMinor?: number;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A bank with a Stripe face, the official client pointed at it, and the control interface. */
export class FaceUnderTest {
  readonly stripe: Stripe;
  readonly dataDir: string;
  readonly bank: RunningBank;

  private constructor(bank: RunningBank, dataDir: string) {
    this.bank = bank;
    this.dataDir = dataDir;
    this.stripe = clientOf(bank);
  }

  static async start(options: { dataDir?: string; webhookUrl?: string } = {}): Promise<FaceUnderTest> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "kvitok-stripe-face-")));
    const stripe: StripeOptions = { ...merchant, webhookUrl: options.webhookUrl ?? "" };
    const bank = await startBank({ port: 0, dataDir, shopId: "100500", secretKey: "test_secret", stripe });
    return new FaceUnderTest(bank, dataDir);
  }

  /** Stops the bank and starts it again on what its journal tells. */
  async restarted(options: { webhookUrl?: string } = {}): Promise<FaceUnderTest> {
    await this.bank.close();
    return FaceUnderTest.start({ ...options, dataDir: this.dataDir });
  }

  async close(): Promise<void> {
    await this.bank.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** A customer with a saved card, set up for charges without the payer. */
  async payer(paymentMethod = "pm_card_visa"): Promise<{ customer: string; method: string }> {
    const { id: customer } = await this.stripe.customers.create({ metadata: { payer: "1" } });
    const { id: method } = await this.stripe.paymentMethods.attach(paymentMethod, { customer });
    return { customer, method };
  }

  /** An unconfirmed intent of a payment, as the engine makes it. */
  intent(
    customer: string,
    more: Partial<Stripe.PaymentIntentCreateParams> = {},
  ): Promise<Stripe.PaymentIntent> {
    const paymentId = randomUUID();
    return this.stripe.paymentIntents.create(
      {
        amount: 153_050,
        currency: "eur",
        customer,
        allowed_payment_method_types: ["card"],
        metadata: { payment_id: paymentId, engine: "kvitok" },
        ...more,
      },
      { idempotencyKey: `${paymentId}-pi-1` },
    );
  }

  /** A POST as it goes over the wire. */
  async post(path: string, form: Readonly<Record<string, string>>, key?: string): Promise<RawAnswer> {
    const response = await fetch(`${this.bank.origin}${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${merchant.secretKey}`,
        "content-type": "application/x-www-form-urlencoded",
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      body: new URLSearchParams(form).toString(),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  async control<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.bank.control + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  arm(
    fault: Readonly<Record<string, unknown>>,
    match: Readonly<Record<string, unknown>>,
    times = 1,
  ): Promise<unknown> {
    return this.control("POST", "/faults", { fault, match, times });
  }

  debits(): Promise<DebitLine[]> {
    return this.control("GET", "/debits");
  }

  journal(): Promise<JournalLine[]> {
    return this.control("GET", "/journal");
  }

  async aheadBy(offsetMs: number): Promise<void> {
    await this.control("POST", "/clock", { offsetMs, scale: 1 });
  }
}

/** The official client with its own retries off; over fetch, because over sockets it repeats a reset request all the same. */
function clientOf(bank: RunningBank): Stripe {
  const { hostname, port } = new URL(bank.origin);
  return new Stripe(merchant.secretKey, {
    host: hostname,
    port: Number(port),
    protocol: "http",
    maxNetworkRetries: 0,
    timeout: 10_000,
    telemetry: false,
    httpClient: Stripe.createFetchHttpClient(),
  });
}

/** The id of a field that may be expanded. */
export function idOf(field: string | { readonly id: string } | null): string {
  if (field === null) throw new Error("the field is empty");
  return typeof field === "string" ? field : field.id;
}

/** What a call that must be refused was refused with. */
export async function refusal(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error("the call was not refused");
}
