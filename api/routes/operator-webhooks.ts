import { randomBytes } from "node:crypto";
import { createRoute } from "@hono/zod-openapi";
import { checkAddress } from "../../adapters/public-web/public-address.ts";
import {
  createWebhook,
  disableWebhook,
  enableWebhook,
  findWebhook,
  listWebhooks,
  newWebhookId,
  readWebhookSecret,
  rotateWebhookSecret,
  sendTestWebhook,
} from "../../db/queries/webhook-endpoints.ts";
import { findWebhookDelivery } from "../../db/queries/webhook-records.ts";
import type { FailureCode } from "../../domain/failure.ts";
import { isInstant, pageFrom, readCursor } from "../cursors.ts";
import type { Api } from "../environment.ts";
import { Refusal, refuseField } from "../problems.ts";
import { idParameter, pageOf, pageQuery } from "../schemas/fields.ts";
import {
  createWebhookSchema,
  disableWebhookSchema,
  webhookDeliverySchema,
  webhookSchema,
  webhookWithSecretSchema,
} from "../schemas/webhooks.ts";
import { webhookView } from "../views/webhook.ts";
import { bearer, body, commandHeaders, idFrom, json, location, nothing, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const shared = { tags: ["operator", "webhooks"], security: bearer };
const one = { ...shared, request: { params: idParameter, headers: commandHeaders, body: nothing } };

const create = createRoute({
  ...shared,
  method: "post",
  path: "/v1/operator/webhooks",
  summary: "Send events to an integrator's address; its secret is shown now and never again",
  request: { headers: commandHeaders, body: body(createWebhookSchema) },
  responses: { 201: { ...json(webhookWithSecretSchema, "Made"), ...location }, default: problem },
});

const list = createRoute({
  ...shared,
  method: "get",
  path: "/v1/operator/webhooks",
  summary: "Addresses of integrators, oldest first",
  request: { query: pageQuery },
  responses: { 200: json(pageOf(webhookSchema), "A page of addresses"), default: problem },
});

const show = createRoute({
  ...shared,
  method: "get",
  path: "/v1/operator/webhooks/{id}",
  summary: "An integrator's address, and how many events wait for it or did not reach it",
  request: { params: idParameter },
  responses: { 200: json(webhookSchema, "The address"), default: problem },
});

const disable = createRoute({
  ...shared,
  method: "post",
  path: "/v1/operator/webhooks/{id}/disable",
  summary: "Send nothing more there; what was queued is cancelled and can be replayed",
  request: { params: idParameter, headers: commandHeaders, body: body(disableWebhookSchema) },
  responses: { 200: json(webhookSchema, "It is disabled"), default: problem },
});

const enable = createRoute({
  ...one,
  method: "post",
  path: "/v1/operator/webhooks/{id}/enable",
  summary: "Send events there again, from now on; a replay brings what happened meanwhile",
  responses: { 200: json(webhookSchema, "It is active"), default: problem },
});

const rotate = createRoute({
  ...one,
  method: "post",
  path: "/v1/operator/webhooks/{id}/rotate-secret",
  summary: "A new secret, shown once; for a day both sign",
  responses: { 200: json(webhookWithSecretSchema, "The new secret"), default: problem },
});

const test = createRoute({
  ...one,
  method: "post",
  path: "/v1/operator/webhooks/{id}/test",
  summary: "Send an event `webhook.test`, whatever types the address wants",
  responses: { 202: json(webhookDeliverySchema, "On its way; look at it again"), default: problem },
});

/** Whom integrators' events go to; only behind the operator's role. */
export function addOperatorWebhookRoutes(api: Api, tools: RouteTools): void {
  const { db, sealer, personOf, addCommand } = tools;
  const mustFind = async (params: { readonly id: string }) => {
    const row = await findWebhook(db, idFrom(params, "webhook-not-found"));
    if (!row) throw new Refusal("webhook-not-found");
    return row;
  };
  const withSecret = async (id: string) => {
    const [row, sealed] = [await mustFind({ id }), await readWebhookSecret(db, id)];
    return { ...webhookView(row), secret: sealed ? sealer.open(sealed, id).toString("utf8") : "" };
  };
  addCommand(api, create, async (c, command) => {
    const asked = c.req.valid("json");
    const url = mustBePublic(asked.url, tools.webhookAllow ?? new Set());
    const createdBy = await personOf(c);
    const id = command.madeId ?? (await newWebhookId(db));
    if (command.madeId === null) {
      await mustKnowBiller(tools, asked.billerId);
      const { description = "", types, billerId = null } = asked;
      const secret = sealer.seal(newSecret(), id);
      await db.transaction().execute(async (transaction) => {
        await createWebhook(transaction, { id, url, description, types, billerId, secret, createdBy });
        await command.made(transaction, id);
      });
    }
    return c.json(await withSecret(id), 201, { location: `/v1/operator/webhooks/${id}` });
  });
  api.openapi(list, async (c) => {
    const { cursor, limit } = c.req.valid("query");
    const place = readCursor(cursor, isInstant);
    const after = place && { createdAt: place.order, id: place.id };
    const rows = await listWebhooks(db, { after, limit: limit + 1 });
    return c.json(pageFrom(rows, limit, { view: webhookView, place: (row) => [row.createdAt, row.id] }), 200);
  });
  api.openapi(show, async (c) => c.json(webhookView(await mustFind(c.req.valid("param"))), 200));
  addCommand(api, disable, async (c) => {
    const { id } = await mustFind(c.req.valid("param"));
    await disableWebhook(db, { id, why: c.req.valid("json").why, by: await personOf(c) });
    return c.json(webhookView(await mustFind({ id })), 200);
  });
  addCommand(api, enable, async (c) => {
    const { id } = await mustFind(c.req.valid("param"));
    await enableWebhook(db, { id, by: await personOf(c) });
    return c.json(webhookView(await mustFind({ id })), 200);
  });
  addSecretAndTest(api, { ...tools, mustFind, withSecret });
}

function addSecretAndTest(
  api: Api,
  {
    db,
    sealer,
    personOf,
    addCommand,
    mustFind,
    withSecret,
  }: RouteTools & {
    readonly mustFind: (params: {
      readonly id: string;
    }) => Promise<NonNullable<Awaited<ReturnType<typeof findWebhook>>>>;
    readonly withSecret: (id: string) => Promise<ReturnType<typeof webhookView> & { secret: string }>;
  },
): void {
  addCommand(api, rotate, async (c, command) => {
    const { id } = await mustFind(c.req.valid("param"));
    const by = await personOf(c);
    if (command.madeId === null) {
      await db.transaction().execute(async (transaction) => {
        await rotateWebhookSecret(transaction, { id, secret: sealer.seal(newSecret(), id), by });
        await command.made(transaction, id);
      });
    }
    return c.json(await withSecret(id), 200);
  });
  addCommand(api, test, async (c, command) => {
    const { id, state } = await mustFind(c.req.valid("param"));
    if (state === "disabled") throw new Refusal("webhook-disabled");
    const by = await personOf(c);
    const deliveryId =
      command.madeId ??
      (await db.transaction().execute(async (transaction) => {
        const made = await sendTestWebhook(transaction, { id, by });
        await command.made(transaction, made);
        return made;
      }));
    const row = await findWebhookDelivery(db, deliveryId);
    if (!row) throw new Refusal("delivery-not-found");
    return c.json(row, 202);
  });
}

/** Between the 24 and 64 bytes that Standard Webhooks want. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

const FAULTS = {
  "not-an-address": "webhook-url-invalid",
  "too-long": "webhook-url-invalid",
  credentials: "webhook-url-invalid",
  fragment: "webhook-url-invalid",
  "not-https": "webhook-url-not-https",
  "not-public": "webhook-url-not-public",
} as const satisfies Record<string, FailureCode>;

function mustBePublic(written: string, allowed: ReadonlySet<string>): string {
  const checked = checkAddress(written, { longest: 2_000, allowed });
  if ("fault" in checked) throw refuseField("url", FAULTS[checked.fault]);
  return checked.url.href;
}

async function mustKnowBiller({ db }: RouteTools, billerId: string | undefined): Promise<void> {
  if (billerId === undefined) return;
  const found = await db.selectFrom("billers").select("id").where("id", "=", billerId).executeTakeFirst();
  if (!found) throw refuseField("billerId", "biller-unknown");
}
