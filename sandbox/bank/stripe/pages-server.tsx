import { timingSafeEqual } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { html } from "hono/html";
import type { JSX } from "hono/jsx/jsx-runtime";
import { type Locale, chooseLocale, words } from "../checkout/words.ts";
import { expireOverdueStripe } from "./expiry.ts";
import type { Face } from "./face.ts";
import { MessagePage } from "./pages.tsx";
import { AuthenticationVisit } from "./authentication-visit.tsx";
import { SessionVisit } from "./session-visit.tsx";
import type { Form, Visit } from "./visit.ts";

type PageContext = Context<{ Bindings: HttpBindings }>;
/** The bank's pages of the Stripe face, to be mounted under `/stripe`: plain forms, no script. */
export function stripePages(face: Face, committed: () => void): Hono<{ Bindings: HttpBindings }> {
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
  app.get("/checkout/:page", (c) => showVisit(face, c, findSession));
  app.post("/checkout/:page", (c) => takeForm(face, c, findSession, committed));
  app.get("/authenticate/:page", (c) => showVisit(face, c, findAuthentication));
  app.post("/authenticate/:page", (c) => takeForm(face, c, findAuthentication, committed));
  return app;
}

type FindVisit = (face: Face, page: string, locale: (asked?: string) => Locale) => Visit | undefined;

const findSession: FindVisit = (face, page, locale) => {
  const owner = face.shelf.pages.get(page);
  if (owner?.object !== "checkout.session") return undefined;
  return new SessionVisit(face, owner.id, locale);
};

const findAuthentication: FindVisit = (face, page, locale) => {
  const owner = face.shelf.pages.get(page);
  if (owner === undefined || owner.object === "checkout.session") return undefined;
  return AuthenticationVisit.of(face, owner, locale);
};

async function showVisit(face: Face, c: PageContext, find: FindVisit): Promise<Response> {
  expireOverdueStripe(face);
  const visit = find(face, c.req.param("page") ?? "", localeOf(c));
  await face.bank.book.durable();
  if (!visit) return c.html(page(gonePage(c)), 404);
  return c.html(page(visit.over()?.page ?? visit.show()));
}

async function takeForm(
  face: Face,
  c: PageContext,
  find: FindVisit,
  committed: () => void,
): Promise<Response> {
  const form = textFields(await c.req.parseBody());
  expireOverdueStripe(face);
  const visit = find(face, c.req.param("page") ?? "", localeOf(c));
  if (!visit) return c.html(page(gonePage(c)), 404);
  if (!sameSecret(form.token ?? "", visit.formToken)) return c.html(page(stalePage(c)), 403);
  // A form sent twice, or after the end: nothing changes, the payer goes where the first one went.
  const over = visit.over();
  if (over) return over.goTo === undefined ? c.html(page(over.page)) : c.redirect(over.goTo, 303);
  const outcome = face.bank.book.transact(() => visit.submit(form));
  await face.bank.book.durable();
  committed();
  return "goTo" in outcome ? c.redirect(outcome.goTo, 303) : c.html(page(outcome), 422);
}

function localeOf(c: PageContext): (asked?: string) => Locale {
  return (asked) => chooseLocale(asked === "auto" ? undefined : asked, c.req.header("Accept-Language"));
}

function gonePage(c: PageContext): JSX.Element {
  const locale = localeOf(c)();
  return (
    <MessagePage locale={locale} title={words[locale].goneTitle}>
      <p>{words[locale].goneText}</p>
    </MessagePage>
  );
}

function stalePage(c: PageContext): JSX.Element {
  const locale = localeOf(c)();
  return (
    <MessagePage locale={locale} title={words[locale].staleTitle}>
      <p>{words[locale].staleText}</p>
    </MessagePage>
  );
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
