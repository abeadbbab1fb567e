import { randomInt } from "node:crypto";
import type { BrowserContext } from "playwright-core";
import { expect, test } from "vitest";
import type { Locale } from "../../words/locale.ts";
import { say } from "../../words/say.ts";
import { findChromium, withBrowser } from "../support/browser.ts";
import { PageWalker } from "../support/page-walker.ts";
import { pushBill, type StackBoard } from "../support/resident-story.ts";
import { runningStack } from "../support/stack.ts";

const chromium = findChromium();
const patienceMs = 300_000;
const biller = { id: "gorod-zhkh", field: "#ref-payerCode", search: "городские услуги" };

interface Visitor {
  readonly login: string;
  readonly locale: Locale;
  readonly withScript: boolean;
}

const boris: Visitor = { login: "boris", locale: "ru", withScript: true };
const clara: Visitor = { login: "clara", locale: "en", withScript: false };

/** Every page of ours that the whole road must have led to, ids left out. */
const wholeRoad = [
  "/",
  "/accounts/new",
  "/billers",
  "/bills/{id}",
  "/bills/{id}/pay",
  "/mandates",
  "/mandates/new",
  "/mandates/new/consent",
  "/mandates/new/terms",
  "/mandates/{id}",
  "/mandates/{id}/cancel",
  "/mandates/{id}/consent",
  "/mandates/{id}/edit",
  "/methods",
  "/methods/new",
  "/methods/{id}/return",
  "/methods/{id}/withdraw",
  "/payments",
  "/payments/{id}",
  "/payments/{id}/receipt",
  "/payments/{id}/return",
  "/payments/{id}/skip",
];

function newAccount(): string {
  return `78${String(randomInt(10 ** 8)).padStart(8, "0")}`;
}

async function inBrowser(
  who: Visitor,
  walk: (walker: PageWalker, board: StackBoard, context: BrowserContext) => Promise<void>,
): Promise<void> {
  const { board } = await runningStack();
  const options = {
    javaScriptEnabled: who.withScript,
    locale: who.locale === "ru" ? "ru-RU" : "en-GB",
    viewport: { width: 1100, height: 800 },
    reducedMotion: "reduce",
  } as const;
  await withBrowser(chromium ?? "", options, async (context) => {
    const walker = new PageWalker(await context.newPage(), board, who);
    await walk(walker, board, context);
    expect(walker.complaints()).toEqual([]);
  });
}

/** Signs in and binds a card on the bank's page, 3-D Secure included. */
async function bindCard(walker: PageWalker, login: string): Promise<void> {
  const { locale } = walker;
  await walker.open("/");
  await walker.signIn(login);
  await walker.open("/methods");
  await walker.press(say(locale, "page.method.bind"));
  await walker.main.getByRole("button", { name: say(locale, "page.method.bind.button") }).click();
  await walker.passBank();
  await walker.awaitState("active");
  await walker.press(say(locale, "page.method.to-list"));
}

/** From the kinds of bills to a biller, by a search for something that is not there, and by another one. */
async function chooseBiller(walker: PageWalker): Promise<void> {
  const { locale, page, main } = walker;
  const search = say(locale, "billers.search.button");
  await page.fill("#q", "zzz");
  await walker.press(search);
  expect(await main.textContent()).toContain(say(locale, "billers.nothing"));
  await page.fill("#q", biller.search);
  await walker.press(search);
  await page.locator(`[data-biller="${biller.id}"]`).click();
  await walker.inspect();
}

/** Adds an account, finds its bill on the front page and pays it by hand, through the bank and back. */
async function payByHand(walker: PageWalker, board: StackBoard): Promise<void> {
  const { locale } = walker;
  const account = newAccount();
  await walker.open("/");
  await walker.press(say(locale, "page.action.add-account"));
  await chooseBiller(walker);
  await walker.press(say(locale, "page.account.button"));
  expect(await walker.main.getByRole("alert").count()).toBe(1);
  await walker.page.fill(biller.field, account.slice(1));
  await walker.press(say(locale, "page.account.button"));
  expect(await walker.page.locator(`${biller.field}-problem`).textContent()).toContain("7700123456");
  await walker.page.fill(biller.field, account);
  await walker.press(say(locale, "page.account.button"));
  expect(await walker.main.textContent()).toContain(say(locale, "page.done.account-added"));
  const billId = await pushBill(board, { billerId: biller.id, account });
  await walker.open("/");
  await walker.page.locator(`[data-bill="${billId}"] h2 a`).click();
  await walker.inspect();
  await walker.press(say(locale, "page.action.pay-now"));
  await walker.main.getByRole("button").click();
  await walker.passBank();
  await walker.awaitState("paid");
  await walker.press(say(locale, "page.action.receipt"));
  expect(await walker.page.locator("[data-receipt]").textContent()).toContain(account);
}

/** Sets a mandate in three steps; answers its address. */
async function setMandate(walker: PageWalker, account: string, notice: "RU" | "demo"): Promise<string> {
  const { locale, page } = walker;
  await walker.open("/mandates");
  await walker.press(say(locale, "page.action.new-mandate"));
  await page.locator('a[href*="category=housing"]').click();
  await walker.inspect();
  await page.locator(`[data-biller="${biller.id}"]`).click();
  await walker.inspect();
  await page.fill(biller.field, account);
  await walker.press(say(locale, "page.action.go-on"));
  await walker.main.getByLabel(say(locale, `page.setup.notice.${notice}`)).check();
  await walker.press(say(locale, "page.action.go-on"));
  expect(await page.locator("#consent").textContent()).toContain(account);
  await walker.press(say(locale, "page.setup.agree"));
  expect(await walker.main.textContent()).toContain(say(locale, "page.done.mandate-created"));
  await walker.awaitState("active");
  return new URL(page.url()).pathname;
}

/** A bill that the mandate pays while its payer looks on. */
async function watchDebit(walker: PageWalker, board: StackBoard, account: string): Promise<void> {
  const billId = await pushBill(board, { billerId: biller.id, account });
  await followBill(walker, billId);
  await walker.awaitState("paid");
  await walker.inspect();
}

/** From the bill to its payment, as soon as the mandate has planned it. */
async function followBill(walker: PageWalker, billId: string): Promise<void> {
  const link = walker.page.locator('main a[href^="/payments/"]').first();
  await expect
    .poll(
      async () => {
        await walker.page.goto(new URL(`/bills/${billId}`, walker.page.url()).href);
        return link.count();
      },
      { timeout: 40_000, interval: 300 },
    )
    .toBe(1);
  await link.click();
  await walker.page.waitForLoadState("load");
}

/** Skip, pause, resume, narrower and wider terms, cancel. */
async function stopEverything(walker: PageWalker, board: StackBoard): Promise<void> {
  const { locale, page } = walker;
  const account = newAccount();
  const mandate = await setMandate(walker, account, "RU");
  await followBill(walker, await pushBill(board, { billerId: biller.id, account }));
  await walker.open(`${new URL(page.url()).pathname}/skip`);
  await walker.press(say(locale, "page.skip-debit.button"));
  expect(await walker.main.textContent()).toContain(say(locale, "page.stopped.nothing-more"));
  await walker.awaitState("closed");
  await walker.open(mandate);
  await walker.press(say(locale, "page.mandate.pause"));
  await walker.awaitState("paused");
  await walker.press(say(locale, "page.mandate.resume"));
  await walker.awaitState("active");
  await walker.press(say(locale, "page.mandate.edit"));
  await page.fill("#perPaymentLimit", "9000");
  await walker.press(say(locale, "page.mandate.edit.button"));
  expect(await walker.main.textContent()).toContain(say(locale, "page.done.mandate-changed"));
  await walker.press(say(locale, "page.mandate.edit"));
  await walker.main.getByLabel(say(locale, "page.setup.unlimited")).check();
  await walker.press(say(locale, "page.mandate.edit.button"));
  await walker.press(say(locale, "page.setup.agree"));
  expect(await walker.main.textContent()).toContain(say(locale, "page.done.mandate-changed"));
  await walker.press(say(locale, "page.mandate.cancel"));
  await walker.press(say(locale, "page.mandate.cancel.button"));
  await walker.awaitState("ended");
}

/** Removes the card, and with it every mandate that has no other. */
async function withdrawCard(walker: PageWalker): Promise<void> {
  const { locale } = walker;
  await walker.open("/methods");
  await walker.main
    .getByRole("link", { name: say(locale, "page.method.withdraw") })
    .first()
    .click();
  await walker.inspect();
  expect(await walker.main.textContent()).toContain(say(locale, "page.method.withdraw.stops"));
  await walker.press(say(locale, "page.method.withdraw.button"));
  expect(await walker.main.textContent()).toContain(say(locale, "page.stopped.withdrawn"));
}

test.skipIf(chromium === undefined).each([boris, clara])(
  "the whole road on the page, every page accessible and fit for 320 px: $login, script $withScript",
  (who) =>
    inBrowser(who, async (walker, board) => {
      await bindCard(walker, who.login);
      await payByHand(walker, board);
      const account = newAccount();
      await setMandate(walker, account, "demo");
      await watchDebit(walker, board, account);
      await stopEverything(walker, board);
      await withdrawCard(walker);
      await walker.open("/payments");
      await walker.open("/no-such-page").catch(() => undefined);
      expect(walker.seen()).toEqual(expect.arrayContaining(wholeRoad));
      await walker.page.getByRole("button", { name: say(walker.locale, "page.sign-out") }).click();
      await walker.page.waitForURL(`${board.identity}/**`);
      await walker.page.click("button[name=logout]");
      await walker.page.waitForURL(`${board.page}/*`);
      await walker.inspect();
      await walker.page.goto(`${board.page}/methods`);
      expect(walker.page.url()).toContain(board.identity);
    }),
  patienceMs,
);

test.skipIf(chromium === undefined)(
  "a bill is paid with the keyboard alone, the focus always in sight",
  () =>
    inBrowser({ ...boris, login: "boris" }, async (walker, board) => {
      const { page, locale, main } = walker;
      await bindCard(walker, "boris");
      const account = newAccount();
      await walker.open("/billers?for=account");
      await walker.tabTo(page.locator(".skip"), 1);
      await page.keyboard.press("Enter");
      await walker.tabTo(page.locator("#q"), 3);
      await page.keyboard.type(biller.search);
      await page.keyboard.press("Enter");
      await page.locator(`[data-biller="${biller.id}"]`).waitFor();
      await walker.tabTo(page.locator(`[data-biller="${biller.id}"]`));
      await page.keyboard.press("Enter");
      await page.locator(biller.field).waitFor();
      await walker.tabTo(page.locator(biller.field));
      await page.keyboard.type(account);
      await page.keyboard.press("Enter");
      await main.getByText(say(locale, "page.done.account-added")).waitFor();
      const billId = await pushBill(board, { billerId: biller.id, account });
      await page.goto(`${board.page}/bills/${billId}`);
      await walker.tabTo(main.getByRole("link", { name: say(locale, "page.action.pay-now") }));
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/pay$/);
      await walker.tabTo(main.locator("input[name=method]:checked"));
      await walker.tabTo(main.getByRole("button"));
      await page.keyboard.press("Enter");
      await walker.passBank();
      await walker.awaitState("paid");
    }),
  patienceMs,
);

test.skipIf(chromium === undefined)(
  "a second device and a closed tab are told the true state when they come back",
  () =>
    inBrowser(boris, async (walker, board, context) => {
      const { page, locale, main } = walker;
      await bindCard(walker, "boris");
      const account = newAccount();
      await walker.open(`/accounts/new?biller=${biller.id}`);
      await page.fill(biller.field, account);
      await walker.press(say(locale, "page.account.button"));
      const billId = await pushBill(board, { billerId: biller.id, account });
      await walker.open(`/bills/${billId}/pay`);
      await main.getByRole("button").click();
      await page.waitForURL(/\/checkout\//);
      const second = new PageWalker(await context.newPage(), board, boris);
      await second.open(`/bills/${billId}`);
      expect(await second.main.textContent()).toContain(say(locale, "page.payment.challenged"));
      await second.main.locator('a[href^="/payments/"]').first().click();
      await second.page.waitForLoadState("load");
      const payment = new URL(second.page.url()).pathname;
      // Nobody has confirmed: the return address alone proves nothing.
      await second.open(`${payment}/return`);
      expect(await second.main.textContent()).toContain(say(locale, "page.payment.challenged"));
      await second.open(payment);
      await walker.passBank();
      await walker.awaitState("paid");
      await walker.page.close();
      await second.awaitState("paid");
      await second.open(`${payment}/return`);
      await second.awaitState("paid");
    }),
  patienceMs,
);
