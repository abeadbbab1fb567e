import type { AddressInfo } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import { createAdaptorServer } from "@hono/node-server";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { say } from "../../words/say.ts";
import { findChromium, withBrowser } from "../support/browser.ts";
import { archived, rub, template } from "../web/fake-archive.ts";
import { bill, code, method, payment } from "../web/fake-engine.ts";
import { Visitor } from "../web/visitor.ts";

const chromium = findChromium();
let visitor: Visitor;
const server = createAdaptorServer({ fetch: (request, env) => visitor.web.fetch(request, env) });

beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", () => ready()));
});
afterAll(() => void server.close());

beforeEach(async () => {
  const { port } = server.address() as AddressInfo;
  visitor = await new Visitor({ url: `http://127.0.0.1:${port}` }).signIn();
  const { engine } = visitor;
  engine.methods = [method(), method({ id: code("D"), title: "Mir *2987" })];
  engine.bills = [bill()];
  engine.archive = [
    archived(),
    archived({
      kind: "bill",
      paymentId: null,
      state: "owed",
      purpose: "Коммунальные услуги и взнос на капитальный ремонт",
    }),
    archived({ paymentId: code("Q"), returned: rub(12_345) }),
  ];
  const due = [
    {
      billId: code("1"),
      amount: rub(512_345),
      dueOn: "2026-12-10",
      purpose: "Квартплата",
      period: "2026-10",
    },
  ];
  engine.templates = [
    template({ due }),
    template({ id: code("U"), name: "Фонд «Тёплый дом»", amount: rub(50_000) }),
  ];
});

/** A small screen, no script, light or dark; whatever is wider than the screen fails. */
async function onPage(
  path: string,
  work: (page: Page) => Promise<void>,
  options: { readonly javaScriptEnabled?: boolean; readonly colorScheme?: "light" | "dark" } = {},
): Promise<void> {
  const cookies = visitor
    .cookies()
    .split("; ")
    .map((cookie) => {
      const [name = "", ...value] = cookie.split("=");
      return { name, value: value.join("="), url: visitor.url };
    });
  const screen = { locale: "ru-RU", viewport: { width: 320, height: 720 }, ...options };
  await withBrowser(chromium ?? "", screen, async (context) => {
    await context.addCookies(cookies);
    const page = await context.newPage();
    await page.goto(`${visitor.url}${path}`);
    await work(page);
  });
}

const pages = [
  "/archive",
  "/archive?from=2026-02-31",
  "/templates",
  `/templates/${code("U")}`,
  `/templates/${code("U")}/pay`,
  `/templates/new?bill=${code("1")}`,
];

describe.skipIf(chromium === undefined)(
  "archive and templates on a small screen",
  { timeout: 180_000 },
  () => {
    test.each(pages)(
      "%s fits 320 pixels and breaks no rule of accessibility, light and dark",
      async (path) => {
        for (const colorScheme of ["light", "dark"] as const) {
          await onPage(
            path,
            async (page) => {
              const width = await page.evaluate("document.documentElement.scrollWidth");
              expect(width).toBeLessThanOrEqual(320);
              const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
              expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
            },
            { colorScheme },
          );
        }
      },
    );

    test("without script and with the keyboard alone, two presses pay by a template", async () => {
      visitor.engine.payments = [payment({ id: code("N") })];
      visitor.engine.answers.set(`POST /v1/templates/${code("U")}/payments`, () => ({
        status: 201,
        body: payment({ id: code("N") }),
      }));
      await onPage(
        "/templates",
        async (page) => {
          const link = page.getByRole("link", { name: `${say("ru", "templates.pay")} Фонд` });
          await reach(page, link);
          await page.keyboard.press("Enter");
          await page.waitForURL(`**/templates/${code("U")}/pay`);
          const button = page.getByRole("button", { name: /500,00/ });
          await reach(page, button);
          await page.keyboard.press("Enter");
          await page.waitForURL(`**/payments/${code("N")}`);
        },
        { javaScriptEnabled: false },
      );
      expect(visitor.engine.commands().map(({ body }) => body)).toEqual([
        { amount: rub(50_000), methodId: code("C") },
      ]);
    });

    test("a search is a form that asks for a page, and its words stay in it", async () => {
      await onPage(
        "/archive",
        async (page) => {
          await page.getByLabel(say("ru", "archive.search")).fill("ремонт");
          await page.keyboard.press("Enter");
          await page.waitForURL("**/archive?q=*");
          expect(await page.getByLabel(say("ru", "archive.search")).inputValue()).toBe("ремонт");
        },
        { javaScriptEnabled: false },
      );
    });
  },
);

/** Goes there by the tabulator. */
async function reach(page: Page, target: ReturnType<Page["getByRole"]>): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("the keyboard does not reach it");
}
