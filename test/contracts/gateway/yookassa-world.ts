import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createYooKassa } from "../../../adapters/gateways/yookassa/yookassa.ts";
import { type RunningBank, startBank } from "../../../sandbox/bank/server.ts";
import { BankRecords } from "./bank-records.ts";
import type { Subject } from "./gateway-contract.ts";
import type { GatewayWorld, Mischief, Target } from "./gateway-world.ts";
import { NotificationSink } from "./notification-sink.ts";
import { visit } from "./payer-visit.ts";

export const SHOP = { shopId: "100500", secretKey: "test_secret_of_the_contract" };
const CARD = { number: "5555555555554477", expiry: "12/39", csc: "737" };
const TYPED_CARD = { number: "5555555555554444", expiry_month: "12", expiry_year: "2039", csc: "737" };

/** The bank's own names of mischief. */
export const FAULTS = {
  declined: "decline",
  "answer-lost": "commit-then-drop",
  "error-after-execution": "commit-then-500",
  "lost-before-execution": "drop-before",
  "error-before-execution": "error-500",
  throttled: "429",
  "accepted-only": "202",
  garbled: "bad-json",
  "other-amount": "wrong-amount",
  undecided: "hold",
  "taken-twice": "double-debit",
} as const satisfies Record<Mischief["kind"], string>;

const OPERATIONS = {
  charge: "create_payment",
  capture: "capture",
  void: "cancel",
  refund: "create_refund",
} as const satisfies Record<Target["operation"], string>;

async function post(bank: RunningBank, address: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(bank.url + address, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`${SHOP.shopId}:${SHOP.secretKey}`).toString("base64")}`,
      "content-type": "application/json",
      "idempotence-key": randomUUID(),
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}

/** A card bound by its number in the body, as a shop with the right to do so may. */
export async function bindByBody(bank: RunningBank): Promise<string> {
  const { id, status } = await post(bank, "/payment_methods", { type: "bank_card", card: TYPED_CARD });
  if (typeof id !== "string" || status !== "active")
    throw new Error(`the card was not bound: ${String(status)}`);
  return id;
}

async function open(): Promise<GatewayWorld> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "kvitok-contract-"));
  const sink = await NotificationSink.start();
  const bank = await startBank({ ...SHOP, port: 0, dataDir, notifyUrl: sink.url });
  const records = new BankRecords(bank.control);
  return {
    gateway: createYooKassa({ ...SHOP, url: bank.url, livemode: false }),
    livemode: false,
    currency: "RUB",
    savedMethod: () => bindByBody(bank),
    unknownMethod: () => "2f0b4c1e-000f-5000-a000-000000000000",
    unknown: {
      charge: "2f0b4c1e-000f-5001-8000-000000000000",
      binding: "2f0b4c1e-000f-5001-8000-000000000001",
      refund: "2f0b4c1e-000f-5001-8000-000000000002",
    },
    bench: {
      async arm({ operation, intent }, { kind, ...more }) {
        const match = { operation: OPERATIONS[operation], chargeId: intent.chargeId };
        await records.control("POST", "/faults", { match, fault: { kind: FAULTS[kind], ...more } });
      },
      payer: (confirmationUrl, answer) => visit(confirmationUrl, answer, CARD),
      async settle(objectId, how) {
        const status = how === "with-money" ? "succeeded" : "canceled";
        await records.control("POST", `/payments/${objectId}/settle`, { status });
      },
      async hold(intent) {
        const held = await post(bank, "/payments", {
          amount: { value: (intent.amount.amountMinor / 100).toFixed(2), currency: intent.amount.currency },
          capture: false,
          payment_method_id: intent.methodToken,
          metadata: { charge_id: intent.chargeId, payment_id: intent.paymentId },
        });
        if (typeof held["id"] !== "string" || held["status"] !== "waiting_for_capture")
          throw new Error(`not held: ${String(held["status"])}`);
        return held["id"];
      },
      async renew(methodToken, { month, year }) {
        const renewed = { expiryMonth: String(month).padStart(2, "0"), expiryYear: String(year) };
        await records.control("POST", `/payment-methods/${methodToken}/renew`, renewed);
      },
      async unlink(methodToken) {
        await records.control("POST", `/payment-methods/${methodToken}/revoke`);
      },
      debits: (chargeId) => records.debits((debit) => debit.chargeId === chargeId),
      takenBy: (objectId) => records.debits((debit) => debit.paymentId === objectId),
      returned: (objectId) => records.returned((entry) => entry.paymentId === objectId),
      requests: (chargeId) => records.requests((entry) => entry.chargeId === chargeId),
      aheadByMinutes: (minutes) => records.aheadByMinutes(minutes),
      notified: (objectId) => sink.about(objectId),
    },
    async close() {
      await bank.close();
      await sink.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export const yookassaAtSandbox: Subject = {
  name: "YooKassa × sandbox bank",
  can: createYooKassa({ ...SHOP, url: "http://127.0.0.1:9", livemode: false }).can,
  open,
};
