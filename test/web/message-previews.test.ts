import { describe, expect, test } from "vitest";
import { previewMessages } from "../../adapters/channels/email/preview.ts";
import { MESSAGE_EVENTS } from "../../words/message-events.ts";
import { say } from "../../words/say.ts";
import { formatInstant } from "../../words/format.ts";
import { Visitor } from "./visitor.ts";

const withPreviews = () =>
  new Visitor({ messagePreviews: (locale) => Promise.resolve(previewMessages(locale)) });

describe("every message there is", () => {
  test("stands on a page of the sandbox, on every channel, in the reader's language, without a sign-in", async () => {
    for (const locale of ["ru", "en"] as const) {
      const html = await withPreviews().page(`/sandbox/messages?lang=${locale}`);
      for (const event of MESSAGE_EVENTS) {
        expect(html).toContain(`href="/sandbox/messages/${event}/${locale}"`);
      }
      expect(html).toContain(say(locale, "push.notice.private", { time: "08:00" }));
    }
  });

  test("is shown as a document of its own that may run nothing and load nothing", async () => {
    const answer = await withPreviews().get("/sandbox/messages/overdue/en");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; sandbox allow-popups",
    );
    expect(await answer.text()).toMatch(/^<!doctype html>\n<html dir="ltr" lang="en">/);
    for (const path of ["overdue/de", "nothing/en"]) {
      expect((await withPreviews().get(`/sandbox/messages/${path}`)).status).toBe(404);
    }
  });

  test("is nowhere in live mode", async () => {
    const live = await new Visitor({ livemode: true }).signIn();
    expect((await live.get("/sandbox/messages")).status).toBe(404);
    expect((await live.get("/sandbox/messages/overdue/en")).status).toBe(404);
  });
});

test.each(["bounced", "complained"] as const)(
  "an address that mail came back from (%s) is not called good: since when, what follows and the way out stand there",
  async (reason) => {
    const visitor = await new Visitor().signIn();
    const since = "2026-12-01T06:00:00+00:00";
    visitor.engine.about = { mailTrouble: { reason, since } };
    const html = await visitor.page("/profile/mail");
    const words = say("ru", `page.mail.${reason}`, { since: formatInstant("ru", since, "Europe/Moscow") });
    expect(html).toContain(words);
    expect(html).not.toContain(say("ru", "page.mail.proved"));
    expect(html).toContain(say("ru", "page.mail.send"));
  },
);
