import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Engine, openEngine } from "../support/engine.ts";
import { balanceOf, charge, duePayment, makePayer, payment, toldTo } from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

describe("a charge without trouble", () => {
  test("pays the bill once: one debit, claim spent, ledger balanced, one word to the payer", async () => {
    const { db, bank } = engine;
    const payer = await makePayer(engine);
    const due = await duePayment(db, payer);

    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid", charge: "charged" });

    expect(await bank.debits(due.paymentId)).toMatchObject([
      { amountMinor: 512_345, chargeId: due.chargeId },
    ]);
    expect(await payment(db, due.paymentId)).toMatchObject({ state: "paid", paid_minor: 512_345 });
    expect(await charge(db, due.chargeId)).toMatchObject({
      state: "charged",
      transmissions: 1,
      unanswered: 0,
    });
    expect(await balanceOf(db, "biller:gorod-zhkh", due.paymentId)).toBe(-512_345);
    expect(await toldTo(db, payer.residentId)).toEqual(["notice", "paid"]);
  });
});
