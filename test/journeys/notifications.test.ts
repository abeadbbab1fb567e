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
const path = "/profile/notifications";
const biller = { id: "gorod-zhkh" };

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
    await walker.open(`/?lang=${locale}`);
    await walker.signIn(login);
    await walk(walker, board);
    expect(walker.complaints()).toEqual([]);
  });
}

/** Connects an account at the biller and opens the bill that comes for it. */
async function openBill(walker: PageWalker, board: StackBoard): Promise<void> {
  const { page, locale } = walker;
  const account = `76${String(randomInt(10 ** 8)).padStart(8, "0")}`;
  await walker.open(`/accounts/new?biller=${biller.id}`);
  await page.fill("#ref-payerCode", account);
  await walker.press(say(locale, "page.account.button"));
  const billId = await pushBill(board, { billerId: biller.id, account });
  await walker.open(`/bills/${billId}`);
}

/** Reminders off, nights quiet, a category of its own. */
async function choose(walker: PageWalker): Promise<void> {
  const { page, main, locale } = walker;
  await page.selectOption('[id="reminders.email"]', "off");
  await walker.press(say(locale, "preferences.save"));
  expect(await main.textContent()).toContain(say(locale, "page.done.messages-chosen"));
  await main.getByLabel(say(locale, "preferences.quiet.hours"), { exact: false }).first().check();
  // not now, at whatever hour this is tried: others of this run are told meanwhile
  const { from, to } = hoursFarFromNow();
  await page.fill("#from", from);
  await page.fill("#to", to);
  await page.fill("#digestAt", "19:15");
  await walker.press(say(locale, "preferences.when.save"));
  await page.selectOption("#category", "school");
  await walker.press(say(locale, "preferences.category.show"));
  await page.selectOption('[id="reminders.email"]', "digest");
  await walker.press(say(locale, "preferences.save"));
  await walker.open(path);
  expect(await page.inputValue('[id="reminders.email"]')).toBe("off");
  expect(await page.inputValue("#from")).toBe(from);
  const told = await main.textContent();
  expect(told).toContain(
    say(locale, "preferences.preview.off", { topics: say(locale, "preferences.short.reminders") }),
  );
  expect(told).toContain(say(locale, "preferences.preview.quiet", { from, to }));
  await walker.open(`${path}?category=school`);
  expect(await page.inputValue('[id="reminders.email"]')).toBe("digest");
}

/** One event of a topic, unfolded and chosen for by the keyboard alone; script or not. */
async function chooseEvent(walker: PageWalker): Promise<void> {
  const { page, main, locale } = walker;
  await walker.open(path);
  const field = page.locator('[id="reminders.overdue.email"]');
  expect(await field.isVisible()).toBe(false);
  await walker.tabTo(main.locator('[data-events="reminders"] summary'));
  await page.keyboard.press("Enter");
  await walker.tabTo(field);
  await field.selectOption("off");
  await walker.inspect();
  await walker.press(say(locale, "preferences.save"));
  const events = say(locale, "preferences.event.overdue");
  expect(await main.textContent()).toContain(say(locale, "preferences.preview.events", { events }));
  expect(await field.isVisible(), "what was chosen stays unfolded").toBe(true);
  expect(await field.inputValue()).toBe("off");
}

/** Hours of the demonstration people's clock that begin in six hours and last two. */
function hoursFarFromNow(): { readonly from: string; readonly to: string } {
  const inMoscow = (hours: number): string =>
    new Date(Date.now() + hours * 3_600_000).toLocaleTimeString("sv-SE", {
      timeZone: "Europe/Moscow",
      hour: "2-digit",
      minute: "2-digit",
    });
  return { from: inMoscow(6), to: inMoscow(8) };
}

/** A test mail is asked for, and the page says that it has left. */
async function tryMail(walker: PageWalker): Promise<void> {
  const { main, locale } = walker;
  await walker.open(path);
  const line = main.locator('[data-test-of="email"]');
  await walker.tabTo(line.getByRole("button"));
  await walker.page.keyboard.press("Enter");
  const [, taken = ""] = say(locale, "preferences.test.sent.email", { at: "\n" }).split("\n");
  await expect
    .poll(
      async () => {
        // without a script it is the reader who looks again
        if (!walker.withScript) await walker.open(path);
        return line.textContent();
      },
      { timeout: 60_000, interval: 1_000 },
    )
    .toContain(taken);
  await walker.inspect();
}

/** As it was before: others of this run are told what they are told. */
async function putBack(walker: PageWalker): Promise<void> {
  const { main, locale } = walker;
  await walker.press(say(locale, "preferences.reset.category"));
  await walker.open(path);
  await walker.press(say(locale, "preferences.reset"));
  await main.getByLabel(say(locale, "preferences.quiet.default"), { exact: false }).first().check();
  await walker.press(say(locale, "preferences.when.save"));
  expect(await main.textContent()).toContain(say(locale, "preferences.preview.loud"));
}

type SentMail = {
  readonly to: readonly string[];
  readonly headers: Readonly<Record<string, readonly string[]>>;
};

/** The link to unsubscribe of the newest mail to somebody that has one. */
async function unsubscribePathOf({ mailbox }: StackBoard, login: string): Promise<string | undefined> {
  const mails = (await (await fetch(`${mailbox.http}/messages`)).json()) as readonly SentMail[];
  const own = mails.filter(({ to }) => to.some((address) => address.startsWith(`${login}@`)));
  const links = own.flatMap(({ headers }) => headers["list-unsubscribe"] ?? []);
  return /\/unsubscribe\/[\w-]+/.exec(links.at(-1) ?? "")?.[0];
}

/** The page behind a mail's link: off, and back on. */
async function unsubscribe(walker: PageWalker, board: StackBoard): Promise<void> {
  const { main, locale } = walker;
  let link: string | undefined;
  await expect
    .poll(async () => (link = await unsubscribePathOf(board, walker.login)), { timeout: 30_000 })
    .toBeDefined();
  await walker.open(link ?? "");
  await walker.press(say(locale, "unsubscribe.button"));
  expect(await main.textContent()).toContain(say(locale, "unsubscribe.done"));
  await walker.press(say(locale, "unsubscribe.undo"));
  expect(await main.textContent()).toContain(say(locale, "unsubscribe.title"));
}

test.skipIf(chromium === undefined).each([
  ["boris", "ru", true],
  ["clara", "en", true],
  ["anna", "ru", false],
] as const)(
  "what comes is chosen, read back and put back; a bill and its payee are muted and heard of again: %s, %s, script %s",
  (login, locale, withScript) =>
    inBrowser(login, locale, withScript, async (walker, board) => {
      const { main, page } = walker;
      await walker.open("/profile");
      await walker.press(say(locale, "preferences.change"));
      await choose(walker);
      await chooseEvent(walker);
      await tryMail(walker);
      await walker.open(`${path}?category=school`);
      await putBack(walker);

      await openBill(walker, board);
      const billPath = new URL(page.url()).pathname;
      await unsubscribe(walker, board);
      await walker.open(billPath);
      await walker.press(say(locale, "preferences.bill.mute"));
      expect(await main.textContent()).toContain(say(locale, "preferences.bill.muted"));
      // the way there and back is in reach of the keyboard alone
      const mute = main.getByRole("button", { name: say(locale, "preferences.bill.mute-biller") });
      await walker.tabTo(mute);
      await page.keyboard.press("Enter");
      await page.getByText(say(locale, "preferences.bill.biller-muted")).waitFor();
      await walker.inspect();
      await walker.open(path);
      expect(await main.locator("[data-muted]").count()).toBe(2);
      await main
        .locator(`[data-muted="${biller.id}"]`)
        .getByRole("button", { name: say(locale, "preferences.mutes.end") })
        .click();
      await walker.inspect();
      await walker.open(billPath);
      await walker.press(say(locale, "preferences.bill.unmute"));
      expect(await main.textContent()).toContain(say(locale, "preferences.bill.mute"));
      await walker.open(path);
      expect(await main.textContent()).toContain(say(locale, "preferences.mutes.none"));
    }),
  patienceMs,
);
