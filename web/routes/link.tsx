import { Hono } from "hono";
import type { SignedLink } from "../../api/client.ts";
import { isRefusal, show, showRefusal, showStale } from "../answers.tsx";
import { type Desk, guestOf, type WebContext, type WebEnv } from "../desk.ts";
import { LinkPage } from "../pages/link.tsx";
import { RenewalLinkPage } from "../pages/renewal-link.tsx";

/** Links of messages: a page with one button, for whoever holds the link. Programs that follow links press no button. */
export function linkRoutes({ dependencies }: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get("/link/:token", async (c) => {
    return showLink(c, () => guestOf(dependencies, c).lookAtLink(c.req.param("token")));
  });
  app.post("/link/:token", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    if (form.get("confirmed") !== "yes") return showStale(c, 403);
    return showLink(c, () => guestOf(dependencies, c).useLink(c.req.param("token")));
  });
  return app;
}

async function showLink(c: WebContext, ask: () => Promise<SignedLink>): Promise<Response> {
  try {
    const link = await ask();
    const on = { visit: c.get("visit"), path: c.req.path };
    if (link.action === "renew") return show(c, <RenewalLinkPage {...on} link={link} />);
    return show(c, <LinkPage {...on} link={link} />);
  } catch (cause) {
    if (isRefusal(cause, "link-not-found")) return showRefusal(c, cause);
    throw cause;
  }
}
