import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { repositoryFolder } from "../processes/dev/process-command.ts";
import { findChromium, withBrowser } from "../test/support/browser.ts";
import { type DemoBoard, readBoard } from "./demo/board.ts";
import { withOwnStack } from "./pictures/running-stack.ts";
import { type Scene, setScene, sitter } from "./pictures/scene.ts";

/** A README is loaded over slow networks, too. */
const largestBytes = 200 * 1024;
const folder = join(repositoryFolder, "docs", "pictures");

interface Picture {
  readonly name: string;
  readonly window: { readonly width: number; readonly height: number };
  /** Leads the page to what is shown, and waits until it is there. */
  readonly arrange: (page: Page, board: DemoBoard, scene: Scene) => Promise<void>;
}

const pictures: readonly Picture[] = [
  { name: "page", window: { width: 1180, height: 720 }, arrange: arrangeHomePage },
  { name: "consent", window: { width: 800, height: 1160 }, arrange: arrangeConsent },
  { name: "mandate", window: { width: 1000, height: 1000 }, arrange: arrangeMandate },
  { name: "forecast", window: { width: 1000, height: 1000 }, arrange: arrangeForecast },
  { name: "mail", window: { width: 800, height: 1060 }, arrange: arrangeMail },
  { name: "temporal", window: { width: 1280, height: 960 }, arrange: arrangeTemporal },
];

async function arrangeHomePage(page: Page, board: DemoBoard): Promise<void> {
  await page.goto(`${board.page}/sign-in`);
  await page.click(`button[value="${sitter}"]`);
  await page.waitForURL(`${board.page}/`);
}

async function arrangeConsent(page: Page, board: DemoBoard): Promise<void> {
  await page.goto(`${board.page}/mandates/new?biller=gorod-zhkh`);
  await page.fill("#ref-payerCode", "7700123456");
  await page.click("main button[type=submit]");
  await page.waitForURL(/\/terms$/);
  await page.click("main button[type=submit]");
  await page.waitForURL(/\/consent$/);
}

async function arrangeMandate(page: Page, board: DemoBoard, { mandateId }: Scene): Promise<void> {
  await page.goto(`${board.page}/mandates/${mandateId}`);
  await page.locator(`[data-mandate="${mandateId}"]`).waitFor();
}

async function arrangeForecast(page: Page, board: DemoBoard): Promise<void> {
  await page.goto(`${board.page}/forecast`);
  await page.locator("[data-kind=debit]").first().waitFor();
}

async function arrangeMail(page: Page, board: DemoBoard, { noticeMailId }: Scene): Promise<void> {
  await page.goto(`${board.mailbox.http}/m/${noticeMailId}`);
  await page.frameLocator("iframe").getByRole("link").first().waitFor();
}

async function arrangeTemporal(page: Page, board: DemoBoard, { paymentId }: Scene): Promise<void> {
  const id = encodeURIComponent(`payment/${paymentId}`);
  await page.goto(`${board.temporalUi}/namespaces/kvitok/workflows/${id}`);
  // Decoded payloads: without the codec server the input would be unreadable bytes.
  await page.getByText(`"${paymentId}"`).first().waitFor();
  await page.getByText("notice window").first().waitFor();
}

async function take(page: Page, name: string): Promise<void> {
  const file = join(folder, `${name}.png`);
  await page.screenshot({ path: file, animations: "disabled" });
  const { size } = statSync(file);
  if (size > largestBytes) throw new Error(`${file} has ${size} bytes, at most ${largestBytes}`);
  console.log(`${file} ${Math.round(size / 1024)} kB`);
}

async function takeAll(boardFile: string, chromium: string): Promise<void> {
  const board = readBoard(boardFile);
  const scene = await setScene(board);
  mkdirSync(folder, { recursive: true });
  const options = { colorScheme: "light", locale: "en-GB" } as const;
  await withBrowser(chromium, options, async (context) => {
    const page = await context.newPage();
    for (const { name, window, arrange } of pictures) {
      await page.setViewportSize(window);
      await arrange(page, board, scene);
      await take(page, name);
    }
  });
}

const { values } = parseArgs({ options: { board: { type: "string" } } });
const chromium = findChromium();
if (chromium === undefined) process.exitCode = 1;
else if (values.board === undefined) await withOwnStack((boardFile) => takeAll(boardFile, chromium));
else await takeAll(values.board, chromium);
