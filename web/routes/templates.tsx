import { Hono } from "hono";
import type { Bill, BillerDetails, CreateTemplate } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { roublesForField } from "../amounts.ts";
import { fieldProblems, goTo, isWrongInput, show } from "../answers.tsx";
import { choicePath, readChoice } from "../biller-choice.ts";
import type { Desk, WebContext, WebEnv } from "../desk.ts";
import type { SentForm } from "../form-guard.ts";
import { leaveNotice } from "../notice.ts";
import { NewTemplatePage } from "../pages/template-new.tsx";
import { type TemplateForm, TemplatePage, TemplatesPage } from "../pages/templates.tsx";
import type { FieldProblems } from "../parts/forms.tsx";
import { readSumForm, wishedSum } from "../parts/template-sum.tsx";
import { fieldName, judgeNumber, type NumberForm, readNumberForm } from "../payer-number.ts";
import { addTemplatePaying } from "./template-paying.tsx";

/** Templates: the list, a new one, its name and sum, its end, and paying by it. */
export function templateRoutes(desk: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get("/templates", async (c) => {
    const { items } = await desk.engine(c).listTemplates();
    return show(c, <TemplatesPage visit={c.get("visit")} templates={items} />);
  });
  addNew(app, desk);
  addOne(app, desk);
  addTemplatePaying(app, desk);
  return app;
}

interface NewForm extends TemplateForm {
  readonly number: NumberForm;
}

interface Start {
  readonly biller: BillerDetails;
  readonly bill: Bill | undefined;
}

function addNew(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  const start = async (c: WebContext, ids: { bill: string; biller: string }): Promise<Start> => {
    const client = engine(c);
    const bill = ids.bill === "" ? undefined : await client.getBill(ids.bill);
    return { bill, biller: await client.getBiller(bill?.biller.id ?? ids.biller) };
  };
  app.get("/templates/new", async (c) => {
    const ids = { bill: c.req.query("bill") ?? "", biller: c.req.query("biller") ?? "" };
    if (ids.bill === "" && ids.biller === "") return goTo(c, choicePath(readChoice({ for: "template" })));
    const from = await start(c, ids);
    // known by its UIN only: there is no number to save
    if (from.bill?.account === "") return goTo(c, `/bills/${from.bill.id}`);
    return showNew(c, from, firstForm(from), {});
  });
  app.post("/templates/new", async (c) => {
    const sent = c.get("form");
    const from = await start(c, { bill: sent.text("bill"), biller: sent.text("billerId") });
    const form: NewForm = { ...templateForm(sent), number: readNumberForm(from.biller, sent) };
    const wish = wishOf(c, from, form);
    if ("problems" in wish) return showNew(c, from, form, wish.problems);
    try {
      await engine(c).saveTemplate(wish, { idempotencyKey: sent.onceKey });
    } catch (cause) {
      if (!isWrongInput(cause)) throw cause;
      const first = fieldName(from.biller.reference.fields[0]?.key ?? "");
      const found = fieldProblems(cause, { account: first, name: "name", amount: "amount" });
      return showNew(c, from, form, Object.keys(found).length === 0 ? { name: cause.detail } : found);
    }
    await leaveNotice(c, shelf, { kind: "done", what: "template-saved" });
    return goTo(c, "/templates");
  });
}

function templateForm(sent: SentForm): TemplateForm {
  return { name: sent.text("name"), ...readSumForm(sent) };
}

/** A bill of the payer's own making is saved with its sum; a biller that takes such sums is asked for one first. */
function firstForm({ biller, bill }: Start): NewForm {
  const own = biller.withoutBill !== null && (bill === undefined || bill.kind === "payer");
  const amount = own && bill !== undefined ? roublesForField(bill.amount) : "";
  return { name: biller.title, sum: own ? "own" : "due", amount, number: {} };
}

function wishOf(
  c: WebContext,
  { biller, bill }: Start,
  form: NewForm,
): CreateTemplate | { readonly problems: FieldProblems } {
  const visit = c.get("visit");
  const amount = wishedSum(form);
  const number = bill === undefined ? judgeNumber(visit, biller, form.number) : { account: bill.account };
  const problems: FieldProblems = {
    ...("problems" in number ? number.problems : {}),
    ...problemsOf(c, form),
  };
  if (amount === null || "problems" in number || Object.keys(problems).length > 0) return { problems };
  const { name } = form;
  return bill === undefined
    ? { name, billerId: biller.id, account: number.account, amount }
    : { name, billId: bill.id, amount };
}

function problemsOf(c: WebContext, form: TemplateForm): FieldProblems {
  const { locale } = c.get("visit");
  return {
    ...(form.name === "" ? { name: say(locale, "templates.problem.name") } : {}),
    ...(wishedSum(form) === null ? { amount: say(locale, "templates.problem.amount") } : {}),
  };
}

function showNew(c: WebContext, from: Start, form: NewForm, problems: FieldProblems): Response {
  const page = <NewTemplatePage visit={c.get("visit")} {...from} form={form} problems={problems} />;
  return show(c, page, Object.keys(problems).length === 0 ? 200 : 422);
}

function addOne(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  const showOne = async (c: WebContext, sent?: { form: TemplateForm; problems: FieldProblems }) => {
    const client = engine(c);
    const template = await client.getTemplate(c.req.param("id") ?? "");
    const biller = await client.getBiller(template.biller.id);
    const { name, amount } = template;
    const form = sent?.form ?? {
      name,
      sum: amount === null ? ("due" as const) : ("own" as const),
      amount: amount === null ? "" : roublesForField(amount),
    };
    const problems = sent?.problems ?? {};
    const page = (
      <TemplatePage
        visit={c.get("visit")}
        template={template}
        biller={biller}
        form={form}
        problems={problems}
      />
    );
    return show(c, page, sent === undefined ? 200 : 422);
  };
  app.get("/templates/:id", (c) => showOne(c));
  app.post("/templates/:id", async (c) => {
    const sent = c.get("form");
    const form = templateForm(sent);
    const problems = problemsOf(c, form);
    const amount = wishedSum(form);
    if (amount === null || Object.keys(problems).length > 0) return showOne(c, { form, problems });
    try {
      const body = { name: form.name, amount };
      await engine(c).changeTemplate(c.req.param("id"), body, { idempotencyKey: sent.onceKey });
    } catch (cause) {
      if (!isWrongInput(cause)) throw cause;
      const found = fieldProblems(cause, { name: "name", amount: "amount" });
      return showOne(c, { form, problems: Object.keys(found).length === 0 ? { name: cause.detail } : found });
    }
    await leaveNotice(c, shelf, { kind: "done", what: "template-saved" });
    return goTo(c, "/templates");
  });
  app.post("/templates/:id/delete", async (c) => {
    await engine(c).deleteTemplate(c.req.param("id"), { idempotencyKey: c.get("form").onceKey });
    await leaveNotice(c, shelf, { kind: "done", what: "template-deleted" });
    return goTo(c, "/templates");
  });
}
