import { createRoute } from "@hono/zod-openapi";
import { connectAccount, getAccount, listAccounts } from "../../db/queries/accounts.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import type { Api } from "../environment.ts";
import { mayConnect } from "../look-ups.ts";
import { provedAccount } from "../reference.ts";
import { type Account, accountConnectionSchema, connectAccountSchema } from "../schemas/billers.ts";
import { pageOf } from "../schemas/fields.ts";
import { bearer, body, commandHeaders, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";
import type { ProblemLocale } from "../problem-words.ts";
import { billerNameView } from "../views/biller.ts";

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

export function addAccountRoutes(api: Api, tools: RouteTools): void {
  const { db, residentOf, addCommand } = tools;
  api.openapi(list, async (c) => {
    const items = (await listAccounts(db, await residentOf(c))).map((row) =>
      accountView(row, c.get("locale")),
    );
    return c.json({ items, nextCursor: null }, 200);
  });
  addCommand(api, connect, async (c) => {
    const { billerId, label, ...number } = c.req.valid("json");
    const account = await provedAccount(tools, c, { billerId, ...number });
    const residentId = await residentOf(c);
    const connection = { residentId, billerId, account, label: label ?? null };
    await mayConnect(tools, c, connection);
    // Connecting twice is connecting once: nothing to remember for a repetition.
    await inTransaction(db, (transaction) => connectAccount(transaction, connection));
    const row = await getAccount(db, { residentId, billerId, account });
    return c.json(accountView(row, c.get("locale")), 201);
  });
}

function accountView(row: Awaited<ReturnType<typeof getAccount>>, locale: ProblemLocale): Account {
  return {
    biller: billerNameView(row, locale),
    account: row.account,
    label: row.label,
    createdAt: row.created_at,
  };
}
