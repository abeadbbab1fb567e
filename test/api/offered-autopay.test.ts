import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { bindCard, challenge, createMandate, mandateWish, oweBill, see } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
});
afterAll(() => under.close());

const amount = { amountMinor: 512_345, currency: "RUB" };

/** A bill of the account, paid by hand with this card; answers the payment's address. */
async function paid(account: string, methodId: string): Promise<string> {
  const billId = await oweBill(under, anna, { account });
  const paying = ask(under, anna, "POST /v1/payments", { body: { billId, methodId, amount } });
  const id = await paymentOf(billId);
  const chargeId = await challenge(under, id);
  await paying;
  await see(under, chargeId, { outcome: "charged", amountMinor: 512_345, currency: "RUB", feeMinor: 0 });
  return `/v1/payments/${id}`;
}

async function paymentOf(billId: string): Promise<string> {
  for (;;) {
    const { rows } = await under.database.pool.query<{ id: string }>(
      "select id from payments where bill_id = $1",
      [billId],
    );
    const [row] = rows;
    if (row) return row.id;
    await new Promise((later) => setTimeout(later, 20));
  }
}

test("a paid payment tells integrators the offer, alone and in the list, until it is declined", async () => {
  const methodId = await bindCard(under, anna);
  const road = await paid("7701000801", methodId);
  const offer = { billerId: "gorod-zhkh", account: "7701000801", methodId };
  const one = await ask(under, anna, `GET ${road}`);
  expect(one.body).toMatchObject({ state: "paid", autopayOffer: offer });
  const list = await ask(under, anna, "GET /v1/payments");
  expect(list.body).toMatchObject({ items: [{ autopayOffer: offer }] });
  const decline = `POST ${road}/autopay-offer/decline`;
  const declined = await ask(under, anna, decline);
  expect(declined).toMatchObject({ status: 200, body: { state: "paid", autopayOffer: null } });
  expect(await ask(under, anna, decline)).toMatchObject({ status: 200, body: { autopayOffer: null } });
  expect((await ask(under, anna, `GET ${road}`)).body).toMatchObject({ autopayOffer: null });
});

test("the offer is what a mandate is made from; with the mandate it is gone", async () => {
  const methodId = await bindCard(under, anna);
  const road = await paid("7701000802", methodId);
  const { body } = await ask(under, anna, `GET ${road}`);
  const { billerId, account } = body["autopayOffer"] as { billerId: string; account: string };
  const made = await createMandate(under, anna, mandateWish([methodId], { billerId, account }));
  expect(made.status).toBe(201);
  expect((await ask(under, anna, `GET ${road}`)).body).toMatchObject({ autopayOffer: null });
});
