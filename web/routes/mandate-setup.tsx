import { Hono } from "hono";
import type { Client, Method } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { fieldProblems, goTo, isRefusal, isWrongInput, show } from "../answers.tsx";
import { type ConsentSubject, consentOf } from "../consent.ts";
import type { Desk, WebContext, WebEnv } from "../desk.ts";
import {
  type AskedTerms,
  checkTerms,
  draftShape,
  type MandateDraft,
  proposedTerms,
  readTermsForm,
  type TermsForm,
} from "../mandate-draft.ts";
import { methodNames } from "../mandate-words.ts";
import { leaveNotice } from "../notice.ts";
import { SetupConsentPage, SetupTermsPage, SetupWhatPage } from "../pages/mandate-setup.tsx";
import type { FieldProblems } from "../parts/forms.tsx";
import { type CookieShelf, dropSealed, keepSealed, readSealed } from "../sealed-cookies.ts";
import { usableMethods } from "./paying.ts";

const draftName = { purpose: "draft" } as const;
/** Long enough to fetch a card from another room; account numbers do not belong into addresses, so the draft is a sealed cookie. */
const draftSeconds = 2 * 60 * 60;

async function readDraft(c: WebContext, shelf: CookieShelf): Promise<MandateDraft | undefined> {
  const read = draftShape.safeParse(await readSealed(c, shelf, draftName));
  return read.success ? read.data : undefined;
}

function keepDraft(c: WebContext, shelf: CookieShelf, draft: MandateDraft): Promise<void> {
  return keepSealed(c, shelf, draftName, { value: draft, lifetimeSeconds: draftSeconds });
}

/** A new mandate in three steps: what, terms, consent. */
export function mandateSetupRoutes(desk: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  addWhat(app, desk);
  addTerms(app, desk);
  addConsent(app, desk);
  return app;
}

function addWhat(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  app.get("/mandates/new", async (c) => {
    const client = engine(c);
    const billId = c.req.query("bill");
    if (billId === undefined) return showWhat(c, client, (await readDraft(c, shelf)) ?? emptyWhat, {});
    // From a bill everything of the first step is known.
    const { biller, account } = await client.getBill(billId);
    await keepDraft(c, shelf, { billerId: biller.id, billerName: biller.name, account });
    return goTo(c, "/mandates/new/terms");
  });
  app.post("/mandates/new", async (c) => {
    const client = engine(c);
    const sent = c.get("form");
    const form = { billerId: sent.text("billerId"), account: sent.text("account").slice(0, 64) };
    const biller = (await client.listBillers()).items.find(({ id }) => id === form.billerId);
    const { locale } = c.get("visit");
    const problems = {
      ...(biller === undefined ? { billerId: say(locale, "page.account.problem.biller") } : {}),
      ...(form.account === "" ? { account: say(locale, "page.account.problem.account") } : {}),
    };
    if (biller === undefined || form.account === "") return showWhat(c, client, form, problems);
    const old = await readDraft(c, shelf);
    const terms = old?.terms === undefined ? {} : { terms: old.terms };
    await keepDraft(c, shelf, { ...form, billerName: biller.name, ...terms });
    return goTo(c, "/mandates/new/terms");
  });
}

const emptyWhat = { billerId: "", account: "" };

async function showWhat(
  c: WebContext,
  client: Client,
  form: { readonly billerId: string; readonly account: string },
  problems: FieldProblems,
): Promise<Response> {
  const { items } = await client.listBillers();
  const page = <SetupWhatPage visit={c.get("visit")} billers={items} form={form} problems={problems} />;
  return show(c, page, Object.keys(problems).length === 0 ? 200 : 422);
}

function addTerms(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  app.get("/mandates/new/terms", async (c) => {
    const draft = await readDraft(c, shelf);
    if (draft === undefined) return goTo(c, "/mandates/new");
    const methods = await usableMethods(engine(c));
    return showTerms(c, draft, methods, draft.terms ?? proposedTerms(methods[0]?.id), {});
  });
  app.post("/mandates/new/terms", async (c) => {
    const draft = await readDraft(c, shelf);
    if (draft === undefined) return goTo(c, "/mandates/new");
    const methods = await usableMethods(engine(c));
    const form = readTermsForm(c.get("form"));
    const checked = checkTerms(c.get("visit"), form, idsOf(methods));
    if ("problems" in checked) return showTerms(c, draft, methods, form, checked.problems);
    await keepDraft(c, shelf, { ...draft, terms: form });
    return goTo(c, "/mandates/new/consent");
  });
}

function showTerms(
  c: WebContext,
  draft: MandateDraft,
  methods: readonly Method[],
  form: TermsForm,
  problems: FieldProblems,
): Response {
  const page = (
    <SetupTermsPage visit={c.get("visit")} draft={draft} methods={methods} form={form} problems={problems} />
  );
  return show(c, page, Object.keys(problems).length === 0 ? 200 : 422);
}

function addConsent(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  app.get("/mandates/new/consent", async (c) => {
    const ready = await readyDraft(c, shelf, engine(c));
    if (ready === undefined) return goTo(c, "/mandates/new/terms");
    return show(c, <SetupConsentPage visit={c.get("visit")} subject={ready.subject} />);
  });
  app.post("/mandates/new/consent", async (c) => {
    const client = engine(c);
    const ready = await readyDraft(c, shelf, client);
    if (ready === undefined) return goTo(c, "/mandates/new/terms");
    const { draft, subject, methods } = ready;
    const { billerId, account } = draft;
    const consent = consentOf(c.get("visit").locale, subject);
    try {
      const body = { billerId, account, ...subject.terms, consent };
      const mandate = await client.createMandate(body, { idempotencyKey: c.get("form").onceKey });
      dropSealed(c, shelf, draftName);
      await leaveNotice(c, shelf, { kind: "done", what: "mandate-created" });
      return goTo(c, `/mandates/${mandate.id}`);
    } catch (cause) {
      if (isRefusal(cause, "mandate-overlap")) {
        const problems = { account: say(c.get("visit").locale, "page.setup.problem.overlap") };
        return showWhat(c, client, draft, problems);
      }
      if (!isWrongInput(cause)) throw cause;
      const inWhat = fieldProblems(cause, { account: "account", billerId: "billerId" });
      if (Object.keys(inWhat).length > 0) return showWhat(c, client, draft, inWhat);
      const form = draft.terms ?? proposedTerms(methods[0]?.id);
      return showTerms(c, draft, methods, form, { method: cause.detail });
    }
  });
}

/** A draft whose terms still hold against the cards of today. */
async function readyDraft(c: WebContext, shelf: CookieShelf, client: Client) {
  const draft = await readDraft(c, shelf);
  if (draft?.terms === undefined) return undefined;
  const methods = await usableMethods(client);
  const checked = checkTerms(c.get("visit"), draft.terms, idsOf(methods));
  if ("problems" in checked) return undefined;
  return { draft, methods, subject: subjectOf(c, draft, checked.terms, methods) };
}

function subjectOf(
  c: WebContext,
  { billerName, account }: MandateDraft,
  terms: AskedTerms,
  methods: readonly Method[],
): ConsentSubject {
  return { biller: billerName, account, terms, methods: methodNames(c.get("visit"), terms.methods, methods) };
}

function idsOf(methods: readonly Method[]): string[] {
  return methods.map(({ id }) => id);
}
