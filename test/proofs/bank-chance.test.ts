import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BankUnderTest, rub } from "../sandbox/bank/bank-under-test.ts";

let bank: BankUnderTest;
let method: string;
beforeEach(async () => {
  bank = await BankUnderTest.start();
  method = await bank.savedCard();
});
afterEach(() => bank.close());

const match = { operation: "create_payment" };

function charge(target: BankUnderTest, chargeId: string) {
  return target
    .post(
      "/payments",
      { amount: rub("50.00"), capture: true, payment_method_id: method, metadata: { charge_id: chargeId } },
      chargeId,
    )
    .then(
      ({ status }) => status,
      () => 0,
    );
}

async function chargeAll(target: BankUnderTest, ids: readonly string[]): Promise<readonly number[]> {
  const ends: number[] = [];
  for (const id of ids) ends.push(await charge(target, id));
  return ends;
}

const ids = Array.from({ length: 300 }, () => randomUUID());

test("bands of one seed strike their shares and never together; a replay rolls again, and money is taken once", async () => {
  await bank.arm({ kind: "commit-then-drop" }, { match, chance: { seed: 7, percent: 30 } });
  await bank.arm({ kind: "commit-then-500" }, { match, chance: { seed: 7, fromPercent: 30, percent: 20 } });
  const first = await chargeAll(bank, ids);
  const count = (status: number) => first.filter((end) => end === status).length;
  expect(count(0) + count(500) + count(200)).toBe(ids.length);
  expect(count(0)).toBeGreaterThan(60);
  expect(count(0)).toBeLessThan(120);
  expect(count(500)).toBeGreaterThan(30);
  expect(count(500)).toBeLessThan(90);
  const again = await chargeAll(bank, ids);
  expect(again).not.toEqual(first);
  expect(await bank.debits()).toHaveLength(ids.length);
});

test("the same seed strikes the same charges, at a bank that was restarted too", async () => {
  const order = { match, chance: { seed: 11, percent: 40, per: "charge" } };
  await bank.arm({ kind: "429" }, order);
  const first = await chargeAll(bank, ids.slice(0, 100));
  expect(new Set(first)).toEqual(new Set([200, 429]));
  await bank.bank.close();
  bank = await BankUnderTest.start({ dataDir: bank.dataDir });
  expect(await chargeAll(bank, ids.slice(0, 100))).toEqual(first);
});

test("a notification can be late by the bank's clock", async () => {
  await bank.control("POST", "/notify-url", { url: "http://127.0.0.1:9/shop" });
  const late = { kind: "notification", mode: "late", delayMs: 3 * 86_400_000, clock: "bank" };
  await bank.arm(late, { chance: { seed: 1, percent: 100 } });
  await charge(bank, "c-1");
  const attempts = async () =>
    (await bank.journal()).filter(({ kind, record }) => kind === "notification" && record?.attempts === 1);
  await bank.control("POST", "/clock", { offsetMs: 2.9 * 86_400_000 });
  await expect.poll(() => bank.undelivered()).toHaveLength(1);
  expect(await attempts()).toHaveLength(0);
  await bank.control("POST", "/clock", { offsetMs: 3.1 * 86_400_000 });
  await expect.poll(attempts, { timeout: 10_000 }).toHaveLength(1);
});
