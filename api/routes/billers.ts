import { createRoute, z } from "@hono/zod-openapi";
import { type BillerRow, findBiller, listBillers } from "../../db/queries/billers.ts";
import { type CountedCategory, listCategories } from "../../db/queries/catalogue.ts";
import { readCursor, pageFrom } from "../cursors.ts";
import type { Api } from "../environment.ts";
import type { ProblemLocale } from "../problem-words.ts";
import { Refusal } from "../problems.ts";
import { referenceView } from "../reference.ts";
import { searchWords } from "../search-words.ts";
import {
  billerDetailsSchema,
  billerSchema,
  billersQuery,
  categoriesQuery,
  categorySchema,
} from "../schemas/billers.ts";
import { isBillerId, pageOf } from "../schemas/fields.ts";
import { bearer, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";
import { billerTitle } from "../../words/biller-names.ts";

const shared = { method: "get" as const, tags: ["billers"], security: bearer };

const categories = createRoute({
  ...shared,
  path: "/v1/categories",
  summary: "Kinds of bills, in the order of the page",
  request: { query: categoriesQuery },
  responses: { 200: json(pageOf(categorySchema), "One page of categories"), default: problem },
});

const list = createRoute({
  ...shared,
  path: "/v1/billers",
  summary: "Whose bills can be paid: by category, audience and words of the name",
  request: { query: billersQuery },
  responses: { 200: json(pageOf(billerSchema), "One page of billers by name"), default: problem },
});

const one = createRoute({
  ...shared,
  path: "/v1/billers/{id}",
  summary: "One biller: what it asks its payer for and how that is checked",
  request: { params: z.object({ id: z.string() }) },
  responses: { 200: json(billerDetailsSchema, "The biller"), default: problem },
});

export function addBillerRoutes(api: Api, { db }: RouteTools): void {
  api.openapi(categories, async (c) => {
    const locale = c.get("locale");
    const { cursor, limit, q = "", id, audience } = c.req.valid("query");
    const place = readCursor(cursor, (order) => /^\d{1,6}$/.test(order));
    const after = place && { position: Number(place.order), id: place.id };
    const rows = await listCategories(db, { id, audience, words: searchWords(q), after, limit: limit + 1 });
    const view = ({ title, position: _position, ...category }: CountedCategory) => ({
      ...category,
      title: title[locale],
    });
    return c.json(
      pageFrom(rows, limit, { view, place: ({ position, id: of }) => [String(position), of] }),
      200,
    );
  });
  api.openapi(list, async (c) => {
    const { cursor, limit, q = "", category, audience } = c.req.valid("query");
    const after = readCursor(cursor, (order) => order === "");
    const rows = await listBillers(db, {
      category,
      audience,
      words: searchWords(q),
      after: after?.id,
      limit: limit + 1,
    });
    const view = (row: BillerRow) => billerView(row, c.get("locale"));
    // The place of a biller in the list is its name: the database knows it, the cursor only says whose.
    return c.json(pageFrom(rows, limit, { view, place: ({ id }) => ["", id] }), 200);
  });
  api.openapi(one, async (c) => {
    const { id } = c.req.valid("param");
    const row = isBillerId(id) ? await findBiller(db, id) : undefined;
    if (!row) throw new Refusal("biller-not-found");
    const locale = c.get("locale");
    const { name, inn, kpp, bic, account } = row.payee;
    return c.json(
      {
        ...billerView(row, locale),
        payee: { name, inn, kpp: kpp ?? null, bic, account },
        reference: referenceView(row.reference, locale),
        discount: row.discount_rule,
        withoutBill: row.without_bill,
        balances: row.balances,
        hours: row.hours?.map(({ days, ...times }) => ({ days: [...days], ...times })) ?? null,
        zone: row.zone,
      },
      200,
    );
  });
}

function billerView(row: BillerRow, locale: ProblemLocale) {
  const { id, name, name_en: nameEn, category, audience, section, region } = row;
  const title = billerTitle(locale, { name, nameEn });
  const categoryTitle = row.category_title[locale];
  return {
    id,
    name,
    title,
    category,
    categoryTitle,
    audience,
    section,
    region,
    allowedMethods: [...row.allowed_methods],
  };
}
