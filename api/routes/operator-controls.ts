import { createRoute, z } from "@hono/zod-openapi";
import { moveClock, placeHold, releaseHold } from "../../db/queries/operator.ts";
import type { Api } from "../environment.ts";
import { Refusal } from "../problems.ts";
import {
  clockSchema,
  HOLD_SCOPES,
  holdSchema,
  moveClockSchema,
  placeHoldSchema,
} from "../schemas/operator.ts";
import { holdView } from "../views/hold.ts";
import { bearer, body, commandHeaders, json, nothing, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const shared = { tags: ["operator"], security: bearer };

const place = createRoute({
  ...shared,
  method: "post",
  path: "/v1/operator/holds",
  summary: "Hold all charges, or those of a gateway, a biller or a category; its commit is the moment",
  request: { headers: commandHeaders, body: body(placeHoldSchema) },
  responses: { 201: json(holdSchema, "The hold stands"), default: problem },
});

const releaseAll = createRoute({
  ...shared,
  method: "delete",
  path: "/v1/operator/holds/{scope}",
  summary: "Lift the hold on everything (`all`)",
  request: { params: z.object({ scope: z.string() }), headers: commandHeaders, body: nothing },
  responses: { 200: json(holdSchema, "The hold that was lifted"), default: problem },
});

const releaseOne = createRoute({
  ...shared,
  method: "delete",
  path: "/v1/operator/holds/{scope}/{scopeId}",
  summary: "Lift the hold on a gateway, a biller or a category",
  request: {
    params: z.object({ scope: z.string(), scopeId: z.string() }),
    headers: commandHeaders,
    body: nothing,
  },
  responses: { 200: json(holdSchema, "The hold that was lifted"), default: problem },
});

const clock = createRoute({
  ...shared,
  method: "post",
  path: "/v1/operator/clock",
  summary: "Move the sandbox city's clock; in live mode there is no such address",
  request: { headers: commandHeaders, body: body(moveClockSchema) },
  responses: { 200: json(clockSchema, "The time it is now in the city"), default: problem },
});

export function addOperatorControlRoutes(api: Api, tools: RouteTools): void {
  const { db, residentOf, livemode, addCommand } = tools;
  addCommand(api, place, async (c) => {
    const { scope, scopeId, reason } = c.req.valid("json");
    const placedBy = await residentOf(c);
    return c.json(holdView(await placeHold(db, { scope, scopeId: scopeId ?? "", reason, placedBy })), 201);
  });
  const release = async (scopeText: string, scopeId: string, releasedBy: string) => {
    const scope = HOLD_SCOPES.find((known) => known === scopeText);
    const fits = scope !== undefined && /^[\w.-]{0,64}$/.test(scopeId);
    const hold = fits ? await releaseHold(db, { scope, scopeId, releasedBy }) : undefined;
    if (!hold) throw new Refusal("not-found");
    return holdView(hold);
  };
  addCommand(api, releaseAll, async (c) => {
    return c.json(await release(c.req.valid("param").scope, "", await residentOf(c)), 200);
  });
  addCommand(api, releaseOne, async (c) => {
    const { scope, scopeId } = c.req.valid("param");
    return c.json(await release(scope, scopeId, await residentOf(c)), 200);
  });
  addCommand(api, clock, async (c) => {
    if (livemode) throw new Refusal("not-found");
    const { advanceSeconds, scale } = c.req.valid("json");
    const movedBy = await residentOf(c);
    const now = await moveClock(db, { advanceSeconds: advanceSeconds ?? 0, scale: scale ?? null, movedBy });
    return c.json(now, 200);
  });
}
