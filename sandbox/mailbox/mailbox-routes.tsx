import { Hono } from "hono";
import { clockOrder } from "../city-clock.ts";
import { htmlDocument } from "../city-page.tsx";
import { type FaultBoard, smtpFaultRequest } from "./fault-board.ts";
import type { MailStore, StoredMail } from "./mail-store.ts";
import { type Returns, returnOrder } from "./returned-mail.ts";
import { MailListPage, MailPage } from "./mailbox-pages.tsx";

type MailboxParts = { readonly store: MailStore; readonly faults: FaultBoard; readonly returns: Returns };

/** The HTTP side of the mailbox: JSON for programs, pages for people, faults for tests. */
export function mailboxRoutes(parts: MailboxParts): Hono {
  const { store } = parts;
  const app = new Hono();
  app.get("/", (c) => c.html(htmlDocument(<MailListPage mails={store.mails()} />)));
  app.get("/m/:id", (c) => {
    const mail = store.find(c.req.param("id"));
    return mail ? c.html(htmlDocument(<MailPage mail={mail} />)) : c.text("no such message", 404);
  });
  app.get("/messages", (c) => {
    const filter = { to: c.req.query("to"), subject: c.req.query("subject~") ?? c.req.query("subject") };
    return c.json(store.mails().filter((mail) => fits(mail, filter)));
  });
  app.delete("/messages", async (c) => {
    await store.clear(store.clock.now());
    return c.body(null, 204);
  });
  app.get("/messages/:id", (c) => {
    const mail = store.find(c.req.param("id"));
    return mail ? c.json(mail) : c.json({ error: "no such message" }, 404);
  });
  app.get("/messages/:id/raw", (c) => {
    const raw = store.raw(c.req.param("id"));
    if (!raw) return c.json({ error: "no such message" }, 404);
    return c.body(new Uint8Array(raw), 200, { "content-type": "text/plain; charset=utf-8" });
  });
  app.route("/control", controlRoutes(parts));
  return app;
}

function fits(mail: StoredMail, filter: { to: string | undefined; subject: string | undefined }): boolean {
  const { to, subject } = filter;
  if (
    to !== undefined &&
    ![...mail.to, ...mail.envelope.to].some((one) => one.toLowerCase() === to.toLowerCase())
  )
    return false;
  return subject === undefined || mail.subject.toLowerCase().includes(subject.toLowerCase());
}

function controlRoutes({ store, faults, returns }: MailboxParts): Hono {
  const app = new Hono();
  app.get("/clock", (c) => c.json(store.clock.shown()));
  app.post("/clock", async (c) => {
    const order = clockOrder.safeParse(await c.req.json().catch(() => undefined));
    if (!order.success) return c.json({ error: "not a clock's setting", issues: order.error.issues }, 422);
    await store.setClock(order.data);
    return c.json(store.clock.shown());
  });
  app.get("/faults", (c) => c.json(faults.list()));
  app.post("/faults", async (c) => {
    const request = smtpFaultRequest.safeParse(await c.req.json().catch(() => undefined));
    if (!request.success) return c.json({ error: "not a fault", issues: request.error.issues }, 422);
    faults.arm(request.data);
    return c.json(request.data, 201);
  });
  app.delete("/faults", (c) => {
    faults.clear();
    return c.body(null, 204);
  });
  app.post("/returns", async (c) => {
    const order = returnOrder.safeParse(await c.req.json().catch(() => undefined));
    if (!order.success) return c.json({ error: "not an order", issues: order.error.issues }, 422);
    const mail = store.mails().findLast((one) => one.messageId === order.data.messageId);
    if (!mail) return c.json({ error: "no such message" }, 404);
    return c.json({ file: await returns.write(mail, order.data.kind) }, 201);
  });
  app.get("/deliveries", (c) => {
    const messageId = c.req.query("messageId");
    const deliveries = store
      .deliveries()
      .filter((one) => messageId === undefined || one.messageId === messageId);
    return c.json({ count: deliveries.length, deliveries });
  });
  return app;
}
