import type { JSX } from "hono/jsx/jsx-runtime";
import { type Locale, words } from "../checkout/words.ts";
import type { FaultOf } from "../fault-order.ts";
import { takeFault } from "../faults.ts";
import { answerChallenge } from "./confirming.ts";
import type { Face } from "./face.ts";
import { AuthenticatePage, type Matter, MessagePage } from "./pages.tsx";
import type { Challenge, IntentRecord, SessionRecord, SetupIntentRecord } from "./records.ts";
import type { PageOwner } from "./shelf.ts";
import { completeSession, successAddress } from "./sessions.ts";
import { answerSetupChallenge } from "./setups.ts";
import type { End, Form, Visit, Way } from "./visit.ts";

type Asked = IntentRecord | SetupIntentRecord;

/** The payer on the issuer's 3-D Secure page, for a payment or for saving a card. */
export class AuthenticationVisit implements Visit {
  readonly #face: Face;
  readonly #asked: Asked;
  readonly #challenge: Challenge;
  readonly #locale: Locale;

  private constructor(face: Face, asked: Asked, challenge: Challenge, locale: Locale) {
    this.#face = face;
    this.#asked = asked;
    this.#challenge = challenge;
    this.#locale = locale;
  }

  /** The visit of a page of this owner. */
  static of(
    face: Face,
    owner: Exclude<PageOwner, { object: "checkout.session" }>,
    locale: (asked?: string) => Locale,
  ): AuthenticationVisit {
    const asked = face.shelf.get(owner.object, owner.id);
    return new AuthenticationVisit(face, asked, owner.challenge, locale(sessionOf(face, asked)?.locale));
  }

  get formToken(): string {
    return this.#challenge.formToken;
  }

  over(): End | undefined {
    const { status, challenge } = this.#asked;
    if (status === "requires_action" && challenge?.page === this.#challenge.page) return undefined;
    const goTo = this.#wayBack(this.#asked);
    return { goTo, page: <MessagePage locale={this.#locale} title={this.#endTitle()} back={goTo} /> };
  }

  /** Back to the hosted page, or to the merchant with what came of it. */
  #wayBack(after: Asked): string | undefined {
    const session = sessionOf(this.#face, after);
    if (session) {
      return session.status === "complete"
        ? successAddress(session)
        : `${this.#face.bank.origin()}/stripe/checkout/${session.page}`;
    }
    const { returnUrl } = this.#challenge;
    return returnUrl === undefined ? undefined : withResult(returnUrl, after);
  }

  #endTitle(): string {
    const say = words[this.#locale];
    const { object, status } = this.#asked;
    if (status === "succeeded") return object === "payment_intent" ? say.paidTitle : say.boundTitle;
    if (status === "requires_capture") return say.heldTitle;
    if (status === "processing") return say.processingTitle;
    return object === "payment_intent" ? say.failedTitle : say.notBoundTitle;
  }

  show(): JSX.Element {
    const { card } = this.#face.shelf.get("payment_method", this.#challenge.paymentMethod);
    const asked = this.#asked;
    const matter: Matter = {
      account: this.#face.options.account,
      card,
      description: asked.description,
      ...(asked.object === "payment_intent" ? { amount: asked.amount, currency: asked.currency } : {}),
    };
    return (
      <AuthenticatePage
        locale={this.#locale}
        action={`/stripe/authenticate/${this.#challenge.page}`}
        token={this.formToken}
        matter={matter}
      />
    );
  }

  submit(form: Form): Way | JSX.Element {
    const after = this.#answer(form.action === "confirm");
    const session = sessionOf(this.#face, after);
    if (session && after.status === "succeeded") completeSession(this.#face, session);
    const goTo = this.#wayBack(after);
    return goTo === undefined ? (
      <MessagePage locale={this.#locale} title={words[this.#locale].processingTitle} />
    ) : (
      { goTo }
    );
  }

  #answer(confirmed: boolean): Asked {
    const asked = this.#asked;
    const fault = confirmed ? this.#takeFault(asked) : undefined;
    return asked.object === "payment_intent"
      ? answerChallenge(this.#face, asked, confirmed, fault)
      : answerSetupChallenge(this.#face, asked, confirmed, fault);
  }

  #takeFault(asked: Asked): FaultOf<"outcome"> | undefined {
    return takeFault(this.#face.bank.book, "outcome", {
      operation: "confirm",
      metadata: asked.metadata,
      chargeId: this.#challenge.key,
      paymentId: asked.id,
      paymentMethodId: this.#challenge.paymentMethod,
      amountMinor: asked.object === "payment_intent" ? asked.amount : undefined,
    });
  }
}

/** The hosted page that a setup belongs to, if it began there. */
function sessionOf(face: Face, asked: Asked): SessionRecord | undefined {
  const id = face.shelf.sessionsBySetup.get(asked.id);
  return id === undefined ? undefined : face.shelf.get("checkout.session", id);
}

/** The merchant's address with what the vendor adds to it. */
function withResult(returnUrl: string, after: Asked): string {
  const url = new URL(returnUrl);
  url.searchParams.set(after.object, after.id);
  url.searchParams.set(`${after.object}_client_secret`, after.clientSecret);
  const good = ["succeeded", "processing", "requires_capture"].includes(after.status);
  url.searchParams.set("redirect_status", good ? "succeeded" : "failed");
  return url.href;
}
