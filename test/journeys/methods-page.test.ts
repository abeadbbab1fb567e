import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import type { Locale } from "../../words/locale.ts";
import { say } from "../../words/say.ts";
import { findChromium, withBrowser } from "../support/browser.ts";
import { PageWalker } from "../support/page-walker.ts";
import { pushBill, type StackBoard } from "../support/resident-story.ts";
import { runningStack } from "../support/stack.ts";

const chromium = findChromium();
const patienceMs = 300_000;
const biller = { id: "gorod-zhkh" };
/** One number with two ends is two cards. */
const ends = ["11/31", "10/32"] as const;
const number = "5555555555554477";

type Walk = (walker: PageWalker, board: StackBoard) => Promise<void>;

async function inBrowser(login: string, locale: Locale, withScript: boolean, walk: Walk): Promise<void> {
  const { board } = await runningStack();
  const options = {
    javaScriptEnabled: withScript,
    locale: locale === "ru" ? "ru-RU" : "en-GB",
    viewport: { width: 1100, height: 800 },
    reducedMotion: "reduce",
  } as const;
  await withBrowser(chromium ?? "", options, async (context) => {
    const walker = new PageWalker(await context.newPage(), board, { locale, withScript });
    await walker.open("/");
    await walker.signIn(login);
    await walk(walker, board);
    expect(walker.complaints()).toEqual([]);
  });
}

/** Binds one of two cards on the bank's page, 3-D Secure included. */
async function bind(walker: PageWalker, end: string): Promise<void> {
  const { page, locale, main } = walker;
  await walker.open("/methods/new");
  await main.getByRole("button", { name: say(locale, "page.method.bind.button") }).click();
  await page.waitForURL(/\/checkout\//);
  await page.fill("input[autocomplete=cc-number]", number);
  await page.fill("input[autocomplete=cc-exp]", end);
  await page.fill("input[autocomplete=cc-csc]", "123");
  await page.locator("form button[type=submit]").first().click();
  await page.fill("input[autocomplete=one-time-code]", (await page.locator(".code").textContent()) ?? "");
  await page.locator("form button[type=submit]").first().click();
  await page.waitForURL(/\/methods\//);
  await walker.awaitState("active");
  await walker.inspect();
}

/** A mandate from the first card on the list, with the second one behind it. */
async function setMandate(walker: PageWalker, account: string): Promise<void> {
  const { locale, page, main } = walker;
  await walker.open(`/mandates/new?biller=${biller.id}`);
  await page.fill("#ref-payerCode", account);
  await walker.press(say(locale, "page.action.go-on"));
  // none, the first card, the second
  await page.selectOption("#fallback", { index: 2 });
  await main.getByLabel(say(locale, "page.setup.notice.RU")).check();
  await walker.press(say(locale, "page.action.go-on"));
  await walker.press(say(locale, "page.setup.agree"));
}

test.skipIf(chromium === undefined).each([
  ["anna", "ru", true],
  ["clara", "en", false],
] as const)(
  "two cards: put in order, named in a mandate, the first removed; the page says what goes on, and then proves it: %s, %s, script %s",
  (login, locale, withScript) =>
    inBrowser(login, locale, withScript, async (walker, board) => {
      const { page, main } = walker;
      for (const end of ends) await bind(walker, end);
      await walker.open("/methods/kinds");
      await walker.open("/methods");
      const slips = main.locator("[data-method][data-state=active]");
      const last = await slips.last().getAttribute("data-method");
      // one place at a time, until it is the default
      for (;;) {
        const first = await slips.first().getAttribute("data-method");
        if (first === last) break;
        await main.locator(`[data-method="${last}"] form button`).click();
        await walker.inspect();
        expect(await main.textContent()).toContain(say(locale, "page.done.methods-ordered"));
      }
      expect(await slips.first().textContent()).toContain(say(locale, "method.default"));

      const account = `79${String(randomInt(10 ** 8)).padStart(8, "0")}`;
      await setMandate(walker, account);
      await pushBill(board, { billerId: biller.id, account });
      await expect
        .poll(
          async () => {
            await page.goto(`${board.page}/methods/${last}/withdraw`);
            return main.textContent();
          },
          { timeout: 30_000, interval: 500 },
        )
        .toContain(say(locale, "method.withdraw.planned.moves"));
      await walker.inspect();
      const goesOn = say(locale, "method.withdraw.goes-on");
      expect(await main.textContent()).toContain(goesOn);
      expect(await main.textContent()).toContain(account);
      // the stop is in reach of the keyboard alone, and works without script
      const button = main.getByRole("button", { name: say(locale, "page.method.withdraw.button") });
      await walker.tabTo(button);
      await page.keyboard.press("Enter");
      await page.waitForURL(`${board.page}/methods/${last}/withdrawn`);
      await walker.inspect();
      expect(await page.locator("[data-sent-after]").getAttribute("data-sent-after")).toBe("0");
      expect(await main.textContent()).toContain(goesOn);
      await walker.open("/methods");
      expect(await main.locator(`[data-method="${last}"]`).count()).toBe(0);
    }),
  patienceMs,
);
