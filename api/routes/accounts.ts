import { createRoute } from "@hono/zod-openapi";
import { connectAccount, getAccount, listAccounts } from "../../db/queries/accounts.ts";
import { isBiller, listBillers } from "../../db/queries/billers.ts";
import { callerOfRequest } from "../authentication.ts";
import type { Api } from "../environment.ts";
import { refuseField } from "../problems.ts";
import {
  type Account,
  accountConnectionSchema,
  billerSchema,
  connectAccountSchema,
} from "../schemas/billers.ts";
import { pageOf } from "../schemas/fields.ts";
import { meSchema } from "../schemas/people.ts";
import { bearer, body, commandHeaders, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const me = createRoute({
  method: "get",
  path: "/v1/me",
  tags: ["people"],
  summary: "Who am I",
  security: bearer,
  responses: { 200: json(meSchema, "The caller"), default: problem },
});

const billers = createRoute({
  method: "get",
  path: "/v1/billers",
  tags: ["billers"],
  summary: "Everybody whose bills can be paid",
  security: bearer,
  responses: { 200: json(pageOf(billerSchema), "Billers by name"), default: problem },
});

const list = createRoute({
  method: "get",
  path: "/v1/accounts",
  tags: ["billers"],
  summary: "My accounts at billers",
  security: bearer,
  responses: { 200: json(pageOf(accountConnectionSchema), "Accounts"), default: problem },
});

const connect = createRoute({
  method: "post",
  path: "/v1/accounts",
  tags: ["billers"],
  summary: "Connect an account of mine: its bills become visible, now and later",
  security: bearer,
  request: { headers: commandHeaders, body: body(connectAccountSchema) },
  responses: { 201: json(accountConnectionSchema, "Connected"), default: problem },
});

export function addAccountRoutes(api: Api, { db, residentOf, addCommand, livemode }: RouteTools): void {
  api.openapi(me, async (c) => {
    const { name, email, emailVerified, locale, zone, roles, billerId } = callerOfRequest(c);
    const id = await residentOf(c);
    return c.json(
      { id, name, email, emailVerified, locale, zone, roles: [...roles], billerId, livemode },
      200,
    );
  });
  api.openapi(billers, async (c) => {
    const rows = await listBillers(db);
    const items = rows.map(({ allowed_methods: allowedMethods, ...biller }) => ({
      ...biller,
      allowedMethods,
    }));
    return c.json({ items, nextCursor: null }, 200);
  });
  api.openapi(list, async (c) => {
    const items = (await listAccounts(db, await residentOf(c))).map(accountView);
    return c.json({ items, nextCursor: null }, 200);
  });
  addCommand(api, connect, async (c) => {
    const { billerId, account, label } = c.req.valid("json");
    if (!(await isBiller(db, billerId))) throw refuseField("billerId", "biller-unknown");
    const residentId = await residentOf(c);
    // Connecting twice is connecting once: nothing to remember for a repetition.
    await connectAccount(db, { residentId, billerId, account, label: label ?? null });
    return c.json(accountView(await getAccount(db, { residentId, billerId, account })), 201);
  });
}

function accountView(row: Awaited<ReturnType<typeof getAccount>>): Account {
  return {
    biller: { id: row.biller_id, name: row.biller_name, category: row.category },
    account: row.account,
    label: row.label,
    createdAt: row.created_at,
  };
}
