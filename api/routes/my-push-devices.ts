import { createRoute } from "@hono/zod-openapi";
import { keepSettings, readSettings } from "../../db/queries/preferences.ts";
import {
  addPushDevice,
  listPushDevices,
  type PushDeviceRow,
  removePushDevice,
} from "../../db/queries/push-devices.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { type Api, payerAgent } from "../environment.ts";
import { Refusal } from "../problems.ts";
import { pushAddressOf } from "../push-address.ts";
import { idParameter } from "../schemas/fields.ts";
import {
  type PushDevice,
  type PushDevices,
  pushDeviceSchema,
  pushDevicesSchema,
  pushSettingsSchema,
  pushSubscriptionSchema,
} from "../schemas/push.ts";
import { instant, instantOrNull } from "../views/in-flight.ts";
import { bearer, body, commandHeaders, idFrom, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const common = { tags: ["people"], security: bearer };
const path = "/v1/me/push-devices";

const list = createRoute({
  ...common,
  method: "get",
  path,
  summary: "Browsers that show me notifications, and the key to subscribe one for",
  responses: { 200: json(pushDevicesSchema, "Browsers, the newest first"), default: problem },
});

const add = createRoute({
  ...common,
  method: "post",
  path,
  summary: "Show me notifications in this browser, too; the subscription as the browser gives it out",
  request: { headers: commandHeaders, body: body(pushSubscriptionSchema) },
  responses: {
    201: json(pushDeviceSchema, "The browser; the same one again is the same one"),
    default: problem,
  },
});

const settings = createRoute({
  ...common,
  method: "patch",
  path,
  summary: "Whether amounts and names may stand on the lock screens of my devices; at first they may not",
  request: { headers: commandHeaders, body: body(pushSettingsSchema) },
  responses: { 200: json(pushDevicesSchema, "Browsers and settings"), default: problem },
});

const remove = createRoute({
  ...common,
  method: "delete",
  path: `${path}/{id}`,
  summary: "No more notifications in that browser",
  request: { params: idParameter, headers: commandHeaders },
  responses: { 200: json(pushDevicesSchema, "Browsers that are left"), default: problem },
});

/** A resident's own browsers (N3). */
export function addPushDeviceRoutes(api: Api, tools: RouteTools): void {
  const { db, sealer, push, residentOf } = tools;
  const view = async (residentId: string): Promise<PushDevices> => ({
    items: (await listPushDevices(db, residentId)).map(deviceView),
    nextCursor: null,
    publicKey: push?.publicKey ?? null,
    amountsShown: (await readSettings(db, residentId)).pushAmounts,
  });
  api.openapi(list, async (c) => c.json(await view(await residentOf(c)), 200));
  tools.addCommand(api, add, async (c) => {
    const residentId = await residentOf(c);
    const address = pushAddressOf(tools, c.req.valid("json"));
    const id = await inTransaction(db, (transaction) =>
      addPushDevice(transaction, sealer, { residentId, address, device: payerAgent(c) }),
    );
    const device = (await listPushDevices(db, residentId)).find((row) => row.id === id);
    if (!device) throw new Refusal("push-device-not-found");
    return c.json(deviceView(device), 201);
  });
  tools.addCommand(api, settings, async (c) => {
    const residentId = await residentOf(c);
    const { amountsShown: pushAmounts } = c.req.valid("json");
    await inTransaction(db, (transaction) => keepSettings(transaction, residentId, { pushAmounts }));
    return c.json(await view(residentId), 200);
  });
  tools.addCommand(api, remove, async (c) => {
    const residentId = await residentOf(c);
    const id = idFrom(c.req.valid("param"), "push-device-not-found");
    if (!(await removePushDevice(db, { residentId, id }))) throw new Refusal("push-device-not-found");
    return c.json(await view(residentId), 200);
  });
}

function deviceView({ createdAt, acceptedAt, shownAt, ...row }: PushDeviceRow): PushDevice {
  return {
    ...row,
    createdAt: instant(createdAt),
    acceptedAt: instantOrNull(acceptedAt),
    shownAt: instantOrNull(shownAt),
  };
}
