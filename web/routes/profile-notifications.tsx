import { Hono } from "hono";
import type {
  ApiProblem,
  ChooseCells,
  ChoosePreferences,
  Client,
  MuteWish,
  Preferences,
  TestMessageWish,
} from "../../api/client.ts";
import { goTo, isRefusal, isWrongInput, show } from "../answers.tsx";
import type { Desk, WebContext, WebEnv } from "../desk.ts";
import type { SentForm } from "../form-guard.ts";
import { leaveNotice } from "../notice.ts";
import { notificationsPath } from "../notifications-path.ts";
import { NotificationsPage } from "../pages/profile/notifications.tsx";
import type { FieldProblems } from "../parts/forms.tsx";
import { eventField } from "../parts/preference-events.tsx";
import { cellField } from "../parts/preference-grid.tsx";
import { isUnderWay, testsMark } from "../parts/test-messages.tsx";
import type { QuietForm } from "../parts/quiet-hours.tsx";

/** Every kind of bills there is fits on one page of the list. */
const MOST_CATEGORIES = 100;

/** What a resident wants to hear of, how and when. */
export function notificationRoutes(desk: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get(notificationsPath, async (c) => {
    try {
      return await showPage(c, desk, { category: c.req.query("category") ?? "*" });
    } catch (cause) {
      // a kind of bills that there is not, or no more
      if (isRefusal(cause, "category-unknown")) return goTo(c, notificationsPath);
      throw cause;
    }
  });
  addChoices(app, desk);
  addWhen(app, desk);
  addMutes(app, desk);
  addTests(app, desk);
  return app;
}

interface Shown {
  readonly category: string;
  /** What was typed a moment ago and cannot be kept. */
  readonly form?: QuietForm;
  readonly problems?: FieldProblems;
}

async function showPage(
  c: WebContext,
  { engine }: Desk,
  { category, form, problems = {} }: Shown,
): Promise<Response> {
  const client = engine(c);
  const [preferences, categories, accounts, devices, tests] = await Promise.all([
    preferencesOf(client, category),
    client.listCategories({ audience: "person", limit: MOST_CATEGORIES }),
    client.listAccounts(),
    client.listPushDevices(),
    client.listTestMessages(),
  ]);
  const page = (
    <NotificationsPage
      visit={c.get("visit")}
      preferences={preferences}
      category={category}
      categories={categories.items.filter(({ billers }) => billers > 0)}
      accounts={accounts.items}
      devices={devices.items}
      tests={tests.items}
      form={form ?? formOf(preferences)}
      problems={problems}
    />
  );
  return show(c, page, Object.keys(problems).length === 0 ? 200 : 422);
}

function preferencesOf(client: Client, category: string): Promise<Preferences> {
  return client.getPreferences(category === "*" ? {} : { category });
}

function formOf({ quiet, digestAt, pushAmounts }: Preferences): QuietForm {
  const { kind, from, to } = quiet;
  return { quiet: kind, from: from ?? "22:00", to: to ?? "08:00", digestAt, pushAmounts };
}

function addChoices(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  const keep = async (
    c: WebContext,
    choices: ChooseCells["choices"],
    what: "messages-chosen" | "messages-reset",
  ) => {
    const form = c.get("form");
    if (choices.length > 0) await engine(c).chooseMessages({ choices }, { idempotencyKey: form.onceKey });
    await leaveNotice(c, shelf, { kind: "done", what });
    return goTo(c, pathOf(form.text("category")));
  };
  app.post(`${notificationsPath}/choices`, async (c) => {
    const form = c.get("form");
    return keep(c, changesIn(form, await gridOf(engine(c), form)), "messages-chosen");
  });
  app.post(`${notificationsPath}/reset`, async (c) => {
    const { category, cells, events } = await gridOf(engine(c), c.get("form"));
    const own = [...cells, ...events].filter(({ from }) => from === "own");
    const choices = own.map((cell) => ({ category, ...placeOf(cell), choice: null }));
    return keep(c, choices, "messages-reset");
  });
}

function pathOf(category: string): string {
  return category === "*"
    ? notificationsPath
    : `${notificationsPath}?category=${encodeURIComponent(category)}`;
}

type Grid = Preferences["grids"][number];

async function gridOf(client: Client, form: SentForm): Promise<Grid> {
  const category = form.text("category");
  const { grids } = await preferencesOf(client, category);
  const grid = grids.find((one) => one.category === category);
  if (!grid) throw new Error("the table of choices that was asked for is not in the answer");
  return grid;
}

/** Only what was changed is kept: whoever saves a table has not chosen every cell of it. */
function changesIn(form: SentForm, { category, cells, events }: Grid): ChooseCells["choices"] {
  return [...cells, ...events].flatMap((cell) => {
    const isEvent = "event" in cell;
    const chosen = form.text(isEvent ? eventField(cell) : cellField(cell));
    const shown = (isEvent || category !== "*") && cell.from !== "own" ? "inherit" : cell.choice;
    if (chosen === "" || chosen === shown) return [];
    // what no table of ours offers is the API's to refuse
    const choice = chosen === "inherit" ? null : (chosen as "on");
    return [{ category, ...placeOf(cell), choice }];
  });
}

/** A cell of the table as the API names it. */
function placeOf(cell: Grid["cells"][number] | Grid["events"][number]) {
  const { topic, channel } = cell;
  return "event" in cell ? { topic, channel, event: cell.event } : { topic, channel };
}

function addWhen(app: Hono<WebEnv>, desk: Desk): void {
  const { engine, shelf } = desk;
  app.post(`${notificationsPath}/when`, async (c) => {
    const sent = c.get("form");
    const form: QuietForm = {
      quiet: sent.text("quiet"),
      from: sent.text("from"),
      to: sent.text("to"),
      digestAt: sent.text("digestAt"),
      pushAmounts: sent.text("pushAmounts") === "yes",
    };
    try {
      await engine(c).choosePreferences(wishOf(form), { idempotencyKey: sent.onceKey });
    } catch (cause) {
      if (!isWrongInput(cause)) throw cause;
      return showPage(c, desk, { category: "*", form, problems: problemsOf(cause) });
    }
    await leaveNotice(c, shelf, { kind: "done", what: "quiet-chosen" });
    return goTo(c, notificationsPath);
  });
}

function wishOf({ quiet, from, to, digestAt, pushAmounts }: QuietForm): ChoosePreferences {
  if (quiet === "hours") return { quiet: { kind: "hours", from, to }, digestAt, pushAmounts };
  return { quiet: { kind: quiet === "none" ? "none" : "default" }, digestAt, pushAmounts };
}

const FIELDS: Readonly<Record<string, string>> = {
  "quiet.from": "from",
  "quiet.to": "to",
  digestAt: "digestAt",
};

function problemsOf({ errors }: ApiProblem): FieldProblems {
  return Object.fromEntries(errors.map(({ field, detail }) => [FIELDS[field] ?? "quiet", detail]));
}

function addMutes(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  app.post(`${notificationsPath}/mute`, async (c) => {
    const form = c.get("form");
    const wish = { kind: form.text("kind") as MuteWish["kind"], id: form.text("id") };
    await engine(c).mute(wish, { idempotencyKey: form.onceKey });
    await leaveNotice(c, shelf, { kind: "done", what: "muted" });
    return goTo(c, notificationsPath);
  });
  app.post(`${notificationsPath}/unmute/:kind/:id`, async (c) => {
    const wish = { kind: c.req.param("kind") as MuteWish["kind"], id: c.req.param("id") };
    await engine(c).unmute(wish, { idempotencyKey: c.get("form").onceKey });
    await leaveNotice(c, shelf, { kind: "done", what: "unmuted" });
    return goTo(c, notificationsPath);
  });
}

function addTests(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  app.post(`${notificationsPath}/test`, async (c) => {
    const form = c.get("form");
    const channel = form.text("channel");
    // what no button of ours offers is the API's to refuse
    const wish = (
      channel === "push" ? { channel, deviceId: form.text("device") } : { channel }
    ) as TestMessageWish;
    await engine(c).sendTestMessage(wish, { idempotencyKey: form.onceKey });
    await leaveNotice(c, shelf, { kind: "done", what: "test-asked" });
    return goTo(c, `${notificationsPath}#tests`);
  });
  app.get(`${notificationsPath}/tests/live`, async (c) => {
    const { items } = await engine(c).listTestMessages();
    c.header("kvitok-mark", testsMark(items));
    c.header("kvitok-final", isUnderWay(items) ? "no" : "yes");
    return c.body(null, 204);
  });
}
