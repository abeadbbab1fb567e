import { createRoute } from "@hono/zod-openapi";
import { pushShown, renewPushDevice } from "../../db/queries/push-devices.ts";
import type { Api } from "../environment.ts";
import { Refusal } from "../problems.ts";
import { pushAddressOf } from "../push-address.ts";
import { pushRenewedSchema, pushShownSchema } from "../schemas/push.ts";
import { body, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const common = { method: "post" as const, tags: ["push"], security: [] };
const done = { 204: { description: "Taken down" }, default: problem };

const shown = createRoute({
  ...common,
  path: "/v1/push/shown",
  summary:
    "The service worker's word that a message was shown: of a notice, its acceptance. The token came inside the sealed message; saying it again changes nothing",
  request: { body: body(pushShownSchema) },
  responses: done,
});

const renewed = createRoute({
  ...common,
  path: "/v1/push/renewed",
  summary:
    "The service worker's word that its browser has a new address; proved by the secret of the old one",
  request: { body: body(pushRenewedSchema) },
  responses: done,
});

/** What browsers say by themselves, with nobody signed in: a message may be shown days after the last visit. */
export function addPushReceiptRoutes(api: Api, tools: RouteTools): void {
  const { db, sealer } = tools;
  api.openapi(shown, async (c) => {
    if (!(await pushShown(db, c.req.valid("json").token))) throw new Refusal("not-found");
    return c.body(null, 204);
  });
  api.openapi(renewed, async (c) => {
    const { old, subscription } = c.req.valid("json");
    const address = pushAddressOf(tools, subscription, "subscription.endpoint");
    if (!(await renewPushDevice(db, sealer, { old, address }))) throw new Refusal("push-device-not-found");
    return c.body(null, 204);
  });
}
