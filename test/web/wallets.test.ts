import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { beforeEach, describe, expect, test } from "vitest";
import { Visitor } from "./visitor.ts";

let visitor: Visitor;
beforeEach(async () => {
  visitor = await new Visitor().signIn();
});

describe("Apple Pay and Google Pay on the way to the gateway's page", () => {
  test("without script the page explains where they work, and what Apple Pay does not pay; in both languages", async () => {
    const ru = await visitor.page("/methods/new");
    expect(ru).toContain("Apple Pay работает в Safari");
    expect(ru).toContain("не оплачивают «Дополнительные платежи»");
    expect(ru).toMatch(/<p data-wallet="apple_pay" hidden[^>]*>На этом устройстве есть Apple Pay/);
    expect(ru).not.toContain('data-wallet="google_pay"');
    const en = await (await visitor.get("/methods/new?lang=en")).text();
    expect(en).toContain("Apple Pay works in Safari");
  });

  test("a gateway that takes none says nothing of them", async () => {
    visitor.engine.choice = { gateway: "yookassa" };
    expect(await visitor.page("/methods/new?biller=gorod-zhkh")).not.toContain("wallet-hint");
  });
});

/** A line of the hint, as far as the island touches it. */
type Line = {
  hidden: boolean;
  gone: boolean;
  readonly dataset: { readonly wallet?: string };
  remove(): void;
};

/** Runs the island in a browser that has these globals; answers what it shows. */
function shownIn(browser: Readonly<Record<string, unknown>>): readonly string[] {
  const line = (wallet?: string): Line => ({
    hidden: wallet !== undefined,
    gone: false,
    dataset: wallet === undefined ? {} : { wallet },
    remove() {
      this.gone = true;
    },
  });
  const wallets = [line("apple_pay"), line("google_pay")];
  const none = [line()];
  let Island: (new () => { connectedCallback(): void }) | undefined;
  class HTMLElement {
    querySelectorAll = (selector: string): readonly Line[] => (selector === "[data-wallet]" ? wallets : none);
  }
  const script = readFileSync(new URL("../../web/static/wallet-hint.js", import.meta.url), "utf8");
  const customElements = {
    define: (_: string, element: NonNullable<typeof Island>) => {
      Island = element;
    },
  };
  runInNewContext(script, { HTMLElement, customElements, ...browser });
  if (Island === undefined) throw new Error("the island was not defined");
  new Island().connectedCallback();
  return [...wallets, ...none]
    .filter(({ hidden, gone }) => !hidden && !gone)
    .map(({ dataset }) => dataset.wallet ?? "explanation");
}

describe("with script the page says which of them this browser has", () => {
  const apple = (answer: () => boolean) => ({
    ApplePaySession: { canMakePayments: answer },
    PaymentRequest: (): undefined => undefined,
  });

  test.each([
    ["Safari with Apple Pay", apple(() => true), ["apple_pay"]],
    ["Safari on a Mac without it", apple(() => false), ["explanation"]],
    [
      "Safari that may not be asked on our page",
      apple(() => {
        throw new Error("not allowed");
      }),
      ["apple_pay"],
    ],
    ["Chrome", { PaymentRequest: (): undefined => undefined }, ["google_pay"]],
    ["a browser with neither", {}, ["explanation"]],
  ])("%s", (_, browser, shown) => {
    expect(shownIn(browser)).toEqual(shown);
  });
});
