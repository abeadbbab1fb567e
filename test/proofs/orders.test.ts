import { expect, test } from "vitest";
import { orders } from "../../scripts/proofs/orders/orders.ts";
import { wordsOf } from "../../scripts/proofs/proof.ts";
import { startTestWorld } from "../support/proof-world.ts";

test("return, webhook, poll, expiry and cancel in a third of all orders, with as many of each place of the expiry, also at Stripe: one capture at most, the payer told the truth", async () => {
  const world = await startTestWorld({ webhooks: false, stripe: true });
  try {
    const { violations, result } = await orders.run({
      seed: 1,
      sizes: orders.sizes.small,
      say: () => undefined,
      needs: (work) => work(world),
    });
    expect(violations.length, wordsOf(violations, "npm run prove -- orders")).toBe(0);
    expect(result).toMatchObject({ orders: 40, ofOrders: 120, atStripe: 10 });
  } finally {
    await world.close();
  }
}, 300_000);
