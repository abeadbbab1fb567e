import { afterAll, beforeAll, expect, test } from "vitest";
import { subjectKey } from "../../db/sealed.ts";
import {
  type ApiUnderTest,
  ask,
  billOf,
  type Person,
  push,
  signIn,
  startApi,
} from "./support/api-under-test.ts";
import { bindCard, createMandate, mandateWish } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
});
afterAll(() => under.close());

const subject = { kind: "sts", value: "77УН123456" };
const account = `subject/${subjectKey(Buffer.alloc(32, 2), subject)}`;

async function saved(): Promise<string> {
  const { body } = await ask(under, anna, "POST /v1/me/identifiers", {
    body: { text: subject.value, kind: "sts" },
  });
  return String(body["id"]);
}

test("who forgets a number ends the autopay over it, is told, and nothing is planned by it any more", async () => {
  const id = await saved();
  const card = await bindCard(under, anna);
  const mandate = await createMandate(under, anna, mandateWish([card], { account }));
  expect(mandate.status).toBe(201);
  const other = await createMandate(under, anna, mandateWish([card], { account: "7700000001" }));
  const uin = "18810012000000123457";
  await push(under, billOf({ uin, account: undefined, period: undefined, subjects: [subject] }));

  const forgotten = await ask(under, anna, `DELETE /v1/me/identifiers/${id}`);
  expect(forgotten).toMatchObject({
    status: 200,
    body: { id, ended: [{ mandateId: mandate.body["id"], inFlight: [] }] },
  });
  const stateOf = async (mandateId: unknown) =>
    (await ask(under, anna, `GET /v1/mandates/${String(mandateId)}`)).body["state"];
  expect([await stateOf(mandate.body["id"]), await stateOf(other.body["id"])]).toEqual(["ended", "active"]);
  const { rows } = await under.database.pool.query<{ event: string }>(
    "select event from notifications where event = 'mandate-ended'",
  );
  expect(rows).toHaveLength(1);
  expect((await ask(under, anna, "GET /v1/bills")).body["items"]).toEqual([]);
  expect((await ask(under, anna, `DELETE /v1/me/identifiers/${id}`)).status).toBe(404);
});

test("a number with nothing on it ends nothing; a stranger's is not there", async () => {
  const id = await saved();
  const boris = await signIn(under, "boris");
  expect((await ask(under, boris, `DELETE /v1/me/identifiers/${id}`)).status).toBe(404);
  expect((await ask(under, anna, `DELETE /v1/me/identifiers/${id}`)).body).toMatchObject({ ended: [] });
});
