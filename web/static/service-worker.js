// Shows messages of ours, says that they were shown, and opens what they are about. It keeps no pages: without a network there is nothing true to show about money.
const keptAs = "kvitok-push";
const rememberedAt = "/push-subscription";

/** A path of our own site; anything else leads to the front page. */
function own(path) {
  const url = typeof path === "string" ? new URL(path, location.origin) : undefined;
  return url?.origin === location.origin ? url.href : new URL("/", location.origin).href;
}

async function show(message) {
  const { title, body, lang, tag, url, actions = [] } = message;
  await self.registration.showNotification(title, {
    body,
    lang,
    tag,
    // what takes the place of an older message is worth a second look
    renotify: true,
    data: { url: own(url), actions: Object.fromEntries(actions.map((one) => [one.action, own(one.url)])) },
    actions: actions.map(({ action, title: words }) => ({ action, title: words })),
  });
  await sayShown(message.shown);
}

/** A notice counts from here on: the word is worth some tries. */
async function sayShown(token) {
  for (const pause of [0, 2_000, 10_000]) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const answer = await post("/v1/push/shown", { token }).catch(() => undefined);
    if (answer !== undefined && answer.status < 500) return;
  }
}

function post(path, body) {
  return fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    credentials: "omit",
    redirect: "error",
  });
}

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const message = event.data?.json();
  if (message?.v === 1) event.waitUntil(show(message));
});

self.addEventListener("notificationclick", (event) => {
  const { notification, action } = event;
  const { url, actions } = notification.data;
  notification.close();
  event.waitUntil(self.clients.openWindow(actions[action] ?? url));
});

/** The push service has given this browser another address. Only who knows the secret of the old one may say so. */
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renew(event));
});

async function renew({ oldSubscription, newSubscription }) {
  const kept = await (await caches.open(keptAs)).match(rememberedAt);
  const before = oldSubscription?.toJSON() ?? (await kept?.json());
  if (before === undefined) return;
  const key = oldSubscription?.options.applicationServerKey ?? before.applicationServerKey;
  const subscription =
    newSubscription ??
    (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  const now = subscription.toJSON();
  await post("/v1/push/renewed", {
    old: { endpoint: before.endpoint, auth: before.keys.auth },
    subscription: now,
  });
  const record = JSON.stringify({ ...now, applicationServerKey: before.applicationServerKey });
  await (await caches.open(keptAs)).put(rememberedAt, new Response(record));
}
