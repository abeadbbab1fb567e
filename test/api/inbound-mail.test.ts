import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readReturnedMail } from "../../adapters/channels/email/read-returned-mail.ts";
import { leaseLetters } from "../../db/queries/letters.ts";
import { bounceOf, complaintAbout, holidayAnswer } from "../adapters/channels/returned.ts";
import { type ApiUnderTest, ask, signIn, startApi } from "./support/api-under-test.ts";

const secret = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;
let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApi({ inboundMail: { secret, read: readReturnedMail } });
});
afterAll(() => under.close());

/** What a mail server posts. */
async function post(
  raw: Buffer,
  change: {
    readonly secret?: string;
    readonly type?: string;
    readonly signed?: Buffer;
    readonly api?: ApiUnderTest;
  } = {},
) {
  const id = `msg_${randomUUID()}`;
  const now = new Date();
  const answer = await (change.api ?? under).api.request("/v1/inbound/mail", {
    method: "POST",
    headers: {
      "content-type": change.type ?? "message/rfc822",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": new Webhook(change.secret ?? secret).sign(
        id,
        now,
        (change.signed ?? raw).toString(),
      ),
    },
    body: new Uint8Array(raw),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** Somebody who was sent a message. */
async function told(subject: string) {
  const person = await signIn(under, subject);
  const { pool } = under.database;
  const key = randomUUID();
  await pool.query(
    `select tell_resident('mandate-created', id, $2, 'x', '{"biller": "X"}', false) from residents where subject = $1`,
    [subject, key],
  );
  const { rows } = await pool.query<{ message_id: string }>(
    "select message_id from notifications where dedupe_key = $1 || '/email'",
    [key],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("nobody was told");
  await pool.query("update notifications set state = 'accepted' where message_id = $1", [row.message_id]);
  return { person, messageId: row.message_id, to: `${subject}@city.example` };
}

test("a signed bounce is taken once, shows to its resident, and is over when they prove the address again", async () => {
  const { person, messageId, to } = await told("anna-bounced");
  const bounce = bounceOf({ messageId, to });
  expect(await post(bounce)).toEqual({ status: 202, body: { outcome: "bounced" } });
  expect(await post(bounce)).toEqual({ status: 202, body: { outcome: "known" } });
  expect((await ask(under, person, "GET /v1/me")).body).toMatchObject({
    email: to,
    mailTrouble: { reason: "bounced", since: expect.stringMatching(/^\d{4}-.+(Z|\+00:00)$/) as string },
  });
  await ask(under, person, "POST /v1/me/email", { body: { address: to } });
  const letters = await leaseLetters(under.database.db, under.sealer, 50);
  const letter = letters.find((one) => one.to === to && one.kind === "prove-address");
  const code = new URL(letter?.path ?? "", "https://pay.city.example").searchParams.get("code") ?? "";
  expect(await ask(under, person, "POST /v1/me/email/proof", { body: { code } })).toMatchObject({
    status: 200,
    body: { email: to, emailVerified: true, mailTrouble: null },
  });
});

test("a complaint ends mail, too, and a delay ends nothing", async () => {
  const { person, messageId, to } = await told("boris-delayed");
  expect((await post(bounceOf({ messageId, to, action: "delayed", status: "4.4.1" }))).body).toEqual({
    outcome: "noted",
  });
  expect((await ask(under, person, "GET /v1/me")).body).toMatchObject({ mailTrouble: null });
  const complaint = Buffer.from(complaintAbout({ messageId }).toString().replace("anna@city.example", to));
  expect((await post(complaint)).body).toEqual({ outcome: "bounced" });
  expect((await ask(under, person, "GET /v1/me")).body).toMatchObject({
    mailTrouble: { reason: "complained" },
  });
});

test("what is about none of our messages, or no report, is taken and counted, and nothing follows", async () => {
  expect(await post(bounceOf({ messageId: "e".repeat(64) }))).toEqual({
    status: 202,
    body: { outcome: "unmatched" },
  });
  expect(await post(holidayAnswer)).toEqual({ status: 202, body: { outcome: "not-a-report" } });
});

test("nothing is believed that is not signed with the secret, over these very bytes, where one is set", async () => {
  const { person, messageId, to } = await told("vera-forged");
  const bounce = bounceOf({ messageId, to });
  const other = `whsec_${Buffer.alloc(32, 6).toString("base64")}`;
  expect(await post(bounce, { secret: other })).toMatchObject({
    status: 401,
    body: { code: "signature-invalid" },
  });
  expect(await post(bounce, { signed: holidayAnswer })).toMatchObject({ status: 401 });
  const closed = await startApi();
  expect(await post(bounce, { api: closed })).toMatchObject({
    status: 401,
    body: { code: "signature-invalid" },
  });
  await closed.close();
  expect((await ask(under, person, "GET /v1/me")).body).toMatchObject({ mailTrouble: null });
});

test("a body that is too large or says it is something else is refused by name", async () => {
  expect(await post(Buffer.alloc(1024 * 1024 + 1, 97))).toMatchObject({
    status: 413,
    body: { code: "body-too-large" },
  });
  expect(await post(holidayAnswer, { type: "text/plain" })).toMatchObject({ status: 415 });
});
