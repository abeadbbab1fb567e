import { randomInt } from "node:crypto";
import type { DemoBoard } from "./board.ts";
import { Browser, formTo, type OpenPage, wordsOf } from "./browser.ts";
import { DemoFailure, within } from "./failure.ts";
import { type FormField, formsOf } from "./html-forms.ts";

/** Published test cards of the vendors that ask for 3-D Secure when they are bound; nothing about them is secret. */
const testCards = { yookassa: "5555555555554477", stripe: "4000002500003155" } as const;
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

  #cardNumber: string = testCards.yookassa;

  constructor(board: DemoBoard) {
    this.#board = board;
  }

  open(path: string): Promise<OpenPage> {
    return this.#browser.open(new URL(path, this.#board.page));
  }

  /** Signs in through the real identity provider. */
  async signIn(login: string): Promise<void> {
    const chooser = await this.open("/sign-in");
    const arrived = await this.#browser.submit(chooser, formTo(chooser, /\/interaction\//), { press: login });
    const page = arrived.url.pathname === "/terms" ? await this.#acceptTerms(arrived) : arrived;
    if (page.url.origin !== new URL(this.#board.page).origin || page.status !== 200) {
      throw new DemoFailure(`signing in ended at ${page.url.href} (${page.status}): ${wordsOf(page)}`);
    }
  }

  /** Who is here for the first time is led to the terms before anything else. */
  #acceptTerms(page: OpenPage): Promise<OpenPage> {
    return this.#browser.submit(page, formTo(page, /^\/terms$/));
  }

  /** Binds the test card on the page of the biller's gateway, 3-D Secure included; answers our id of it. */
  async bindCard(gateway: keyof typeof testCards, billerId: string): Promise<string> {
    this.#cardNumber = testCards[gateway];
    const start = await this.open(`/methods/new?biller=${billerId}`);
    const back = await this.passBank(await this.#browser.submit(start, formTo(start, /^\/methods\/new$/)));
    const id = /\/methods\/([^/]+)\/return/.exec(back.url.pathname)?.[1];
    if (id === undefined) throw new DemoFailure(`the bank sent us to ${back.url.href}: ${wordsOf(back)}`);
    return within(20, "the card's binding shows on the page", async () => {
      const { html } = await this.open(`/methods/${id}/return`);
      // a card that was bound before stays the method that it was: the page names it
      return /data-method="([^"]+)" data-state="active"/.exec(html)?.[1];
    });
  }

  /** Sets a mandate in its three steps, with the short notice of a demonstration; answers its id. */
  async setMandate(billerId: string, account: string, cardId: string): Promise<string> {
    const what = await this.open(`/mandates/new?biller=${billerId}`);
    const form = formTo(what, /^\/mandates\/new$/);
    // by which number this biller knows its payer is its own question
    const [asked] = form.fields.filter(({ name }) => name.startsWith("ref-"));
    if (asked === undefined) throw new DemoFailure(`${billerId} asks for no number: ${wordsOf(what)}`);
    const terms = await this.#browser.submit(what, form, { fields: { [asked.name]: account } });
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
      "cc-number": this.#cardNumber,
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
