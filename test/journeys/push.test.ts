import type { BrowserContext, CDPSession, Page, Worker } from "playwright-core";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "../../api/client.ts";
import { pushHash } from "../../db/push-tokens.ts";
import { say } from "../../words/say.ts";
import { findChromium, withBrowser } from "../support/browser.ts";
import type { CityPushMessage } from "../support/city-push.ts";
import { PageWalker } from "../support/page-walker.ts";
import { beginStory, pushBill, type StackBoard } from "../support/resident-story.ts";
import { runningStack } from "../support/stack.ts";
import { until } from "../support/until.ts";

const chromium = findChromium();
const login = "clara";
let board: StackBoard;
let database: Pool;
beforeAll(async () => {
  if (chromium === undefined) return;
  ({ board } = await runningStack());
  database = new Pool({ connectionString: board.database, max: 2 });
}, 300_000);
afterAll(() => database?.end());

type Options = {
  readonly javaScriptEnabled?: boolean;
  readonly allowed?: boolean;
  readonly prepare?: (context: BrowserContext) => Promise<unknown>;
};

async function onPage(
  { javaScriptEnabled = true, allowed = true, prepare }: Options,
  work: (walker: PageWalker, context: BrowserContext) => Promise<void>,
): Promise<void> {
  const options = { javaScriptEnabled, locale: "en-GB", viewport: { width: 320, height: 700 } } as const;
  await withBrowser(chromium ?? "", options, async (context) => {
    await prepare?.(context);
    if (allowed) await context.grantPermissions(["notifications"], { origin: board.page });
    const walker = new PageWalker(await context.newPage(), board, {
      locale: "en",
      withScript: javaScriptEnabled,
    });
    await walker.signIn(login);
    await walker.open("/profile/push");
    await work(walker, context);
    expect(walker.complaints()).toEqual([]);
  });
}

const button = (page: Page) => page.getByRole("button", { name: say("en", "page.push.button") });
const said = (page: Page) => page.locator("push-opt-in output");

/** A browser of the sandbox's push service that is this person's; answers its address. */
async function keptFor(person: string): Promise<string> {
  const made = await fetch(`${board.push}/subscriptions`, { method: "POST", body: "{}" });
  const { id: _, ...subscription } = (await made.json()) as { readonly id: string } & Subscription;
  const token = board.users.find((user) => user.login === person)?.token ?? "";
  await createClient({ baseUrl: board.api, token }).addPushDevice(subscription);
  return subscription.endpoint;
}

type Subscription = {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
};

/** A script for the page: a browser that is subscribed at that address, for the key that the page names. No push service is needed to read a page. */
const pretend = (endpoint: string): string => `
  const keyOf = () => {
    const text = document.querySelector("push-opt-in").dataset.key.replaceAll("-", "+").replaceAll("_", "/");
    return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer;
  };
  const subscription = () => ({ endpoint: ${JSON.stringify(endpoint)}, options: { applicationServerKey: keyOf() } });
  navigator.serviceWorker.getRegistration = async () => ({ pushManager: { getSubscription: async () => subscription() } });
`;

/** A browser of the sandbox's push service, kept for the person; answers what it is sent about a debit. */
async function debitAnnounced(): Promise<CityPushMessage["payload"]> {
  // its debit is a day away: the button still does something
  const story = await beginStory(board, login, { noticePack: "RU" });
  const made = await fetch(`${board.push}/subscriptions`, { method: "POST", body: "{}" });
  const { id, ...subscription } = (await made.json()) as {
    readonly id: string;
    readonly endpoint: string;
    readonly keys: { readonly p256dh: string; readonly auth: string };
  };
  const token = board.users.find((user) => user.login === login)?.token ?? "";
  const api = createClient({ baseUrl: board.api, token });
  // at whatever hour this is tried: nobody sleeps
  await api.choosePreferences({ quiet: { kind: "none" } });
  await api.addPushDevice(subscription);
  await pushBill(board, story);
  const { payload } = await found(async () => {
    const answer = await fetch(`${board.push}/messages?subscription=${id}`);
    const messages = (await answer.json()) as readonly CityPushMessage[];
    return messages.find(({ payload: { actions } }) => actions.some(({ action }) => action === "skip"));
  });
  return payload;
}

/** What comes to be there, however long that takes within reason. */
async function found<Thing>(look: () => Promise<Thing | undefined>): Promise<Thing> {
  const there: Thing[] = [];
  await until(async () => {
    const thing = await look();
    if (thing !== undefined) there.push(thing);
    return thing !== undefined;
  });
  const [first] = there;
  if (first === undefined) throw new Error("what was waited for is not there");
  return first;
}

/** Hands the browser a message as its push service would. */
async function deliver(context: BrowserContext, page: Page, payload: object): Promise<void> {
  // a worker that has not begun yet takes nothing
  await page.evaluate(async () => {
    await (globalThis as unknown as { navigator: { serviceWorker: { ready: Promise<unknown> } } }).navigator
      .serviceWorker.ready;
  });
  const devtools: CDPSession = await context.newCDPSession(page);
  const registration = new Promise<string>((resolve) => {
    devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const [own] = registrations.filter(({ scopeURL }) => scopeURL === `${board.page}/`);
      if (own) resolve(own.registrationId);
    });
  });
  await devtools.send("ServiceWorker.enable");
  await devtools.send("ServiceWorker.deliverPushMessage", {
    origin: board.page,
    registrationId: await registration,
    data: JSON.stringify(payload),
  });
}

type Shown = {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly actions: readonly { readonly action: string; readonly title: string }[];
};

const shownIn = (page: Page): Promise<readonly Shown[]> =>
  page.evaluate(async () => {
    const { navigator } = globalThis as unknown as {
      navigator: { serviceWorker: { ready: Promise<{ getNotifications(): Promise<readonly Shown[]> }> } };
    };
    const registration = await navigator.serviceWorker.ready;
    const notifications = await registration.getNotifications();
    return notifications.map(({ title, body, tag, actions }) => ({
      title,
      body,
      tag,
      actions: actions.map(({ action, title: words }) => ({ action, title: words })),
    }));
  });

/** What clicks would open. Only a click of a person may open a window: the worker's word is taken down instead. */
function clicked(worker: Worker, actions: readonly string[]): Promise<readonly string[]> {
  return worker.evaluate(async (chosen) => {
    const scope = globalThis as unknown as {
      registration: { getNotifications(): Promise<unknown[]> };
      clients: { openWindow: (url: string) => Promise<void> };
      NotificationEvent: new (type: string, init: object) => Event;
      dispatchEvent(event: Event): boolean;
    };
    const [notification] = await scope.registration.getNotifications();
    const opened: string[] = [];
    scope.clients.openWindow = async (url) => void opened.push(url);
    for (const action of chosen)
      scope.dispatchEvent(new scope.NotificationEvent("notificationclick", { notification, action }));
    return opened;
  }, actions);
}

describe.skipIf(chromium === undefined)("notifications in a browser", { timeout: 300_000 }, () => {
  test("whose push service is out of reach are not on, and the page says so within ten seconds", async () => {
    await onPage({}, async ({ page }) => {
      const startedAt = performance.now();
      await button(page).click();
      await said(page).getByText(say("en", "page.push.say.away")).waitFor({ timeout: 15_000 });
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      expect(await button(page).isEnabled()).toBe(true);
    });
  });

  test("that its owner forbids are not asked for again, and the page says how to allow them", async () => {
    await onPage({ allowed: false }, async ({ page }) => {
      if (await button(page).isVisible()) await button(page).click();
      await said(page).getByText(say("en", "page.push.say.denied")).waitFor();
    });
  });

  test("are on for whoever has switched them on there, and not for who signs in at the same browser later", async () => {
    const endpoint = await keptFor(login);
    const subscribed = (where: string) => (context: BrowserContext) =>
      context.addInitScript({ content: pretend(where) });
    await onPage({ prepare: subscribed(endpoint) }, async ({ page }) => {
      await said(page).getByText(say("en", "page.push.say.here")).waitFor();
    });
    await onPage({ prepare: subscribed(`${endpoint}/of-somebody-else`) }, async ({ page }) => {
      await said(page).getByText(say("en", "page.push.say.elsewhere")).waitFor();
    });
  });

  test("show what the engine has sealed, say so to the engine, and lead to the page that acts", async () => {
    const payload = await debitAnnounced();
    await onPage({}, async (walker, context) => {
      const { page } = walker;
      await button(page).click();
      await said(page).getByText(say("en", "page.push.say.away")).waitFor();
      await deliver(context, page, payload);
      // the receipt comes when the message is shown; who looks for it sooner makes Chromium forget what it has not drawn yet
      await until(async () => {
        const { rows } = await database.query<{ shown: boolean }>(
          "select shown_at is not null as shown from push_deliveries where token_hash = $1",
          [pushHash(payload.shown)],
        );
        return rows[0]?.shown === true;
      });
      const { title, body, tag } = payload;
      const actions = payload.actions.map(({ action, title: words }) => ({ action, title: words }));
      expect(await found(async () => (await shownIn(page))[0])).toEqual({ title, body, tag, actions });
      const [worker] = context.serviceWorkers();
      if (!worker) throw new Error("no service worker runs");
      const [opened, skip = ""] = await clicked(worker, ["", "skip"]);
      expect(opened).toBe(`${board.page}${payload.url}`);
      expect(new URL(skip).pathname).toMatch(/^\/link\//);
      await page.goto(skip);
      await walker.inspect();
      expect(await walker.main.getByRole("button").count()).toBe(1);
    });
  });

  test("are removed, and amounts kept from the lock screen, without script", async () => {
    await onPage({ javaScriptEnabled: false }, async (walker) => {
      const { page, locale } = walker;
      expect(await walker.main.textContent()).toContain(say(locale, "page.push.no-script"));
      await page.getByLabel(say(locale, "page.push.amounts.yes")).check();
      await walker.press(say(locale, "page.profile.save"));
      expect(await page.getByLabel(say(locale, "page.push.amounts.yes")).isChecked()).toBe(true);
      while ((await page.locator("[data-push-device]").count()) > 0)
        await walker.press(new RegExp(say(locale, "page.push.device.remove")));
      expect(await walker.main.textContent()).toContain(say(locale, "page.push.none"));
    });
  });
});
