import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { clockOrder } from "../city-clock.ts";
import { htmlDocument } from "../city-page.tsx";
import { type PushFaults, pushFaultRequest } from "./push-faults.ts";
import { PushPage } from "./push-pages.tsx";
import type { BrowserSubscription, PushServiceOptions } from "./push.ts";
import type { PushMessage, PushStore, Subscription } from "./push-store.ts";
import { takePush } from "./push-taking.ts";

/** A service that listens: `origin` is known once it does. */
type Service = PushServiceOptions & {
  readonly store: PushStore;
  readonly faults: PushFaults;
  readonly place: { readonly origin: string };
};
type City = { Bindings: HttpBindings };

const subscriptionWish = z.strictObject({
  applicationServerKey: z.string().nullable().default(null),
  label: z.string().min(1).max(80).default("a browser"),
  showsAtOnce: z.boolean().default(false),
});

/** The protocol for senders, pages for people, browsers and faults for tests. */
export function pushRoutes(service: Service): Hono<City> {
  const { store } = service;
  const app = new Hono<City>();
  app.get("/", (c) =>
    c.html(htmlDocument(<PushPage messages={shownBy(store)} subscriptions={store.subscriptions()} />)),
  );
  app.post("/push/:id", (c) => take(c, service, c.req.param("id")));
  app.post("/subscriptions", async (c) => {
    const wish = subscriptionWish.safeParse(await c.req.json().catch(() => ({})));
    if (!wish.success) return c.json({ error: "not a subscription", issues: wish.error.issues }, 422);
    const subscription = await store.subscribe(wish.data);
    return c.json({ id: subscription.id, ...asBrowser(service, subscription) }, 201);
  });
  app.get("/messages", (c) => c.json(store.messages(c.req.query("subscription"))));
  app.get("/messages/:id", (c) => {
    const message = store.messages().find(({ id }) => id === c.req.param("id"));
    return message ? c.json(message) : c.json({ error: "no such message" }, 404);
  });
  app.post("/messages/:id/show", async (c) => {
    const message = store.messages().find(({ id }) => id === c.req.param("id"));
    if (!message) return c.json({ error: "no such message" }, 404);
    await show(service, message);
    return c.redirect("/", 303);
  });
  app.post("/browsers", async (c) => {
    const { login } = await c.req.parseBody();
    if (typeof login !== "string" || !service.signUp) return c.text("nobody can be signed up here", 404);
    const subscription = await store.subscribe({
      label: `${login}'s browser`,
      applicationServerKey: null,
      showsAtOnce: true,
    });
    await service.signUp(login, asBrowser(service, subscription));
    return c.redirect("/", 303);
  });
  app.route("/control", controlRoutes(service));
  app.onError((cause, c) => c.text(cause.message, 502));
  return app;
}

function asBrowser({ place }: Service, { id, keys }: Subscription): BrowserSubscription {
  return { endpoint: `${place.origin}/push/${id}`, keys: { p256dh: keys.publicKey, auth: keys.auth } };
}

async function take(c: Context<City>, service: Service, id: string): Promise<Response> {
  const { store, faults, place } = service;
  const body = Buffer.from(await c.req.arrayBuffer());
  const taken = await takePush(
    { store, faults, origin: place.origin },
    { id, headers: c.req.raw.headers, body },
  );
  if (taken === null) {
    c.env.incoming.socket.destroy();
    return c.body(null, 500);
  }
  if (taken.message && store.subscription(id)?.showsAtOnce === true)
    // the browser is another machine: the sender's answer does not wait for it
    void show(service, taken.message).catch(keepUnshown);
  return new Response(taken.text, { status: taken.status, headers: taken.headers });
}

/** The page was away: the message stays unshown, with its button. */
function keepUnshown(): void {}

/** The browser shows the message and says so, with what stood in it. */
async function show({ store, pageUrl }: Service, message: PushMessage): Promise<void> {
  const token = z.object({ shown: z.string() }).safeParse(message.payload);
  if (token.success && pageUrl !== undefined) {
    const answer = await fetch(`${pageUrl}/v1/push/shown`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: token.data.shown }),
      signal: AbortSignal.timeout(10_000),
    });
    if (!answer.ok) throw new Error(`the page answered ${answer.status} to a receipt`);
  }
  await store.show(message.id);
}

function shownBy(store: PushStore) {
  const messages = store.messages();
  return messages.map((message, index) => ({
    message,
    label: store.subscription(message.subscription)?.label ?? "",
    shownAt: store.shownAt(message.id),
    isReplaced: messages.slice(index + 1).some((later) => isSameTopic(later, message)),
  }));
}

function isSameTopic(one: PushMessage, other: PushMessage): boolean {
  const { topic } = one.headers;
  return topic !== null && topic === other.headers.topic && one.subscription === other.subscription;
}

function controlRoutes({ store, faults }: Service): Hono<City> {
  const app = new Hono<City>();
  app.get("/clock", (c) => c.json(store.clock.shown()));
  app.post("/clock", async (c) => {
    const order = clockOrder.safeParse(await c.req.json().catch(() => undefined));
    if (!order.success) return c.json({ error: "not a clock's setting", issues: order.error.issues }, 422);
    await store.setClock(order.data);
    return c.json(store.clock.shown());
  });
  app.get("/faults", (c) => c.json(faults.list()));
  app.post("/faults", async (c) => {
    const request = pushFaultRequest.safeParse(await c.req.json().catch(() => undefined));
    if (!request.success) return c.json({ error: "not a fault", issues: request.error.issues }, 422);
    faults.arm(request.data);
    return c.json(request.data, 201);
  });
  app.delete("/faults", (c) => {
    faults.clear();
    return c.body(null, 204);
  });
  app.get("/deliveries", (c) => {
    const subscription = c.req.query("subscription");
    const deliveries = store
      .deliveries()
      .filter((one) => subscription === undefined || one.subscription === subscription);
    return c.json({ count: deliveries.length, deliveries });
  });
  return app;
}
