import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { Locale } from "../../words/locale.ts";
import { say } from "../../words/say.ts";
import { violationsOn } from "./accessibility.ts";
import type { StackBoard } from "./resident-story.ts";

const cardNumber = "5555555555554477";

/** A page of ours that was looked at closely. */
interface Findings {
  /** Addresses without ids. */
  readonly seen: Set<string>;
  /** What the browser complained about: refused scripts and styles, failed requests. */
  readonly complaints: string[];
}

/** What was already inspected, by test file: a page in another state, with other parts, is another one. Files of one worker share this module. */
const inspected = new Set<string>();

/** A person in front of the page, in a real browser. */
export class PageWalker {
  readonly page: Page;
  readonly locale: Locale;
  readonly #board: StackBoard;
  readonly #findings: Findings = { seen: new Set(), complaints: [] };
  readonly #withScript: boolean;

  constructor(
    page: Page,
    board: StackBoard,
    options: { readonly locale: Locale; readonly withScript: boolean },
  ) {
    this.page = page;
    this.#board = board;
    this.locale = options.locale;
    this.#withScript = options.withScript;
    page.on("console", (message) => {
      const ours = message.location().url.startsWith(board.page);
      // A wrong form and a wrong address are part of the road; Chromium tells them here, too.
      const asked = /status of (404|422)/.test(message.text());
      if (message.type() === "error" && ours && !asked) this.#findings.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.#findings.complaints.push(error.message));
  }

  /** Opens a path of the page and looks at it closely. */
  async open(path: string): Promise<void> {
    await this.page.goto(new URL(path, this.#board.page).href);
    await this.inspect();
  }

  /** Signs in by the identity provider's page. */
  async signIn(login: string): Promise<void> {
    this.login = login;
    await this.page.goto(`${this.#board.page}/sign-in`);
    await this.page.click(`button[value="${login}"]`);
    await this.page.waitForURL((url) => url.origin === this.#board.page);
    await this.inspect();
    // who is here for the first time is led to the terms before anything else
    if (new URL(this.page.url()).pathname === "/terms")
      await this.press(say(this.locale, "page.terms.accept"));
    await this.page.waitForURL(`${this.#board.page}/`);
  }

  /** Who has signed in last. */
  login = "";

  /** Do scripts run? */
  get withScript(): boolean {
    return this.#withScript;
  }

  /** The page's own content, without frame and navigation. */
  get main(): Locator {
    return this.page.locator("main");
  }

  /** Presses a button or follows a link of the content, and looks closely at what comes. */
  async press(name: string | RegExp): Promise<void> {
    const target = this.main.getByRole("button", { name }).or(this.main.getByRole("link", { name }));
    await target.first().click();
    await this.page.waitForLoadState("load");
    await this.inspect();
  }

  /** Goes through the bank's forms until it sends us back. */
  async passBank(): Promise<void> {
    await this.page.waitForURL(/\/checkout\//);
    const number = this.page.locator("input[autocomplete=cc-number]");
    if (await number.isVisible()) {
      await number.fill(cardNumber);
      await this.page.fill("input[autocomplete=cc-exp]", "11/31");
      await this.page.fill("input[autocomplete=cc-csc]", "123");
      await this.page.locator("form button[type=submit]").first().click();
    }
    await this.page.fill(
      "input[autocomplete=one-time-code]",
      (await this.page.locator(".code").textContent()) ?? "",
    );
    await this.page.locator("form button[type=submit]").first().click();
    await this.page.waitForURL(`${this.#board.page}/**`);
    await this.inspect();
  }

  /** Waits until the page shows a state: by itself where scripts run, by its own link where they do not. */
  async awaitState(state: string): Promise<void> {
    const shown = this.page.locator(`[data-state="${state}"]`);
    if (this.#withScript) {
      await shown.waitFor({ timeout: 60_000 });
      return;
    }
    await expect
      .poll(
        async () => {
          if ((await shown.count()) > 0) return true;
          await this.page.locator("[data-without-script]").first().click();
          return false;
        },
        { timeout: 60_000, interval: 500 },
      )
      .toBe(true);
  }

  /**
   * Holds the page against WCAG 2.2 AA in light and dark, and against a screen of 320 px; each page once for each state and kind of message. Without
   * script axe cannot run: the markup is the same, so the run with script speaks for both.
   */
  async inspect(): Promise<void> {
    const url = new URL(this.page.url());
    if (url.origin !== this.#board.page) return;
    const kind = url.pathname.replace(/KV(-[0-9A-Z]{4}){3}/g, "{id}");
    this.#findings.seen.add(kind);
    const { testPath } = expect.getState();
    const look = [testPath, this.#withScript, this.locale, kind, await this.#looks()].join(" ");
    if (inspected.has(look)) return;
    if (this.#withScript) {
      await this.#expectAccessible(kind, "light");
      await this.#expectAccessible(kind, "dark");
    }
    await this.page.setViewportSize({ width: 320, height: 640 });
    const overflow = await this.page.evaluate("document.documentElement.scrollWidth - innerWidth");
    expect({ kind, overflow }).toEqual({ kind, overflow: 0 });
    await this.page.setViewportSize({ width: 1100, height: 800 });
    inspected.add(look);
  }

  /** Which parts a page shows, without what stands in them. */
  #looks(): Promise<string> {
    return this.page.evaluate(
      "[...document.querySelectorAll('main [class], main [data-state]')].map((e) => e.className + (e.dataset.state ?? '')).sort().join()",
    );
  }

  /** In the dark only colours differ. */
  async #expectAccessible(kind: string, colorScheme: "light" | "dark"): Promise<void> {
    await this.page.emulateMedia({ colorScheme });
    const wanted = colorScheme === "dark" ? { rules: ["color-contrast"] } : "all";
    const violations = await violationsOn(this.page, wanted);
    const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    expect({ kind, colorScheme, told }).toEqual({ kind, colorScheme, told: [] });
    await this.page.emulateMedia({ colorScheme: "light" });
  }

  /** Moves the focus by Tab alone until it is on the target, and checks that one can see it there. */
  async tabTo(target: Locator, most = 60): Promise<void> {
    for (let presses = 0; presses < most; presses += 1) {
      await this.page.keyboard.press("Tab");
      if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) {
        const outline = await target.evaluate(
          (element) => element.ownerDocument.defaultView?.getComputedStyle(element).outlineStyle,
        );
        expect(outline).not.toBe("none");
        return;
      }
    }
    throw new Error(`${String(target)} is not reached by the keyboard`);
  }

  /** What the browser complained about while our pages were open. */
  complaints(): readonly string[] {
    return this.#findings.complaints;
  }

  /** The pages that were looked at, ids left out. */
  seen(): readonly string[] {
    return [...this.#findings.seen].toSorted();
  }
}
