import { createRoute } from "@hono/zod-openapi";
import { type CaseRow, closeCase, findCase, listCases, takeCase } from "../../db/queries/cases.ts";
import { isInstant, pageFrom, readCursor } from "../cursors.ts";
import type { Api } from "../environment.ts";
import { Refusal } from "../problems.ts";
import { idParameter, pageOf } from "../schemas/fields.ts";
import { type Case, caseSchema, closeCaseSchema, listCasesQuery } from "../schemas/operator.ts";
import { bearer, body, commandHeaders, idFrom, json, nothing, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

/**
 * While these are open the gate lets no new charge of their debt out, or a gateway is spared: only evidence closes them, and what the gateway has
 * "already there" two operators by their decision about the charge.
 */
const CLOSED_BY_EVIDENCE = ["ghost", "circuit-open", "already-there"];

const shared = { tags: ["operator"], security: bearer };

const list = createRoute({
  ...shared,
  method: "get",
  path: "/v1/operator/cases",
  summary: "Tasks for people, oldest first",
  request: { query: listCasesQuery },
  responses: { 200: json(pageOf(caseSchema), "A page of cases"), default: problem },
});

const one = createRoute({
  ...shared,
  method: "get",
  path: "/v1/operator/cases/{id}",
  summary: "A task for a person",
  request: { params: idParameter },
  responses: { 200: json(caseSchema, "The case"), default: problem },
});

const take = createRoute({
  ...shared,
  method: "post",
  path: "/v1/operator/cases/{id}/take",
  summary: "Say that you look after it",
  request: { params: idParameter, headers: commandHeaders, body: nothing },
  responses: { 200: json(caseSchema, "Yours"), default: problem },
});

const close = createRoute({
  ...shared,
  method: "post",
  path: "/v1/operator/cases/{id}/close",
  summary: "Close it with the reason; what protects money is closed by evidence alone",
  request: { params: idParameter, headers: commandHeaders, body: body(closeCaseSchema) },
  responses: { 200: json(caseSchema, "Closed"), default: problem },
});

/** Tasks for people; only behind the operator's role. */
export function addOperatorCaseRoutes(api: Api, { db, personOf, addCommand }: RouteTools): void {
  api.openapi(list, async (c) => {
    const { state, cursor, limit } = c.req.valid("query");
    const place = readCursor(cursor, isInstant);
    const after = place && { openedAt: place.order, id: place.id };
    const rows = await listCases(db, { state, after, limit: limit + 1 });
    return c.json(pageFrom(rows, limit, { view: caseView, place: (row) => [row.opened_at, row.id] }), 200);
  });
  const mustFind = async (id: string) => {
    const row = await findCase(db, id);
    if (!row) throw new Refusal("case-not-found");
    return row;
  };
  api.openapi(one, async (c) => {
    return c.json(caseView(await mustFind(idFrom(c.req.valid("param"), "case-not-found"))), 200);
  });
  addCommand(api, take, async (c) => {
    const id = idFrom(c.req.valid("param"), "case-not-found");
    await mustFind(id);
    const row = await takeCase(db, { id, operatorId: await personOf(c) });
    if (!row) throw new Refusal("move-not-allowed");
    return c.json(caseView(row), 200);
  });
  addCommand(api, close, async (c) => {
    const id = idFrom(c.req.valid("param"), "case-not-found");
    await mustFind(id);
    const { why } = c.req.valid("json");
    const row = await closeCase(db, { id, operatorId: await personOf(c), why, kept: CLOSED_BY_EVIDENCE });
    if (!row) throw new Refusal("move-not-allowed");
    return c.json(caseView(row), 200);
  });
}

function caseView(row: CaseRow): Case {
  const { amount_minor: amountMinor, currency } = row;
  return {
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    amount: amountMinor === null || currency === null ? null : { amountMinor, currency },
    detail: row.detail,
    owner: row.owner,
    times: row.times,
    openedAt: row.opened_at,
    closedAt: row.closed_at,
    closedBy: row.closed_by,
    closedWhy: row.closed_why,
  };
}
