import { afterAll, beforeAll, expect, test } from "vitest";
import { acceptNotices, livingNotice, makePayer, planBillFor, pushBill } from "../support/rows.ts";
import { askGate, type MoneyCore, openMoneyCore, setClock } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const fine = {
  amountMinor: 100_000,
  fullMinor: 100_000,
  discount: { kind: "percent", value: 25, until: "2027-03-30" },
  dueOn: "2027-05-10",
} as const;
/** The first instant at which the discount is over: midnight in Moscow. */
const END = "2027-03-30T21:00:00.000Z";

test("a partly paid bill whose discount has ended waits for its source's word", async () => {
  await setClock(core.db, "2027-03-30T19:00:00Z");
  const payer = await makePayer(core);
  const { paymentId } = await planBillFor(core.db, payer, { ...fine, amountMinor: 60_000 });
  await acceptNotices(core.db, paymentId);
  expect(await livingNotice(core.db, paymentId)).toMatchObject({ amount_minor: 60_000 });
  await setClock(core.db, END);
  expect(await askGate(core.db, paymentId)).toMatchObject({ check: "debt", reason: "source not confirmed" });
  await pushBill(core.db, { ...fine, account: payer.account, amountMinor: 60_000, version: 2 });
  expect(await askGate(core.db, paymentId)).toMatchObject({ verdict: "passed" });
});
