import { timingSafeEqual } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { html } from "hono/html";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { BankContext } from "../api-server.ts";
import type { Bank } from "../bank.ts";
import { expireOverdue } from "../expiry.ts";
import { kindOf } from "../method-kinds.ts";
import type { Confirmation } from "../records.ts";
import { accountsOf } from "../test-accounts.ts";
import { hasExpired, isTestCard, keepableCard } from "../test-cards.ts";
import { AccountPage, MessageQuestionPage, PhonePage } from "./account-pages.tsx";
import type { PageSubject, Problems } from "./frame.tsx";
import { CardPage, ChallengePage, EndPage, MessagePage } from "./pages.tsx";
import {
  type CardChoice,
  answerAgreement,
  answerChallenge,
  chooseCard,
  isOpen,
  messagesOf,
  savedCardsOf,
} from "./visit.ts";
import { type Locale, chooseLocale, words } from "./words.ts";

type Form = Readonly<Record<string, string>>;

/** The bank's own pages, to be mounted under `/checkout`: plain forms, no script. */
export function checkoutServer(bank: Bank, committed: () => void): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(async (c, next) => {
    await next();
    // No form-action: browsers apply it to the redirect that takes the payer back to the shop, too.
    c.header(
      "Content-Security-Policy",
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    );
    c.header("Cache-Control", "no-store");
    c.header("Referrer-Policy", "no-referrer");
    c.header("X-Content-Type-Options", "nosniff");
  });
  app.get("/phones/:number", (c) => showPhone(bank, c));
  app.get("/:session", (c) => showStep(bank, c));
  app.post("/:session/agreement", (c) => takeForm(bank, c, committed, submitAgreement));
  app.post("/:session/card", (c) => takeForm(bank, c, committed, submitCard));
  app.post("/:session/challenge", (c) => takeForm(bank, c, committed, submitChallenge));
  return app;
}

function findSubject(bank: Bank, c: BankContext): PageSubject | undefined {
  expireOverdue(bank);
  const record = bank.book.bySession(c.req.param("session") ?? "");
  if (!record?.confirmation) return undefined;
  const locale = chooseLocale(record.confirmation.locale, c.req.header("Accept-Language"));
  return { bank, locale, record, confirmation: record.confirmation };
}

async function showStep(bank: Bank, c: BankContext): Promise<Response> {
  const subject = findSubject(bank, c);
  await bank.book.durable();
  return subject ? c.html(page(stepPage(subject, {}))) : c.html(page(gonePage(c)), 404);
}

function gonePage(c: BankContext): JSX.Element {
  const locale: Locale = chooseLocale(undefined, c.req.header("Accept-Language"));
  return <MessagePage locale={locale} title={words[locale].goneTitle} text={words[locale].goneText} />;
}

function stepPage(subject: PageSubject, problems: Problems): JSX.Element {
  const { bank, record, confirmation } = subject;
  if (!isOpen(record)) return <EndPage subject={subject} />;
  const card = record.kind === "payment" ? record.method.card : record.card;
  const offerToRemember = offersToRemember(record);
  if (confirmation.step === "account") {
    return <AccountPage subject={subject} offerToRemember={offerToRemember} />;
  }
  if (confirmation.step === "message") return <MessageQuestionPage subject={subject} />;
  if (confirmation.step === "challenge" && card) {
    return <ChallengePage subject={subject} card={card} problems={problems} />;
  }
  return (
    <CardPage
      subject={subject}
      saved={savedCardsOf(bank, record)}
      offerToRemember={offerToRemember}
      problems={problems}
    />
  );
}

/** Only for these may the payer decide at the bank whether the method is kept. */
function offersToRemember(record: PageSubject["record"]): boolean {
  if (record.kind !== "payment" || record.customerId === undefined || record.saveMethod) return false;
  return ["bank_card", "yoo_money"].includes(kindOf(record.method));
}

type Submit = (
  subject: PageSubject,
  form: Form,
) => { readonly problems: Problems } | { readonly goTo: string };

async function takeForm(
  bank: Bank,
  c: BankContext,
  committed: () => void,
  submit: Submit,
): Promise<Response> {
  const form = textFields(await c.req.parseBody());
  const subject = findSubject(bank, c);
  if (!subject) return c.html(page(gonePage(c)), 404);
  const { locale, confirmation, record } = subject;
  if (!sameSecret(form.token ?? "", confirmation.formToken)) {
    const say = words[locale];
    return c.html(page(<MessagePage locale={locale} title={say.staleTitle} text={say.staleText} />), 403);
  }
  // A form sent twice, or after the end: nothing changes, the payer goes where the first one went.
  if (!isOpen(record)) return c.redirect(whereTo(confirmation), 303);
  const outcome = submit(subject, form);
  await bank.book.durable();
  committed();
  return "goTo" in outcome
    ? c.redirect(outcome.goTo, 303)
    : c.html(page(stepPage(findSubject(bank, c) ?? subject, outcome.problems)), 422);
}

function submitCard({ bank, locale, record, confirmation }: PageSubject, form: Form): ReturnType<Submit> {
  const here = `/checkout/${confirmation.session}`;
  if (confirmation.step !== "card") return { goTo: here };
  // Whoever types a number means that card, even if a saved one is still ticked.
  const typed = (form.number ?? "").trim() !== "";
  const picked = typed ? undefined : savedCardsOf(bank, record).find((method) => method.id === form.method);
  const choice: CardChoice | Problems = picked?.card
    ? { card: picked.card, methodId: picked.id, remember: false }
    : readCard(form, words[locale], bank.book.now());
  if (!("card" in choice)) return { problems: choice };
  chooseCard(bank, record, choice);
  const after = bank.book.bySession(confirmation.session);
  return { goTo: after && isOpen(after) ? here : confirmation.returnUrl };
}

function readCard(form: Form, say: (typeof words)[Locale], nowMs: number): CardChoice | Problems {
  const number = (form.number ?? "").replace(/[\s-]/g, "");
  const [, month = "", year = ""] =
    /^\s*(0[1-9]|1[0-2])\s*\/?\s*(?:20)?(\d\d)\s*$/.exec(form.expiry ?? "") ?? [];
  const expiry = { expiryMonth: month, expiryYear: `20${year}` };
  const problems: Problems = {
    ...(isTestCard(number) ? {} : { number: say.badNumber }),
    ...(month === "" || hasExpired(expiry, nowMs) ? { expiry: say.badExpiry } : {}),
    ...(/^\d{3,4}$/.test((form.csc ?? "").trim()) ? {} : { csc: say.badCsc }),
  };
  if (Object.keys(problems).length > 0) return problems;
  return { card: keepableCard({ number, ...expiry }), remember: form.remember === "yes" };
}

function submitChallenge(
  { bank, locale, record, confirmation }: PageSubject,
  form: Form,
): ReturnType<Submit> {
  if (confirmation.step !== "challenge") return { goTo: `/checkout/${confirmation.session}` };
  const answer = form.action === "refuse" ? "refuse" : { code: (form.code ?? "").trim() };
  const done = answerChallenge(bank, record, answer);
  return done ? { goTo: confirmation.returnUrl } : { problems: { code: words[locale].badCode } };
}

function submitAgreement({ bank, record, confirmation }: PageSubject, form: Form): ReturnType<Submit> {
  const here = `/checkout/${confirmation.session}`;
  if (confirmation.step !== "account" && confirmation.step !== "message") return { goTo: here };
  const remember = form.remember === "yes";
  const account = chosenAccount(record, form);
  const agreement = { remember, ...(account === undefined ? {} : { account }) };
  answerAgreement(bank, record, form.action === "refuse" ? "refuse" : agreement);
  return { goTo: whereTo(confirmation) };
}

/** The account that was ticked, else the first one; none for a phone account, whose number the shop has sent. */
function chosenAccount(record: PageSubject["record"], form: Form): string | undefined {
  const accounts = accountsOf(kindOf(record.kind === "payment" ? record.method : record));
  return (accounts.find(({ id }) => id === form.account) ?? accounts[0])?.id;
}

/** Back to the shop, or to this page's end where the shop has named no address. */
function whereTo({ returnUrl, session }: Confirmation): string {
  return returnUrl === "" ? `/checkout/${session}` : returnUrl;
}

async function showPhone(bank: Bank, c: BankContext): Promise<Response> {
  expireOverdue(bank);
  const number = c.req.param("number") ?? "";
  const locale = chooseLocale(undefined, c.req.header("Accept-Language"));
  const messages = messagesOf(bank, number);
  await bank.book.durable();
  return c.html(page(<PhonePage locale={locale} number={number} messages={messages} />));
}

function textFields(body: Record<string, unknown>): Form {
  const texts = Object.entries(body).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return Object.fromEntries(texts);
}

function sameSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** hono/jsx has no doctype, and without one browsers fall into their quirks mode. */
function page(content: JSX.Element): ReturnType<typeof html> {
  return html`<!doctype html>${content}`;
}
