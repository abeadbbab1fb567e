import { afterAll, beforeAll, expect, test } from "vitest";
import { ended, orders, type Script, scriptedGateway, scriptedRows } from "./scripted-activities.ts";
import { readable, SkippingWorld } from "./time-skipping.ts";

let world: SkippingWorld;
beforeAll(async () => {
  world = await SkippingWorld.open();
});
afterAll(() => world.close());

type Payload = Parameters<typeof readable>[0];

/** Every payload in a history, wherever it stands. */
function payloadsIn(value: unknown, found: Payload[] = []): Payload[] {
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return found;
  if (isPayload(value)) found.push(value);
  else for (const part of Object.values(value)) payloadsIn(part, found);
  return found;
}

function isPayload(value: object): value is Payload {
  const { metadata } = value as Payload;
  return metadata?.encoding instanceof Uint8Array;
}

test("nothing of a payment stands readable in its history: input, answers, summaries, failures", async () => {
  const script: Script = {
    calls: [],
    looks: [orders({ do: "look-up", chargeId: "KV-SECR-ET-1" }), ended("paid")],
    charges: [new Error("a secret in an error's message")],
    lookUps: [{ payment: "paid", charge: "charged", waitMs: 0 }],
  };
  const history = await world.run(
    {
      type: "payment",
      input: (gateway) => ({ paymentId: "KV-SECR-ET", waitMs: 1_000, gateway }),
      rows: scriptedRows(script),
      gateway: scriptedGateway(script),
    },
    async ({ handle }) => {
      await handle.result();
      return handle.fetchHistory();
    },
  );
  const payloads = payloadsIn(history);
  expect(payloads.length).toBeGreaterThan(6);
  const open = payloads.map((payload) => readable(payload)).filter((value) => value !== undefined);
  expect(open.filter((value) => JSON.stringify(value).includes("KV-"))).toEqual([]);
  expect(JSON.stringify(history)).not.toContain("a secret in an error's message");
});
