import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiUnderTest, ask, type Person, push, signIn, startApi } from "./support/api-under-test.ts";
import { bindCard, createMandate, mandateWish } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
let olga: Person;
let mandateId: string;

beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
  olga = await signIn(under, "olga", { roles: ["resident", "operator"] });
  const mandate = await createMandate(under, anna, mandateWish([await bindCard(under, anna)]));
  mandateId = String(mandate.body["id"]);
});
afterAll(() => under.close());

/** Instants that are well-formed, and that JavaScript and PostgreSQL do not both know. */
const STRANGE = [
  "0000-01-01T00:00:00Z",
  "0000-12-31T23:59:59.999Z",
  "0001-01-01T00:00:00+14:00",
  "9999-12-31T23:59:59-14:00",
  "2027-03-01T00:00:00.123456789123456789Z",
];

test.each(STRANGE)("%s is refused or taken wherever an instant may stand, and is no outage", async (at) => {
  const answers = {
    pause: await ask(under, anna, `POST /v1/mandates/${mandateId}/pause`, { body: { until: at } }),
    balance: await push(
      under,
      { readings: [{ account: "7700123456", balance: { amountMinor: 100, currency: "RUB" }, at }] },
      { room: "balances" },
    ),
    replay: await ask(under, olga, "POST /v1/operator/webhooks/KV-0000-0000-0000/replay", {
      body: { since: at },
    }),
    step: await ask(under, olga, "POST /v1/operator/clock/steps", {
      body: { until: at, since: at },
    }),
  };
  const statuses = Object.entries(answers).map(([what, { status, text }]) =>
    status < 500 ? what : `${what}: ${status} ${text}`,
  );
  expect(statuses).toEqual(Object.keys(answers));
});
