import { Hono } from "hono";
import type { BillerDetails, Category, Client } from "../../api/client.ts";
import { fieldProblems, goTo, isWrongInput, show } from "../answers.tsx";
import { type BillerChoice, choicePath, readChoice } from "../biller-choice.ts";
import type { Desk, WebContext, WebEnv } from "../desk.ts";
import { leaveNotice } from "../notice.ts";
import { type AccountForm, NewAccountPage } from "../pages/accounts.tsx";
import { BillersPage, CategoriesPage } from "../pages/billers.tsx";
import type { FieldProblems } from "../parts/forms.tsx";
import { fieldName, judgeNumber, readNumberForm } from "../payer-number.ts";

/** Kinds of bills that a search shows beside the billers. */
const MOST_FOUND = 12;

/** Choosing a biller, and connecting an account at it. */
export function accountRoutes({ engine, shelf }: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  addChoice(app, engine);
  app.get("/accounts/new", async (c) => {
    const billerId = c.req.query("biller");
    if (billerId === undefined) return goTo(c, choicePath(readChoice({})));
    const biller = await engine(c).getBiller(billerId);
    return showNewAccount(c, biller, { form: { number: {}, label: "" }, problems: {} });
  });
  app.post("/accounts/new", async (c) => {
    const client = engine(c);
    const sent = c.get("form");
    const biller = await client.getBiller(sent.text("billerId"));
    const form = { number: readNumberForm(biller, sent), label: sent.text("label") };
    const judged = judgeNumber(c.get("visit"), biller, form.number);
    if ("problems" in judged) return showNewAccount(c, biller, { form, problems: judged.problems });
    try {
      const label = form.label === "" ? {} : { label: form.label };
      const body = { billerId: biller.id, account: judged.account, ...label };
      await client.connectAccount(body, { idempotencyKey: sent.onceKey });
    } catch (cause) {
      if (!isWrongInput(cause)) throw cause;
      const first = fieldName(biller.reference.fields[0]?.key ?? "");
      const found = fieldProblems(cause, { account: first, label: "label" });
      const problems = Object.keys(found).length === 0 ? { [first]: cause.detail } : found;
      return showNewAccount(c, biller, { form, problems });
    }
    await leaveNotice(c, shelf, { kind: "done", what: "account-added" });
    return goTo(c, "/");
  });
  return app;
}

function addChoice(app: Hono<WebEnv>, engine: Desk["engine"]): void {
  app.get("/billers", async (c) => {
    const choice = readChoice(c.req.query());
    const client = engine(c);
    const visit = c.get("visit");
    const { category, audience, q } = choice;
    const cursor = c.req.query("cursor");
    const further = cursor === undefined ? {} : { cursor };
    if (category === undefined && q === "") {
      const { items, nextCursor } = await client.listCategories({ audience, ...further });
      const shown = items.filter(({ billers }) => billers > 0);
      return show(
        c,
        <CategoriesPage visit={visit} choice={choice} categories={shown} nextCursor={nextCursor} />,
      );
    }
    const categories = await categoriesOf(client, choice, cursor);
    const page = await client.listBillers({
      audience,
      ...(category === undefined ? {} : { category }),
      ...(q === "" ? {} : { q }),
      ...further,
    });
    const { items, nextCursor } = page;
    return show(
      c,
      <BillersPage
        visit={visit}
        choice={choice}
        billers={items}
        categories={categories}
        nextCursor={nextCursor}
      />,
    );
  });
}

/** The category that was chosen; or those that are found beside the billers, on the first page. */
async function categoriesOf(
  client: Client,
  { category, audience, q }: BillerChoice,
  cursor: string | undefined,
): Promise<readonly Category[]> {
  if (category !== undefined) return (await client.listCategories({ id: category })).items;
  if (cursor !== undefined) return [];
  const { items } = await client.listCategories({ audience, q, limit: MOST_FOUND });
  return items.filter(({ billers }) => billers > 0);
}

function showNewAccount(
  c: WebContext,
  biller: BillerDetails,
  shown: { readonly form: AccountForm; readonly problems: FieldProblems },
): Response {
  const page = <NewAccountPage visit={c.get("visit")} biller={biller} {...shown} />;
  return show(c, page, Object.keys(shown.problems).length === 0 ? 200 : 422);
}
