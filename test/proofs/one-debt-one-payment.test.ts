import { expect, test } from "vitest";
import { oneDebtOnePayment } from "../../scripts/proofs/one-debt/one-debt-one-payment.ts";
import { wordsOf } from "../../scripts/proofs/proof.ts";
import { startTestWorld } from "../support/proof-world.ts";

test("many clients attack the same bills by every route, the worker starts again meanwhile: each debt is debited once, nobody else sends a byte", async () => {
  const { violations, result } = await oneDebtOnePayment.run({
    seed: 1,
    sizes: oneDebtOnePayment.sizes.small,
    say: () => undefined,
    needs: startTestWorld,
  });
  expect(violations.length, wordsOf(violations, "npm run prove -- one-debt-one-payment --size small")).toBe(
    0,
  );
  expect(result).toMatchObject({ bills: 40, debits: 40, requests: 200, paymentsWithTransmission: 40 });
  const routes = Object.keys(result["answersByRoute"] ?? {}).map((line) => line.split(" ")[0]);
  expect(new Set(routes)).toEqual(new Set(["api", "manual", "template"]));
}, 120_000);
