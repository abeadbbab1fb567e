import { timingSafeEqual } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { html } from "hono/html";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { BankContext } from "../api-server.ts";
import type { Bank } from "../bank.ts";
import { expireOverdue } from "../expiry.ts";
import { hasExpired, isTestCard, keepableCard } from "../test-cards.ts";
import type { PageSubject, Problems } from "./frame.tsx";
import { CardPage, ChallengePage, EndPage, MessagePage } from "./pages.tsx";
import { type CardChoice, answerChallenge, chooseCard, isOpen, savedCardsOf } from "./visit.ts";
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
  app.get("/:session", (c) => showStep(bank, c));
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
  if (confirmation.step === "challenge" && card) {
    return <ChallengePage subject={subject} card={card} problems={problems} />;
  }
  const offerToRemember = record.kind === "payment" && record.customerId !== undefined && !record.saveMethod;
  return (
    <CardPage
      subject={subject}
      saved={savedCardsOf(bank, record)}
      offerToRemember={offerToRemember}
      problems={problems}
    />
  );
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
  if (!isOpen(record)) return c.redirect(confirmation.returnUrl, 303);
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
