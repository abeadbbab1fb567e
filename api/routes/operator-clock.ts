import { createRoute } from "@hono/zod-openapi";
import { readClock } from "../../db/queries/clock.ts";
import { readNextDue } from "../../db/queries/due-instants.ts";
import { moveClock } from "../../db/queries/operator.ts";
import { readRestless, stepClock } from "../city-clock.ts";
import type { Api } from "../environment.ts";
import { Refusal } from "../problems.ts";
import {
  clockSchema,
  clockStandSchema,
  clockStepSchema,
  moveClockSchema,
  stepClockSchema,
} from "../schemas/operator.ts";
import { bearer, body, commandHeaders, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const shared = { tags: ["operator"], security: bearer };

const show = createRoute({
  ...shared,
  method: "get",
  path: "/v1/operator/clock",
  summary:
    "The sandbox city's clock, what it comes to next, and what is due now; in live mode there is no such address",
  responses: { 200: json(clockStandSchema, "The clock"), default: problem },
});

const move = createRoute({
  ...shared,
  method: "post",
  path: "/v1/operator/clock",
  summary: "Move the sandbox city's clock at once; in live mode there is no such address",
  request: { headers: commandHeaders, body: body(moveClockSchema) },
  responses: { 200: json(clockSchema, "The time it is now in the city"), default: problem },
});

const step = createRoute({
  ...shared,
  method: "post",
  path: "/v1/operator/clock/steps",
  summary:
    "Let the sandbox city's clock jump to the next instant at which something is to happen, once nothing is due at this one; in live mode there is no such address",
  request: { headers: commandHeaders, body: body(stepClockSchema) },
  responses: { 200: json(clockStepSchema, "Where the clock stands, or what it waits for"), default: problem },
});

/** The clock of the sandbox city. A live deployment answers as if these addresses were not there. */
export function addOperatorClockRoutes(api: Api, tools: RouteTools): void {
  const { db, personOf, livemode, addCommand, cityClock: clock } = tools;
  api.openapi(show, async (c) => {
    if (livemode) throw new Refusal("not-found");
    const { businessNow, scale } = await readClock(db);
    const next = await readNextDue(db);
    const waitingFor = [...(await readRestless({ db, clock }))];
    return c.json({ businessNow, scale, next, waitingFor }, 200);
  });
  addCommand(api, move, async (c) => {
    if (livemode) throw new Refusal("not-found");
    const { advanceSeconds, scale } = c.req.valid("json");
    const movedBy = await personOf(c);
    const now = await moveClock(db, { advanceSeconds: advanceSeconds ?? 0, scale: scale ?? null, movedBy });
    await clock?.follow(await readClock(db));
    return c.json(now, 200);
  });
  addCommand(api, step, async (c) => {
    if (livemode) throw new Refusal("not-found");
    const { until, since } = c.req.valid("json");
    const movedBy = await personOf(c);
    const { waitingFor, ...rest } = await stepClock({ db, clock }, { until, since, movedBy });
    return c.json({ ...rest, waitingFor: [...waitingFor] }, 200);
  });
}
