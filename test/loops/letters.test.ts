import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { sql } from "kysely";
import { LETTER_KINDS, queueLetter } from "../../db/queries/letters.ts";
import { startLetters, writeLetter } from "../../loops/letter-writer.ts";
import type { Loop } from "../../loops/loop.ts";
import type { PlainMail } from "../../loops/plain-mail.ts";
import { type MoneyCore, openMoneyCore } from "../db/support/money-core.ts";
import { recordingLog } from "../support/engine-starter.ts";
import { until } from "../support/until.ts";

let core: MoneyCore;
let loop: Loop | undefined;
let mails: PlainMail[];
let outcomes: (string | Error)[];

beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());
beforeEach(async () => {
  mails = [];
  outcomes = [];
  await core.db.deleteFrom("letters").execute();
});
afterEach(() => loop?.stop());

function start(): void {
  loop = startLetters({
    db: core.db,
    sealer: core.sealer,
    send: async (mail) => {
      mails.push(mail);
      const outcome = outcomes.shift() ?? "accepted";
      if (outcome instanceof Error) throw outcome;
      return { outcome, providerAnswer: "250 OK" };
    },
    publicUrl: "https://pay.city.example",
    livemode: false,
    log: recordingLog(),
  });
}

const queue = (to = "anna@city.example") =>
  core.db.transaction().execute((transaction) =>
    queueLetter(transaction, core.sealer, {
      kind: "prove-address",
      to,
      locale: "en",
      path: "/profile/mail/proof?code=abc",
    }),
  );

const left = async () => (await core.db.selectFrom("letters").selectAll().execute()).length;
const hurry = () => sql`update letters set due_at = clock_timestamp(), lease_until = null`.execute(core.db);

test("a letter goes to its address with its link, and nothing of it stays", async () => {
  await queue();
  start();
  await until(async () => (await left()) === 0);
  expect(mails).toEqual([
    expect.objectContaining({
      to: "anna@city.example",
      messageId: expect.stringMatching(/^letter\/KV-/),
      text: expect.stringContaining("https://pay.city.example/profile/mail/proof?code=abc"),
    }),
  ]);
});

test("what no relay took comes again under the same Message-ID; what a relay refuses for good does not", async () => {
  outcomes = ["later", new Error("away"), "unknown", "accepted"];
  await queue();
  start();
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    await until(async () => mails.length === attempt && (await isSettled()));
    await hurry();
    loop?.ring();
  }
  await until(async () => (await left()) === 0);
  expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
  outcomes = ["refused"];
  await queue();
  loop?.ring();
  await until(async () => (await left()) === 0);
  expect(mails).toHaveLength(5);
});

async function isSettled(): Promise<boolean> {
  const rows = await core.db.selectFrom("letters").select("lease_until").execute();
  return rows.every(({ lease_until }) => lease_until === null);
}

test("a letter that nobody took for a day is of no use: it goes unsent", async () => {
  await queue();
  await sql`update letters set give_up_at = clock_timestamp() - interval '1 second'`.execute(core.db);
  start();
  await until(async () => (await left()) === 0);
  expect(mails).toEqual([]);
});

test.each(LETTER_KINDS)("the letter %s names nobody, in both languages", (kind) => {
  for (const locale of ["ru", "en"] as const) {
    const letter = { id: "KV-1", kind, attempts: 1, to: "anna@city.example", locale, path: null };
    const { subject, text } = writeLetter(letter, { publicUrl: "https://pay.city.example", livemode: true });
    expect(subject + text).not.toMatch(/anna|KV-|city\.example/i);
    expect(text.length).toBeGreaterThan(80);
  }
});
