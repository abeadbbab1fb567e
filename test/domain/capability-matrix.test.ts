import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MethodKind as PortKind, Wallet as PortWallet } from "../../adapters/gateways/port.ts";
import {
  CAPABILITY_MATRIX,
  gateCapabilities,
  judgeMethod,
  METHOD_KINDS,
  METHOD_REFUSALS,
  METHOD_USES,
  type MethodKind,
  type MethodQuestion,
  ruleOf,
  WALLETS,
  type Wallet,
} from "../../domain/capability-matrix.ts";
import { CURRENCIES } from "../../domain/money.ts";

const rub = (amountMinor: number) => ({ amountMinor, currency: "RUB" }) as const;
const cardAtYookassa: MethodQuestion = {
  gateway: "yookassa",
  kind: "bank_card",
  use: "mandate",
  section: "main",
  payer: "resident",
  amount: rub(512_345),
};
const applePay: MethodQuestion = {
  ...cardAtYookassa,
  gateway: "stripe",
  wallet: "apple_pay",
  use: "pay-now",
};
const phone: MethodQuestion = { ...cardAtYookassa, kind: "mobile_balance" };
const why = (question: MethodQuestion) => {
  const judged = judgeMethod(question);
  return judged.allowed ? [] : judged.why;
};

describe("what people were promised about each method", () => {
  test.each<[string, MethodQuestion, readonly string[]]>([
    ["a card pays by mandate", cardAtYookassa, []],
    [
      "a phone account never stands in a mandate: it is confirmed by SMS each time",
      phone,
      ["confirmed-each-time"],
    ],
    ["nor in a batch", { ...phone, use: "batch" }, ["not-in-batch"]],
    ["but it pays now", { ...phone, use: "pay-now" }, []],
    ["not a kopeck below its least", { ...phone, use: "pay-now", amount: rub(999) }, ["amount-below-least"]],
    ["nor above its most", { ...phone, use: "pay-now", amount: rub(1_500_001) }, ["amount-above-most"]],
    ["both bounds themselves are taken", { ...phone, use: "pay-now", amount: rub(1_000) }, []],
    ["a card has its own most", { ...cardAtYookassa, amount: rub(35_000_001) }, ["amount-above-most"]],
    ["Apple Pay pays one bill at Stripe", applePay, []],
    ["Apple Pay is in no batch", { ...applePay, use: "batch" }, ["not-in-batch"]],
    [
      "nothing of additional payments by Apple Pay",
      { ...applePay, section: "additional" },
      ["not-in-section"],
    ],
    ["Google Pay may be in a batch", { ...applePay, wallet: "google_pay", use: "batch" }, []],
    [
      "a wallet's token is not taken where the gateway takes none",
      { ...applePay, gateway: "yookassa" },
      ["wallet-not-taken"],
    ],
    ["an organisation pays by card", { ...cardAtYookassa, payer: "organisation" }, []],
    ["and by nothing else", { ...phone, use: "pay-now", payer: "organisation" }, ["not-for-organisations"]],
    ["SBP is not at Stripe", { ...cardAtYookassa, kind: "sbp", gateway: "stripe" }, ["kind-not-at-gateway"]],
    ["an unknown gateway takes nothing", { ...cardAtYookassa, gateway: "another" }, ["kind-not-at-gateway"]],
    [
      "a currency that the gateway does not take",
      { ...cardAtYookassa, amount: { amountMinor: 500, currency: "USD" } },
      ["currency-not-taken"],
    ],
    [
      "words of a prototype are no methods",
      { ...cardAtYookassa, kind: "constructor" },
      ["kind-not-at-gateway"],
    ],
  ])("%s", (_, question, expected) => {
    expect(why(question)).toEqual(expected);
  });

  test("every reason is told, not only the first", () => {
    const question = {
      ...applePay,
      use: "batch",
      section: "additional",
      payer: "organisation",
      amount: rub(1),
    } as const;
    expect(why(question)).toEqual([
      "not-in-batch",
      "not-in-section",
      "not-for-organisations",
      "amount-below-least",
    ]);
  });
});

test("judging is total: an answer, with known reasons, for whatever is asked", () => {
  const question = fc.record({
    gateway: fc.oneof(fc.constantFrom("yookassa", "stripe"), fc.string()),
    kind: fc.oneof(fc.constantFrom(...METHOD_KINDS), fc.string()),
    wallet: fc.oneof(fc.constantFrom(...WALLETS), fc.constant(null), fc.string()),
    use: fc.constantFrom(...METHOD_USES),
    section: fc.oneof(fc.constantFrom("main", "additional"), fc.string()),
    payer: fc.constantFrom("resident" as const, "organisation" as const),
    amount: fc.record({ amountMinor: fc.maxSafeNat(), currency: fc.constantFrom(...CURRENCIES) }),
  });
  fc.assert(
    fc.property(question, (asked) => {
      for (const reason of why(asked)) expect(METHOD_REFUSALS).toContain(reason);
    }),
  );
});

test("what the gate reads says the same as the judgement, for every line of the matrix", () => {
  for (const gateway of Object.keys(CAPABILITY_MATRIX)) {
    for (const [road, capability] of Object.entries(gateCapabilities(gateway))) {
      for (const use of METHOD_USES) {
        const wallet = WALLETS.find((name) => name === road);
        const asked = {
          gateway,
          kind: wallet ? "bank_card" : road,
          wallet,
          use,
          section: "main",
          payer: "resident",
        } as const;
        expect({ road, use, taken: capability?.uses.includes(use) }).toEqual({
          road,
          use,
          taken: judgeMethod(asked).allowed,
        });
      }
      expect(capability?.amounts).toBe(ruleOf(gateway, road)?.amounts);
    }
  }
  expect(gateCapabilities("another")).toEqual({});
});

test("bounds of amounts are whole and in order", () => {
  const rules = Object.values(CAPABILITY_MATRIX).flatMap((lines) => Object.values(lines));
  for (const { leastMinor, mostMinor } of rules.flatMap(({ amounts }) => Object.values(amounts))) {
    expect(Number.isSafeInteger(leastMinor) && leastMinor > 0).toBe(true);
    expect(mostMinor === null || mostMinor > leastMinor).toBe(true);
  }
});

test("the matrix and the gateway port call methods by the same names", () => {
  const kinds: readonly PortKind[] = METHOD_KINDS satisfies readonly MethodKind[];
  const wallets: readonly PortWallet[] = WALLETS satisfies readonly Wallet[];
  const back: readonly MethodKind[] = kinds satisfies readonly PortKind[];
  expect([back.length, wallets.length]).toEqual([6, 2]);
});
