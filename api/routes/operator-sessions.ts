import { createRoute } from "@hono/zod-openapi";
import { endSessionsOf } from "../../db/queries/sessions.ts";
import type { Api } from "../environment.ts";
import { Refusal } from "../problems.ts";
import { idParameter } from "../schemas/fields.ts";
import { endSessionsSchema } from "../schemas/operator.ts";
import { endedSessionsSchema } from "../schemas/people.ts";
import { bearer, body, commandHeaders, idFrom, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const end = createRoute({
  method: "post",
  path: "/v1/operator/residents/{id}/sessions/end",
  tags: ["operator"],
  security: bearer,
  summary: "Sign a person out of every browser; who did it and why stands in the audit",
  request: { params: idParameter, headers: commandHeaders, body: body(endSessionsSchema) },
  responses: { 200: json(endedSessionsSchema, "How many ended"), default: problem },
});

/** What an operator does about somebody else's sessions: a device was lost, or an account taken over. */
export function addOperatorSessionRoutes(api: Api, { db, personOf, addCommand }: RouteTools): void {
  addCommand(api, end, async (c) => {
    const residentId = idFrom(c.req.valid("param"), "resident-not-found");
    const operatorId = await personOf(c);
    const ended = await endSessionsOf(db, { residentId, operatorId, ...c.req.valid("json") });
    if (ended === undefined) throw new Refusal("resident-not-found");
    return c.json({ ended }, 200);
  });
}
