import * as fc from "fast-check";
import { expect, test } from "vitest";
import { money } from "../../domain/money.ts";
import { isKept, judgeMoney, type MoneySituation, sumOf } from "../../domain/money-verdict.ts";

const rub = (amountMinor: number) => money(amountMinor, "RUB");
const wanted: MoneySituation = {
  taken: rub(100),
  claim: "ours",
  debt: "owed",
  due: rub(100),
  payeeAsShown: true,
  methodRefundsPartly: true,
};

test("what is kept and what is given back are what was taken, and never more than is due is kept", () => {
  fc.assert(
    fc.property(
      fc.record({
        taken: fc.integer({ min: 1, max: 1000 }).map(rub),
        claim: fc.constantFrom(
          "ours" as const,
          "free" as const,
          "spent" as const,
          "held-by-undecided" as const,
          "held-without-charge" as const,
        ),
        debt: fc.constantFrom(
          "owed" as const,
          "annulled" as const,
          "paid-by-other" as const,
          "unreadable" as const,
        ),
        due: fc.integer({ min: -10, max: 1000 }).map(rub),
        payeeAsShown: fc.boolean(),
        methodRefundsPartly: fc.boolean(),
      }),
      (situation) => {
        const verdict = judgeMoney(situation);
        expect(sumOf(verdict)).toEqual(situation.taken);
        expect(verdict.keep.amountMinor >= 0 && verdict.giveBack.amountMinor >= 0).toBe(true);
        if (situation.debt === "owed") {
          expect(verdict.keep.amountMinor).toBeLessThanOrEqual(Math.max(0, situation.due.amountMinor));
        }
        if (situation.claim === "spent" || situation.claim === "held-by-undecided")
          expect(isKept(verdict)).toBe(false);
      },
    ),
  );
});

test.each<[string, Partial<MoneySituation>, number, string]>([
  ["claim ours, debt owed: kept", {}, 100, "wanted"],
  ["less than due: kept as a part payment", { due: rub(300) }, 100, "wanted"],
  ["annulled during the challenge: returned", { debt: "annulled" }, 0, "not-owed"],
  ["paid by somebody else: returned", { debt: "paid-by-other" }, 0, "not-owed"],
  ["the due amount fell: the due part is kept, the excess goes back", { due: rub(60) }, 60, "excess"],
  [
    "the same, and the method knows no partial refund: all goes back",
    { due: rub(60), methodRefundsPartly: false },
    0,
    "all-back-ask-anew",
  ],
  ["claim spent: returned", { claim: "spent" }, 0, "claim-lost"],
  ["claim of another undecided charge: returned", { claim: "held-by-undecided" }, 0, "claim-lost"],
  ["found after the payment closed and the key is free: kept", { claim: "free" }, 100, "wanted"],
  ["another payee than was shown: returned", { payeeAsShown: false }, 0, "payee-changed"],
  ["the source cannot be read: kept, judged again", { debt: "unreadable" }, 100, "judge-again"],
])("%s", (_name, change, keep, why) => {
  expect(judgeMoney({ ...wanted, ...change })).toMatchObject({ keep: rub(keep), why });
});
