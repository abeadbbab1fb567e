import { randomInt } from "node:crypto";
import type { BrowserContext } from "playwright-core";
import { expect, test } from "vitest";
import { createClient } from "../../api/client.ts";
import { demoCharges } from "../../sandbox/registry/demo-charges.ts";
import { paperOf } from "../api/support/finding-world.ts";
import type { Locale } from "../../words/locale.ts";
import { say } from "../../words/say.ts";
import { findChromium, withBrowser } from "../support/browser.ts";
import { PageWalker } from "../support/page-walker.ts";
import { drawQr, png } from "../support/qr-picture.ts";
import { pushBill, type StackBoard } from "../support/resident-story.ts";
import { runningStack } from "../support/stack.ts";

const chromium = findChromium();
const patienceMs = 300_000;

interface Visitor {
  readonly login: string;
  readonly locale: Locale;
  readonly withScript: boolean;
}

const boris: Visitor = { login: "boris", locale: "ru", withScript: true };
const clara: Visitor = { login: "clara", locale: "en", withScript: false };

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
    await walker.open("/");
    await walker.signIn(who.login);
    await walk(walker, board, context);
    expect(walker.complaints()).toEqual([]);
  });
}

/** A fine of 750 roubles, a quarter off, for a car that nobody else in this run drives; answers certificate and number. */
async function fineSomebody(board: StackBoard): Promise<{ readonly sts: string; readonly uin: string }> {
  const [first] = demoCharges(Date.now());
  const sts = `77УН${String(randomInt(10 ** 6)).padStart(6, "0")}`;
  const response = await fetch(`${board.registry.control}/charges`, {
    method: "POST",
    body: JSON.stringify([{ ...first, uin: undefined, payerIdentifier: `124${sts.padStart(19, "0")}` }]),
  });
  const [made] = (await response.json()) as { uin: string }[];
  if (made === undefined) throw new Error("the registry took no charge");
  return { sts, uin: made.uin };
}

async function submit(walker: PageWalker, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await walker.page.fill(`#${name}`, value);
  const [name = ""] = Object.keys(fields);
  await walker.page.locator(`form:has(#${name}) button[type=submit]`).click();
  await walker.page.waitForLoadState("load");
  await walker.inspect();
}

/** Every way to write a number wrongly has its own words, beside its own field. */
async function writeWrongly(walker: PageWalker): Promise<void> {
  const told = new Set<string>();
  for (const [field, fields] of [
    ["uin", { uin: "" }],
    ["uin", { uin: "1881017726112912345" }],
    ["uin", { uin: "18810177261129123455" }],
    ["uin", { uin: "1881017726112912345*" }],
    ["sts", { sts: "77УН12345" }],
    ["sts", { sts: "77Ы1123456" }],
    ["licence", { licence: "50 12 34567Ж" }],
    ["inn", { inn: "7736000011" }],
    ["kpp", { inn: "7736000010", kpp: "77360100" }],
    ["code", { code: "", period: "02.2026" }],
    ["code", { code: "770012345", period: "02.2026" }],
    ["code", { code: "770012345*", period: "02.2026" }],
    ["period", { code: "7700123456", period: "" }],
    ["period", { code: "7700123456", period: "13.2026" }],
  ] as const) {
    await walker.open("/bills/add");
    await submit(walker, fields);
    const words = (await walker.page.locator(`#${field}-problem`).textContent()) ?? "";
    expect(words.length).toBeGreaterThan(10);
    told.add(`${field}: ${words}`);
  }
  expect(told.size, [...told].join("\n")).toBe(14);
}

/** A fine for somebody's car: found by the certificate, added, and paid at the bank. */
async function payForeignFine(walker: PageWalker, board: StackBoard): Promise<void> {
  const { locale, page, main } = walker;
  const { sts, uin } = await fineSomebody(board);
  await walker.open("/bills/add");
  await submit(walker, { sts });
  const found = page.locator(`[data-found="${uin}"]`);
  expect(await page.locator('[data-outcome="complete"]').count()).toBe(1);
  await found.getByRole("button").click();
  await page.waitForURL(/\/bills\/KV-/);
  await walker.inspect();
  expect(await main.textContent()).toContain(say(locale, "page.done.bill-added"));
  expect(await main.textContent()).toContain(uin);
  await walker.press(say(locale, "page.action.pay-now"));
  await main.getByRole("button").click();
  await walker.passBank();
  await walker.awaitState("paid");
}

/** A relative's housing bill: seen by payer code and month before it is added, then paid; from the keyboard. */
async function payByCode(walker: PageWalker, board: StackBoard): Promise<void> {
  const { locale, page, main } = walker;
  const code = `77${String(randomInt(10 ** 8)).padStart(8, "0")}`;
  await pushBill(board, { billerId: "gorod-zhkh", account: code }, { period: "2026-02" });
  await walker.open("/bills/add");
  await page.focus("#code");
  await page.keyboard.type(`${code.slice(0, 4)} ${code.slice(4)}`);
  await page.keyboard.press("Tab");
  await page.keyboard.type("02.2026");
  await page.keyboard.press("Enter");
  await page.locator(`[data-found="${code}"]`).waitFor();
  await walker.inspect();
  expect(await main.textContent()).toContain(code);
  await page.locator(`[data-found="${code}"]`).getByRole("button").focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/bills\/KV-/);
  await walker.inspect();
  expect(await main.textContent()).toContain(say(locale, "page.done.bill-added"));
  expect(await main.textContent()).toContain(code);
  await walker.press(say(locale, "page.action.pay-now"));
  await main.getByRole("button").click();
  await walker.passBank();
  await walker.awaitState("paid");
}

/** A paper in Windows-1251: read by the browser, or by the server where scripts do not run. */
async function scanPaper(walker: PageWalker): Promise<void> {
  const { locale, page, main } = walker;
  const account = `77${String(randomInt(10 ** 8)).padStart(8, "0")}`;
  const picture = png(drawQr(paperOf({ PersAcc: account })));
  await walker.open("/bills/add");
  await walker.press(say(locale, "finding.qr.link"));
  const file = { name: "bill.png", mimeType: "image/png", buffer: Buffer.from(picture) };
  await page.setInputFiles("#picture", file);
  if (!walker.withScript) await walker.press(say(locale, "qr.reader.send"));
  await page.locator("[data-paper]").waitFor();
  await walker.inspect();
  expect(await main.textContent()).toContain("Квартплата за февраль");
  await main.getByRole("button").click();
  await page.waitForURL(/\/bills\/KV-/);
  await walker.inspect();
  expect(await main.textContent()).toContain(account);
  expect(await main.getByRole("link", { name: say(locale, "page.action.pay-now") }).count()).toBe(1);
}

/** What a saved number finds, what was added by hand and what is of the additional section, each marked, with the source's freshness. */
async function seeAllKinds(walker: PageWalker, board: StackBoard): Promise<void> {
  const { locale, page } = walker;
  const [own, foreign] = [await fineSomebody(board), await fineSomebody(board)];
  await walker.open("/profile/identifiers/new");
  await page.fill("#text", own.sts);
  await page.selectOption("#kind", "sts");
  await walker.press(say(locale, "page.identifiers.save"));
  await walker.open("/bills/add");
  await submit(walker, { uin: foreign.uin });
  const number = String(randomInt(10 ** 7, 10 ** 8));
  await walker.open("/accounts/new?biller=net-sosed");
  await page.locator('input[name^="ref-"]').first().fill(number);
  await walker.press(say(locale, "page.account.button"));
  await pushBill(board, { billerId: "net-sosed", account: number });
  await expect
    .poll(
      async () => {
        await walker.page.goto(board.page);
        return page.locator('[data-mark="found"]').count();
      },
      { timeout: 60_000, interval: 500 },
    )
    .toBeGreaterThan(0);
  await walker.inspect();
  for (const mark of ["found", "added", "account", "additional"]) {
    expect(await page.locator(`[data-mark="${mark}"]`).count(), mark).toBeGreaterThan(0);
  }
  expect(await page.locator('[data-source="gis-gmp"][data-freshness="fresh"]').count()).toBe(1);
  await hearOfChange(walker, board, { uin: foreign.uin, verb: "annul", state: "annulled" });
  await hearOfChange(walker, board, { uin: own.uin, verb: "pay", state: "paid-elsewhere" });
}

/** The registry tells of a change by itself: it is on the page without anybody asking. */
async function hearOfChange(
  walker: PageWalker,
  board: StackBoard,
  change: { readonly uin: string; readonly verb: string; readonly state: "annulled" | "paid-elsewhere" },
): Promise<void> {
  const { locale, page, main } = walker;
  const { uin, verb, state } = change;
  const token = board.users.find(({ login }) => login === walker.login)?.token ?? "";
  const client = createClient({ baseUrl: board.api, token });
  const { items } = await client.listBills({ limit: 100 });
  const bill = items.find((one) => one.uin === uin);
  const changed = await fetch(`${board.registry.control}/charges/${uin}/${verb}`, {
    method: "POST",
    body: "{}",
  });
  expect(changed.status).toBe(200);
  await expect
    .poll(
      async () => {
        await page.goto(`${board.page}/bills/${bill?.id ?? ""}`);
        return main.textContent();
      },
      { timeout: 60_000, interval: 500 },
    )
    .toContain(say(locale, `page.bill.${state}`));
  await walker.inspect();
}

test.skipIf(chromium === undefined).each([boris, clara])(
  "bills are found, added, read from paper and paid on the page: $login, script $withScript",
  (who) =>
    inBrowser(who, async (walker, board) => {
      await writeWrongly(walker);
      await payForeignFine(walker, board);
      await payByCode(walker, board);
      await scanPaper(walker);
      await seeAllKinds(walker, board);
    }),
  patienceMs,
);

test.skipIf(chromium === undefined)(
  "a registry that does not answer is told on the page, and is never an empty list",
  () =>
    inBrowser(boris, async (walker, board) => {
      const { locale, main } = walker;
      const arm = await fetch(`${board.registry.control}/faults`, {
        method: "POST",
        body: JSON.stringify({ fault: { kind: "dead" }, times: 1 }),
      });
      expect(arm.status).toBe(201);
      await walker.open("/bills/add");
      await submit(walker, { sts: "77УН000001" });
      expect(await main.textContent()).toContain(say(locale, "finding.found.unknown"));
      expect(await walker.page.locator('[data-outcome="unreachable"]').count()).toBe(1);
    }),
  patienceMs,
);
