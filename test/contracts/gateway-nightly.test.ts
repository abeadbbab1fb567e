import { beforeAll, describe, expect, test } from "vitest";
import type { Capabilities } from "../../adapters/gateways/port.ts";
import { casesEverywhere } from "./gateway/gateway-contract.ts";
import { stripeAtSandbox } from "./gateway/stripe-world.ts";
import { mustSee, Till } from "./gateway/till.ts";
import { stripeSandbox, yookassaTestShop } from "./gateway/vendor-sandboxes.ts";
import { yookassaAtSandbox } from "./gateway/yookassa-world.ts";

/**
 * The contract at the vendors' own sandboxes: once a night, with keys from the environment. What our sandbox bank does must be what theirs do.
 */
const STRIPE_KEY = process.env["KVITOK_NIGHTLY_STRIPE_SECRET_KEY"] ?? "";
const YOOKASSA = {
  shopId: process.env["KVITOK_NIGHTLY_YOOKASSA_SHOP_ID"] ?? "",
  secretKey: process.env["KVITOK_NIGHTLY_YOOKASSA_SECRET_KEY"] ?? "",
  method: process.env["KVITOK_NIGHTLY_YOOKASSA_METHOD"] ?? "",
};
const hasShop = YOOKASSA.shopId !== "" && YOOKASSA.secretKey !== "";
const A_MINUTE = 60_000;

function skipped(what: string, lacking: string): void {
  console.warn(`SKIPPED: ${what}: ${lacking} not set`);
}
if (STRIPE_KEY === "") skipped("the contract at Stripe's own sandbox", "KVITOK_NIGHTLY_STRIPE_SECRET_KEY is");
if (!hasShop)
  skipped(
    "the contract at YooKassa's test shop",
    "KVITOK_NIGHTLY_YOOKASSA_SHOP_ID and KVITOK_NIGHTLY_YOOKASSA_SECRET_KEY are",
  );
else if (YOOKASSA.method === "")
  skipped("charges by a saved card at YooKassa's test shop", "KVITOK_NIGHTLY_YOOKASSA_METHOD is");

function named(can: Capabilities) {
  return casesEverywhere(can).map(({ name, run }) => [name, run] as const);
}

describe.skipIf(STRIPE_KEY === "")(
  "gateway contract: Stripe × its own sandbox",
  { timeout: A_MINUTE },
  () => {
    let till: Till;
    let saved: (card: string) => Promise<string>;
    beforeAll(async () => {
      const sandbox = stripeSandbox(STRIPE_KEY);
      ({ saved } = sandbox);
      till = new Till(async () => sandbox.world);
      await till.open();
    });

    test.each(named(stripeAtSandbox.can))("%s", (_, run) => run(till));

    test("a card that fails when it is charged: declined, and the look-up agrees", async () => {
      const intent = till.intentOf({ methodToken: await saved("pm_card_chargeCustomerFail") });
      const declined = { kind: "not-charged", how: "declined", reason: "generic_decline" };
      const { objectId, outcome } = mustSee(await till.send(intent));
      expect(outcome).toMatchObject(declined);
      expect(mustSee(await till.lookUp(intent, objectId)).outcome).toMatchObject(declined);
    });

    test("a bank that insists on 3-D Secure while nobody is there: declined, authentication_required", async () => {
      const intent = till.intentOf({ methodToken: await saved("pm_card_authenticationRequired") });
      expect(mustSee(await till.send(intent)).outcome).toMatchObject({
        kind: "not-charged",
        how: "declined",
        reason: "authentication_required",
      });
    });

    test("the same bank with the payer there: a page to go to; the void ends it", async () => {
      const methodToken = await saved("pm_card_authenticationRequired");
      const intent = till.intentOf({ methodToken, initiatedBy: "cit" });
      const { objectId, confirmationUrl } = await till.challenged(intent);
      expect(new URL(confirmationUrl).protocol).toBe("https:");
      expect(mustSee(await till.end("void", intent, objectId)).outcome).toMatchObject({ how: "voided" });
    });
  },
);

describe.skipIf(!hasShop)("gateway contract: YooKassa × its test shop", { timeout: A_MINUTE }, () => {
  let till: Till;
  beforeAll(async () => {
    till = new Till(async () => yookassaTestShop(YOOKASSA));
    await till.open();
  });

  test("a card that is entered at the gateway: a page to go to, found by the look-up and by the scan", async () => {
    const intent = till.withoutMethod();
    const { objectId, confirmationUrl } = await till.challenged(intent);
    expect(new URL(confirmationUrl).protocol).toBe("https:");
    expect(await till.challenged(intent)).toMatchObject({ objectId, confirmationUrl });
    expect(mustSee(await till.lookUp(intent, objectId)).outcome.kind).toBe("challenged");
    expect(await till.find(intent)).toMatchObject({ kind: "found", sighting: { objectId } });
  });

  test("an id that the gateway does not know is missing", async () => {
    expect(await till.lookUp(till.intentOf(), till.world.unknown.charge)).toMatchObject({ kind: "missing" });
  });

  describe.skipIf(YOOKASSA.method === "")("by a card that was saved before", () => {
    test.each(named(yookassaAtSandbox.can))("%s", (_, run) => run(till));
  });
});
