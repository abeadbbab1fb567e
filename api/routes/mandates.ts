import { createRoute } from "@hono/zod-openapi";
import type { Transaction } from "kysely";
import type { DB } from "../../db/generated/database.ts";
import { connectAccount } from "../../db/queries/accounts.ts";
import { findBiller } from "../../db/queries/billers.ts";
import { hasSavedSubject } from "../../db/queries/saved-identifiers.ts";
import { createMandate, findMandate, listMandates, type MandateRow } from "../../db/queries/mandates.ts";
import { lockActiveMethods, readTaker } from "../../db/queries/methods.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { mayUsePack, NOTICE_PACKS } from "../../domain/notice-policy.ts";
import { subjectKeyIn } from "../../domain/mandate.ts";
import type { Terms } from "../../domain/terms.ts";
import { callerOfRequest } from "../authentication.ts";
import { isInstant, pageFrom, readCursor } from "../cursors.ts";
import type { Api, ApiContext } from "../environment.ts";
import { mustFit } from "../method-fit.ts";
import { keepMandateConsent } from "../mandate-consents.ts";
import { mayConnect } from "../look-ups.ts";
import { Refusal, refuseField } from "../problems.ts";
import { provedAccount } from "../reference.ts";
import { idParameter, pageOf, pageQuery } from "../schemas/fields.ts";
import { type CreateMandate, createMandateSchema, mandateSchema } from "../schemas/mandates.ts";
import { mandateView } from "../views/mandate.ts";
import { bearer, body, commandHeaders, idFrom, json, location, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const shared = { tags: ["mandates"], security: bearer };

const create = createRoute({
  ...shared,
  method: "post",
  path: "/v1/mandates",
  summary: "Set up autopay for an account of mine; it works at once",
  request: { headers: commandHeaders, body: body(createMandateSchema) },
  responses: { 201: { ...json(mandateSchema, "The mandate is active"), ...location }, default: problem },
});

const list = createRoute({
  ...shared,
  method: "get",
  path: "/v1/mandates",
  summary: "My mandates, newest first",
  request: { query: pageQuery },
  responses: { 200: json(pageOf(mandateSchema), "A page of mandates"), default: problem },
});

const get = createRoute({
  ...shared,
  method: "get",
  path: "/v1/mandates/{id}",
  summary: "One mandate, with what it is going to pay",
  request: { params: idParameter },
  responses: { 200: json(mandateSchema, "The mandate"), default: problem },
});

export function addMandateRoutes(api: Api, tools: RouteTools): void {
  const { db, residentOf } = tools;
  api.openapi(list, async (c) => {
    const { cursor, limit } = c.req.valid("query");
    const place = readCursor(cursor, isInstant);
    const after = place && { createdAt: place.order, id: place.id };
    const rows = await listMandates(db, { residentId: await residentOf(c), after, limit: limit + 1 });
    const read = {
      view: (row: MandateRow) => mandateView(row, c.get("locale")),
      place: (row: (typeof rows)[number]) => [row.created_at, row.id] as const,
    };
    return c.json(pageFrom(rows, limit, read), 200);
  });
  api.openapi(get, async (c) => {
    const mandateId = idFrom(c.req.valid("param"), "mandate-not-found");
    const row = await findMandate(db, { residentId: await residentOf(c), mandateId });
    if (!row) throw new Refusal("mandate-not-found");
    return c.json(mandateView(row, c.get("locale")), 200);
  });
  addCreate(api, tools);
}

function addCreate(api: Api, tools: RouteTools): void {
  const { db, residentOf, livemode } = tools;
  tools.addCommand(api, create, async (c, command) => {
    const asked = c.req.valid("json");
    if (!mayUsePack(NOTICE_PACKS[asked.noticePack], { livemode })) {
      throw refuseField("noticePack", "notice-pack-refused");
    }
    const wish = { ...asked, account: await provedAccount(tools, c, asked) };
    const residentId = await residentOf(c);
    if (command.madeId === null && subjectKeyIn(wish.account) === null)
      await mayConnect(tools, c, { residentId, ...wish });
    const { zone } = (await tools.rowOf(c)) ?? callerOfRequest(c);
    const mandateId =
      command.madeId ??
      (await inTransaction(db, async (transaction) => {
        const id = await writeMandate(transaction, c, { by: tools, residentId, wish, zone });
        await command.made(transaction, id);
        return id;
      }));
    const row = await findMandate(db, { residentId, mandateId });
    if (!row) throw new Error("the mandate's row has gone");
    return c.json(mandateView(row, c.get("locale")), 201, { location: `/v1/mandates/${mandateId}` });
  });
}

async function writeMandate(
  transaction: Transaction<DB>,
  c: ApiContext,
  order: {
    readonly by: RouteTools;
    readonly residentId: string;
    readonly wish: CreateMandate;
    readonly zone: string;
  },
): Promise<string> {
  const { residentId, wish, zone } = order;
  const { billerId, account, methods, externalId } = wish;
  const subjectKey = subjectKeyIn(account);
  if (subjectKey === null) await connectAccount(transaction, { residentId, billerId, account, label: null });
  else if (!(await hasSavedSubject(transaction, { residentId, subjectKey }))) {
    throw refuseField("account", "identifier-not-saved");
  }
  const terms = termsOf(wish, zone);
  await mustTakeSum(transaction, { billerId, account, trigger: terms.trigger });
  const mandate = { residentId, billerId, account, terms, externalId: externalId ?? null };
  const id = await createMandate(transaction, mandate);
  if (id === null) throw new Refusal("mandate-overlap");
  await mustBeUsable(transaction, { residentId, billerId, methods });
  const agreed = { residentId, mandateId: id, billerId, version: 1, terms };
  await keepMandateConsent(transaction, c, { by: order.by, consent: wish.consent, ...agreed });
  return id;
}

function termsOf(wish: CreateMandate, zone: string): Terms {
  const {
    limitPerPayment,
    limitPerPeriod,
    methods,
    overLimit,
    lateBill,
    unusualAmount,
    noticePack,
    trigger,
  } = wish;
  return {
    limitPerPayment,
    limitPerPeriod,
    methods,
    overLimit,
    lateBill,
    unusualAmount,
    noticePack: NOTICE_PACKS[noticePack],
    zone,
    trigger,
  };
}

/**
 * Refuses a trigger that this biller knows nothing of: sums of one's own only where it takes them, within its bounds; top-ups only where it also tells
 * balances.
 */
export async function mustTakeSum(
  transaction: Transaction<DB>,
  wish: { readonly billerId: string; readonly account: string; readonly trigger: Terms["trigger"] },
): Promise<void> {
  const { billerId, account, trigger } = wish;
  const own = ownSumOf(trigger);
  if (own === null) return;
  const { field, amountMinor } = own;
  const biller = await findBiller(transaction, billerId);
  const bounds = biller?.without_bill ?? null;
  if (bounds === null || amountMinor < bounds.leastMinor || amountMinor > bounds.mostMinor)
    throw refuseField(field, "sum-not-taken");
  if (trigger.kind === "on-balance" && biller?.balances === null)
    throw refuseField("trigger", "balance-not-told");
  // a sum goes to an account; an identifier only finds bills
  if (subjectKeyIn(account) !== null) throw refuseField("trigger", "sum-not-taken");
}

function ownSumOf(
  trigger: Terms["trigger"],
): { readonly field: string; readonly amountMinor: number } | null {
  if (trigger.kind === "on-balance")
    return { field: "trigger.topUp", amountMinor: trigger.topUp.amountMinor };
  if (trigger.kind !== "on-schedule" || trigger.pays === "due") return null;
  return { field: "trigger.pays", amountMinor: trigger.pays.amountMinor };
}

/**
 * Refuses methods that are not the resident's own or not active, where what is unknown and what is foreign look alike, and those that cannot pay this biller by
 * mandate.
 */
export async function mustBeUsable(
  transaction: Transaction<DB>,
  wish: { readonly residentId: string; readonly billerId: string; readonly methods: readonly string[] },
): Promise<void> {
  const { residentId, billerId, methods } = wish;
  const active = await lockActiveMethods(transaction, { residentId, methodIds: methods });
  const named = methods.map((id, index) => ({ field: `methods[${index}]`, method: active.get(id) }));
  const fields = named.flatMap(({ field, method }) =>
    method ? [] : [{ field, code: "method-not-active" as const }],
  );
  if (fields.length > 0) throw new Refusal("method-not-active", { fields });
  const taker = await readTaker(transaction, billerId);
  if (!taker) throw refuseField("billerId", "biller-unknown");
  mustFit(
    named.flatMap(({ field, method }) => (method ? [{ field, method }] : [])),
    { taker, use: "mandate" },
  );
}
