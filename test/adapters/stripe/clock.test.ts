import { afterEach, beforeEach, expect, test } from "vitest";
import { createStripe } from "../../../adapters/gateways/stripe/stripe.ts";
import { type PretendGateway, startPretendGateway } from "../yookassa/pretend-gateway.ts";
import { ACCOUNT, EXPECTED, intent, OBJECT, SECRET_KEY } from "./examples.ts";

const NOW = Date.UTC(2026, 3, 5, 6, 0, 0, 250);
let server: PretendGateway;
beforeEach(async () => {
  server = await startPretendGateway();
});
afterEach(() => server.close());

test.each([
  ["the same second", "Sun, 05 Apr 2026 06:00:00 GMT", []],
  ["a minute ahead", "Sun, 05 Apr 2026 06:01:00 GMT", []],
  ["more than a minute ahead", "Sun, 05 Apr 2026 06:01:01 GMT", [60.75]],
  ["more than a minute behind", "Sun, 05 Apr 2026 05:58:58 GMT", [-61.251]],
  ["no date", undefined, []],
  ["an unreadable date", "yesterday", []],
])("the gateway's clock against ours: %s", async (_name, date, expected) => {
  server.reply = (response) => {
    response.sendDate = false;
    response.writeHead(200, date === undefined ? {} : { date });
    response.end(JSON.stringify(intent()));
  };
  const skews: number[] = [];
  const gateway = createStripe({
    url: `http://127.0.0.1:${server.port}`,
    secretKey: SECRET_KEY,
    account: ACCOUNT,
    livemode: false,
    webhookSecrets: [],
    now: () => NOW,
    onClockSkew: (skew) => skews.push(skew),
  });
  const look = await gateway.lookUpCharge({ objectId: OBJECT, expected: EXPECTED });
  expect(look).toMatchObject({ kind: "seen" });
  expect(skews).toEqual(expected);
});
