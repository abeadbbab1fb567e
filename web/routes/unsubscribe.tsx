import { Hono } from "hono";
import { ApiProblem, type Unsubscribe } from "../../api/client.ts";
import { refuseForeign } from "../admission.tsx";
import { isRefusal, show, showRefusal, showStale } from "../answers.tsx";
import { type Desk, guestOf, type WebContext, type WebEnv } from "../desk.ts";
import { UnsubscribePage } from "../pages/unsubscribe.tsx";

const GONE = 410;

/**
 * One-click unsubscribe (RFC 8058): a mail program posts `List-Unsubscribe=One-Click` for its reader, from anywhere, without cookies, and is led nowhere else. Opening the link
 * changes nothing; undoing is for our own page.
 */
export function unsubscribeRoutes(desk: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const { dependencies } = desk;
  app.get("/unsubscribe/:token", (c) =>
    answer(c, () => guestOf(dependencies, c).lookAtUnsubscribe(c.req.param("token"))),
  );
  app.post("/unsubscribe/:token", async (c) => {
    const fields = await fieldsOf(c);
    const token = c.req.param("token");
    if (fields["List-Unsubscribe"] === "One-Click")
      return answer(c, () => guestOf(dependencies, c).unsubscribe(token));
    if (fields["undo"] !== "yes") return showStale(c, 403);
    return refuseForeign(c, desk) ?? answer(c, () => guestOf(dependencies, c).resubscribe(token));
  });
  return app;
}

/** As forms send them, or in parts (multipart): both are asked for. What cannot be read has no fields. */
async function fieldsOf(c: WebContext): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await c.req.parseBody();
  } catch (cause) {
    if (cause instanceof TypeError) return {};
    throw cause;
  }
}

async function answer(c: WebContext, ask: () => Promise<Unsubscribe>): Promise<Response> {
  try {
    const link = await ask();
    const page = <UnsubscribePage visit={c.get("visit")} link={link} path={c.req.path} />;
    return show(c, page, link.state === "expired" ? GONE : 200);
  } catch (cause) {
    if (cause instanceof ApiProblem && isRefusal(cause, "link-not-found", "rate-limited"))
      return showRefusal(c, cause);
    throw cause;
  }
}
