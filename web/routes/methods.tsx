import { Hono } from "hono";
import { goTo, show } from "../answers.tsx";
import { bindingConsent } from "../consent.ts";
import type { Desk, WebEnv } from "../desk.ts";
import { leaveNotice } from "../notice.ts";
import { DeparturePage } from "../pages/departure.tsx";
import { MethodReturnPage, MethodsPage, NewMethodPage, WithdrawPage } from "../pages/methods.tsx";
import { ownPath } from "../own-path.ts";

/** Cards: list, binding on the bank's page and the way back, withdrawal. */
export function methodRoutes(desk: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const { engine } = desk;
  app.get("/methods", async (c) => {
    const { items } = await engine(c).listMethods();
    return show(c, <MethodsPage visit={c.get("visit")} methods={items} />);
  });
  app.get("/methods/new", (c) => {
    const returnTo = ownPath(c.req.query("returnTo"), desk.publicOrigin) ?? "/methods";
    return show(c, <NewMethodPage visit={c.get("visit")} returnTo={returnTo} />);
  });
  app.post("/methods/new", async (c) => {
    const form = c.get("form");
    const returnPath = ownPath(form.text("returnTo"), desk.publicOrigin) ?? "/methods";
    const { locale } = c.get("visit");
    const wish = { locale, returnPath, consent: bindingConsent(locale) };
    const method = await engine(c).startBinding(wish, { idempotencyKey: form.onceKey });
    return goTo(c, `/methods/${method.id}/bank`);
  });
  app.get("/methods/:id/bank", async (c) => {
    const method = await engine(c).getMethod(c.req.param("id"));
    if (method.state !== "binding" || method.confirmationUrl === null)
      return goTo(c, `/methods/${method.id}/return`);
    return show(c, <DeparturePage visit={c.get("visit")} to="bind" url={method.confirmationUrl} />);
  });
  addReturn(app, desk);
  addWithdrawal(app, desk);
  return app;
}

function addReturn(app: Hono<WebEnv>, { engine, publicOrigin }: Desk): void {
  app.get("/methods/:id/return", async (c) => {
    const method = await engine(c).refreshMethod(c.req.param("id"));
    const goOnTo = ownPath(method.returnPath ?? undefined, publicOrigin) ?? "/methods";
    return show(c, <MethodReturnPage visit={c.get("visit")} method={method} goOnTo={goOnTo} />);
  });
  app.get("/methods/:id/live", async (c) => {
    const method = await engine(c).getMethod(c.req.param("id"), { refresh: "true" });
    c.header("kvitok-mark", method.state);
    c.header("kvitok-final", method.state === "binding" ? "no" : "yes");
    return c.body(null, 204);
  });
}

function addWithdrawal(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  app.get("/methods/:id/withdraw", async (c) => {
    const client = engine(c);
    const method = await client.getMethod(c.req.param("id"));
    if (method.state === "withdrawn") return goTo(c, "/methods");
    const mandates = await Promise.all(method.mandates.map((id) => client.getMandate(id)));
    return show(c, <WithdrawPage visit={c.get("visit")} method={method} mandates={mandates} />);
  });
  app.post("/methods/:id/withdraw", async (c) => {
    const command = { idempotencyKey: c.get("form").onceKey };
    const { stoppedAt, inFlight } = await engine(c).withdrawMethod(c.req.param("id"), command);
    await leaveNotice(c, shelf, { kind: "stopped", what: "withdrawn", stoppedAt, inFlight });
    return goTo(c, "/methods");
  });
}
