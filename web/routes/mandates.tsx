import { Hono } from "hono";
import type { Client, EditMandate, Mandate, Method } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { goTo, isRefusal, isWrongInput, show } from "../answers.tsx";
import { consentOf } from "../consent.ts";
import type { Desk, WebContext, WebEnv } from "../desk.ts";
import { dropDraft, keepDraft, readDraft } from "../drafts.ts";
import {
  type AskedTerms,
  checkTerms,
  readTermsForm,
  type TermsForm,
  termsFormOf,
  termsFormShape,
} from "../mandate-draft.ts";
import { methodNames } from "../mandate-words.ts";
import { leaveNotice } from "../notice.ts";
import {
  CancelMandatePage,
  EditMandatePage,
  MandatePage,
  MandatesPage,
  WidenMandatePage,
} from "../pages/mandates.tsx";
import type { FieldProblems } from "../parts/forms.tsx";
import { pauseEnd } from "../pause-end.ts";
import { offerOfEdit, type TriggerOffer } from "../trigger-form.ts";
import { usableMethods } from "./paying.ts";

/** Mandates: list, one with its upcoming debits, pause, resume, cancel, other terms. */
export function mandateRoutes(desk: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const { engine } = desk;
  app.get("/mandates", async (c) => {
    const { items } = await engine(c).listMandates({ limit: 100 });
    return show(c, <MandatesPage visit={c.get("visit")} mandates={items} />);
  });
  app.get("/mandates/:id", (c) => showMandate(c, engine(c), c.req.param("id"), {}));
  app.get("/mandates/:id/consent/:version", async (c) => {
    const wanted = { id: c.req.param("id"), version: Number(c.req.param("version")) };
    const { bytes, mediaType } = await engine(c).getMandateConsent(wanted);
    c.header("content-type", mediaType);
    c.header("content-disposition", `attachment; filename="consent-v${wanted.version}.jws"`);
    return c.body(new Uint8Array(bytes));
  });
  addStops(app, desk);
  addEditing(app, desk);
  return app;
}

async function showMandate(
  c: WebContext,
  client: Client,
  id: string,
  problems: FieldProblems,
): Promise<Response> {
  const [mandate, methods] = await Promise.all([client.getMandate(id), client.listMethods()]);
  const page = (
    <MandatePage visit={c.get("visit")} mandate={mandate} methods={methods.items} problems={problems} />
  );
  return show(c, page, Object.keys(problems).length === 0 ? 200 : 422);
}

function addStops(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  app.post("/mandates/:id/pause", async (c) => {
    const id = c.req.param("id");
    const form = c.get("form");
    const { locale, zone } = c.get("visit");
    const until = pauseEnd(form.text("until"), zone);
    if (until === null)
      return showMandate(c, engine(c), id, { until: say(locale, "page.mandate.pause.problem") });
    const body = until === undefined ? {} : { until };
    try {
      const { stoppedAt, inFlight } = await engine(c).pauseMandate(id, body, {
        idempotencyKey: form.onceKey,
      });
      await leaveNotice(c, shelf, { kind: "stopped", what: "paused", stoppedAt, inFlight });
    } catch (cause) {
      if (!isWrongInput(cause)) throw cause;
      return showMandate(c, engine(c), id, { until: say(locale, "page.mandate.pause.problem") });
    }
    return goTo(c, `/mandates/${id}`);
  });
  app.post("/mandates/:id/resume", async (c) => {
    const id = c.req.param("id");
    await engine(c).resumeMandate(id, { idempotencyKey: c.get("form").onceKey });
    await leaveNotice(c, shelf, { kind: "done", what: "mandate-resumed" });
    return goTo(c, `/mandates/${id}`);
  });
  app.post("/mandates/:id/renew", async (c) => {
    const id = c.req.param("id");
    await engine(c).renewMandate(id, { idempotencyKey: c.get("form").onceKey });
    await leaveNotice(c, shelf, { kind: "done", what: "mandate-renewed" });
    return goTo(c, `/mandates/${id}`);
  });
  app.get("/mandates/:id/cancel", async (c) => {
    const mandate = await engine(c).getMandate(c.req.param("id"));
    if (mandate.state === "ended") return goTo(c, `/mandates/${mandate.id}`);
    return show(c, <CancelMandatePage visit={c.get("visit")} mandate={mandate} />);
  });
  app.post("/mandates/:id/cancel", async (c) => {
    const id = c.req.param("id");
    const { stoppedAt, inFlight } = await engine(c).cancelMandate(
      id,
      {},
      { idempotencyKey: c.get("form").onceKey },
    );
    await leaveNotice(c, shelf, { kind: "stopped", what: "cancelled", stoppedAt, inFlight });
    return goTo(c, `/mandates/${id}`);
  });
}

/** The edit that waits for its consent lies in the browser, by the mandate's id. */
const editSeconds = 30 * 60;

function addEditing(app: Hono<WebEnv>, desk: Desk): void {
  const { engine, shelf } = desk;
  app.get("/mandates/:id/edit", async (c) => {
    const client = engine(c);
    const mandate = await client.getMandate(c.req.param("id"));
    const edit = await editable(client, mandate);
    return showEdit(c, mandate, edit, { form: termsFormOf(mandate), problems: {} });
  });
  app.post("/mandates/:id/edit", async (c) => {
    const client = engine(c);
    const id = c.req.param("id");
    const sent = c.get("form");
    const mandate = await client.getMandate(id);
    const edit = await editable(client, mandate);
    const form = { ...readTermsForm(sent, edit.offer), noticePack: mandate.terms.noticePack };
    const checked = checkTerms(c.get("visit"), form, edit);
    if ("problems" in checked) return showEdit(c, mandate, edit, { form, problems: checked.problems });
    try {
      await client.editMandate(id, editOf(checked.terms), { idempotencyKey: sent.onceKey });
    } catch (cause) {
      if (!isRefusal(cause, "consent-missing")) throw cause;
      await keepDraft(c, shelf, { id, draft: form, lifetimeSeconds: editSeconds });
      return goTo(c, `/mandates/${id}/consent`);
    }
    await leaveNotice(c, shelf, { kind: "done", what: "mandate-changed" });
    return goTo(c, `/mandates/${id}`);
  });
  addWidening(app, desk);
}

function addWidening(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  const readEdit = async (c: WebContext, client: Client, id: string) => {
    const read = termsFormShape.safeParse(await readDraft(c, shelf, id));
    if (!read.success) return undefined;
    const mandate = await client.getMandate(id);
    const edit = await editable(client, mandate);
    const checked = checkTerms(c.get("visit"), read.data, edit);
    if ("problems" in checked) return undefined;
    const { terms } = checked;
    const names = methodNames(c.get("visit"), terms.methods, edit.methods);
    const { biller, account } = mandate;
    const { confirmsTopUps } = edit.offer;
    return { mandate, subject: { biller: biller.name, account, methods: names, terms, confirmsTopUps } };
  };
  app.get("/mandates/:id/consent", async (c) => {
    const id = c.req.param("id");
    const edit = await readEdit(c, engine(c), id);
    if (edit === undefined) return goTo(c, `/mandates/${id}/edit`);
    return show(c, <WidenMandatePage visit={c.get("visit")} mandate={edit.mandate} subject={edit.subject} />);
  });
  app.post("/mandates/:id/consent", async (c) => {
    const client = engine(c);
    const id = c.req.param("id");
    const edit = await readEdit(c, client, id);
    if (edit === undefined) return goTo(c, `/mandates/${id}/edit`);
    const body = { ...editOf(edit.subject.terms), consent: consentOf(c.get("visit").locale, edit.subject) };
    await client.editMandate(id, body, { idempotencyKey: c.get("form").onceKey });
    dropDraft(c, shelf, id);
    await leaveNotice(c, shelf, { kind: "done", what: "mandate-changed" });
    return goTo(c, `/mandates/${id}`);
  });
}

function editOf(terms: AskedTerms): EditMandate {
  const { methods, limitPerPayment, limitPerPeriod, overLimit, lateBill, unusualAmount, trigger } = terms;
  return { methods, limitPerPayment, limitPerPeriod, overLimit, lateBill, unusualAmount, trigger };
}

/** What a living mandate may be given: methods of today, and what its biller and its kind allow. */
async function editable(client: Client, mandate: Mandate) {
  const [methods, biller] = await Promise.all([
    usableMethods(client, mandate.biller.id),
    client.getBiller(mandate.biller.id),
  ]);
  return { methods, usable: methods.map(({ id }) => id), offer: offerOfEdit(mandate, biller) };
}

function showEdit(
  c: WebContext,
  mandate: Mandate,
  { methods, offer }: { readonly methods: readonly Method[]; readonly offer: TriggerOffer },
  shown: { readonly form: TermsForm; readonly problems: FieldProblems },
): Response {
  const of = { mandate, methods, offer };
  const page = <EditMandatePage visit={c.get("visit")} {...of} {...shown} />;
  return show(c, page, Object.keys(shown.problems).length === 0 ? 200 : 422);
}
