import { Hono } from "hono";
import { goTo, show } from "../answers.tsx";
import type { Desk, WebEnv } from "../desk.ts";
import { leaveNotice } from "../notice.ts";
import { PushPage } from "../pages/profile/push.tsx";

const page = "/profile/push";

/** Notifications in browsers: switched on by the page's script, everything else by plain forms. */
export function pushRoutes({ engine, shelf }: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get(page, async (c) =>
    show(c, <PushPage visit={c.get("visit")} push={await engine(c).listPushDevices()} />),
  );
  app.post(`${page}/devices`, async (c) => {
    const form = c.get("form");
    const keys = { p256dh: form.text("p256dh"), auth: form.text("auth") };
    const subscription = { endpoint: form.text("endpoint"), keys };
    await engine(c).addPushDevice(subscription, { idempotencyKey: form.onceKey });
    await leaveNotice(c, shelf, { kind: "done", what: "push-on" });
    return goTo(c, page);
  });
  app.post(`${page}/devices/:id/remove`, async (c) => {
    await engine(c).removePushDevice(c.req.param("id"), { idempotencyKey: c.get("form").onceKey });
    await leaveNotice(c, shelf, { kind: "done", what: "push-removed" });
    return goTo(c, page);
  });
  app.post(`${page}/lock-screen`, async (c) => {
    const form = c.get("form");
    const amountsShown = form.text("amounts") === "yes";
    await engine(c).choosePushSettings({ amountsShown }, { idempotencyKey: form.onceKey });
    await leaveNotice(c, shelf, { kind: "done", what: "push-amounts" });
    return goTo(c, page);
  });
  return app;
}
