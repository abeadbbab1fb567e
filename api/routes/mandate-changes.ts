import { isDeepStrictEqual } from "node:util";
import { createRoute } from "@hono/zod-openapi";
import type { Transaction } from "kysely";
import type { DB } from "../../db/generated/database.ts";
import {
  changeTerms,
  findMandate,
  endSystemPause,
  lockMandate,
  readMandateInFlight,
  renewMandate,
  resumeMandate,
  stopMandate,
} from "../../db/queries/mandates.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { isNarrowing, type Terms } from "../../domain/terms.ts";
import { paysBills, type Trigger } from "../../domain/trigger.ts";
import { carryOutStops } from "../after-stop.ts";
import type { Api, ApiContext } from "../environment.ts";
import { keepMandateConsent } from "../mandate-consents.ts";
import { Refusal, refuseField } from "../problems.ts";
import { idParameter } from "../schemas/fields.ts";
import {
  cancelMandateSchema,
  type EditMandate,
  editMandateSchema,
  type MandateStop,
  mandateSchema,
  mandateStopSchema,
  pauseMandateSchema,
} from "../schemas/mandates.ts";
import { inFlightViews, instantOrNull } from "../views/in-flight.ts";
import { mandateView } from "../views/mandate.ts";
import { bearer, body, commandHeaders, idFrom, json, nothing, optionalBody, problem } from "./answers.ts";
import { mustBeUsable, mustTakeSum } from "./mandates.ts";
import type { RouteTools } from "./route-tools.ts";
import type { ProblemLocale } from "../problem-words.ts";

const shared = { tags: ["mandates"], security: bearer };
const stopAnswer = { 200: json(mandateStopSchema, "The mandate, and what was under way"), default: problem };

const edit = createRoute({
  ...shared,
  method: "patch",
  path: "/v1/mandates/{id}",
  summary: "Change terms: narrower ones work at once, wider ones need a consent",
  request: { params: idParameter, headers: commandHeaders, body: body(editMandateSchema) },
  responses: { 200: json(mandateSchema, "The mandate with its new version"), default: problem },
});

const pause = createRoute({
  ...shared,
  method: "post",
  path: "/v1/mandates/{id}/pause",
  summary: "Pause: nothing more is sent, until resumed or until the date",
  request: { params: idParameter, headers: commandHeaders, body: optionalBody(pauseMandateSchema) },
  responses: stopAnswer,
});

const resume = createRoute({
  ...shared,
  method: "post",
  path: "/v1/mandates/{id}/resume",
  summary: "End my pause: bills that waited are planned anew, with new notices",
  request: { params: idParameter, headers: commandHeaders, body: nothing },
  responses: stopAnswer,
});

const renew = createRoute({
  ...shared,
  method: "post",
  path: "/v1/mandates/{id}/renew",
  summary: "Keep a mandate that has debited nothing for long: its 13 months count from now",
  request: { params: idParameter, headers: commandHeaders, body: nothing },
  responses: { 200: json(mandateSchema, "The mandate goes on"), default: problem },
});

const cancel = createRoute({
  ...shared,
  method: "post",
  path: "/v1/mandates/{id}/cancel",
  summary: "End the mandate for good",
  request: { params: idParameter, headers: commandHeaders, body: optionalBody(cancelMandateSchema) },
  responses: stopAnswer,
});

type OwnMandate = { readonly residentId: string; readonly mandateId: string };

export function addMandateChangeRoutes(api: Api, tools: RouteTools): void {
  const { db, residentOf } = tools;
  tools.addCommand(api, edit, async (c, command) => {
    const own = {
      residentId: await residentOf(c),
      mandateId: idFrom(c.req.valid("param"), "mandate-not-found"),
    };
    if (command.madeId === null) {
      await inTransaction(db, async (transaction) => {
        await editTerms(transaction, c, { by: tools, own, wish: c.req.valid("json") });
        await command.made(transaction, own.mandateId);
      });
    }
    return c.json(await mandateOf(tools, own, c.get("locale")), 200);
  });
  addStops(api, tools);
  addRenewal(api, tools);
  tools.addCommand(api, resume, async (c) => {
    const own = {
      residentId: await residentOf(c),
      mandateId: idFrom(c.req.valid("param"), "mandate-not-found"),
    };
    const answer = await resumeMandate(db, own);
    if (!answer) throw new Refusal("mandate-not-found");
    if (answer.refused !== undefined) throw refusedResume(answer.refused);
    if (answer.mandate.state === "ended") throw new Refusal("mandate-ended");
    const row = await findMandate(db, own);
    const inFlight = await readMandateInFlight(db, own.mandateId);
    const stop = { stoppedAt: row?.last_stop_at ?? null, inFlight };
    return c.json(await stopView(tools, own, { stop, locale: c.get("locale") }), 200);
  });
}

function addRenewal(api: Api, tools: RouteTools): void {
  const { db, residentOf } = tools;
  tools.addCommand(api, renew, async (c) => {
    const own = {
      residentId: await residentOf(c),
      mandateId: idFrom(c.req.valid("param"), "mandate-not-found"),
    };
    const kept = await renewMandate(db, own);
    const row = kept === null ? undefined : await findMandate(db, own);
    if (!row) throw new Refusal("mandate-not-found");
    if (kept !== true) throw new Refusal("mandate-ended");
    return c.json(mandateView(row, c.get("locale")), 200);
  });
}

function addStops(api: Api, tools: RouteTools): void {
  const { db, stopperOf } = tools;
  tools.addCommand(api, pause, async (c) => {
    const { until, why } = c.req.valid("json");
    const own = {
      residentId: await stopperOf(c),
      mandateId: idFrom(c.req.valid("param"), "mandate-not-found"),
    };
    const row = await findMandate(db, own);
    if (!row) throw new Refusal("mandate-not-found");
    if (row.state === "ended") throw new Refusal("mandate-ended");
    const stop = await stopMandate(db, { ...own, kind: "pause", until: until ?? null, why: why ?? null });
    if (!stop) throw new Refusal("mandate-not-found");
    await carryOutStops(tools);
    return c.json(await stopView(tools, own, { stop, locale: c.get("locale") }), 200);
  });
  tools.addCommand(api, cancel, async (c) => {
    const { why } = c.req.valid("json");
    const own = {
      residentId: await stopperOf(c),
      mandateId: idFrom(c.req.valid("param"), "mandate-not-found"),
    };
    const stop = await stopMandate(db, { ...own, kind: "cancel", until: null, why: why ?? null });
    if (!stop) throw new Refusal("mandate-not-found");
    await carryOutStops(tools);
    return c.json(await stopView(tools, own, { stop, locale: c.get("locale") }), 200);
  });
}

function refusedResume(reason: string): Refusal {
  return new Refusal(reason === "method-not-active" ? "method-not-active" : "move-not-allowed");
}

type Stopped = {
  readonly inFlight: Parameters<typeof inFlightViews>[0];
  readonly stoppedAt: string | null;
};

async function stopView(
  tools: RouteTools,
  own: OwnMandate,
  { stop, locale }: { readonly stop: Stopped; readonly locale: ProblemLocale },
): Promise<MandateStop> {
  const mandate = await mandateOf(tools, own, locale);
  return {
    mandate,
    stoppedAt: instantOrNull(stop.stoppedAt),
    inFlight: inFlightViews(stop.inFlight, locale),
  };
}

async function mandateOf({ db }: RouteTools, own: OwnMandate, locale: ProblemLocale) {
  const row = await findMandate(db, own);
  if (!row) throw new Refusal("mandate-not-found");
  return mandateView(row, locale);
}

/** Bills may be paid when they come or on a day; what was planned for bills would stand under sums of one's own: that is another mandate. */
function isSameKind(old: Trigger, next: Trigger): boolean {
  return paysBills(old) ? paysBills(next) : !paysBills(next) && old.kind === next.kind;
}

/** Writes the next version under the mandate's lock. An edit that changes nothing leaves the version as it is. */
async function editTerms(
  transaction: Transaction<DB>,
  c: ApiContext,
  order: { readonly by: RouteTools; readonly own: OwnMandate; readonly wish: EditMandate },
): Promise<void> {
  const { by, own } = order;
  const { consent, ...changes } = order.wish;
  const current = await lockMandate(transaction, own);
  if (!current) throw new Refusal("mandate-not-found");
  if (current.state === "ended") throw new Refusal("mandate-ended");
  const terms: Terms = { ...current.terms, ...changes };
  if (isDeepStrictEqual(terms, current.terms)) return;
  if (!isSameKind(current.terms.trigger, terms.trigger)) throw refuseField("trigger", "payload-invalid");
  const narrowing = isNarrowing(current.terms, terms);
  if (!narrowing && consent === undefined) throw refuseField("consent", "consent-missing");
  await mustTakeSum(transaction, { ...current, trigger: terms.trigger });
  const added = terms.methods.filter((id) => !current.terms.methods.includes(id));
  const { billerId } = current;
  if (added.length > 0) await mustBeUsable(transaction, { ...own, billerId, methods: terms.methods });
  const version = current.version + 1;
  await changeTerms(transaction, { ...own, version, terms, narrowing });
  if (consent !== undefined) {
    await keepMandateConsent(transaction, c, { by, consent, ...own, billerId, version, terms });
    // a pause for want of a method ends by a new one with consent, and by nothing else (payment rules §7.1)
    if (added.length > 0) await endSystemPause(transaction, own);
  }
}
