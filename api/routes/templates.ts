import { createRoute } from "@hono/zod-openapi";
import { connectAccount } from "../../db/queries/accounts.ts";
import { findBill } from "../../db/queries/bills.ts";
import {
  changeTemplate,
  deleteTemplate,
  findTemplate,
  listTemplates,
  readOwnSums,
  saveTemplate,
  type TemplateRow,
} from "../../db/queries/templates.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import type { Api, ApiContext } from "../environment.ts";
import { mayConnect } from "../look-ups.ts";
import { Refusal, refuseField } from "../problems.ts";
import { provedAccount } from "../reference.ts";
import { idParameter, pageOf } from "../schemas/fields.ts";
import {
  changeTemplateSchema,
  type CreateTemplate,
  createTemplateSchema,
  type Template,
  templateSchema,
} from "../schemas/templates.ts";
import { bearer, body, commandHeaders, idFrom, json, location, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";
import type { ProblemLocale } from "../problem-words.ts";
import { billerNameView } from "../views/biller.ts";

const common = { tags: ["templates"], security: bearer };
const onePath = "/v1/templates/{id}";

const list = createRoute({
  ...common,
  method: "get",
  path: "/v1/templates",
  summary: "My templates, the oldest first, each with what it would pay now",
  responses: { 200: json(pageOf(templateSchema), "Templates"), default: problem },
});

const save = createRoute({
  ...common,
  method: "post",
  path: "/v1/templates",
  summary: "Save details, to pay by them in two clicks; nothing is ever charged by themselves",
  request: { headers: commandHeaders, body: body(createTemplateSchema) },
  responses: { 201: { ...json(templateSchema, "Saved"), ...location }, default: problem },
});

const show = createRoute({
  ...common,
  method: "get",
  path: onePath,
  summary: "One template",
  request: { params: idParameter },
  responses: { 200: json(templateSchema, "The template"), default: problem },
});

const change = createRoute({
  ...common,
  method: "patch",
  path: onePath,
  summary: "Give a template another name or sum",
  request: { params: idParameter, headers: commandHeaders, body: body(changeTemplateSchema) },
  responses: { 200: json(templateSchema, "The template"), default: problem },
});

const remove = createRoute({
  ...common,
  method: "delete",
  path: onePath,
  summary: "Forget a template; what it paid stays",
  request: { params: idParameter, headers: commandHeaders },
  responses: { 200: json(templateSchema, "What is forgotten"), default: problem },
});

/** Templates (B8). */
export function addTemplateRoutes(api: Api, tools: RouteTools): void {
  const { db, residentOf, stopperOf } = tools;
  const ownOf = async (c: ApiContext, params: { readonly id: string }, whose = residentOf) => {
    const templateId = idFrom(params, "template-not-found");
    const own = { residentId: await whose(c), templateId };
    return { own, row: await theTemplate(tools, own) };
  };
  api.openapi(list, async (c) => {
    const rows = await listTemplates(db, await residentOf(c));
    return c.json({ items: rows.map((row) => templateView(row, c.get("locale"))), nextCursor: null }, 200);
  });
  tools.addCommand(api, save, async (c, command) => {
    const residentId = await residentOf(c);
    const templateId =
      command.madeId ?? (await saved(tools, c, { residentId, wish: c.req.valid("json"), command }));
    const row = await theTemplate(tools, { residentId, templateId });
    return c.json(templateView(row, c.get("locale")), 201, { location: `/v1/templates/${templateId}` });
  });
  api.openapi(show, async (c) => {
    const { row } = await ownOf(c, c.req.valid("param"));
    return c.json(templateView(row, c.get("locale")), 200);
  });
  tools.addCommand(api, change, async (c) => {
    const { own, row } = await ownOf(c, c.req.valid("param"));
    const { name, amount } = c.req.valid("json");
    const amountMinor = amount === undefined ? undefined : minorOf(amount);
    if (amountMinor !== undefined) await mustTake(tools, row.biller_id, amountMinor);
    if (!(await changeTemplate(db, { ...own, name, amountMinor }))) throw new Refusal("template-not-found");
    return c.json(templateView(await theTemplate(tools, own), c.get("locale")), 200);
  });
  tools.addCommand(api, remove, async (c) => {
    const { own, row } = await ownOf(c, c.req.valid("param"), stopperOf);
    if (!(await deleteTemplate(db, own))) throw new Refusal("template-not-found");
    return c.json(templateView(row, c.get("locale")), 200);
  });
}

/**
 * A template of the caller's own.
 *
 * @throws Refusal `template-not-found`
 */
export async function theTemplate(
  { db }: Pick<RouteTools, "db">,
  own: { readonly residentId: string; readonly templateId: string },
): Promise<TemplateRow> {
  const row = await findTemplate(db, own);
  if (!row) throw new Refusal("template-not-found");
  return row;
}

type Saving = {
  readonly residentId: string;
  readonly wish: CreateTemplate;
  readonly command: {
    readonly made: (transaction: Parameters<typeof saveTemplate>[0], id: string) => Promise<void>;
  };
};

/**
 * Saves a template. One that pays what is due of an account shows that account's bills: it is connected, which is a look-up by number as everywhere. A bill that
 * the person sees already shows nothing new.
 */
async function saved(
  tools: RouteTools,
  c: ApiContext,
  { residentId, wish, command }: Saving,
): Promise<string> {
  const amountMinor = minorOf(wish.amount);
  const { billerId, account, seen } = await detailsOf(tools, c, residentId, wish);
  if (amountMinor !== null) await mustTake(tools, billerId, amountMinor);
  const connection = { residentId, billerId, account, label: null };
  const connects = amountMinor === null && !seen;
  if (connects) await mayConnect(tools, c, connection);
  return inTransaction(tools.db, async (transaction) => {
    if (connects) await connectAccount(transaction, connection);
    const id = await saveTemplate(transaction, {
      residentId,
      billerId,
      account,
      amountMinor,
      name: wish.name,
    });
    await command.made(transaction, id);
    return id;
  });
}

async function detailsOf(tools: RouteTools, c: ApiContext, residentId: string, wish: CreateTemplate) {
  if (!("billId" in wish)) {
    const { billerId, account, reference } = wish;
    return {
      billerId,
      account: await provedAccount(tools, c, { billerId, account, reference }),
      seen: false,
    };
  }
  const billId = idFrom({ id: wish.billId }, "bill-not-found");
  const bill = await findBill(tools.db, { residentId, billId });
  if (!bill) throw new Refusal("bill-not-found");
  // known by its UIN only: there is no number by which its payer could be found again
  if (bill.account === "") throw refuseField("billId", "bill-nameless");
  return { billerId: bill.biller_id, account: bill.account, seen: true };
}

function minorOf(amount: CreateTemplate["amount"]): number | null {
  return amount === "due" ? null : amount.amountMinor;
}

/** A sum of the payer's own is taken by few billers, and within bounds; what is due is always taken. */
async function mustTake({ db }: RouteTools, billerId: string, amountMinor: number | null): Promise<void> {
  if (amountMinor === null) return;
  const sums = await readOwnSums(db, billerId);
  if (sums === null || amountMinor < sums.leastMinor || amountMinor > sums.mostMinor) {
    throw refuseField("amount", "sum-not-taken");
  }
}

function templateView(row: TemplateRow, locale: ProblemLocale): Template {
  const { currency } = row;
  return {
    id: row.id,
    name: row.name,
    biller: billerNameView(row, locale),
    account: row.account,
    amount: row.amount_minor === null ? null : { amountMinor: row.amount_minor, currency },
    due: row.due.map(({ amountMinor, currency: of, ...bill }) => ({
      ...bill,
      amount: { amountMinor, currency: of },
    })),
    createdAt: row.created_at,
  };
}
