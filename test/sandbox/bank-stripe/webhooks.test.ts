import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Stripe } from "stripe";
import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "../bank/bank-under-test.ts";
import { FaceUnderTest, merchant } from "./face-under-test.ts";

/** The merchant's endpoint: reads every event with the official verifier and answers as told. */
class Endpoint {
  readonly events: Stripe.Event[] = [];
  readonly refused: unknown[] = [];
  readonly #server: Server;

  private constructor(status: () => number) {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const header = request.headers["stripe-signature"] ?? "";
        try {
          this.events.push(
            Stripe.webhooks.constructEvent(Buffer.concat(parts), header, merchant.webhookSecret),
          );
        } catch (error) {
          this.refused.push(error);
        }
        response.writeHead(status()).end();
      });
    });
  }

  static async open(status: () => number = () => 200): Promise<Endpoint> {
    const endpoint = new Endpoint(status);
    await new Promise<void>((listening) => endpoint.#server.listen(0, "127.0.0.1", listening));
    return endpoint;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hooks`;
  }

  /** Waits for so many events of a type. */
  arrived(type: string, count = 1): Promise<Stripe.Event[]> {
    return until(() => {
      const found = this.events.filter((event) => event.type === type);
      return found.length >= count ? found : undefined;
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}

let answer = 200;
let endpoint: Endpoint;
let face: FaceUnderTest;
beforeEach(async () => {
  answer = 200;
  endpoint = await Endpoint.open(() => answer);
  face = await FaceUnderTest.start({ webhookUrl: endpoint.url });
});
afterEach(async () => {
  await face.close();
  await endpoint.close();
});

async function paid(): Promise<Stripe.PaymentIntent> {
  const { customer, method } = await face.payer();
  const intent = await face.intent(customer);
  const params = { payment_method: method, off_session: true };
  return face.stripe.paymentIntents.confirm(intent.id, params, {
    idempotencyKey: `${intent.metadata.payment_id ?? ""}-1`,
  });
}

const queued = () => face.control<unknown[]>("GET", "/stripe/deliveries");

test("events are signed as the official verifier wants it and show the object as it was", async () => {
  const intent = await paid();
  const [event] = await endpoint.arrived("payment_intent.succeeded");
  expect(event).toMatchObject({
    object: "event",
    account: merchant.account,
    livemode: false,
    data: { object: { id: intent.id, status: "succeeded", metadata: intent.metadata } },
    request: { idempotency_key: `${intent.metadata.payment_id ?? ""}-1` },
  });
  const [created] = await endpoint.arrived("payment_intent.created");
  expect(created?.data.object).toMatchObject({ id: intent.id, status: "requires_payment_method" });
  await endpoint.arrived("charge.succeeded");
  expect(endpoint.refused).toEqual([]);
  expect(await face.stripe.events.retrieve(event?.id ?? "")).toMatchObject({
    id: event?.id,
    type: event?.type,
  });
  const listed = await face.stripe.events.list({ type: "payment_intent.*" });
  expect(listed.data.map(({ type }) => type)).toEqual(["payment_intent.succeeded", "payment_intent.created"]);
});

test("a declined and a canceled intent are told", async () => {
  const { customer, method } = await face.payer("pm_card_chargeCustomerFail");
  const intent = await face.intent(customer);
  await face.stripe.paymentIntents
    .confirm(intent.id, { payment_method: method, off_session: true })
    .catch(() => undefined);
  const [failed] = await endpoint.arrived("payment_intent.payment_failed");
  expect(failed?.data.object).toMatchObject({ last_payment_error: { decline_code: "generic_decline" } });
  await endpoint.arrived("charge.failed");
  await face.stripe.paymentIntents.cancel(intent.id);
  await endpoint.arrived("payment_intent.canceled");
});

test("what is not accepted comes again with the same id, over a restart of the bank, too", async () => {
  answer = 500;
  await paid();
  await endpoint.arrived("payment_intent.succeeded");
  face = await face.restarted({ webhookUrl: endpoint.url });
  answer = 200;
  const twice = await endpoint.arrived("payment_intent.succeeded", 2);
  expect(new Set(twice.map(({ id }) => id)).size).toBe(1);
  await until(async () => ((await queued()).length === 0 ? true : undefined));
});

test("events may come twice, late by either clock, or never", async () => {
  const about = (event: string) => ({ operation: "notification", event });
  await face.arm({ kind: "notification", mode: "duplicate" }, about("charge.succeeded"));
  await face.arm({ kind: "notification", mode: "lost" }, about("payment_intent.created"));
  const threeDays = { mode: "late", delayMs: 3 * 86_400_000, clock: "bank" };
  await face.arm({ kind: "notification", ...threeDays }, about("payment_intent.succeeded"));
  await paid();
  const twice = await endpoint.arrived("charge.succeeded", 2);
  expect(new Set(twice.map(({ id }) => id)).size).toBe(1);
  expect(await queued()).toHaveLength(1);
  await face.aheadBy(3 * 86_400_000 + 1000);
  await endpoint.arrived("payment_intent.succeeded");
  expect(endpoint.events.some(({ type }) => type === "payment_intent.created")).toBe(false);
});

test("an event can be sent once more by hand", async () => {
  await paid();
  const [event] = await endpoint.arrived("payment_intent.succeeded");
  await face.control("POST", `/stripe/events/${event?.id ?? ""}/send`);
  await endpoint.arrived("payment_intent.succeeded", 2);
});

test("without an address nothing is queued; an address can be given while running", async () => {
  await face.control("POST", "/stripe/webhook-url", { url: "" });
  await paid();
  expect(await queued()).toEqual([]);
  await face.control("POST", "/stripe/webhook-url", { url: endpoint.url });
  await paid();
  await endpoint.arrived("payment_intent.succeeded");
});
