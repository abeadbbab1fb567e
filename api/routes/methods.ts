import { createRoute } from "@hono/zod-openapi";
import { keepConsent } from "../../db/queries/mandates.ts";
import { consentRecord } from "./mandates.ts";
import { beginBinding, findMethod, listMethods, withdrawMethod } from "../../db/queries/methods.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { bindingGateway, refreshBinding, startBinding } from "../bindings.ts";
import { callerOfRequest } from "../authentication.ts";
import { carryOutStops } from "../after-stop.ts";
import type { Api } from "../environment.ts";
import { Refusal } from "../problems.ts";
import { idParameter, pageOf } from "../schemas/fields.ts";
import { methodSchema, refreshQuery, startBindingSchema } from "../schemas/methods.ts";
import { methodStopSchema } from "../schemas/stops.ts";
import { inFlightView, instant } from "../views/in-flight.ts";
import { methodView } from "../views/method.ts";
import { bearer, commandHeaders, idFrom, json, nothing, optionalBody, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const shared = { tags: ["methods"], security: bearer };

const start = createRoute({
  ...shared,
  method: "post",
  path: "/v1/methods",
  summary: "Start binding a card: the payer goes to confirmationUrl",
  request: { headers: commandHeaders, body: optionalBody(startBindingSchema) },
  responses: { 201: json(methodSchema, "The binding waits for the payer"), default: problem },
});

const list = createRoute({
  ...shared,
  method: "get",
  path: "/v1/methods",
  summary: "What I can pay with, and bindings that wait for me",
  responses: { 200: json(pageOf(methodSchema), "Methods, oldest first"), default: problem },
});

const get = createRoute({
  ...shared,
  method: "get",
  path: "/v1/methods/{id}",
  summary: "One method; with refresh=true a binding is looked up at the gateway first",
  request: { params: idParameter, query: refreshQuery },
  responses: { 200: json(methodSchema, "The method"), default: problem },
});

const refresh = createRoute({
  ...shared,
  method: "post",
  path: "/v1/methods/{id}/refresh",
  summary: "Look a binding up at the gateway now",
  request: { params: idParameter, headers: commandHeaders, body: nothing },
  responses: { 200: json(methodSchema, "The method, as it is now"), default: problem },
});

const withdraw = createRoute({
  ...shared,
  method: "delete",
  path: "/v1/methods/{id}",
  summary: "Withdraw a method: nothing more is charged to it",
  request: { params: idParameter, headers: commandHeaders },
  responses: { 200: json(methodStopSchema, "The stop, and what was under way"), default: problem },
});

export function addMethodRoutes(api: Api, tools: RouteTools): void {
  const { db, residentOf, sealer, addCommand } = tools;
  api.openapi(list, async (c) => {
    const rows = await listMethods(db, await residentOf(c));
    return c.json({ items: rows.map((row) => methodView(row, sealer)), nextCursor: null }, 200);
  });
  api.openapi(get, async (c) => {
    const methodId = idFrom(c.req.valid("param"), "method-not-found");
    const own = { residentId: await residentOf(c), methodId };
    const lookUp = c.req.valid("query").refresh === "true";
    const row = lookUp ? await refreshBinding(tools, own) : await findMethod(db, own);
    if (!row) throw new Refusal("method-not-found");
    return c.json(methodView(row, sealer), 200);
  });
  addCommand(api, refresh, async (c) => {
    const methodId = idFrom(c.req.valid("param"), "method-not-found");
    const row = await refreshBinding(tools, { residentId: await residentOf(c), methodId });
    if (!row) throw new Refusal("method-not-found");
    return c.json(methodView(row, sealer), 200);
  });
  addStart(api, tools);
  addWithdraw(api, tools);
}

function addStart(api: Api, tools: RouteTools): void {
  const { db, residentOf, sealer } = tools;
  tools.addCommand(api, start, async (c, command) => {
    const { locale, returnPath, consent } = c.req.valid("json");
    const residentId = await residentOf(c);
    const gateway = bindingGateway(tools);
    const methodId =
      command.madeId ??
      (await inTransaction(db, async (transaction) => {
        const binding = { residentId, gateway: gateway.name, returnPath: returnPath ?? null };
        const id = await beginBinding(transaction, binding);
        if (consent) {
          await keepConsent(transaction, consentRecord(c, consent, { residentId, methodId: id, version: 1 }));
        }
        await command.made(transaction, id);
        return id;
      }));
    const own = { residentId, methodId };
    const row = await startBinding(tools, own, locale ?? callerOfRequest(c).locale);
    return c.json(methodView(row, sealer), 201);
  });
}

function addWithdraw(api: Api, tools: RouteTools): void {
  const { db, residentOf } = tools;
  tools.addCommand(api, withdraw, async (c) => {
    const methodId = idFrom(c.req.valid("param"), "method-not-found");
    const stop = await withdrawMethod(db, { residentId: await residentOf(c), methodId });
    if (!stop) throw new Refusal("method-not-found");
    await carryOutStops(tools);
    const inFlight = stop.inFlight.map(inFlightView);
    const answer = { methodId, stoppedAt: instant(stop.stoppedAt), inFlight, mandates: [...stop.mandates] };
    return c.json(answer, 200);
  });
}
