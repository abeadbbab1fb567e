import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Template } from "../../api/schemas/templates.ts";
import {
  type Answered,
  type ApiUnderTest,
  ask,
  type Person,
  signIn,
  startApi,
} from "./support/api-under-test.ts";
import { bindCard, challenge, createMandate, mandateWish, oweBill, see } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
let boris: Person;
let account = 7_705_000_000;

beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
  boris = await signIn(under, "boris");
});
afterAll(() => under.close());

const rub = (amountMinor: number) => ({ amountMinor, currency: "RUB" });

async function save(wish: object, person = anna): Promise<Answered> {
  return ask(under, person, "POST /v1/templates", { body: wish });
}

async function donation(amountMinor = 50_000): Promise<Template> {
  const answer = await save({
    name: "Фонд",
    billerId: "fund-01",
    reference: { programme: "001" },
    amount: rub(amountMinor),
  });
  expect(answer.status).toBe(201);
  return answer.body as Template;
}

function pay(
  template: Template,
  body: object,
  asked: { key?: string; person?: Person } = {},
): Promise<Answered> {
  const { key = randomUUID(), person = anna } = asked;
  return ask(under, person, `POST /v1/templates/${template.id}/payments`, { body, key });
}

async function ownBills(): Promise<readonly { id: string; state: string; payments: number }[]> {
  const { rows } = await sql<{ id: string; state: string; payments: number }>`
    select b.id, b.state, (select count(*)::int from payments y where y.bill_id = b.id) as payments from bills b where source = 'payer' order by received_at, id`.execute(
    under.database.db,
  );
  return rows;
}

describe("a template is saved details and nothing more", () => {
  test("from a bill that one sees, from a biller of the catalogue; it is shown, renamed, forgotten, and moves no money", async () => {
    const billId = await oweBill(under, anna, { account: String((account += 1)) });
    const ofBill = await save({ name: "Квартира", billId, amount: "due" });
    expect(ofBill.status).toBe(201);
    expect(ofBill.body).toMatchObject({
      name: "Квартира",
      account: String(account),
      amount: null,
      due: [{ billId, amount: rub(512_345) }],
    });
    const fund = await donation();
    expect(fund).toMatchObject({ account: "001", amount: rub(50_000), due: [] });
    const line = `/v1/templates/${fund.id}`;
    const changed = await ask(under, anna, `PATCH ${line}`, { body: { name: "Дом", amount: rub(70_000) } });
    expect(changed.body).toMatchObject({ name: "Дом", amount: rub(70_000) });
    expect((await ask(under, anna, `DELETE ${line}`)).status).toBe(200);
    expect((await ask(under, anna, `GET ${line}`)).status).toBe(404);
    const { rows } = await under.database.pool.query("select 1 from payments");
    expect(rows).toEqual([]);
  });

  test("its number is proved by the biller's own schema, and the words name the field", async () => {
    const wrong = await save({
      name: "Фонд",
      billerId: "fund-01",
      reference: { programme: "1" },
      amount: rub(50_000),
    });
    expect(wrong.body).toMatchObject({
      status: 422,
      code: "reference-wrong",
      errors: [{ field: "reference.programme" }],
    });
  });

  test("a sum of one's own is taken only where the catalogue says so, and within its bounds", async () => {
    const sums = [
      { billerId: "gorod-zhkh", account: "7700123456", amount: rub(50_000) },
      { billerId: "fund-01", account: "001", amount: rub(999) },
      { billerId: "fund-01", account: "001", amount: rub(10_000_001) },
    ];
    for (const wish of sums) {
      expect((await save({ name: "Своя сумма", ...wish })).body).toMatchObject({
        code: "sum-not-taken",
        errors: [{ field: "amount" }],
      });
    }
  });

  test("a stranger's bill makes no template; a number typed for what is due is a look-up by number like any other", async () => {
    const billId = await oweBill(under, anna, { account: String((account += 1)) });
    expect((await save({ name: "Чужой", billId, amount: "due" }, boris)).status).toBe(404);
    const template = await save(
      { name: "Своя", billerId: "gorod-zhkh", account: "7700123456", amount: "due" },
      boris,
    );
    expect(template.status).toBe(201);
    const accounts = await ask(under, boris, "GET /v1/accounts");
    expect(accounts.body["items"]).toMatchObject([{ account: "7700123456" }]);
    const { rows } = await under.database.pool.query("select 1 from audit where action like 'look-up%'");
    expect(rows.length).toBeGreaterThan(0);
  });

  test("there can be a hundred of them and no more, however many come at once", async () => {
    const clara = await signIn(under, "clara");
    const wish = { name: "Много", billerId: "fund-02", account: "001", amount: rub(50_000) };
    const answers = await Promise.all(Array.from({ length: 105 }, () => save(wish, clara)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(100);
    expect(answers.filter(({ body }) => body["code"] === "templates-full")).toHaveLength(5);
  });
});

describe("paying by a template is paying a bill", () => {
  test("what is due: the bill that was seen is claimed once, however many press at once", async () => {
    const billId = await oweBill(under, anna, { account: String((account += 1)) });
    const template = (await save({ name: "Квартира", billId, amount: "due" })).body as Template;
    const methodId = await bindCard(under, anna);
    const wish = { billId, methodId, amount: rub(512_345) };
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => pay(template, wish)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ body }) => body["code"] === "bill-being-paid")).toHaveLength(4);
    const paid = answers.find(({ status }) => status === 202);
    expect(paid?.body).toMatchObject({ route: "template", bill: { id: billId }, state: "scheduled" });
    expect((await pay(template, { amount: rub(1) })).body).toMatchObject({ code: "bill-changed" });
  });

  test("where nothing is due nothing is paid, and another account's bill is not paid under its name", async () => {
    const other = await oweBill(under, anna, { account: String((account += 1)) });
    const billId = await oweBill(under, anna, { account: String((account += 1)) });
    const template = (await save({ name: "Квартира", billId, amount: "due" })).body as Template;
    expect((await pay(template, { billId: other, amount: rub(512_345) })).body["code"]).toBe(
      "bill-not-found",
    );
    await sql`update bills set state = 'annulled' where id = ${billId}`.execute(under.database.db);
    expect((await pay(template, { amount: rub(512_345) })).body["code"]).toBe("nothing-due");
  });

  test("one key is one payment: a sum of one's own pressed five times with one confirmation makes one bill and one payment", async () => {
    const template = await donation(60_000);
    const before = (await ownBills()).length;
    const key = randomUUID();
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map(() => pay(template, { amount: rub(60_000) }, { key })),
    );
    expect(new Set(answers.map(({ body }) => body["id"])).size).toBe(1);
    const made = (await ownBills()).slice(before);
    expect(made).toMatchObject([{ state: "owed", payments: 1 }]);
    const { rows } = await under.database.pool.query(
      "select k.state, y.route, y.amount_minor from claims k join payments y on y.id = k.payment_id where y.bill_id = $1",
      [made[0]?.id],
    );
    expect(rows).toEqual([{ state: "held", route: "template", amount_minor: 60_000 }]);
  });

  test("two confirmations of one sum within ten minutes: the second is asked about, at once or one after another, and goes when its payer says so", async () => {
    const template = await donation(61_000);
    const twice = await Promise.all([1, 2].map(() => pay(template, { amount: rub(61_000) })));
    expect(twice.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([202, 409]);
    const [first, second] = twice.toSorted((left, right) => left.status - right.status);
    expect(second?.body).toMatchObject({ code: "paid-just-now", paymentId: first?.body["id"] });
    const third = await pay(template, { amount: rub(61_000), again: true });
    expect(third.status).toBe(202);
    expect(third.body["id"]).not.toBe(first?.body["id"]);
  });

  test("a sum that was changed on another page is not paid", async () => {
    const template = await donation(62_000);
    await ask(under, anna, `PATCH /v1/templates/${template.id}`, { body: { amount: rub(90_000) } });
    expect((await pay(template, { amount: rub(62_000) })).body).toMatchObject({ code: "bill-changed" });
    expect((await pay(template, { amount: rub(90_000) })).status).toBe(202);
  });

  test("nobody but its payer sees a bill of their own making, also who has connected the same account, and no autopay covers it", async () => {
    const phone = { billerId: "mobile-volna", account: "9161234567" };
    await ask(under, boris, "POST /v1/accounts", { body: phone });
    const methodId = await bindCard(under, boris);
    await createMandate(under, boris, mandateWish([methodId], phone));
    const saved = await save({ name: "Телефон", ...phone, amount: rub(30_000) });
    expect(saved.status).toBe(201);
    const paid = await pay(saved.body as Template, { amount: rub(30_000) });
    const { id: billId } = paid.body["bill"] as { id: string };
    expect((await ask(under, boris, `GET /v1/bills/${billId}`)).status).toBe(404);
    const { rows } = await under.database.pool.query(
      "select 1 from bills b, mandates_of_bill(b) m where b.id = $1",
      [billId],
    );
    expect(rows).toEqual([]);
    expect((await ask(under, anna, `GET /v1/bills/${billId}`)).body).toMatchObject({
      state: "owed",
      seenBy: ["payment"],
    });
  });

  test("who adds bills by the same account is not given one of another person's making", async () => {
    const phone = { billerId: "mobile-volna", account: "9161234599" };
    const saved = await save({ name: "Телефон", ...phone, amount: rub(31_000) });
    const paid = await pay(saved.body as Template, { amount: rub(31_000) });
    const { id: billId } = paid.body["bill"] as { id: string };
    const added = await ask(under, boris, "POST /v1/bills/added", { body: phone });
    expect([added.status, added.body["code"]]).toEqual([404, "bill-not-at-sources"]);
    expect((await ask(under, boris, `GET /v1/bills/${billId}`)).status).toBe(404);
  });
});

describe("a bill that nobody asked for ends with its payment", () => {
  const endedAs = async (outcome: string) => {
    const template = await donation(40_000 + outcome.length);
    const paid = await pay(template, { amount: rub(40_000 + outcome.length) });
    const paymentId = String(paid.body["id"]);
    await sql`select close_payment(${paymentId}, ${outcome}, 'test')`.execute(under.database.db);
    const { id } = paid.body["bill"] as { id: string };
    return (await ownBills()).find((bill) => bill.id === id)?.state;
  };

  test("given up or stopped without money: nothing is owed, and the archive shows the payment alone", async () => {
    expect(await endedAs("gave-up")).toBe("annulled");
    expect(await endedAs("stopped")).toBe("annulled");
    const { body } = await ask(under, anna, "GET /v1/archive?limit=100&billerId=fund-01&state=annulled");
    expect(body["items"]).toEqual([]);
  });

  test("charged: it is paid like any other, with a receipt of its own number", async () => {
    const template = await donation(63_000);
    const paid = await pay(template, { amount: rub(63_000) });
    const paymentId = String(paid.body["id"]);
    const chargeId = await challenge(under, paymentId);
    await see(under, chargeId, { outcome: "charged", amountMinor: 63_000 });
    const receipt = await ask(under, anna, `GET /v1/payments/${paymentId}/receipt`);
    expect(receipt.body).toMatchObject({ account: "001", amount: rub(63_000), biller: { id: "fund-01" } });
    const { id } = paid.body["bill"] as { id: string };
    expect((await ownBills()).find((bill) => bill.id === id)).toMatchObject({ state: "paid", payments: 1 });
  });
});
