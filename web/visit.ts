import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { LivingSession } from "../api/client.ts";
import { isLocale, type Locale, preferredLocale } from "../words/locale.ts";
import type { Notice } from "./notice.ts";
import type { Session } from "./session.ts";

/** What every page knows about the one who looks at it. */
export interface Visit {
  readonly locale: Locale;
  /** IANA name of the zone that times are written in. */
  readonly zone: string;
  readonly session: Session | undefined;
  /** Has the person accepted the terms of use: today's edition, an older one, none? `none` while nobody is signed in. */
  readonly terms: LivingSession["terms"];
  /** Path and query of this page, for links that come back to it. */
  readonly here: string;
  readonly livemode: boolean;
  readonly temporalUiUrl: string | undefined;
  /** Belongs into every form; empty while nobody is signed in. */
  readonly formToken: string;
  /** What the last action had to say, shown once. */
  readonly notice: Notice | undefined;
}

const languageCookie = "kvitok-language";
const yearSeconds = 365 * 24 * 60 * 60;

/** The language of a page: asked for in the address (and remembered), remembered, the person's, the browser's; Russian at last. */
export function chooseLocale(c: Context, session: Session | undefined, secure: boolean): Locale {
  const asked = c.req.query("lang");
  if (isLocale(asked)) {
    setCookie(c, languageCookie, asked, {
      path: "/",
      sameSite: "Lax",
      httpOnly: true,
      secure,
      maxAge: yearSeconds,
    });
    return asked;
  }
  const remembered = getCookie(c, languageCookie);
  if (isLocale(remembered)) return remembered;
  return session?.locale ?? preferredLocale(c.req.header("accept-language"));
}

/** This page's address without the wish for a language. */
export function hereOf(c: Context): string {
  const url = new URL(c.req.url);
  url.searchParams.delete("lang");
  // Two slashes at the beginning would make it an address of another host.
  return url.pathname.replace(/^\/+/, "/") + url.search;
}
