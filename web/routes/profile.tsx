import { Hono } from "hono";
import { isLocale } from "../../words/locale.ts";
import { goTo, show } from "../answers.tsx";
import type { Desk, WebEnv } from "../desk.ts";
import { leaveNotice } from "../notice.ts";
import { ownPath } from "../own-path.ts";
import { ProfilePage } from "../pages/profile/profile.tsx";
import { SessionsPage } from "../pages/profile/sessions.tsx";
import { TermsPage } from "../pages/terms.tsx";
import { dropSession } from "../session.ts";

/** Main names of all zones, those of the capital first. */
const zones: readonly string[] = ["Europe/Moscow", ...Intl.supportedValuesOf("timeZone")].filter(
  (zone, index, all) => all.indexOf(zone) === index,
);

/** The person: profile, terms, sessions. */
export function profileRoutes(desk: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const { engine, shelf } = desk;
  app.get("/profile", async (c) => {
    const client = engine(c);
    const [me, { items }] = await Promise.all([client.me(), client.listIdentifiers()]);
    return show(c, <ProfilePage visit={c.get("visit")} me={me} identifiers={items} zones={zones} />);
  });
  app.post("/profile/settings", async (c) => {
    const form = c.get("form");
    const locale = form.text("locale");
    const wish = { zone: form.text("zone"), ...(isLocale(locale) ? { locale } : {}) };
    const me = await engine(c).chooseSettings(wish, { idempotencyKey: form.onceKey });
    await leaveNotice(c, shelf, { kind: "done", what: "settings-saved" });
    // the language asked for earlier in this browser gives way to the one chosen for good
    return goTo(c, `/profile?lang=${me.locale}`);
  });
  addTerms(app, desk);
  addSessions(app, desk);
  return app;
}

function addTerms(app: Hono<WebEnv>, { engine, publicOrigin }: Desk): void {
  app.get("/terms", (c) => {
    const returnTo = ownPath(c.req.query("returnTo"), publicOrigin) ?? "/";
    return show(c, <TermsPage visit={c.get("visit")} returnTo={returnTo} />);
  });
  app.post("/terms", async (c) => {
    const form = c.get("form");
    const locale = form.text("locale") === "en" ? "en" : "ru";
    const accepted = { version: form.text("version"), locale } as const;
    await engine(c).acceptTerms(accepted, { idempotencyKey: form.onceKey });
    return goTo(c, ownPath(form.text("returnTo"), publicOrigin) ?? "/");
  });
}

function addSessions(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  app.get("/profile/sessions", async (c) => {
    const { items } = await engine(c).listSessions();
    return show(c, <SessionsPage visit={c.get("visit")} sessions={items} />);
  });
  app.post("/profile/sessions/end-all", async (c) => {
    await engine(c).endAllSessions();
    dropSession(c, shelf);
    return goTo(c, "/");
  });
  app.post("/profile/sessions/:id/end", async (c) => {
    await engine(c).endSession(c.req.param("id"), { idempotencyKey: c.get("form").onceKey });
    await leaveNotice(c, shelf, { kind: "done", what: "session-ended" });
    return goTo(c, "/profile/sessions");
  });
}
