import { Writable } from "node:stream";
import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { holdsCardNumber, withoutCardNumbers } from "../../domain/card-numbers.ts";
import { readReturnedMail } from "../../adapters/channels/email/read-returned-mail.ts";
import {
  type ApiUnderTest,
  ask,
  type Person,
  push,
  signIn,
  startApi,
} from "../api/support/api-under-test.ts";
import { bindCard, createMandate, mandateWish, oweBill } from "../api/support/situations.ts";
import { everythingStored, formsOf } from "../support/everything-kept.ts";
import { callerWith } from "./owned-world.ts";

test("the number of a card is known in every way to write it, and other long numbers are left alone", () => {
  for (const card of [
    "4111111111111111",
    "4111 1111 1111 1111",
    "2200-0000-0000-0004",
    "378282246310005",
    "6200000000000005",
  ]) {
    expect(holdsCardNumber(`pay with ${card}!`), card).toBe(true);
  }
  expect(withoutCardNumbers("card 5555 5555 5555 4444, thanks")).toBe("card *4444, thanks");
  const others = [
    "4111111111111112",
    "18810177261129123451",
    "40702810900000000301",
    "7700123456",
    "411111111111111141111111111111111",
    "1234567890123",
    "+7 495 123-45-67",
    "2026-11-30 2026-12-30",
  ];
  for (const other of others) expect(holdsCardNumber(other), other).toBe(false);
});

const logged: string[] = [];
let under: ApiUnderTest;
let anna: Person;
let olga: Person;
beforeAll(async () => {
  const everything = new Writable({
    write: (chunk, _encoding, done) => {
      logged.push(String(chunk));
      done();
    },
  });
  under = await startApi({
    inboundMail: { secret: `whsec_${Buffer.alloc(32, 5).toString("base64")}`, read: readReturnedMail },
    log: pino({ level: "trace", serializers: { error: pino.stdSerializers.err } }, everything),
  });
  anna = await signIn(under, "anna");
  olga = await signIn(under, "olga", { roles: ["operator"] });
});
afterAll(() => under.close());

/** A number of its own for each place, so that what is found says where it was planted. */
const planted = new Map<string, string>();
function cardAt(place: string): string {
  const start = `400000${String(100_000_000 + planted.size)}`;
  const last = "0123456789".split("").find((digit) => holdsCardNumber(start + digit)) ?? "";
  planted.set(place, start + last);
  return start + last;
}

/** Headers, addresses, names of fields, claims, and messages that others send. */
async function plantElsewhere(): Promise<void> {
  await ask(under, anna, "GET /v1/me", { headers: { "user-agent": `App ${cardAt("user-agent")}` } });
  await ask(under, anna, "GET /v1/me", { headers: { "x-request-id": cardAt("x-request-id") } });
  await ask(under, anna, `GET /v1/archive?q=${cardAt("a query")}`);
  await ask(under, anna, `GET /v1/bills/${cardAt("a path")}`);
  await ask(under, anna, "PATCH /v1/me", {
    body: { locale: "en", [cardAt("a field's name")]: cardAt("a strange field") },
  });
  await ask(under, anna, "POST /v1/identify", { body: { text: cardAt("what a text may be") } });
  await ask(under, null, "POST /v1/links/look", { body: { token: cardAt("a link") } });
  await callerWith(under, "named", { name: `Anna ${cardAt("a name")}` });
  await ask(under, null, "POST /v1/gateways/yookassa/notifications", {
    from: "127.0.0.1",
    key: null,
    body: {
      type: "notification",
      event: "payment.succeeded",
      object: {
        id: "object-1",
        metadata: { charge_id: cardAt("metadata") },
        card: { number: cardAt("a notification") },
      },
    },
  });
  await ask(under, null, "POST /v1/inbound/mail", {
    raw: `Subject: ${cardAt("a forged mail")}`,
    headers: { "content-type": "message/rfc822" },
  });
  await push(under, `{"account": "${cardAt("a broken push")}"`);
}

test("a card's number that is planted in every word, header and message of people stands nowhere afterwards", async () => {
  const bill = await oweBill(under, anna);
  const method = await bindCard(under, anna);
  const mandate = String((await createMandate(under, anna, mandateWish([method]))).body["id"]);
  const words: readonly (readonly [Person, string, (card: string) => object])[] = [
    [anna, "POST /v1/templates", (name) => ({ name, billId: bill, amount: "due" })],
    [anna, "POST /v1/accounts", (label) => ({ billerId: "gorod-zhkh", account: "7700123457", label })],
    [anna, "POST /v1/me/identifiers", (label) => ({ text: "9942123456", kind: "sts", label })],
    [anna, `POST /v1/mandates/${mandate}/pause`, (why) => ({ why })],
    [anna, `POST /v1/mandates/${mandate}/cancel`, (why) => ({ why })],
    [olga, "POST /v1/operator/holds", (reason) => ({ scope: "all", reason })],
    [
      olga,
      "POST /v1/operator/webhooks",
      (description) => ({ url: "https://hooks.example.com/in", description }),
    ],
  ];
  for (const [person, line, bodyOf] of words) {
    for (const how of ["plain", "in groups"]) {
      const card = cardAt(`${line} ${how}`);
      const text = how === "plain" ? card : card.replaceAll(/(.{4})(?=.)/g, "$1 ");
      const answer = await ask(under, person, line, { body: bodyOf(`my card ${text}`) });
      expect([line, answer.status], answer.text).toEqual([line, 422]);
      expect(answer.text).toContain("card-number-in-text");
      expect(answer.text).not.toContain(text);
    }
  }
  await plantElsewhere();

  const stored = await everythingStored(under.database.pool);
  const told = logged.join("");
  expect(stored).toContain("7700123456");
  expect(told.length).toBeGreaterThan(1_000);
  expect(planted.size).toBeGreaterThan(25);
  const found: string[] = [];
  for (const [place, card] of planted) {
    for (const form of [...formsOf(card), card.replaceAll(/(.{4})(?=.)/g, "$1 ")]) {
      if (stored.includes(form)) found.push(`${place}: database`);
      if (told.includes(form)) found.push(`${place}: log`);
    }
  }
  expect(found).toEqual([]);
});
