import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nameSavedMethods } from "../../api/method-news.ts";
import { casesOf } from "../support/rows.ts";
import { ask, signIn } from "./support/api-under-test.ts";
import { makeGateway } from "./support/gateway-stand-in.ts";
import { followAll, methodRow, type MethodWorld, openMethodWorld } from "./support/method-world.ts";

// A gateway whose name of a saved method is its token: nothing but a keyed hash may stand for it.

const yookassa = makeGateway();
let world: MethodWorld;
let people = 0;
beforeAll(async () => {
  world = await openMethodWorld(yookassa.gateway);
});
afterAll(() => world.under.close());

const method = (id: string) => methodRow(world.db, id);

async function bound(): Promise<string> {
  const person = await signIn(world.under, `person-${(people += 1)}`);
  const started = await ask(world.under, person, "POST /v1/methods", { body: { gateway: "yookassa" } });
  const id = String(started.body["id"]);
  yookassa.answers.set(id, "active");
  await ask(world.under, person, `POST /v1/methods/${id}/refresh`);
  return id;
}
const tell = async (objectId: string) => {
  const body = { type: "notification", event: "payment_method.active", object: { id: objectId } };
  const from = "127.0.0.1";
  await ask(world.under, null, "POST /v1/gateways/yookassa/notifications", { from, body, key: null });
  await followAll(world);
};

test("switched off there it is unusable here, and works again when it is switched on", async () => {
  const id = await bound();
  yookassa.looks.set(`token-of-${id}`, { kind: "gone", why: "inactive" });
  await tell(`token-of-${id}`);
  expect(await method(id)).toMatchObject({ state: "unusable", state_reason: "inactive" });
  const card = { token: `token-of-${id}`, saved: true, kind: "bank_card", title: "Bank card *4477" };
  yookassa.looks.set(`token-of-${id}`, {
    kind: "usable",
    method: { ...card, last4: "4477", fingerprint: id },
  });
  await sql`update gateway_nudges set done_at = clock_timestamp() - interval '1 hour'`.execute(world.db);
  await tell(`token-of-${id}`);
  expect(await method(id)).toMatchObject({ state: "active", state_reason: null });
});

test("one that it does not know is a case for a person, and stays as it is", async () => {
  const id = await bound();
  yookassa.looks.set(`token-of-${id}`, { kind: "missing", detail: "status 404" });
  await tell(`token-of-${id}`);
  expect(await method(id)).toMatchObject({ state: "active" });
  expect(await casesOf(world.db, id)).toEqual(["gateway-alarm"]);
});

test("methods saved before names were kept are named, and a token that stood as the binding's name goes", async () => {
  const [id, other] = [await bound(), await bound()];
  const { gateway_key: key } = await method(id);
  await sql`update methods set gateway_key = null, binding_object_id = ${`token-of-${id}`} where id = ${id}`.execute(
    world.db,
  );
  await sql`update methods set gateway_key = null, binding_object_id = 'another-name' where id = ${other}`.execute(
    world.db,
  );
  expect(await nameSavedMethods(world.keeping)).toBe(2);
  expect(await method(id)).toMatchObject({ gateway_key: key, binding_object_id: null });
  expect(await method(other)).toMatchObject({ binding_object_id: "another-name" });
  expect(await nameSavedMethods(world.keeping)).toBe(0);
});
