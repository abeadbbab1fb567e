import { afterEach, beforeEach, expect, test } from "vitest";
import { createYooKassa } from "../../../adapters/gateways/yookassa/yookassa.ts";
import { EXPECTED, OBJECT, payment, SHOP } from "./examples.ts";
import { type PretendGateway, type Reply, startPretendGateway } from "./pretend-gateway.ts";

const NOW = Date.UTC(2026, 3, 5, 6, 0, 0, 250);
let server: PretendGateway;
beforeEach(async () => {
  server = await startPretendGateway();
});
afterEach(() => server.close());

function dated(date: string | undefined): Reply {
  return (response) => {
    response.sendDate = false;
    response.writeHead(200, date === undefined ? {} : { date });
    response.end(JSON.stringify(payment()));
  };
}

async function told(reply: Reply): Promise<readonly number[]> {
  server.reply = reply;
  const skews: number[] = [];
  const gateway = createYooKassa({
    url: server.url,
    shopId: SHOP,
    secretKey: "test_secret",
    livemode: false,
    now: () => NOW,
    onClockSkew: (skew) => skews.push(skew),
  });
  expect(await gateway.lookUpCharge({ objectId: OBJECT, expected: EXPECTED })).toMatchObject({
    kind: "seen",
  });
  return skews;
}

test.each([
  ["the same second", "Sun, 05 Apr 2026 06:00:00 GMT", []],
  ["a minute ahead", "Sun, 05 Apr 2026 06:01:00 GMT", []],
  ["more than a minute ahead", "Sun, 05 Apr 2026 06:01:01 GMT", [60.75]],
  ["a minute behind", "Sun, 05 Apr 2026 05:59:00 GMT", []],
  ["more than a minute behind", "Sun, 05 Apr 2026 05:58:58 GMT", [-61.251]],
  ["three days ahead", "Wed, 08 Apr 2026 06:00:00 GMT", [259_199.75]],
  ["no date", undefined, []],
  ["an unreadable date", "yesterday", []],
])("the gateway's clock against ours: %s", async (_name, date, expected) => {
  expect(await told(dated(date))).toEqual(expected);
});
