import { createRoute } from "@hono/zod-openapi";
import { keepConsent } from "../../db/queries/mandates.ts";
import {
  beginBinding,
  findMethod,
  listMethods,
  type MethodRow,
  orderMethods,
} from "../../db/queries/methods.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { readWithdrawal, withdrawMethod } from "../../db/queries/withdrawals.ts";
import { METHOD_USES } from "../../domain/capability-matrix.ts";
import { callerOfRequest } from "../authentication.ts";
import { bindingGateway, refreshBinding, startBinding } from "../bindings.ts";
import { carryOutStops } from "../after-stop.ts";
import type { Api, ApiContext } from "../environment.ts";
import { Refusal, refuseField } from "../problems.ts";
import { idParameter, pageOf } from "../schemas/fields.ts";
import { methodSchema, orderMethodsSchema, refreshQuery, startBindingSchema } from "../schemas/methods.ts";
import { methodStopSchema } from "../schemas/stops.ts";
import { methodView, withdrawalView } from "../views/method.ts";
import { bearer, body, commandHeaders, idFrom, json, nothing, optionalBody, problem } from "./answers.ts";
import { consentRecord } from "../consent-record.ts";
import { addMethodRuleRoutes } from "./method-rules.ts";
import type { RouteTools } from "./route-tools.ts";

const shared = { tags: ["methods"], security: bearer };

const start = createRoute({
  ...shared,
  method: "post",
  path: "/v1/methods",
  summary: "Start binding a method: the payer goes to confirmationUrl, where there is one",
  request: { headers: commandHeaders, body: optionalBody(startBindingSchema) },
  responses: { 201: json(methodSchema, "The binding waits for the payer, or is done"), default: problem },
});

const list = createRoute({
  ...shared,
  method: "get",
  path: "/v1/methods",
  summary: "What I can pay with, and bindings that wait for me",
  responses: {
    200: json(pageOf(methodSchema), "Methods in my own order, the default first"),
    default: problem,
  },
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

const order = createRoute({
  ...shared,
  method: "post",
  path: "/v1/methods/order",
  summary: "Put my methods in order: the first usable one is the default",
  request: { headers: commandHeaders, body: body(orderMethodsSchema) },
  responses: { 200: json(pageOf(methodSchema), "Methods in their new order"), default: problem },
});

const withdraw = createRoute({
  ...shared,
  method: "delete",
  path: "/v1/methods/{id}",
  summary: "Withdraw a method: nothing more is charged to it",
  request: { params: idParameter, headers: commandHeaders },
  responses: { 200: json(methodStopSchema, "The stop, and what was under way"), default: problem },
});

const withdrawal = createRoute({
  ...shared,
  method: "get",
  path: "/v1/methods/{id}/withdrawal",
  summary: "What withdrawing it would mean; afterwards the proof that nothing was sent since",
  request: { params: idParameter },
  responses: { 200: json(methodStopSchema, "stoppedAt is null before the withdrawal"), default: problem },
});

export function addMethodRoutes(api: Api, tools: RouteTools): void {
  const { db, residentOf, sealer } = tools;
  addMethodRuleRoutes(api, tools);
  api.openapi(list, async (c) => c.json(await methodsOf(tools, await residentOf(c)), 200));
  api.openapi(get, async (c) => {
    const own = await ownMethod(tools, c, c.req.valid("param"));
    const lookUp = c.req.valid("query").refresh === "true";
    const row = lookUp ? await refreshBinding(tools, own) : await findMethod(db, own);
    return c.json(methodView(found(row), sealer), 200);
  });
  tools.addCommand(api, refresh, async (c) => {
    const row = await refreshBinding(tools, await ownMethod(tools, c, c.req.valid("param")));
    return c.json(methodView(found(row), sealer), 200);
  });
  addStart(api, tools);
  addOrder(api, tools);
  addWithdrawal(api, tools);
}

/** Reading, looking a binding up and withdrawing: none of it gives a permission. */
async function ownMethod({ stopperOf }: RouteTools, c: ApiContext, params: { readonly id: string }) {
  const methodId = idFrom(params, "method-not-found");
  return { residentId: await stopperOf(c), methodId };
}

function found(row: MethodRow | undefined): MethodRow {
  if (!row) throw new Refusal("method-not-found");
  return row;
}

async function methodsOf({ db, sealer }: RouteTools, residentId: string) {
  const rows = await listMethods(db, residentId);
  return { items: rows.map((row) => methodView(row, sealer)), nextCursor: null };
}

function addStart(api: Api, tools: RouteTools): void {
  const { db, residentOf, rowOf, sealer } = tools;
  tools.addCommand(api, start, async (c, command) => {
    const wish = c.req.valid("json");
    const residentId = await residentOf(c);
    const gateway = bindingGateway(tools, wish);
    const methodId =
      command.madeId ??
      (await inTransaction(db, async (transaction) => {
        const id = await beginBinding(transaction, {
          residentId,
          gateway: gateway.name,
          kind: wish.kind ?? "bank_card",
          wallet: wish.wallet?.kind ?? null,
          uses: wish.uses ?? METHOD_USES,
          returnPath: wish.returnPath ?? null,
        });
        if (wish.consent) {
          const record = consentRecord(c, wish.consent, { residentId, methodId: id, version: 1 });
          await keepConsent(transaction, record);
        }
        await command.made(transaction, id);
        return id;
      }));
    const locale = wish.locale ?? (await rowOf(c))?.locale ?? callerOfRequest(c).locale;
    const row = await startBinding(tools, { residentId, methodId }, { locale, wallet: wish.wallet });
    return c.json(methodView(row, sealer), 201);
  });
}

function addOrder(api: Api, tools: RouteTools): void {
  const { db, residentOf } = tools;
  tools.addCommand(api, order, async (c) => {
    const residentId = await residentOf(c);
    const methodIds = c.req.valid("json").order;
    await inTransaction(db, async (transaction) => {
      const known = await orderMethods(transaction, { residentId, methodIds });
      if (!known) throw refuseField("order", "method-not-active");
    });
    return c.json(await methodsOf(tools, residentId), 200);
  });
}

function addWithdrawal(api: Api, tools: RouteTools): void {
  const { db } = tools;
  /** The binding of a card that was bound before speaks of that card. */
  const theMethod = async (c: ApiContext, params: { readonly id: string }) => {
    const own = await ownMethod(tools, c, params);
    return { ...own, methodId: found(await findMethod(db, own)).id };
  };
  api.openapi(withdrawal, async (c) => {
    const row = await readWithdrawal(db, await theMethod(c, c.req.valid("param")));
    if (!row) throw new Refusal("method-not-found");
    return c.json(withdrawalView(row, c.get("locale")), 200);
  });
  tools.addCommand(api, withdraw, async (c) => {
    const stop = await withdrawMethod(db, await theMethod(c, c.req.valid("param")));
    if (!stop) throw new Refusal("method-not-found");
    await carryOutStops(tools);
    return c.json(withdrawalView(stop, c.get("locale")), 200);
  });
}
