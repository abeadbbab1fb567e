import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { createYooKassa } from "../../adapters/gateways/yookassa/yookassa.ts";
import { type RunningBank, startBank } from "../../sandbox/bank/server.ts";
import { openPage, type Page, submitForm } from "../sandbox/bank/page-visitor.ts";
import { gatewayContract } from "./gateway-contract.ts";
import type { GatewayWorld, Mischief } from "./gateway-till.ts";

const SHOP = { shopId: "100500", secretKey: "test_secret_of_the_contract" };
const CARD = { number: "5555555555554477", expiry: "12/39", csc: "737" };
const TYPED_CARD = { number: "5555555555554444", expiry_month: "12", expiry_year: "2039", csc: "737" };

/** The bank's own names of mischief. */
const FAULTS = {
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

type Debit = { readonly chargeId?: string; readonly amountMinor: number };
type JournalEntry = { readonly kind: string; readonly chargeId?: string };

async function control<Answer>(
  bank: RunningBank,
  method: string,
  address: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(bank.control + address, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}

/** A card bound by its number in the body, as a shop with the right to do so may. */
async function bindByBody(bank: RunningBank): Promise<string> {
  const response = await fetch(`${bank.url}/payment_methods`, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`${SHOP.shopId}:${SHOP.secretKey}`).toString("base64")}`,
      "content-type": "application/json",
      "idempotence-key": "contract-card",
    },
    body: JSON.stringify({ type: "bank_card", card: TYPED_CARD }),
  });
  const { id, status } = (await response.json()) as { id: string; status: string };
  if (status !== "active") throw new Error(`the card was not bound: ${status}`);
  return id;
}

async function visit(confirmationUrl: string, answer: "confirm" | "refuse"): Promise<void> {
  let page: Page = await openPage(confirmationUrl);
  if (page.html.includes('name="number"')) {
    const landing = await submitForm(page, CARD);
    if ("away" in landing) throw new Error("the bank did not ask for the code");
    page = landing;
  }
  const code = /class="code">(\d+)</.exec(page.html)?.[1] ?? "";
  const landing = await submitForm(page, { action: answer, code });
  if (!("away" in landing)) throw new Error("the bank did not send the payer back");
}

async function openBank(): Promise<GatewayWorld> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "kvitok-contract-"));
  const bank = await startBank({ ...SHOP, port: 0, dataDir });
  return {
    gateway: createYooKassa({ ...SHOP, url: bank.url, livemode: false }),
    livemode: false,
    savedMethod: () => bindByBody(bank),
    async arm(chargeId, { kind, ...more }) {
      const match = { operation: "create_payment", chargeId };
      await control(bank, "POST", "/faults", { match, fault: { kind: FAULTS[kind], ...more } });
    },
    payer: visit,
    async settle(objectId, how) {
      const status = how === "with-money" ? "succeeded" : "canceled";
      await control(bank, "POST", `/payments/${objectId}/settle`, { status });
    },
    async debits(chargeId) {
      const debits = await control<Debit[]>(bank, "GET", "/debits");
      return debits
        .filter((debit) => debit.chargeId === chargeId)
        .map(({ amountMinor }) => ({ amountMinor }));
    },
    async requests(chargeId) {
      const journal = await control<JournalEntry[]>(bank, "GET", "/journal");
      return journal.filter((entry) => entry.kind === "request" && entry.chargeId === chargeId).length;
    },
    async aheadByMinutes(minutes) {
      await control(bank, "POST", "/clock", { offsetMs: minutes * 60_000, scale: 1 });
    },
    async close() {
      await bank.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

gatewayContract("YooKassa × sandbox bank", openBank);

test("YooKassa × sandbox bank: wrong credentials are our fault, and nothing is charged", async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), "kvitok-contract-"));
  const bank = await startBank({ ...SHOP, port: 0, dataDir });
  const gateway = createYooKassa({ ...SHOP, secretKey: "wrong", url: bank.url, livemode: false });
  const amount = { amountMinor: 10_000, currency: "RUB" } as const;
  const { body } = gateway.buildCharge({
    chargeId: "KV-1-1",
    paymentId: "KV-1",
    amount,
    description: "Bill",
    initiatedBy: "mit",
    methodToken: await bindByBody(bank),
    payerReference: "payer-1",
    returnUrl: "http://127.0.0.1:9/return",
    locale: "ru",
  });
  const expected = { chargeId: "KV-1-1", amount, livemode: false };
  const ended = await gateway.sendCharge({ key: "KV-1-1", body, expected, mayStillSend: () => true });
  expect(ended).toMatchObject({ kind: "refused", class: "ours", status: 401, code: "invalid_credentials" });
  expect(await control<Debit[]>(bank, "GET", "/debits")).toEqual([]);
  await bank.close();
  await rm(dataDir, { recursive: true, force: true });
});
