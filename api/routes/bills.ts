import { createRoute } from "@hono/zod-openapi";
import { findBill, listBills } from "../../db/queries/bills.ts";
import { isCivilDate } from "../../domain/calendar.ts";
import { pageFrom, readCursor } from "../cursors.ts";
import type { Api } from "../environment.ts";
import { Refusal } from "../problems.ts";
import { billSchema, listBillsQuery } from "../schemas/bills.ts";
import { idParameter, pageOf } from "../schemas/fields.ts";
import { billView } from "../views/bill.ts";
import { bearer, idFrom, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const list = createRoute({
  method: "get",
  path: "/v1/bills",
  tags: ["bills"],
  summary: "Bills of my accounts; those to pay by their due day, others newest first",
  security: bearer,
  request: { query: listBillsQuery },
  responses: { 200: json(pageOf(billSchema), "A page of bills"), default: problem },
});

const get = createRoute({
  method: "get",
  path: "/v1/bills/{id}",
  tags: ["bills"],
  summary: "One bill",
  security: bearer,
  request: { params: idParameter },
  responses: { 200: json(billSchema, "The bill"), default: problem },
});

export function addBillRoutes(api: Api, { db, residentOf }: RouteTools): void {
  api.openapi(list, async (c) => {
    const { state, cursor, limit } = c.req.valid("query");
    const place = readCursor(cursor, isCivilDate);
    const after = place && { dueOn: place.order, id: place.id };
    const rows = await listBills(db, { residentId: await residentOf(c), state, after, limit: limit + 1 });
    return c.json(
      pageFrom(rows, limit, {
        view: (row) => billView(row, c.get("locale")),
        place: (row) => [row.due_on, row.id],
      }),
      200,
    );
  });
  api.openapi(get, async (c) => {
    const billId = idFrom(c.req.valid("param"), "bill-not-found");
    const row = await findBill(db, { residentId: await residentOf(c), billId });
    if (!row) throw new Refusal("bill-not-found");
    return c.json(billView(row, c.get("locale")), 200);
  });
}
