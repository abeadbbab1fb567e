import { describe, expect, test } from "vitest";
import type { ChargeIntent, MethodKind } from "../../../adapters/gateways/port.ts";
import { buildCharge, SAVABLE } from "../../../adapters/gateways/yookassa/charge-request.ts";
import { INTENT } from "./examples.ts";

const { methodToken: _token, ...BARE } = INTENT;
/** The payer is there and has no saved method. */
const ASKED: ChargeIntent = { ...BARE, initiatedBy: "cit" };
const REDIRECT = { type: "redirect", return_url: INTENT.returnUrl, locale: "ru_RU" };

function bodyOf(intent: ChargeIntent): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(buildCharge(intent).body)) as Record<string, unknown>;
}

describe.each<MethodKind>([...SAVABLE])("%s", (methodKind) => {
  test("chosen by the payer: confirmed on a page, captured at once", () => {
    expect(bodyOf({ ...ASKED, methodKind })).toMatchObject({
      capture: true,
      payment_method_data: { type: methodKind },
      confirmation: REDIRECT,
    });
  });

  test("is saved only when the payer agreed", () => {
    expect(bodyOf({ ...ASKED, methodKind })).not.toHaveProperty("save_payment_method");
    expect(bodyOf({ ...ASKED, methodKind, saveMethod: true }).save_payment_method).toBe(true);
  });

  test("saved: pays without the payer, and no confirmation that nobody could answer", () => {
    const body = bodyOf({ ...INTENT, methodKind });
    expect(body).toMatchObject({ capture: true, payment_method_id: INTENT.methodToken });
    expect(body).not.toHaveProperty("confirmation");
    expect(body).not.toHaveProperty("payment_method_data");
  });

  test("saved, with the payer there: only a card can be made to ask again", () => {
    const body = bodyOf({ ...INTENT, initiatedBy: "cit", methodKind });
    if (methodKind === "bank_card") expect(body.confirmation).toEqual({ ...REDIRECT, enforce: true });
    else expect(body).not.toHaveProperty("confirmation");
  });
});

describe("mobile_balance", () => {
  const methodKind = "mobile_balance";

  test("is confirmed outside of any page: the number goes along, no address", () => {
    for (const phone of ["+79000000000", "79000000000"]) {
      const body = bodyOf({ ...ASKED, methodKind, phone });
      expect(body).toMatchObject({
        capture: true,
        payment_method_data: { type: "mobile_balance", phone: "79000000000" },
        confirmation: { type: "external" },
      });
      expect(body.confirmation).not.toHaveProperty("return_url");
    }
  });

  test.each([
    ["without the payer", { initiatedBy: "mit", phone: "+79000000000" }],
    ["without a number", {}],
    ["with a number of another form", { phone: "8 (900) 000-00-00" }],
    ["with a saved id", { phone: "+79000000000", methodToken: "m-1" }],
    ["to be saved", { phone: "+79000000000", saveMethod: true }],
  ] as const)("%s is refused before any gate", (_name, change) => {
    expect(() => buildCharge({ ...ASKED, methodKind, ...change })).toThrow(RangeError);
  });

  test("a wrong number is not repeated in the refusal", () => {
    expect(() => buildCharge({ ...ASKED, methodKind, phone: "9001234567x" })).toThrow(
      /^yookassa: payment_method_data\.phone (?!.*9001234567)/,
    );
  });
});

test("an address of return or a payer's name longer than the vendor takes is refused before any gate", () => {
  const returnUrl = `https://pay.example/${"x".repeat(2048)}`;
  expect(() => buildCharge({ ...ASKED, returnUrl })).toThrow(/confirmation\.return_url/);
  expect(() => buildCharge({ ...ASKED, payerReference: "p".repeat(201) })).toThrow(/merchant_customer_id/);
});
