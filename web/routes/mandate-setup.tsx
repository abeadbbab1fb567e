import { Hono } from "hono";
import type { BillerDetails, Client, Method, MethodChoice } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { fieldProblems, goTo, isRefusal, isWrongInput, show } from "../answers.tsx";
import { choicePath, readChoice } from "../biller-choice.ts";
import { type ConsentSubject, consentOf } from "../consent.ts";
import type { Desk, WebContext, WebEnv } from "../desk.ts";
import { dropDraft, keepDraft, readDraft } from "../drafts.ts";
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
import { fieldName, judgeNumber, type NumberForm, numberFormOf, readNumberForm } from "../payer-number.ts";
import { offerOf } from "../trigger-form.ts";
import type { CookieShelf } from "../sealed-cookies.ts";
import { allowedOf } from "./paying.ts";

/** Long enough to fetch a card from another room; account numbers do not belong into addresses, so the draft is a sealed cookie. */
const draftSeconds = 2 * 60 * 60;

async function readBegun(c: WebContext, shelf: CookieShelf): Promise<MandateDraft | undefined> {
  const read = draftShape.safeParse(await readDraft(c, shelf));
  return read.success ? read.data : undefined;
}

function keepBegun(c: WebContext, shelf: CookieShelf, draft: MandateDraft): Promise<void> {
  return keepDraft(c, shelf, { draft, lifetimeSeconds: draftSeconds });
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
    if (billId !== undefined) {
      // From a bill everything of the first step is known.
      const { biller, account } = await client.getBill(billId);
      await keepBegun(c, shelf, { billerId: biller.id, billerName: biller.name, account });
      return goTo(c, "/mandates/new/terms");
    }
    const paymentId = c.req.query("payment");
    if (paymentId !== undefined) return goTo(c, await takeOffer(c, shelf, client, paymentId));
    const draft = await readBegun(c, shelf);
    const chosen = c.req.query("biller") ?? draft?.billerId;
    if (chosen === undefined) return goTo(c, choicePath(readChoice({ for: "mandate" })));
    const biller = await client.getBiller(chosen);
    const form = draft?.billerId === biller.id ? numberFormOf(biller, draft.account) : {};
    return showWhat(c, biller, { form, problems: {} });
  });
  app.post("/mandates/new", async (c) => {
    const sent = c.get("form");
    const biller = await engine(c).getBiller(sent.text("billerId"));
    const form = readNumberForm(biller, sent);
    const judged = judgeNumber(c.get("visit"), biller, form);
    if ("problems" in judged) return showWhat(c, biller, { form, problems: judged.problems });
    const old = await readBegun(c, shelf);
    const terms = old?.terms === undefined ? {} : { terms: old.terms };
    const { id: billerId, name: billerName } = biller;
    await keepBegun(c, shelf, { billerId, billerName, account: judged.account, ...terms });
    return goTo(c, "/mandates/new/terms");
  });
}

/** From what was paid by hand everything is known but the terms; an offer that no longer stands leads to the payment. */
async function takeOffer(
  c: WebContext,
  shelf: CookieShelf,
  client: Client,
  paymentId: string,
): Promise<string> {
  const { id, bill, autopayOffer } = await client.getPayment(paymentId);
  if (autopayOffer === null) return `/payments/${id}`;
  const { billerId, account, methodId } = autopayOffer;
  await keepBegun(c, shelf, {
    billerId,
    billerName: bill.biller.name,
    account,
    ...(methodId === null ? {} : { methodId }),
  });
  return "/mandates/new/terms";
}

function showWhat(
  c: WebContext,
  biller: BillerDetails,
  shown: { readonly form: NumberForm; readonly problems: FieldProblems },
): Response {
  const page = <SetupWhatPage visit={c.get("visit")} biller={biller} {...shown} />;
  return show(c, page, Object.keys(shown.problems).length === 0 ? 200 : 422);
}

/** What is wrong with the number of a draft is told at the first of its fields. */
async function showDraftAgain(
  c: WebContext,
  client: Client,
  draft: MandateDraft,
  words: string,
): Promise<Response> {
  const biller = await client.getBiller(draft.billerId);
  const problems = { [fieldName(biller.reference.fields[0]?.key ?? "")]: words };
  return showWhat(c, biller, { form: numberFormOf(biller, draft.account), problems });
}

function addTerms(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  app.get("/mandates/new/terms", async (c) => {
    const draft = await readBegun(c, shelf);
    if (draft === undefined) return goTo(c, "/mandates/new");
    const choice = await engine(c).chooseMethod({ billerId: draft.billerId, use: "mandate" });
    const form = draft.terms ?? proposedTerms(idsOf(allowedOf(choice)), draft.methodId);
    return showTerms(c, engine(c), draft, { choice, form, problems: {} });
  });
  app.post("/mandates/new/terms", async (c) => {
    const draft = await readBegun(c, shelf);
    if (draft === undefined) return goTo(c, "/mandates/new");
    const choice = await engine(c).chooseMethod({ billerId: draft.billerId, use: "mandate" });
    const offer = offerOf(await engine(c).getBiller(draft.billerId));
    const form = readTermsForm(c.get("form"), offer);
    const checked = checkTerms(c.get("visit"), form, { usable: idsOf(allowedOf(choice)), offer });
    if ("problems" in checked)
      return showTerms(c, engine(c), draft, { choice, form, problems: checked.problems });
    await keepBegun(c, shelf, { ...draft, terms: form });
    return goTo(c, "/mandates/new/consent");
  });
}

async function showTerms(
  c: WebContext,
  client: Client,
  draft: MandateDraft,
  shown: {
    readonly choice: MethodChoice;
    readonly form: TermsForm;
    readonly problems: FieldProblems;
  },
): Promise<Response> {
  const biller = await client.getBiller(draft.billerId);
  const of = { draft, title: biller.title, offer: offerOf(biller) };
  const page = <SetupTermsPage visit={c.get("visit")} {...of} {...shown} />;
  return show(c, page, Object.keys(shown.problems).length === 0 ? 200 : 422);
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
    const { draft, subject, choice } = ready;
    const { billerId, account } = draft;
    const consent = consentOf(c.get("visit").locale, subject);
    try {
      const body = { billerId, account, ...subject.terms, consent };
      const mandate = await client.createMandate(body, { idempotencyKey: c.get("form").onceKey });
      dropDraft(c, shelf);
      await leaveNotice(c, shelf, { kind: "done", what: "mandate-created" });
      return goTo(c, `/mandates/${mandate.id}`);
    } catch (cause) {
      if (isRefusal(cause, "mandate-overlap")) {
        return showDraftAgain(c, client, draft, say(c.get("visit").locale, "page.setup.problem.overlap"));
      }
      if (!isWrongInput(cause)) throw cause;
      const { account: inWhat, ...inTerms } = fieldProblems(cause, {
        account: "account",
        billerId: "account",
        "trigger.pays": "amount",
        "trigger.topUp": "topUp",
        trigger: "when",
      });
      if (inWhat !== undefined) return showDraftAgain(c, client, draft, inWhat);
      const form = draft.terms ?? proposedTerms(idsOf(allowedOf(choice)), draft.methodId);
      const problems = Object.keys(inTerms).length > 0 ? inTerms : { method: cause.detail };
      return showTerms(c, client, draft, { choice, form, problems });
    }
  });
}

/** A draft whose terms still hold against the cards of today. */
async function readyDraft(c: WebContext, shelf: CookieShelf, client: Client) {
  const draft = await readBegun(c, shelf);
  if (draft?.terms === undefined) return undefined;
  const choice = await client.chooseMethod({ billerId: draft.billerId, use: "mandate" });
  const methods = allowedOf(choice);
  const offer = offerOf(await client.getBiller(draft.billerId));
  const checked = checkTerms(c.get("visit"), draft.terms, { usable: idsOf(methods), offer });
  if ("problems" in checked) return undefined;
  const { confirmsTopUps } = offer;
  const subject = { ...subjectOf(c, draft, checked.terms, methods), confirmsTopUps };
  return { draft, choice, subject };
}

function subjectOf(
  c: WebContext,
  { billerName, account }: MandateDraft,
  terms: AskedTerms,
  methods: readonly Method[],
): Omit<ConsentSubject, "confirmsTopUps"> {
  return { biller: billerName, account, terms, methods: methodNames(c.get("visit"), terms.methods, methods) };
}

function idsOf(methods: readonly Method[]): string[] {
  return methods.map(({ id }) => id);
}
