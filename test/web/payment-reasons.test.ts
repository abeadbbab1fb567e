import { beforeAll, describe, expect, test } from "vitest";
import { type Reason, REASON_NAMES, type ReasonFacts, REASONS } from "../../domain/declines/reason.ts";
import { LOCALES } from "../../words/locale.ts";
import { reasonWords } from "../../words/reasons.ts";
import { charge, code, payment } from "./fake-engine.ts";
import { Visitor } from "./visitor.ts";

let visitor: Visitor;
beforeAll(async () => {
  visitor = await new Visitor().signIn();
});

const path = `/payments/${code("P")}`;

/** The page of a payment whose last charge ended for this reason. */
async function pageOf(reason: Reason, locale: string, over: Parameters<typeof payment>[0]): Promise<string> {
  const charges = [
    charge({ state: "not-charged", how: "declined", reason: "code_of_the_vendor", because: reason }),
  ];
  visitor.engine.payments = [payment({ charges, reason: "code_of_the_vendor", ...over })];
  return visitor.page(`${path}?lang=${locale}`);
}

describe.each(LOCALES)("the page of a payment in %s", (locale) => {
  test.each(REASON_NAMES)(
    "after %s says why and what its payer can do, with the link for it",
    async (reason) => {
      const { need, action }: ReasonFacts = REASONS[reason];
      const plain = (text: string) => text.replaceAll("\u00a0", " ").replaceAll("'", "&#39;");
      const asked = reasonWords(locale, reason, { kind: "asked", need });
      if (action === "do-not-pay") {
        const html = await pageOf(reason, locale, { remark: "already-there" });
        expect(html).toContain(plain(asked.why));
        expect(html).toContain('data-action="do-not-pay"');
        expect(html).not.toMatch(/\/(pay|confirm)"/);
        return;
      }
      const waiting = await pageOf(reason, locale, { state: "needs-payer", need });
      expect(waiting).toContain(plain(asked.why));
      expect(waiting).toContain(plain(asked.advice));
      expect(waiting).toContain(`data-action="${asked.action}"`);
      expect(waiting).toContain(`href="${path}/confirm"`);
      if (asked.action === "other-card" || asked.action === "bind-again")
        expect(waiting).toContain('href="/methods"');

      const again = reasonWords(locale, reason, { kind: "again" });
      const scheduled = await pageOf(reason, locale, {});
      expect(scheduled).toContain(plain(again.advice));
      expect(scheduled).toContain(`href="/bills/${code("1")}/pay"`);

      const over = reasonWords(locale, reason, { kind: "over" });
      const closed = await pageOf(reason, locale, { state: "closed", outcome: "gave-up" });
      expect(closed).toContain(plain(over.advice));
      if (over.action === "pay-again") expect(closed).toContain(`href="/bills/${code("1")}/pay"`);
      for (const html of [waiting, scheduled, closed])
        expect(html).not.toMatch(/code_of_the_vendor|undefined/);
    },
  );

  test("shows every planned try with its time", async () => {
    const plan = [
      { at: "2026-11-25T06:00:00.000Z", rule: "after-days" },
      { at: "2026-11-26T09:00:00.000Z", rule: "payday" },
      { at: "2026-11-28T07:15:00.000Z", rule: "last-safe-day" },
    ];
    const html = await pageOf("not-enough-money", locale, { plan });
    for (const time of ["09:00", "12:00", "10:15"]) expect(html).toContain(time);
  });
});

test("a try that ended before its charge is told by its own reason, not by the decline before it", async () => {
  const charges = [charge({ state: "not-charged", how: "declined", because: "not-enough-money" })];
  const asked = { state: "needs-payer", need: "confirm-again", unprepared: "our-fault", charges } as const;
  const over = { state: "closed", outcome: "gave-up", unprepared: "our-fault" } as const;
  for (const one of [asked, over]) {
    visitor.engine.payments = [payment(one)];
    const html = await visitor.page(`${path}?lang=en`);
    expect(html).toContain(reasonWords("en", "our-fault", { kind: "over" }).why);
    expect(html).not.toContain(reasonWords("en", "not-enough-money", { kind: "over" }).why);
  }
});

test("a code that nobody has listed is told as a plain refusal", async () => {
  const charges = [
    charge({ state: "not-charged", how: "declined", reason: "a_code_of_tomorrow", because: null }),
  ];
  visitor.engine.payments = [payment({ charges, state: "needs-payer", need: "confirm-again" })];
  expect(await visitor.page(`${path}?lang=ru`)).toContain(
    reasonWords("ru", "unlisted", { kind: "over" }).why,
  );
});
