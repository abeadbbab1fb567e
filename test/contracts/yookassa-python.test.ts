import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BankUnderTest, shop } from "../sandbox/bank/bank-under-test.ts";
import { pythonForTest, runProgram } from "../support/python.ts";

const here = dirname(fileURLToPath(import.meta.url));
const program = join(here, "python", "yookassa_contract.py");

/** What the client understood in one step; the expectations look at the rest. */
interface Told {
  readonly step: string;
  readonly id: string;
  readonly status: string;
  readonly ids: readonly string[];
  readonly pages: readonly (readonly string[])[];
}

const client = await pythonForTest({
  name: "yookassa",
  requirements: join(here, "python", "requirements.txt"),
  what: "the official Python client",
});

describe.skipIf("missing" in client)(
  "the vendor's official Python client understands the sandbox bank",
  () => {
    const steps = new Map<string, Told>();
    const told = (step: string): Told => {
      const line = steps.get(step);
      if (!line) throw new Error(`the client never came to: ${step}`);
      return line;
    };
    let bank: BankUnderTest;

    beforeAll(async () => {
      bank = await BankUnderTest.start();
      if ("missing" in client) return;
      const { code, out } = await runProgram(join(client.programs, "python"), [
        program,
        bank.bank.url,
        shop.shopId,
        shop.secretKey,
      ]);
      if (code !== 0) throw new Error(out);
      for (const text of out.trim().split("\n")) {
        const line = JSON.parse(text) as Told;
        steps.set(line.step, line);
      }
    });
    afterAll(() => bank.close());

    test("a payment with the card in the body is created and found", () => {
      expect(told("create")).toMatchObject({
        status: "succeeded",
        paid: true,
        test: true,
        amount: "1530.50",
        income: "1487.65",
        last4: "4444",
        saved: true,
        charge_id: "python",
      });
      expect(told("get")).toEqual({ ...told("create"), step: "get" });
    });

    test("the same key and body are the same payment, another body is refused", () => {
      expect(told("same key, same body").id).toBe(told("create").id);
      expect(told("same key, other body")).toMatchObject({
        refused: "BadRequestError",
        code: "invalid_request",
        parameter: "Idempotence-Key",
      });
    });

    test("a saved card is charged without the payer, a declining card declines", () => {
      expect(told("saved card")).toMatchObject({ status: "succeeded", saved: true, amount: "7.00" });
      expect(told("decline")).toMatchObject({
        status: "canceled",
        reason: "insufficient_funds",
        party: "payment_network",
      });
    });

    test("a hold is captured in part or in full, or cancelled", () => {
      expect(told("hold").status).toBe("waiting_for_capture");
      expect(told("capture a part")).toMatchObject({ status: "succeeded", amount: "60.00" });
      expect(told("capture all")).toMatchObject({ status: "succeeded", amount: "40.00" });
      expect(told("cancel")).toMatchObject({ status: "canceled", reason: "canceled_by_merchant" });
    });

    test("a payment is refunded in part, never beyond what was taken", () => {
      const refund = told("refund");
      expect(refund).toMatchObject({
        status: "succeeded",
        amount: "100.00",
        payment: told("create").id,
      });
      expect(told("get refund")).toMatchObject({ id: refund.id, status: "succeeded" });
      expect(told("refunded payment")).toMatchObject({ status: "succeeded", refunded: "100.00" });
      expect(told("list refunds").ids).toEqual([refund.id]);
      expect(told("refund too much")).toMatchObject({
        refused: "BadRequestError",
        parameter: "amount.value",
      });
    });

    test("a list is read page by page to its end", () => {
      const pages = told("list").pages;
      expect(pages.map((page) => page.length)).toEqual([3, 3]);
      expect(new Set(pages.flat()).size).toBe(6);
      expect(pages.flat()).toContain(told("create").id);
    });

    test("a payment and a binding that need the payer carry the page's address", () => {
      expect(told("confirmation")).toMatchObject({
        status: "pending",
        url: expect.stringContaining("/checkout/"),
      });
      expect(told("bind")).toMatchObject({
        status: "pending",
        saved: false,
        url: expect.stringContaining("/checkout/"),
      });
      expect(told("get binding")).toMatchObject({ id: told("bind").id, status: "pending" });
    });

    test("the shop's settings, an unknown payment and a wrong secret are understood", () => {
      expect(told("me")).toMatchObject({ account_id: shop.shopId, test: true });
      expect(told("unknown payment")).toMatchObject({ refused: "NotFoundError", code: "not_found" });
      expect(told("wrong secret")).toMatchObject({
        refused: "UnauthorizedError",
        code: "invalid_credentials",
      });
    });

    test("what the client saw is what the bank took", async () => {
      const taken = (await bank.debits()).map((debit) => debit.amountMinor);
      expect(taken).toEqual([153_050, 700, 6000, 4000]);
    });
  },
);
