import { createRoute } from "@hono/zod-openapi";
import { readBillerNames } from "../../db/queries/billers.ts";
import { findBill } from "../../db/queries/bills.ts";
import { readCategories } from "../../db/queries/catalogue.ts";
import {
  keepChoices,
  keepSettings,
  listChannels,
  listChoices,
  listMutes,
  mute,
  type QuietRow,
  readSettings,
  unmute,
  type WishedChoice,
} from "../../db/queries/preferences.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { isPublicCode } from "../../domain/code.ts";
import { ALL_CATEGORIES, eventsOf, hasCategories } from "../../domain/notifications/choosing.ts";
import type { Api, ApiContext } from "../environment.ts";
import { refuseField } from "../problems.ts";
import { isBillerId, pageOf } from "../schemas/fields.ts";
import {
  cellParameters,
  cellQuery,
  type ChoosePreferences,
  chooseManySchema,
  choosePreferencesSchema,
  chooseSchema,
  type MuteWish,
  muteInput,
  muteParameters,
  muteSchema,
  type Preferences,
  preferencesQuery,
  preferencesSchema,
} from "../schemas/preferences.ts";
import { muteView, preferencesView } from "../views/preferences.ts";
import { bearer, body, commandHeaders, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const common = { tags: ["people"], security: bearer };
const answer = { 200: json(preferencesSchema, "What holds now"), default: problem };
const mutesAnswer = { 200: json(pageOf(muteSchema), "What is muted, the newest first"), default: problem };

const show = createRoute({
  ...common,
  method: "get",
  path: "/v1/me/notifications",
  summary: "What I want to hear of, by which channel and when; what comes whatever I choose",
  request: { query: preferencesQuery },
  responses: answer,
});

const settings = createRoute({
  ...common,
  method: "patch",
  path: "/v1/me/notifications",
  summary: "Choose quiet hours, the time of the digest, and what a locked screen may show",
  request: { headers: commandHeaders, body: body(choosePreferencesSchema) },
  responses: answer,
});

const many = createRoute({
  ...common,
  method: "put",
  path: "/v1/me/notifications/choices",
  summary: "Choose for several topics, events and channels at once; all of it or nothing",
  request: { headers: commandHeaders, body: body(chooseManySchema) },
  responses: answer,
});

const choose = createRoute({
  ...common,
  method: "put",
  path: "/v1/me/notifications/choices/{topic}/{channel}",
  summary: "Choose for one topic, or one event of it, on one channel: on, off, or gathered once a day",
  request: { params: cellParameters, headers: commandHeaders, body: body(chooseSchema) },
  responses: answer,
});

const unchoose = createRoute({
  ...common,
  method: "delete",
  path: "/v1/me/notifications/choices/{topic}/{channel}",
  summary:
    "Take a choice back: that of the event's topic holds again, or the one for all categories, or the channel's default",
  request: { params: cellParameters, query: cellQuery, headers: commandHeaders },
  responses: answer,
});

const mutes = createRoute({
  ...common,
  method: "get",
  path: "/v1/me/notifications/mutes",
  summary: "Billers and bills that I do not want to hear of",
  responses: mutesAnswer,
});

const addMute = createRoute({
  ...common,
  method: "post",
  path: "/v1/me/notifications/mutes",
  summary: "Mute a biller or a bill: its reminders end at once; the legal minimum still comes",
  request: { headers: commandHeaders, body: body(muteInput) },
  responses: mutesAnswer,
});

const endMute = createRoute({
  ...common,
  method: "delete",
  path: "/v1/me/notifications/mutes/{kind}/{id}",
  summary: "Hear of a biller or a bill again; harmless where it was not muted",
  request: { params: muteParameters, headers: commandHeaders },
  responses: mutesAnswer,
});

/** What a resident wants to hear of (N2, N4, N6, N7). */
export function addNotificationRoutes(api: Api, tools: RouteTools): void {
  addChoosing(api, tools);
  addMutes(api, tools);
}

function addChoosing(api: Api, tools: RouteTools): void {
  const { db, residentOf } = tools;
  const keep = async (c: ApiContext, wishes: readonly WishedChoice[]) => {
    await mustBeCategories(tools, wishes);
    const residentId = await residentOf(c);
    await inTransaction(db, (transaction) => keepChoices(transaction, residentId, wishes));
    return view(tools, c, { residentId });
  };
  api.openapi(show, async (c) => {
    const { category } = c.req.valid("query");
    if (category !== undefined) await mustBeCategories(tools, [{ category }]);
    return c.json(await view(tools, c, { residentId: await residentOf(c), category }), 200);
  });
  tools.addCommand(api, settings, async (c) => {
    const { quiet, ...others } = c.req.valid("json");
    const residentId = await residentOf(c);
    const wished = { ...others, quiet: quiet && quietRow(quiet) };
    await inTransaction(db, (transaction) => keepSettings(transaction, residentId, wished));
    return c.json(await view(tools, c, { residentId }), 200);
  });
  tools.addCommand(api, many, async (c) => c.json(await keep(c, c.req.valid("json").choices), 200));
  tools.addCommand(api, choose, async (c) => {
    const wish = { ...c.req.valid("param"), ...c.req.valid("json") };
    mustBeOfTopic(wish);
    return c.json(await keep(c, [wish]), 200);
  });
  tools.addCommand(api, unchoose, async (c) => {
    const wish = { ...c.req.valid("param"), ...c.req.valid("query"), choice: null };
    mustBeOfTopic(wish);
    return c.json(await keep(c, [wish]), 200);
  });
}

function quietRow(quiet: NonNullable<ChoosePreferences["quiet"]>): QuietRow {
  return quiet.kind === "hours"
    ? { quiet: "hours", quietFrom: quiet.from, quietTo: quiet.to }
    : { quiet: quiet.kind, quietFrom: null, quietTo: null };
}

/** @throws Refusal at the field of the first one that the catalogue does not have, or that its topic cannot have */
async function mustBeCategories(
  { db }: RouteTools,
  wishes: readonly (Pick<WishedChoice, "category"> & Partial<WishedChoice>)[],
): Promise<void> {
  const known = await readCategories(
    db,
    wishes.map(({ category }) => category),
  );
  const isWrong = ({ category, topic }: (typeof wishes)[number]) =>
    category !== ALL_CATEGORIES && (!known.has(category) || (topic !== undefined && !hasCategories(topic)));
  const index = wishes.findIndex(isWrong);
  if (index < 0) return;
  throw refuseField(wishes.length === 1 ? "category" : `choices[${index}].category`, "category-unknown");
}

/** @throws Refusal where an event is not one of its topic */
function mustBeOfTopic({ topic, event }: Pick<WishedChoice, "topic" | "event">): void {
  const known: readonly string[] = eventsOf(topic);
  if (event !== undefined && !known.includes(event)) throw refuseField("event", "event-unknown");
}

function addMutes(api: Api, tools: RouteTools): void {
  const { db, residentOf } = tools;
  const muted = async (c: ApiContext, residentId: string) => {
    const rows = await listMutes(db, residentId);
    return { items: rows.map((row) => muteView(row, c.get("locale"))), nextCursor: null };
  };
  api.openapi(mutes, async (c) => c.json(await muted(c, await residentOf(c)), 200));
  tools.addCommand(api, addMute, async (c) => {
    const residentId = await residentOf(c);
    await mute(db, residentId, await subjectOf(tools, residentId, c.req.valid("json")));
    return c.json(await muted(c, residentId), 200);
  });
  tools.addCommand(api, endMute, async (c) => {
    const residentId = await residentOf(c);
    await unmute(db, residentId, c.req.valid("param"));
    return c.json(await muted(c, residentId), 200);
  });
}

/** What is to be muted, if there is such a biller or the resident sees such a bill: of two bills that became one, the one. */
async function subjectOf({ db }: RouteTools, residentId: string, wish: MuteWish): Promise<MuteWish> {
  if (wish.kind === "biller") {
    if (!isBillerId(wish.id) || !(await readBillerNames(db, [wish.id])).has(wish.id))
      throw refuseField("id", "biller-unknown");
    return wish;
  }
  const bill = isPublicCode(wish.id) ? await findBill(db, { residentId, billId: wish.id }) : undefined;
  if (!bill) throw refuseField("id", "bill-not-found");
  return { kind: "bill", id: bill.id };
}

async function view(
  { db }: RouteTools,
  c: ApiContext,
  { residentId, category }: { readonly residentId: string; readonly category?: string | undefined },
): Promise<Preferences> {
  const locale = c.get("locale");
  const [chosen, channels, choices, rows] = await Promise.all([
    readSettings(db, residentId),
    listChannels(db, residentId),
    listChoices(db, residentId),
    listMutes(db, residentId),
  ]);
  const wanted = [...choices.map((row) => row.category), ...(category === undefined ? [] : [category])];
  const known = await readCategories(db, [...new Set(wanted)]);
  const categories = [...known.values()]
    .toSorted((one, other) => one.position - other.position)
    .map(({ id, title }) => ({ id, title: title[locale] }));
  const muted = rows.map((row) => muteView(row, locale));
  return preferencesView({ settings: chosen, channels, choices, categories, mutes: muted });
}
