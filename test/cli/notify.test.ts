import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { runCommandLine } from "../../cli/run.ts";
import { MESSAGE_EVENTS } from "../../words/message-events.ts";

const run = (...line: readonly string[]) => runCommandLine(["notify", ...line], {});
const plain = (text: string | undefined) => text?.replaceAll("\u00A0", " ");

test("a message is shown on each channel without any environment: subject and text, HTML, both forms of a screen, SMS", async () => {
  const mail = await run("preview", "overdue");
  expect(mail.code).toBe(0);
  expect(plain(mail.out)).toMatch(
    /^Срок оплаты прошёл: 5 123,45 ₽, Городские услуги\n\nСчёт на 5 123,45 ₽ нужно было/,
  );
  expect((await run("preview", "overdue", "--html", "--locale", "en")).out).toMatch(
    /^<!doctype html>\n<html dir="ltr" lang="en">/,
  );
  expect(plain((await run("preview", "paid", "--channel", "push", "--locale", "en")).out)).toBe(
    "Sandbox: Paid\n  RUB 5,123.45, City services.\nSandbox: Paid\n  The payment went through. Its page has the receipt.",
  );
  expect(plain((await run("preview", "paid", "--channel", "sms")).out)).toBe(
    "Квиток, песочница: Оплачено: 5 123,45 ₽, Городские услуги.",
  );
});

test("every event has a preview on every channel in both languages", async () => {
  for (const event of MESSAGE_EVENTS) {
    for (const locale of ["ru", "en"]) {
      for (const channel of ["email", "push", "sms"]) {
        const { code, out } = await run("preview", event, "--locale", locale, "--channel", channel);
        expect([event, channel, code]).toEqual([event, channel, 0]);
        expect(/[а-яё]/i.test((out ?? "").split("\n")[0] ?? "")).toBe(locale === "ru");
      }
    }
  }
});

test.each([
  ["preview"],
  ["preview", "no-such-event"],
  ["preview", "paid", "--locale", "de"],
  ["preview", "paid", "--channel", "pigeon"],
  ["preview", "paid", "--channel", "sms", "--html"],
  ["dkim", "paid"],
])("a command line that makes no sense is told how it is written: %s %s %s %s %s", async (...line) => {
  const { code, complaint } = await run(...line);
  expect(code).toBe(2);
  expect(complaint).toContain("kvitok notify preview EVENT");
});

test("the DNS record of the key is printed as a zone file has it, and a missing domain is named", async () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString().replaceAll("\n", "\\n");
  const { code, out } = await runCommandLine(["notify", "dkim"], {
    KVITOK_DKIM_DOMAIN: "city.example",
    KVITOK_DKIM_KEY: key,
  });
  expect(code).toBe(0);
  expect(out).toMatch(
    /^kvitok\._domainkey\.city\.example\. IN TXT "v=DKIM1; k=rsa; p=[^"]{1,255}" "[^"]{1,255}"$/,
  );
  expect(await run("dkim")).toMatchObject({
    code: 2,
    complaint: expect.stringContaining("KVITOK_DKIM_DOMAIN") as string,
  });
});
