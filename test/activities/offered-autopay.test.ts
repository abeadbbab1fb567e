import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { declineAutopay, findPayment } from "../../db/queries/payments.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { type LinkHolder, linkHolderOf } from "../support/link-holder.ts";
import {
  charge,
  duePayment,
  makeBiller,
  makeMandate,
  makeMethod,
  makePayer,
  makeResident,
  payNow,
  pushBill,
  stopMandate,
} from "../support/rows.ts";

let engine: Engine;
let holder: LinkHolder;
beforeAll(async () => {
  engine = await openEngine();
  holder = linkHolderOf(engine);
});
afterAll(() => engine.close());

type Person = { readonly residentId: string; readonly methodId: string };

async function person(): Promise<Person> {
  await makeBiller(engine.db);
  const residentId = await makeResident(engine.db);
  const methodId = await makeMethod(engine, { residentId, token: await engine.bank.bindCard() });
  return { residentId, methodId };
}

async function connect({ residentId }: Person, account: string): Promise<string> {
  await engine.db
    .insertInto("payer_accounts")
    .values({ resident_id: residentId, biller_id: "gorod-zhkh", account })
    .execute();
  return account;
}

const newAccount = () => `account-${randomUUID()}`;
let months = 0;

/** A bill of the account, paid by hand and confirmed at the bank. */
async function paidByHand({ residentId, methodId }: Person, account: string): Promise<string> {
  const { db, bank } = engine;
  months += 1;
  const { billId } = await pushBill(db, { account, period: `20${10 + months}-01` });
  const { paymentId = "" } = await payNow(db, { billId, residentId, methodId });
  await engine.charge(paymentId);
  expect(await offer({ residentId, methodId }, paymentId), "not before the money is there").toBeNull();
  await bank.settle((await charge(db, `${paymentId}-1`)).object_id ?? "", "succeeded");
  expect(await engine.lookUp(`${paymentId}-1`)).toMatchObject({ payment: "paid" });
  return paymentId;
}

async function offer({ residentId }: Person, paymentId: string) {
  const row = await findPayment(engine.db, { residentId, paymentId });
  if (row === undefined) throw new Error("no such payment");
  return row.autopay_offer;
}

describe("autopay is offered right after a payment by hand", () => {
  test("with its biller, account and card, once: beside the newest payment of the account", async () => {
    const anna = await person();
    const account = await connect(anna, newAccount());
    const first = await paidByHand(anna, account);
    const offered = { billerId: "gorod-zhkh", account, methodId: anna.methodId };
    expect(await offer(anna, first)).toEqual(offered);
    const second = await paidByHand(anna, account);
    expect(await offer(anna, first)).toBeNull();
    expect(await offer(anna, second)).toEqual(offered);
  });

  test("without a card where the one that paid is not kept for autopay", async () => {
    const anna = await person();
    const paymentId = await paidByHand(anna, await connect(anna, newAccount()));
    await sql`update methods set uses = '{pay-now}' where id = ${anna.methodId}`.execute(engine.db);
    expect(await offer(anna, paymentId)).toMatchObject({ methodId: null });
  });

  test("not beside a payment whose money is asked back", async () => {
    const anna = await person();
    const paymentId = await paidByHand(anna, await connect(anna, newAccount()));
    await sql`insert into refunds (payment_id, charge_id, amount_minor, currency, state, why, next_look_at)
      select payment_id, id, amount_minor, currency, 'requested', 'test', business_now() from charges where payment_id = ${paymentId}`.execute(
      engine.db,
    );
    expect(await offer(anna, paymentId)).toBeNull();
  });

  test("not while an autopay of the account is there, paused ones too, nor after its owner has cancelled one", async () => {
    const anna = await person();
    const account = await connect(anna, newAccount());
    const paymentId = await paidByHand(anna, account);
    const { residentId, methodId } = anna;
    const mandateId = await makeMandate(engine.db, { residentId, account, methods: [methodId] });
    expect(await offer(anna, paymentId)).toBeNull();
    await stopMandate(engine.db, { mandateId, kind: "pause" });
    expect(await offer(anna, paymentId)).toBeNull();
    await stopMandate(engine.db, { mandateId, kind: "cancel" });
    expect(await offer(anna, paymentId)).toBeNull();
    await sql`update mandates set why = 'expired' where id = ${mandateId}`.execute(engine.db);
    expect(await offer(anna, paymentId), "what ended by itself is no answer").not.toBeNull();
  });

  test("not again after “not now”, for this account and its owner only", async () => {
    const anna = await person();
    const account = await connect(anna, newAccount());
    const paymentId = await paidByHand(anna, account);
    const { residentId } = anna;
    expect(await declineAutopay(engine.db, { residentId, paymentId })).toBe(true);
    expect(await declineAutopay(engine.db, { residentId, paymentId }), "pressed twice").toBe(false);
    expect(await offer(anna, paymentId)).toBeNull();
    expect(await offer(anna, await paidByHand(anna, account)), "the next month").toBeNull();
    expect(await offer(anna, await paidByHand(anna, await connect(anna, newAccount())))).not.toBeNull();
    const boris = await person();
    await connect(boris, account);
    const his = await paidByHand(boris, account);
    expect(await offer(boris, his)).not.toBeNull();
    expect(await declineAutopay(engine.db, { residentId, paymentId: his }), "another's payment").toBeNull();
    expect(await offer(boris, his)).not.toBeNull();
  });

  test("not to somebody who has paid another person's bill, unless the account is theirs", async () => {
    const anna = await person();
    const account = newAccount();
    const paymentId = await paidByHand(anna, account);
    expect(await offer(anna, paymentId)).toBeNull();
    await connect(anna, account);
    expect(await offer(anna, paymentId)).not.toBeNull();
  });

  test("not for what an autopay has paid, and not a month later", async () => {
    const payer = await makePayer(engine);
    await connect(payer, payer.account);
    const planned = await duePayment(engine.db, payer);
    expect(await engine.charge(planned.paymentId)).toMatchObject({ payment: "paid" });
    expect(await offer(payer, planned.paymentId)).toBeNull();
    const anna = await person();
    const paymentId = await paidByHand(anna, await connect(anna, newAccount()));
    await sql`update payments set paid_at = paid_at - interval '31 days' where id = ${paymentId}`.execute(
      engine.db,
    );
    expect(await offer(anna, paymentId)).toBeNull();
  });

  test("in the receipt's mail, whose link leads into the set-up; never after “not now”", async () => {
    const anna = await person();
    const account = await connect(anna, newAccount());
    const first = await paidByHand(anna, account);
    expect((await holder.read("paid", first))["autopay"]).toBe(`/mandates/new?payment=${first}`);
    await declineAutopay(engine.db, { residentId: anna.residentId, paymentId: first });
    const second = await paidByHand(anna, account);
    expect(Object.keys(await holder.read("paid", second))).toEqual(["receipt", "settings"]);
  });
});
