import { expect, test } from "vitest";
import { type GatewayCount, guarded } from "../../adapters/gateways/guard.ts";
import type { Gateway, Transmission } from "../../adapters/gateways/port.ts";
import { makeGateway } from "../api/support/gateway-stand-in.ts";

const sent: Parameters<Gateway["sendCharge"]>[0] = {
  key: "k",
  body: new Uint8Array(),
  expected: {
    chargeId: "c",
    paymentId: "p",
    amount: { amountMinor: 1, currency: "RUB" },
    livemode: false,
  },
  mayStillSend: () => true,
};
const raw = new Uint8Array();
const seen: Transmission = {
  kind: "seen",
  sighting: { objectId: "o", createdAt: "2026-01-01T00:00:00.000Z", outcome: { kind: "pending" }, raw },
};

function under(answers: Transmission[]) {
  const counts: GatewayCount[] = [];
  let time = 0;
  const { gateway } = makeGateway();
  const guard = guarded(
    { ...gateway, sendCharge: async () => answers.shift() ?? seen },
    async (count) => void counts.push(count),
    () => time,
  );
  return { guard, counts, later: (milliseconds: number) => (time += milliseconds) };
}

test.each<[string, Transmission, boolean]>([
  ["an object", seen, false],
  ["no answer", { kind: "unanswered", detail: "ECONNRESET" }, true],
  ["no connection", { kind: "never-sent", detail: "ECONNREFUSED" }, true],
  [
    "too many requests",
    { kind: "refused", class: "technical", status: 429, code: "x", detail: "", raw },
    true,
  ],
  [
    "a refusal of our own making",
    { kind: "refused", class: "ours", status: 400, code: "x", detail: "", raw },
    false,
  ],
])("%s is passed on unchanged and counted", async (_, answer, failed) => {
  const { guard, counts } = under([answer]);
  expect(await guard.sendCharge(sent)).toBe(answer);
  expect(counts).toEqual([failed ? { failed: 1, answered: 0 } : { failed: 0, answered: 1 }]);
});

test("what we were too late for ourselves says nothing about the gateway", async () => {
  const { guard, counts } = under([{ kind: "never-sent", detail: "too-late-to-send" }]);
  await guard.sendCharge(sent);
  expect(counts).toEqual([]);
});

test("answers are told seldom and together, a failure at once with them: the happy path costs nothing", async () => {
  const { guard, counts, later } = under([]);
  for (let time = 0; time < 100; time += 1) await guard.sendCharge(sent);
  expect(counts).toEqual([{ failed: 0, answered: 1 }]);
  later(10_001);
  await guard.sendCharge(sent);
  expect(counts.at(-1)).toEqual({ failed: 0, answered: 100 });
  const failing = under([seen, seen, { kind: "unanswered", detail: "x" }]);
  for (let time = 0; time < 3; time += 1) await failing.guard.sendCharge(sent);
  expect(failing.counts.at(-1)).toEqual({ failed: 1, answered: 1 });
});

test("look-ups are neither counted nor held back", async () => {
  const { guard, counts } = under([]);
  await guard.lookUpBinding({ objectId: "b" });
  expect(counts).toEqual([]);
});

test("bindings and prepared payments are counted", async () => {
  const { gateway, answers } = makeGateway();
  answers.set("b1", "unanswered");
  const counts: GatewayCount[] = [];
  const guard = guarded(
    {
      ...gateway,
      preparation: {
        prepare: async () => ({ kind: "unanswered", detail: "x" }),
      } as unknown as NonNullable<Gateway["preparation"]>,
    },
    async (count) => void counts.push(count),
  );
  await guard.startBinding({ key: "k", bindingId: "b1", returnUrl: "https://x.example", locale: "ru" });
  await guard.preparation?.prepare({} as Parameters<NonNullable<Gateway["preparation"]>["prepare"]>[0]);
  expect(counts).toEqual([
    { failed: 1, answered: 0 },
    { failed: 1, answered: 0 },
  ]);
});
