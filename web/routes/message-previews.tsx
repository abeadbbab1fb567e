import { Hono } from "hono";
import { isLocale } from "../../words/locale.ts";
import { show, showNotFound } from "../answers.tsx";
import type { Desk, WebEnv } from "../desk.ts";
import { type MessagePreviews, previewsPath } from "../message-previews.ts";
import { MessagePreviewsPage } from "../pages/message-previews.tsx";

/** The list of every message. In live mode there is none. */
export function messagePreviewRoutes({ dependencies }: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get(previewsPath, async (c) => {
    const { messagePreviews } = dependencies;
    if (messagePreviews === undefined) return showNotFound(c);
    const visit = c.get("visit");
    return show(c, <MessagePreviewsPage visit={visit} previews={await messagePreviews(visit.locale)} />);
  });
  return app;
}

/** A mail brings its own styles and nothing else: no script, no picture, no form, and no part of our site. */
const mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; sandbox allow-popups";

/** The mails themselves, each a document of its own beside the page's rules; answers nothing for an address that is none of theirs. */
export function previewedMails(previews: MessagePreviews): Hono {
  const app = new Hono();
  app.get(`${previewsPath}/:event/:locale`, async (c) => {
    const { event, locale } = c.req.param();
    const found = isLocale(locale) ? (await previews(locale)).find((one) => one.event === event) : undefined;
    if (found === undefined) return c.notFound();
    return c.html(found.mail.html, 200, {
      "content-security-policy": mailPolicy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    });
  });
  return app;
}
