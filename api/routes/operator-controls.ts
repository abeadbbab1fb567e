import { createRoute, z } from "@hono/zod-openapi";
import { placeHold, releaseHold, type ReleaseRate } from "../../db/queries/holds.ts";
import type { Api } from "../environment.ts";
import { Refusal } from "../problems.ts";
import {
  HOLD_SCOPES,
  placedHoldSchema,
  placeHoldSchema,
  releasedSchema,
  releaseQuery,
} from "../schemas/operator.ts";
import { placedHoldView, releasedView } from "../views/hold.ts";
import { bearer, body, commandHeaders, json, nothing, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

/** Payments a minute after a hold, where neither the operator nor the deployment says more or less. */
const RELEASE_PER_MINUTE = 60;

const shared = { tags: ["operator"], security: bearer };

const place = createRoute({
  ...shared,
  method: "post",
  path: "/v1/operator/holds",
  summary: "Hold all charges, or those of a gateway, a biller or a category; its commit is the moment",
  request: { headers: commandHeaders, body: body(placeHoldSchema) },
  responses: { 201: json(placedHoldSchema, "The hold stands; what was under way"), default: problem },
});

const releaseAll = createRoute({
  ...shared,
  method: "delete",
  path: "/v1/operator/holds/{scope}",
  summary: "Lift the hold on everything (`all`); payments go on at the rate",
  request: {
    params: z.object({ scope: z.string() }),
    query: releaseQuery,
    headers: commandHeaders,
    body: nothing,
  },
  responses: { 200: json(releasedSchema, "The hold that was lifted"), default: problem },
});

const releaseOne = createRoute({
  ...shared,
  method: "delete",
  path: "/v1/operator/holds/{scope}/{scopeId}",
  summary: "Lift the hold on a gateway, a biller or a category; payments go on at the rate",
  request: {
    params: z.object({ scope: z.string(), scopeId: z.string() }),
    query: releaseQuery,
    headers: commandHeaders,
    body: nothing,
  },
  responses: { 200: json(releasedSchema, "The hold that was lifted"), default: problem },
});

export function addOperatorControlRoutes(api: Api, tools: RouteTools): void {
  const { db, personOf, addCommand, releasePerMinute = RELEASE_PER_MINUTE } = tools;
  addCommand(api, place, async (c) => {
    const { scope, scopeId, reason } = c.req.valid("json");
    const placedBy = await personOf(c);
    const placed = await placeHold(db, { scope, scopeId: scopeId ?? "", reason, placedBy });
    return c.json(placedHoldView(placed, c.get("locale")), 201);
  });
  const release = async (
    { scopeText, scopeId }: { readonly scopeText: string; readonly scopeId: string },
    by: { readonly releasedBy: string; readonly rate: ReleaseRate | undefined },
  ) => {
    const scope = HOLD_SCOPES.find((known) => known === scopeText);
    const fits = scope !== undefined && /^[\w.-]{0,64}$/.test(scopeId);
    if (!fits) throw new Refusal("not-found");
    const released = await releaseHold(db, { scope, scopeId, ...by, rate: by.rate ?? releasePerMinute });
    if (!released) throw new Refusal("not-found");
    return releasedView({ scope, scopeId }, released);
  };
  addCommand(api, releaseAll, async (c) => {
    const by = { releasedBy: await personOf(c), rate: c.req.valid("query").rate };
    return c.json(await release({ scopeText: c.req.valid("param").scope, scopeId: "" }, by), 200);
  });
  addCommand(api, releaseOne, async (c) => {
    const { scope, scopeId } = c.req.valid("param");
    const by = { releasedBy: await personOf(c), rate: c.req.valid("query").rate };
    return c.json(await release({ scopeText: scope, scopeId }, by), 200);
  });
}
