import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import type { Gateway } from "../../adapters/gateways/port.ts";
import { createStripe } from "../../adapters/gateways/stripe/stripe.ts";
import { createYooKassa } from "../../adapters/gateways/yookassa/yookassa.ts";
import { startBank } from "../../sandbox/bank/server.ts";
import { casesEverywhere, contractCases, gatewayContract } from "./gateway/gateway-contract.ts";
import { MERCHANT, stripeAtSandbox } from "./gateway/stripe-world.ts";
import { Till } from "./gateway/till.ts";
import { SHOP, yookassaAtSandbox } from "./gateway/yookassa-world.ts";

for (const subject of [yookassaAtSandbox, stripeAtSandbox]) {
  gatewayContract(subject);

  test(`${subject.name}: every case has a name of its own`, () => {
    const names = contractCases(subject.can).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
}

for (const { name, can, open } of [yookassaAtSandbox, stripeAtSandbox]) {
  test(`${name}: the cases of the nightly run need nothing that only our own sandbox can do`, async () => {
    const { bench: _, ...world } = await open();
    const till = new Till(async () => world);
    await till.open();
    for (const { run } of casesEverywhere(can)) await run(till);
    await till.close();
  });
}

/** Adapters whose credentials are wrong, and a charge that each of them could build. */
const STRANGERS: readonly (readonly [string, (origin: string) => Gateway, string, string])[] = [
  [
    "YooKassa",
    (origin) => createYooKassa({ ...SHOP, secretKey: "wrong", url: `${origin}/v3`, livemode: false }),
    "2f0b4c1e-000f-5000-a000-1d2e3f405162",
    "",
  ],
  [
    "Stripe",
    (origin) =>
      createStripe({
        account: MERCHANT.account,
        secretKey: "sk_test_wrong",
        url: origin,
        livemode: false,
        webhookSecrets: [],
      }),
    "cus_1/pm_1",
    "pi_3Any",
  ],
];

test.each(STRANGERS)(
  "%s × sandbox bank: wrong credentials are our fault, and nothing is charged",
  async (_, gatewayAt, methodToken, preparedObjectId) => {
    const dataDir = await mkdtemp(path.join(tmpdir(), "kvitok-contract-"));
    const bank = await startBank({ ...SHOP, port: 0, dataDir, stripe: { ...MERCHANT, webhookUrl: "" } });
    const gateway = gatewayAt(bank.origin);
    const amount = { amountMinor: 10_000, currency: "RUB" } as const;
    const { body } = gateway.buildCharge({
      chargeId: "KV-1-1",
      paymentId: "KV-1",
      amount,
      description: "Bill",
      initiatedBy: "mit",
      methodToken,
      preparedObjectId,
      payerReference: "payer-1",
      returnUrl: "http://127.0.0.1:9/return",
      locale: "ru",
    });
    const expected = { chargeId: "KV-1-1", paymentId: "KV-1", amount, livemode: false };
    const ended = await gateway.sendCharge({ key: "KV-1-1", body, expected, mayStillSend: () => true });
    expect(ended).toMatchObject({ kind: "refused", class: "ours", status: 401 });
    const debits = await fetch(`${bank.control}/debits`);
    expect(await debits.json()).toEqual([]);
    await bank.close();
    await rm(dataDir, { recursive: true, force: true });
  },
);
