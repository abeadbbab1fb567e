import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Answered, ask, billOf, type Person, push, signIn } from "./support/api-under-test.ts";
import { payeeOf } from "../../sandbox/billers/biller-book.ts";
import { paperFields } from "../support/qr-picture.ts";
import { bindCard, createMandate, mandateWish } from "./support/situations.ts";
import { type FindingWorld, loadDemo, paperBiller, paperOf, startFinding } from "./support/finding-world.ts";

let world: FindingWorld;
let anna: Person;
let boris: Person;
beforeAll(async () => {
  world = await startFinding();
  anna = await signIn(world.under, "anna");
  boris = await signIn(world.under, "boris");
});
afterAll(() => world.close());
beforeEach(() => world.under.database.pool.query("delete from rate_limits"));

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const scan = (change: Record<string, string> = {}, who = anna, more: object = {}): Promise<Answered> =>
  ask(world.under, who, "POST /v1/bills/added", { body: { qr: base64(paperOf(change)), ...more } });
const pushed = (change: object) =>
  push(world.under, billOf({ payee: payeeOf(paperBiller), ...change }), { biller: paperBiller });
const onlyBill = ({ body }: Answered) => (body["bills"] as Record<string, unknown>[])[0] ?? {};
const owed = async (who: Person): Promise<unknown[]> =>
  (await ask(world.under, who, "GET /v1/bills?state=owed")).body["items"] as unknown[];

test("a paper in Windows-1251 becomes a bill that its holder pays by hand, with the payee on file", async () => {
  const answer = await scan();
  expect(answer).toMatchObject({
    status: 201,
    body: {
      bills: [
        {
          biller: { id: paperBiller },
          account: "7700123456",
          period: "2026-02",
          amount: { amountMinor: 512_345 },
          purpose: "Квартплата за февраль",
          state: "owed",
          seenBy: ["added"],
        },
      ],
    },
  });
  const amount = { amountMinor: 512_345, currency: "RUB" };
  const methodId = await bindCard(world.under, anna);
  const body = { billId: onlyBill(answer)["id"], methodId, amount };
  expect((await ask(world.under, anna, "POST /v1/payments", { body })).status).toBe(202);
  expect(onlyBill(await scan())["id"], "the same paper again").toBe(body.billId);
});

test("nobody's account is shown what a stranger's paper says, and nobody's autopay follows it", async () => {
  const account = "7700222333";
  await ask(world.under, boris, "POST /v1/accounts", { body: { billerId: paperBiller, account } });
  const card = await bindCard(world.under, boris);
  expect(
    (await createMandate(world.under, boris, mandateWish([card], { account, billerId: paperBiller }))).status,
  ).toBe(201);
  const forged = await scan({ PersAcc: account, PaymPeriod: "032026", Sum: "99999900" });
  expect(forged.status).toBe(201);
  expect(onlyBill(forged)["mandateId"]).toBeNull();
  expect(await owed(boris)).toEqual([]);

  await pushed({ account, period: "2026-03" });
  const [bill] = (await owed(boris)) as Record<string, unknown>[];
  expect(bill, "the biller's word is the bill, and the paper has left no doubt").toMatchObject({
    id: onlyBill(forged)["id"],
    amount: { amountMinor: 512_345 },
    seenBy: ["account"],
  });
  const { rows } = await world.under.database.pool.query<{ doubt: string | null }>(
    "select bill_doubt(b) as doubt from bills b where id = $1",
    [bill?.["id"]],
  );
  expect(rows).toEqual([{ doubt: null }]);
});

test("a bill that its biller has told is added as it is, whatever the paper says of the sum", async () => {
  await pushed({ account: "7700444555", period: "2026-04" });
  const answer = await scan({ PersAcc: "7700444555", PaymPeriod: "04.2026", Sum: "1" });
  expect(onlyBill(answer)).toMatchObject({ amount: { amountMinor: 512_345 }, seenBy: ["added"] });
});

test("two papers of one debt with different sums are not both believed", async () => {
  expect((await scan({ PaymPeriod: "2026-06" })).status).toBe(201);
  expect(await scan({ PaymPeriod: "2026-06", Sum: "600000" }, boris)).toMatchObject({
    status: 409,
    body: { code: "bill-differs" },
  });
});

/** An account of the same bank whose key is right. */
const otherAccount = { PersonalAcc: paperFields.PersonalAcc };

test.each([
  [{ PersonalAcc: "40702810900000000302" }, "qr-unsound", "qr.PersonalAcc"],
  [{ PayeeINN: "7707083893", ...otherAccount }, "payee-unknown", null],
  [otherAccount, "payee-differs", null],
  [{ PersAcc: "12" }, "account-needed", "account"],
  [{ PaymPeriod: "" }, "period-needed", "period"],
  [{ Sum: "" }, "amount-needed", "amount"],
])("%o is refused with the word for what is missing: %s", async (change, code, field) => {
  const answer = await scan({ PaymPeriod: "2026-07", ...change });
  expect(answer).toMatchObject({
    status: 422,
    body: { code, ...(field === null ? {} : { errors: [{ field, code }] }) },
  });
});

test("what the code does not hold is entered by hand", async () => {
  const amount = { amountMinor: 70_000, currency: "RUB" };
  const answer = await scan({ PaymPeriod: "", PersAcc: "", Sum: "" }, anna, {
    account: "7700777888",
    period: "2026-08",
    amount,
  });
  expect(onlyBill(answer)).toMatchObject({ account: "7700777888", period: "2026-08", amount });
});

test("a paper that bears a UIN is asked for at the sources, and is their bill", async () => {
  const [uin = ""] = await loadDemo(world);
  expect(onlyBill(await scan({ UIN: uin }))).toMatchObject({ uin, biller: { id: "traffic-police" } });
});
