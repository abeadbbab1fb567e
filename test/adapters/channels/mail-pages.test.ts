import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { previewMessages } from "../../../adapters/channels/email/preview.ts";
import { renderMail } from "../../../adapters/channels/email/render.ts";
import { LOCALES } from "../../../words/locale.ts";
import { violationsOn } from "../../support/accessibility.ts";
import { findChromium, withBrowser } from "../../support/browser.ts";
import { messageAbout } from "./messages.ts";

const chromium = findChromium();

/** Runs the work on one page, as wide as a small phone. */
async function onPage<Result>(work: (page: Page) => Promise<Result>, width = 320): Promise<Result> {
  return await withBrowser(chromium ?? "", { viewport: { width, height: 800 } }, async (context) => {
    return await work(await context.newPage());
  });
}

/** How far a document goes beyond the screen, in CSS pixels. */
const beyond = (page: Page) =>
  page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

async function flaws(page: Page, colorScheme: "light" | "dark"): Promise<readonly string[]> {
  // the markup is the same: in the dark only colours differ
  const wanted =
    colorScheme === "dark" ? { rules: ["color-contrast"] } : { tags: ["wcag2a", "wcag2aa", "wcag21aa"] };
  const violations = await violationsOn(page, wanted);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}

/** What is wrong with a mail in a colour scheme, and the colour that it stands on. */
async function look(page: Page, html: string, colorScheme: "light" | "dark") {
  await page.emulateMedia({ colorScheme });
  await page.setContent(html);
  return {
    beyond: await beyond(page),
    flaws: await flaws(page, colorScheme),
    ground: await page.evaluate<string>("getComputedStyle(document.body).backgroundColor"),
  };
}

describe.skipIf(chromium === undefined)("in a browser", () => {
  test.each(LOCALES)(
    "every mail in %s fits 320 px without sideways scroll, weighs less than 100 KB, and can be read by everybody, light and dark",
    async (locale) => {
      const previews = previewMessages(locale);
      await onPage(async (page) => {
        for (const { event, mail } of previews) {
          expect(Buffer.byteLength(mail.html), event).toBeLessThan(100_000);
          const light = await look(page, mail.html, "light");
          const dark = await look(page, mail.html, "dark");
          expect([event, light.beyond, dark.beyond]).toEqual([event, 0, 0]);
          expect([event, ...light.flaws, ...dark.flaws]).toEqual([event]);
          expect(dark.ground, "there is a dark mode").not.toBe(light.ground);
        }
      });
    },
    300_000,
  );

  test("names without a blank break their lines and push nothing off a phone's screen, in a digest either", async () => {
    const long = "Муниципальноебюджетноеучреждение".repeat(8);
    const notice = messageAbout("notice");
    const digest = messageAbout("digest");
    const lines = (digest.lines ?? []).map((line) => ({ ...line, facts: { ...line.facts, biller: long } }));
    const mails = [
      renderMail({ ...notice, facts: { ...notice.facts, biller: long, purpose: long, method: long } }),
      renderMail({ ...digest, lines }),
    ];
    await onPage(async (page) => {
      for (const { html } of mails) {
        await page.setContent(html);
        expect(await beyond(page)).toBe(0);
      }
    });
  });

  test("a mail is one column of at most 600 px on a wide screen", async () => {
    const width = await onPage(async (page) => {
      await page.setContent(renderMail(messageAbout("notice")).html);
      return await page.evaluate<number>("document.querySelector('.c').getBoundingClientRect().width");
    }, 1400);
    expect(width).toBeGreaterThan(500);
    expect(width).toBeLessThanOrEqual(600);
  });
});
