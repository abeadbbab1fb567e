import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { challenge, oweBill, see } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
let olga: Person;
let boris: Person;
let vera: Person;
let gleb: Person;
const amount = { amountMinor: 512_345, currency: "RUB" };
let account = 0;

beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
  const operator = { roles: ["resident", "operator"] };
  olga = await signIn(under, "olga", operator);
  boris = await signIn(under, "boris", operator);
  vera = await signIn(under, "vera", operator);
  gleb = await signIn(under, "gleb", operator);
});
afterAll(() => under.close());

/** A charge that the gateway has, and of which nobody can find out more. */
async function pendingCharge(payer = anna): Promise<{ paymentId: string; chargeId: string }> {
  account += 1;
  const billId = await oweBill(under, payer, { account: `${payer.subject}-${account}` });
  const paymentId = await startPayment(billId, payer);
  const chargeId = await challenge(under, paymentId);
  await see(under, chargeId, { outcome: "pending" });
  return { paymentId, chargeId };
}

/** As the API does it, without the seconds that it waits for the bank's first word. */
async function startPayment(billId: string, payer: Person): Promise<string> {
  const { rows } = await under.database.pool.query<{ answer: { paymentId: string } }>(
    `select pay_now(jsonb_build_object('billId', b.id, 'residentId', r.id, 'methodId', null, 'amountMinor', b.amount_minor,
       'payeeHash', b.payee_hash, 'route', 'manual', 'channel', 'web', 'signIn', 'oidc', 'ip', null)) as answer
     from bills b, residents r where b.id = $1 and r.subject = $2`,
    [billId, payer.subject],
  );
  return rows[0]?.answer.paymentId ?? "";
}

const pdf = (words: string) => Buffer.from(`%PDF-1.7 ${words}`);
const paper = (bytes: Buffer, mediaType = "application/pdf") => ({
  mediaType,
  contentBase64: bytes.toString("base64"),
});
const hashOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const decide = (who: Person, chargeId: string, wish: object, key?: string) =>
  ask(under, who, `POST /v1/operator/charges/${chargeId}/resolutions`, {
    body: wish,
    ...(key === undefined ? {} : { key }),
  });
const paymentState = async (paymentId: string) =>
  (await ask(under, olga, `GET /v1/operator/payments/${paymentId}`)).body;

describe("a charge that nobody can find out about is decided by two operators with one document", () => {
  test("the first proposes and nothing moves; the second confirms: money is booked, evidence has rank 5, the workflow is told", async () => {
    const { paymentId, chargeId } = await pendingCharge();
    const document = paper(pdf("statement"));
    const proposed = await decide(olga, chargeId, { verdict: "charged", document });
    expect([proposed.status, proposed.body["state"], proposed.body["amount"]]).toEqual([201, "open", amount]);
    expect(await paymentState(paymentId)).toMatchObject({ payment: { state: "charging" } });

    const confirmed = await decide(boris, chargeId, { verdict: "charged", document });
    expect([confirmed.status, confirmed.body["state"]]).toEqual([200, "confirmed"]);
    expect(await paymentState(paymentId)).toMatchObject({ payment: { state: "paid" } });
    const { evidence } = (await paymentState(paymentId)) as { evidence: object[] };
    expect(evidence.at(-1)).toMatchObject({
      rank: 5,
      source: "operators",
      outcome: "charged",
      moved: true,
      facts: { sha256: hashOf(pdf("statement")) },
    });
    const { rows } = await under.database.pool.query(
      "select action from audit where subject = $1 and action like 'resolution.%' order by id",
      [chargeId],
    );
    expect(rows.map(({ action }) => action)).toEqual(["resolution.propose", "resolution.confirm"]);
    const rung = await under.database.pool.query(
      "select 1 from outbox where kind = 'wake-payment' and subject_id = $1",
      [paymentId],
    );
    expect(rung.rowCount).toBeGreaterThan(0);
  });

  test("not charged: the claim is free again and the payer hears it; the second may name the hash of the document that they read", async () => {
    const { paymentId, chargeId } = await pendingCharge();
    const proposed = await decide(olga, chargeId, { verdict: "not-charged", document: paper(pdf("letter")) });
    const looked = await ask(
      under,
      boris,
      `GET /v1/operator/resolutions/${String(proposed.body["id"])}/document`,
    );
    expect([looked.status, looked.text, looked.headers.get("content-type")]).toEqual([
      200,
      "%PDF-1.7 letter",
      "application/pdf",
    ]);
    expect(looked.headers.get("content-disposition")).toMatch(/^attachment/);
    const done = await decide(boris, chargeId, {
      verdict: "not-charged",
      documentSha256: looked.headers.get("x-document-sha256"),
    });
    expect(done.status).toBe(200);
    expect(await paymentState(paymentId)).toMatchObject({ payment: { state: "closed", outcome: "gave-up" } });
    const viewed = await under.database.pool.query(
      "select 1 from audit where subject = $1 and action = 'resolution.document-viewed'",
      [chargeId],
    );
    expect(viewed.rowCount).toBe(1);
  });

  test("one operator twice is one operator; a payer judges no payment of their own; a resident judges nothing", async () => {
    const { chargeId } = await pendingCharge();
    const wish = { verdict: "charged", document: paper(pdf("x")) };
    expect((await decide(olga, chargeId, wish)).status).toBe(201);
    expect((await decide(olga, chargeId, wish)).body).toMatchObject({
      status: 409,
      code: "two-operators-needed",
    });
    expect((await decide(anna, chargeId, wish)).status).toBe(403);
    const own = await pendingCharge(gleb);
    expect((await decide(gleb, own.chargeId, wish)).body).toMatchObject({ status: 403, code: "forbidden" });
  });

  test("the very same command twice is one command: the same answer, no second proposal", async () => {
    const { chargeId } = await pendingCharge();
    const wish = { verdict: "charged", document: paper(pdf("once")) };
    const first = await decide(olga, chargeId, wish, "same-key-1");
    const second = await decide(olga, chargeId, wish, "same-key-1");
    expect([second.status, second.body]).toEqual([first.status, first.body]);
  });

  test("another verdict, amount or document is no confirmation; a withdrawn proposal makes room for another one", async () => {
    const { chargeId } = await pendingCharge();
    const document = paper(pdf("a"));
    const proposed = await decide(olga, chargeId, { verdict: "charged", document });
    for (const other of [
      { verdict: "not-charged", document },
      { verdict: "charged", amount: { ...amount, amountMinor: 1 }, document },
      { verdict: "charged", document: paper(pdf("b")) },
    ]) {
      expect((await decide(boris, chargeId, other)).body).toMatchObject({
        status: 409,
        code: "resolution-conflict",
      });
    }
    const id = String(proposed.body["id"]);
    expect((await ask(under, boris, `DELETE /v1/operator/resolutions/${id}`)).body["state"]).toBe(
      "withdrawn",
    );
    expect((await ask(under, boris, `DELETE /v1/operator/resolutions/${id}`)).status).toBe(404);
    expect((await decide(boris, chargeId, { verdict: "not-charged", document })).status).toBe(201);
  });

  test("a proposal that nobody confirmed for a day is void: the next word is a proposal again", async () => {
    const { chargeId } = await pendingCharge();
    const document = paper(pdf("old"));
    await decide(olga, chargeId, { verdict: "charged", document });
    await under.database.pool.query(
      "update resolutions set expires_at = business_now() where charge_id = $1",
      [chargeId],
    );
    expect((await decide(boris, chargeId, { verdict: "charged", document })).status).toBe(201);
    const charge = await ask(under, olga, `GET /v1/operator/charges/${chargeId}`);
    const states = (charge.body["resolutions"] as { state: string }[]).map(({ state }) => state);
    expect(states).toEqual(["expired", "open"]);
  });
});

describe("what the gateway knows is not decided by hand", () => {
  test("409 for a challenged and for a charged one, also when the gateway was quicker than the confirmation", async () => {
    const billId = await oweBill(under, anna, { account: "challenged-1" });
    const challenged = await challenge(under, await startPayment(billId, anna));
    const wish = { verdict: "not-charged", document: paper(pdf("x")) };
    expect((await decide(olga, challenged, wish)).body).toMatchObject({
      status: 409,
      code: "charge-not-undecided",
    });

    const { paymentId, chargeId } = await pendingCharge();
    await decide(olga, chargeId, wish);
    await see(under, chargeId, { outcome: "charged", amountMinor: 512_345, currency: "RUB" });
    expect((await decide(boris, chargeId, wish)).body).toMatchObject({
      status: 409,
      code: "charge-not-undecided",
    });
    expect(await paymentState(paymentId)).toMatchObject({ payment: { state: "paid" } });
  });

  test("the gateway's later word wins over a no by hand: the money is booked and a person is called", async () => {
    const { paymentId, chargeId } = await pendingCharge();
    const wish = { verdict: "not-charged", document: paper(pdf("wrong")) };
    await decide(olga, chargeId, wish);
    await decide(boris, chargeId, wish);
    await see(under, chargeId, { outcome: "charged", amountMinor: 512_345, currency: "RUB" });
    expect(await paymentState(paymentId)).toMatchObject({ payment: { state: "paid" } });
    const cases = await under.database.pool.query("select kind from cases where subject = $1", [chargeId]);
    expect(cases.rows).toEqual([{ kind: "success-after-final" }]);
  });
});

describe("a yes by hand that the gateway denies is taken back by two others (C12)", () => {
  async function deniedCharge() {
    const charge = await pendingCharge();
    const wish = { verdict: "charged", document: paper(pdf("mistaken")) };
    await decide(olga, charge.chargeId, wish);
    await decide(boris, charge.chargeId, wish);
    await see(under, charge.chargeId, { outcome: "not-charged", how: "declined", reason: "general_decline" });
    return charge;
  }
  const balance = async () => (await ask(under, olga, "GET /v1/operator/ledger/trial-balance")).body;

  test("the posting is reversed, the debt is open again, the payment closes, the payer is told; neither of the first two may take part", async () => {
    const before = await balance();
    const { paymentId, chargeId } = await deniedCharge();
    const wish = { verdict: "not-charged", document: paper(pdf("denial")) };
    expect((await decide(olga, chargeId, wish)).body).toMatchObject({
      status: 409,
      code: "two-operators-needed",
    });
    expect((await decide(vera, chargeId, wish)).body).toMatchObject({ state: "open", reverses: true });
    expect((await decide(boris, chargeId, wish)).body).toMatchObject({ code: "two-operators-needed" });
    expect((await decide(gleb, chargeId, wish)).status).toBe(200);
    const after = await paymentState(paymentId);
    expect(after).toMatchObject({ payment: { state: "closed", outcome: "gave-up", bill: {} } });
    expect(sums(await balance())).toEqual(sums(before));
    const { rows } = await under.database.pool.query(
      "select b.state, (select count(*)::int from claims k where k.payment_id = y.id) as claims from payments y join bills b on b.id = y.bill_id where y.id = $1",
      [paymentId],
    );
    expect(rows).toEqual([{ state: "owed", claims: 0 }]);
    const open = await under.database.pool.query(
      "select kind from cases where subject = $1 and closed_at is null",
      [chargeId],
    );
    expect(open.rows).toEqual([]);
  });

  test("and when the gateway shows the money after all, it is booked once more", async () => {
    const { paymentId, chargeId } = await deniedCharge();
    const wish = { verdict: "not-charged", document: paper(pdf("denial 2")) };
    await decide(vera, chargeId, wish);
    await decide(gleb, chargeId, wish);
    await see(under, chargeId, { outcome: "charged", amountMinor: 512_345, currency: "RUB" });
    expect(await paymentState(paymentId)).toMatchObject({ payment: { state: "paid" } });
    expect(await balance()).toMatchObject({ balanced: true });
  });

  test("what the gateway itself has shown as taken is never taken back by hand", async () => {
    const { chargeId } = await pendingCharge();
    await see(under, chargeId, { outcome: "charged", amountMinor: 512_345, currency: "RUB" });
    await see(under, chargeId, { outcome: "not-charged", how: "declined", reason: "odd" });
    const wish = { verdict: "not-charged", document: paper(pdf("x")) };
    expect((await decide(vera, chargeId, wish)).body).toMatchObject({ code: "charge-not-undecided" });
  });
});

test("422 for a document that is not what it says, for none, and for one too many; 404 for what is no charge", async () => {
  const { chargeId } = await pendingCharge();
  const png = paper(pdf("no picture"), "image/png");
  expect((await decide(olga, chargeId, { verdict: "charged", document: png })).body).toMatchObject({
    status: 422,
    errors: [{ field: "document.mediaType" }],
  });
  const none = await decide(olga, chargeId, { verdict: "charged" });
  expect(none.body).toMatchObject({ status: 422, errors: [{ field: "document" }] });
  const hashOnly = await decide(olga, chargeId, { verdict: "charged", documentSha256: hashOf(pdf("?")) });
  expect(hashOnly.body).toMatchObject({ status: 422, errors: [{ field: "document" }] });
  const large = await decide(olga, chargeId, {
    verdict: "charged",
    document: paper(Buffer.alloc(5_300_000, 65), "text/plain"),
  });
  expect(large.status).toBe(422);
  for (const id of ["KV-0000-0000-0000-1", "nothing"]) {
    expect((await decide(olga, id, { verdict: "charged", document: paper(pdf("x")) })).body["code"]).toBe(
      "charge-not-found",
    );
  }
});

test("charges that may still take money are listed, oldest first, with what is at stake, looks and the next look", async () => {
  const { chargeId } = await pendingCharge();
  const list = await ask(under, olga, "GET /v1/operator/charges?state=undecided&limit=100");
  const items = list.body["items"] as Record<string, unknown>[];
  expect(items.find(({ id }) => id === chargeId)).toMatchObject({
    gateway: "yookassa",
    state: "pending",
    amount,
    initiatedBy: "cit",
    looks: 2,
    nextLookAt: expect.stringMatching(/Z$/),
    byHand: false,
    resolutions: [],
  });
  const sent = items.map(({ firstSentAt }) => String(firstSentAt));
  expect(sent).toEqual([...sent].sort());
  expect((await ask(under, olga, "GET /v1/operator/charges?gateway=stripe")).body["items"]).toEqual([]);
});

function sums(balance: Record<string, unknown>): Record<string, number> {
  const accounts = balance["accounts"] as { account: string; debitMinor: number; creditMinor: number }[];
  const rest = accounts.map(
    ({ account: name, debitMinor, creditMinor }) => [name, debitMinor - creditMinor] as const,
  );
  return Object.fromEntries(rest.filter(([, left]) => left !== 0));
}
