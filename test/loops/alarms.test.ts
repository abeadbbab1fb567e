import { sql } from "kysely";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { closeCase, listCases } from "../../db/queries/cases.ts";
import { readHealth } from "../../db/queries/health.ts";
import type { PlainMail } from "../../loops/plain-mail.ts";
import { startAlarms } from "../../loops/alarm-mailer.ts";
import type { Loop } from "../../loops/loop.ts";
import { type MoneyCore, openMoneyCore, jump } from "../db/support/money-core.ts";
import { recordingLog } from "../support/engine-starter.ts";
import { until } from "../support/until.ts";

let core: MoneyCore;
let loop: Loop | undefined;
let mails: PlainMail[];
let outcome: string | Error;

beforeEach(async () => {
  await core?.close();
  core = await openMoneyCore();
  mails = [];
  outcome = "accepted";
});
afterEach(() => loop?.stop());
afterAll(() => core.close());

function start(change: Partial<Parameters<typeof startAlarms>[0]> = {}): void {
  loop = startAlarms({
    db: core.db,
    send: async (mail) => {
      mails.push(mail);
      if (outcome instanceof Error) throw outcome;
      return { outcome, providerAnswer: "250 OK" };
    },
    to: "operators@city.example",
    publicUrl: "https://pay.city.example",
    livemode: false,
    log: recordingLog(),
    ...change,
  });
}

const raise = (kind: string, subject: string) =>
  sql`select open_case(${kind}, ${subject}, 512345, 'RUB', '{"account": "7700123456"}')`.execute(core.db);

const health = () => readHealth(core.db);

/** Makes what failed due again at once: pauses are real time. */
const hurry = () =>
  sql`update alarm_mails set due_at = clock_timestamp(), lease_until = null where state = 'due'`.execute(
    core.db,
  );

/** The loop has looked at everything and has nothing left to tell. */
const told = (count: number) =>
  until(async () => mails.length >= count && (await health()).alarms.undelivered === 0);

describe("a case is told once", () => {
  test("with its number, what is at stake, what to do and where to look, and nothing about the payer", async () => {
    await raise("undecided-for-a-day", "KV-7F3K-9Q2M-X4TB-1");
    start();
    await told(1);
    const [row] = await listCases(core.db, { limit: 1 });
    const [mail] = mails;
    expect(mail?.messageId).toBe(`alarm/${row?.id}/1/opened`);
    expect(mail?.subject).toBe(`Квиток: Итог списания неизвестен сутки (${row?.id})`);
    expect(mail?.text).toContain("5\u00A0123,45\u00A0₽");
    expect(mail?.text).toContain(`https://pay.city.example/v1/operator/cases/${row?.id}`);
    expect(mail?.text).toContain("kvitok resolve KV-7F3K-9Q2M-X4TB-1");
    expect(mail?.text).not.toContain("7700123456");
    await raise("undecided-for-a-day", "KV-7F3K-9Q2M-X4TB-1");
    loop?.ring();
    await raise("ghost", "KV-0000-0000-0000-1");
    await told(2);
    expect(mails).toHaveLength(2);
  });

  test("in English too, and of a kind that has no words yet", async () => {
    await raise("brand-new-trouble", "x");
    start({ locale: "en", livemode: true });
    await told(1);
    expect(mails[0]?.subject).toMatch(/^Kvitok: A person is needed/);
    expect(mails[0]?.text).toContain("brand-new-trouble");
    expect(mails[0]?.text).not.toContain("sandbox");
  });

  test("once more when it comes up again after it was closed", async () => {
    await raise("gateway-alarm", "KV-0000-0000-0000-2");
    start();
    await told(1);
    const [row] = await listCases(core.db, { limit: 1 });
    await closeCase(core.db, { id: row?.id ?? "", operatorId: "somebody", why: "explained", kept: [] });
    await raise("gateway-alarm", "KV-0000-0000-0000-2");
    loop?.ring();
    await told(2);
    expect(mails[1]?.messageId).toBe(`alarm/${row?.id}/2/opened`);
  });

  test("and once more when nobody has closed it for a day", async () => {
    await raise("ghost", "KV-0000-0000-0000-3");
    start();
    await told(1);
    await jump(core.db, "25 hours");
    loop?.ring();
    await told(2);
    expect(mails[1]?.messageId).toMatch(/\/1\/escalated$/);
    expect(mails[1]?.text).toContain("больше суток");
    await jump(core.db, "25 hours");
    loop?.ring();
    await raise("alarm", "x");
    await told(3);
    expect(mails).toHaveLength(3);
  });
});

describe("a case is never lost", () => {
  test.each(["later", "refused", "unknown", new Error("defect")])(
    "a relay that answers %s: the mail stays due, health says so, and the repeat has the same Message-ID",
    async (bad) => {
      outcome = bad;
      await raise("ghost", "KV-0000-0000-0000-4");
      start();
      await until(async () => {
        const { rows } =
          await sql`select 1 from alarm_mails where attempts = 1 and lease_until is null`.execute(core.db);
        return rows.length === 1;
      });
      expect((await health()).alarms.undelivered).toBe(1);
      outcome = "accepted";
      await hurry();
      loop?.ring();
      await told(2);
      expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
    },
  );

  test("a process that died with the mail in its hands gives it back when its lease is over", async () => {
    await raise("ghost", "KV-0000-0000-0000-5");
    start({ send: () => new Promise(() => undefined) });
    await until(async () => {
      const { rows } = await sql`select 1 from alarm_mails where lease_until > clock_timestamp()`.execute(
        core.db,
      );
      return rows.length === 1;
    });
    const dead = loop;
    start();
    await hurry();
    loop?.ring();
    await told(1);
    loop?.ring();
    expect(mails).toHaveLength(1);
    void dead;
  });

  test("a flood of sixty shares a digest, all in it; a repeat of the digest is the same mail", async () => {
    outcome = "later";
    for (let number = 0; number < 60; number += 1) await raise("ghost", `KV-flood-${number}`);
    start();
    await until(() => mails.length === 1);
    expect(mails[0]?.subject).toBe("Квиток: 60 новых задач");
    for (let number = 0; number < 60; number += 1) expect(mails[0]?.text).toContain(`KV-flood-${number}`);
    outcome = "accepted";
    await raise("ghost", "KV-later");
    await until(async () => {
      await hurry();
      loop?.ring();
      return (await health()).alarms.undelivered === 0;
    });
    const digests = mails.filter(({ subject }) => subject.includes("60"));
    expect(new Set(digests.map(({ messageId, text }) => `${messageId}${text}`)).size).toBe(1);
  });

  test("without an address nobody is mailed, the rows say so, and the case stands", async () => {
    await raise("ghost", "KV-0000-0000-0000-6");
    start({ to: "" });
    await until(async () => (await health()).alarms.undelivered === 0);
    expect(mails).toEqual([]);
    expect((await health()).openCases.count).toBe(1);
  });

  test("several workers tell it once between them", async () => {
    for (let number = 0; number < 12; number += 1) await raise("ghost", `KV-shared-${number}`);
    const loops = Array.from({ length: 4 }, () => {
      start();
      return loop;
    });
    await told(12);
    for (const one of loops) await one?.stop();
    expect(mails).toHaveLength(12);
  });
});
