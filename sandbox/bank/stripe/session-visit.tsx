import type { JSX } from "hono/jsx/jsx-runtime";
import type { Problems } from "../checkout/frame.tsx";
import { type Locale, words } from "../checkout/words.ts";
import { takeFault } from "../faults.ts";
import type { Face } from "./face.ts";
import { MessagePage, SavePage } from "./pages.tsx";
import { keepMethod } from "./payment-methods.ts";
import type { SessionRecord, SetupIntentRecord } from "./records.ts";
import { completeSession, successAddress } from "./sessions.ts";
import { setUp } from "./setups.ts";
import { type TypedCard, hasExpired, isTestCard, keepableCard } from "./test-cards.ts";
import type { End, Form, Visit, Way } from "./visit.ts";
import { sayDecline, stripeWords } from "./words.ts";

/** The payer on the hosted page of a Checkout Session. */
export class SessionVisit implements Visit {
  readonly #face: Face;
  readonly #id: string;
  readonly #locale: Locale;

  constructor(face: Face, id: string, locale: (asked?: string) => Locale) {
    this.#face = face;
    this.#id = id;
    this.#locale = locale(this.#session.locale);
  }

  get formToken(): string {
    return this.#session.formToken;
  }

  get #session(): SessionRecord {
    return this.#face.shelf.get("checkout.session", this.#id);
  }

  get #setup(): SetupIntentRecord {
    return this.#face.shelf.get("setup_intent", this.#session.setupIntent);
  }

  over(): End | undefined {
    const session = this.#session;
    if (session.status === "open") return undefined;
    const say = words[this.#locale];
    const complete = session.status === "complete";
    const goTo = complete ? successAddress(session) : session.cancelUrl;
    const title = complete ? say.boundTitle : say.goneTitle;
    return {
      goTo,
      page: (
        <MessagePage locale={this.#locale} title={title} back={goTo}>
          {complete ? null : <p>{say.goneText}</p>}
        </MessagePage>
      ),
    };
  }

  show(): JSX.Element {
    return this.#page({}, this.#refusal());
  }

  submit(form: Form): Way | JSX.Element {
    const typed = readCard(form, words[this.#locale], this.#face.bank.book.now());
    if ("problems" in typed) return this.#page(typed.problems, undefined);
    const face = this.#face;
    const fault = takeFault(face.bank.book, "outcome", {
      operation: "stripe_setup",
      metadata: this.#setup.metadata,
    });
    const method = keepMethod(face, keepableCard(face, typed.card));
    const returnUrl = `${face.bank.origin()}/stripe/checkout/${this.#session.page}`;
    const setup = setUp(face, this.#setup, method, { returnUrl, fault });
    if (setup.status === "succeeded") return { goTo: successAddress(completeSession(face, this.#session)) };
    if (setup.status === "requires_action") {
      return { goTo: `${face.bank.origin()}/stripe/authenticate/${setup.challenge?.page ?? ""}` };
    }
    return this.#page({}, this.#refusal());
  }

  #page(problems: Problems, refusal: string | undefined): JSX.Element {
    const session = this.#session;
    return (
      <SavePage
        locale={this.#locale}
        action={`/stripe/checkout/${session.page}`}
        token={session.formToken}
        matter={{ account: this.#face.options.account, description: this.#setup.description }}
        back={session.cancelUrl}
        problems={problems}
        refusal={refusal}
      />
    );
  }

  /** Why the card that was typed last could not be saved. */
  #refusal(): string | undefined {
    const { lastError, status } = this.#setup;
    if (!lastError || status !== "requires_payment_method") return undefined;
    const say = stripeWords[this.#locale];
    if (lastError.declineCode === undefined) return say.notConfirmed;
    return `${say.declined}: ${sayDecline(this.#locale, lastError.declineCode)}`;
  }
}

function readCard(
  form: Form,
  say: (typeof words)[Locale],
  nowMs: number,
): { readonly card: TypedCard } | { readonly problems: Problems } {
  const number = (form.number ?? "").replace(/[\s-]/g, "");
  const [, month = "", year = ""] =
    /^\s*(0[1-9]|1[0-2])\s*\/?\s*(?:20)?(\d\d)\s*$/.exec(form.expiry ?? "") ?? [];
  const expiry = { expMonth: Number(month), expYear: 2000 + Number(year) };
  const problems: Problems = {
    ...(isTestCard(number) ? {} : { number: say.badNumber }),
    ...(month === "" || hasExpired(expiry, nowMs) ? { expiry: say.badExpiry } : {}),
    ...(/^\d{3,4}$/.test((form.csc ?? "").trim()) ? {} : { csc: say.badCsc }),
  };
  return Object.keys(problems).length > 0 ? { problems } : { card: { number, ...expiry } };
}
