import { createHash } from "node:crypto";
import { createRoute } from "@hono/zod-openapi";
import type { Transaction } from "kysely";
import type { DB } from "../../db/generated/database.ts";
import { connectAccount } from "../../db/queries/accounts.ts";
import { isBiller } from "../../db/queries/billers.ts";
import {
  type ConsentRecord,
  createMandate,
  findMandate,
  keepConsent,
  listMandates,
} from "../../db/queries/mandates.ts";
import { lockActiveMethods } from "../../db/queries/methods.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { mayUsePack, NOTICE_PACKS } from "../../domain/notice-policy.ts";
import type { Terms } from "../../domain/terms.ts";
import { callerOfRequest } from "../authentication.ts";
import { isInstant, pageFrom, readCursor } from "../cursors.ts";
import { type Api, type ApiContext, payerAddress, payerAgent } from "../environment.ts";
import { Refusal, refuseField } from "../problems.ts";
import { idParameter, pageOf, pageQuery } from "../schemas/fields.ts";
import { type Consent, type CreateMandate, createMandateSchema, mandateSchema } from "../schemas/mandates.ts";
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
      view: mandateView,
      place: (row: (typeof rows)[number]) => [row.created_at, row.id] as const,
    };
    return c.json(pageFrom(rows, limit, read), 200);
  });
  api.openapi(get, async (c) => {
    const mandateId = idFrom(c.req.valid("param"), "mandate-not-found");
    const row = await findMandate(db, { residentId: await residentOf(c), mandateId });
    if (!row) throw new Refusal("mandate-not-found");
    return c.json(mandateView(row), 200);
  });
  addCreate(api, tools);
}

function addCreate(api: Api, tools: RouteTools): void {
  const { db, residentOf, livemode } = tools;
  tools.addCommand(api, create, async (c, command) => {
    const wish = c.req.valid("json");
    if (!mayUsePack(NOTICE_PACKS[wish.noticePack], { livemode })) {
      throw refuseField("noticePack", "notice-pack-refused");
    }
    if (!(await isBiller(db, wish.billerId))) throw refuseField("billerId", "biller-unknown");
    const residentId = await residentOf(c);
    const mandateId =
      command.madeId ??
      (await inTransaction(db, async (transaction) => {
        const id = await writeMandate(transaction, c, { residentId, wish });
        await command.made(transaction, id);
        return id;
      }));
    const row = await findMandate(db, { residentId, mandateId });
    if (!row) throw new Error("the mandate's row has gone");
    return c.json(mandateView(row), 201, { location: `/v1/mandates/${mandateId}` });
  });
}

async function writeMandate(
  transaction: Transaction<DB>,
  c: ApiContext,
  { residentId, wish }: { readonly residentId: string; readonly wish: CreateMandate },
): Promise<string> {
  const { billerId, account, methods, externalId } = wish;
  await connectAccount(transaction, { residentId, billerId, account, label: null });
  const terms = termsOf(wish, callerOfRequest(c).zone);
  const mandate = { residentId, billerId, account, terms, externalId: externalId ?? null };
  const id = await createMandate(transaction, mandate);
  if (id === null) throw new Refusal("mandate-overlap");
  await mustBeUsable(transaction, { residentId, methods });
  await keepConsent(transaction, consentRecord(c, wish.consent, { residentId, mandateId: id, version: 1 }));
  return id;
}

function termsOf(wish: CreateMandate, zone: string): Terms {
  const { limitPerPayment, limitPerPeriod, methods, overLimit, lateBill, noticePack } = wish;
  return {
    limitPerPayment,
    limitPerPeriod,
    methods,
    overLimit,
    lateBill,
    noticePack: NOTICE_PACKS[noticePack],
    zone,
    trigger: { kind: "on-bill" },
  };
}

/** Refuses methods that are not the resident's own or not active; what is unknown and what is foreign look alike. */
export async function mustBeUsable(
  transaction: Transaction<DB>,
  { residentId, methods }: { readonly residentId: string; readonly methods: readonly string[] },
): Promise<void> {
  const active = await lockActiveMethods(transaction, { residentId, methodIds: methods });
  const fields = methods.flatMap((id, index) =>
    active.has(id) ? [] : [{ field: `methods[${index}]`, code: "method-not-active" as const }],
  );
  if (fields.length > 0) throw new Refusal("method-not-active", { fields });
}

/** A consent as evidence: the text as shown with its hash, and who said yes, how and from where. */
export function consentRecord(
  c: ApiContext,
  consent: Consent,
  of: Pick<ConsentRecord, "residentId" | "mandateId" | "methodId" | "version">,
): ConsentRecord {
  return {
    ...of,
    text: consent.text,
    textHash: createHash("sha256").update(consent.text, "utf8").digest("hex"),
    locale: consent.locale,
    signIn: `oidc; text ${consent.version}`,
    ip: payerAddress(c),
    userAgent: payerAgent(c),
  };
}
