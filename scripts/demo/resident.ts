import { randomInt } from "node:crypto";
import type { DemoBoard } from "./board.ts";
import { Browser, formTo, type OpenPage, wordsOf } from "./browser.ts";
import { DemoFailure, within } from "./failure.ts";
import { type FormField, formsOf } from "./html-forms.ts";

/** A published test card of the vendor that asks for 3-D Secure; nothing about it is secret. */
const testCardNumber = "5555555555554477";
const bankSteps = 6;

/** A resident in front of the page: does everything by its forms, as somebody without script would. */
export class Resident {
  readonly #browser = new Browser();
  readonly #board: DemoBoard;
  /**
   * Another expiry makes another card: the engine allows two declined debits a card and day, over all its mandates, and the story
   * has one, so a card of its own lets it be played again and again.
   */
  readonly #expiry = `${String(randomInt(1, 13)).padStart(2, "0")}/${randomInt(30, 90)}`;

  constructor(board: DemoBoard) {
    this.#board = board;
  }

  open(path: string): Promise<OpenPage> {
    return this.#browser.open(new URL(path, this.#board.page));
  }

  /** Signs in through the real identity provider. */
  async signIn(login: string): Promise<void> {
    const chooser = await this.open("/sign-in");
    const page = await this.#browser.submit(chooser, formTo(chooser, /\/interaction\//), { press: login });
    if (page.url.origin !== new URL(this.#board.page).origin || page.status !== 200) {
      throw new DemoFailure(`signing in ended at ${page.url.href} (${page.status}): ${wordsOf(page)}`);
    }
  }

  /** Binds the test card on the bank's page, 3-D Secure included; answers our id of it. */
  async bindCard(): Promise<string> {
    const start = await this.open("/methods/new");
    const back = await this.passBank(await this.#browser.submit(start, formTo(start, /^\/methods\/new$/)));
    const id = /\/methods\/([^/]+)\/return/.exec(back.url.pathname)?.[1];
    if (id === undefined) throw new DemoFailure(`the bank sent us to ${back.url.href}: ${wordsOf(back)}`);
    return within(20, "the card's binding shows on the page", async () => {
      const { html } = await this.open(`/methods/${id}/return`);
      return html.includes('data-state="active"') ? id : undefined;
    });
  }

  /** Sets a mandate in its three steps, with the short notice of a demonstration; answers its id. */
  async setMandate(billerId: string, account: string, cardId: string): Promise<string> {
    const what = await this.open("/mandates/new");
    const terms = await this.#browser.submit(what, formTo(what, /^\/mandates\/new$/), {
      fields: { billerId, account },
    });
    const consent = await this.#browser.submit(terms, formTo(terms, /^\/mandates\/new\/terms$/), {
      fields: { method: cardId, perPaymentLimit: "10000", noticePack: "demo" },
    });
    const done = await this.#browser.submit(consent, formTo(consent, /^\/mandates\/new\/consent$/));
    const id = /^\/mandates\/(KV-[^/]+)$/.exec(done.url.pathname)?.[1];
    if (id === undefined) throw new DemoFailure(`no mandate came of it: ${done.url.href}: ${wordsOf(done)}`);
    return id;
  }

  /** Follows our link from the mail, confirms on our page, goes to the bank and comes back. */
  async confirm(link: string, paymentId: string): Promise<OpenPage> {
    const page = await this.#browser.open(link);
    const form = formTo(page, new RegExp(`^/payments/${paymentId}/confirm$`));
    const next = await this.#browser.submit(page, form);
    if (this.#isOurs(next)) {
      // The charge was not answered at once: the payment's page offers the way to the bank as soon as there is one.
      const way = await within(30, "the bank's page for the confirmation", async () => {
        const shown = await this.open(`/payments/${paymentId}`);
        return shown.html.includes(`href="/payments/${paymentId}/bank"`)
          ? `/payments/${paymentId}/bank`
          : undefined;
      });
      return this.passBank(await this.open(way));
    }
    return this.passBank(next);
  }

  /** Goes through the bank's forms until it sends us back to our page. */
  async passBank(arrived: OpenPage): Promise<OpenPage> {
    let page = arrived;
    for (let step = 0; step < bankSteps && !this.#isOurs(page); step += 1) {
      const [form] = formsOf(page.html);
      if (!form) throw new DemoFailure(`the bank's page ${page.url.href} has no form: ${wordsOf(page)}`);
      page = await this.#browser.submit(page, form, { fields: this.#typed(form.fields, page.html) });
    }
    if (!this.#isOurs(page)) throw new DemoFailure(`the bank does not let us go: ${wordsOf(page)}`);
    return page;
  }

  #isOurs(page: OpenPage): boolean {
    return page.url.origin === new URL(this.#board.page).origin;
  }

  /** What a person would type: the card, and the one-time code that the pretend issuer prints on its page. */
  #typed(fields: readonly FormField[], html: string): Record<string, string> {
    const known: Readonly<Record<string, string | undefined>> = {
      "cc-number": testCardNumber,
      "cc-exp": this.#expiry,
      "cc-csc": "123",
      "one-time-code": /class="code"[^>]*>\s*(\d{4,8})\s*</.exec(html)?.[1],
    };
    return Object.fromEntries(
      fields.flatMap(({ name, autocomplete }) => {
        const value = known[autocomplete];
        return value === undefined ? [] : [[name, value]];
      }),
    );
  }
}
