import { createRoute } from "@hono/zod-openapi";
import { addBill, findBill, findNamedBills, receivePaper, seenByUin } from "../../db/queries/bills.ts";
import { readToday } from "../../db/queries/clock.ts";
import { findByPayerCode } from "../../db/queries/payer-codes.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { countUse, type Widget } from "../../db/queries/widget-uses.ts";
import { debtKey, subjectKey } from "../../db/sealed.ts";
import { parseEpdPayerCode } from "../../domain/identifiers/epd-payer-code.ts";
import { parseInn } from "../../domain/identifiers/inn.ts";
import { readAs } from "../../domain/identifiers/index.ts";
import { parseKpp } from "../../domain/identifiers/kpp.ts";
import { parseUin } from "../../domain/identifiers/uin.ts";
import type { SubjectIdentifier } from "../../domain/source-bill.ts";
import type { Locale } from "../../words/locale.ts";
import { answerView, codedBill, fetchByUin, foundBills, lookAround } from "../bill-finder.ts";
import type { Api, ApiContext } from "../environment.ts";
import { findBy } from "../keep-finding.ts";
import { mayLookUp } from "../look-ups.ts";
import { paperBill, readPaper } from "../paper-bill.ts";
import { Refusal } from "../problems.ts";
import { provedAccount } from "../reference.ts";
import { refuseText } from "../saved-subject.ts";
import type { Bill } from "../schemas/bills.ts";
import {
  type AddBillByPaper,
  type AddBillByUin,
  type AddBillsByAccount,
  addBillsSchema,
  addedBillsSchema,
  type FoundBill,
  type LookUpByPayerCode,
  type LookUpBySubject,
  lookedUpSchema,
  lookUpSchema,
  type SourceAnswerView,
} from "../schemas/finding.ts";
import { billView } from "../views/bill.ts";
import { bearer, body, commandHeaders, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const lookUp = createRoute({
  method: "post",
  path: "/v1/bills/look-up",
  tags: ["bills"],
  summary:
    "Bills by somebody's number, asked of every source now, or by payer code and month; the number is kept nowhere, and nor is what is found: add a bill by its UIN, or by account and period",
  security: bearer,
  request: { body: body(lookUpSchema) },
  responses: { 200: json(lookedUpSchema, "What was found, and how each source answered"), default: problem },
});

const add = createRoute({
  method: "post",
  path: "/v1/bills/added",
  tags: ["bills"],
  summary: "Add a bill of mine: by its UIN, by account and period at its biller, or by the QR of its paper",
  security: bearer,
  request: { headers: commandHeaders, body: body(addBillsSchema) },
  responses: { 201: json(addedBillsSchema, "The bills, mine to see and to pay"), default: problem },
});

/** What was found and is to be added, and how the sources answered on the way. */
type Named = { readonly billIds: readonly string[]; readonly sources: readonly SourceAnswerView[] };

/** Bills that are found by hand (B3, B4). Each number costs a look-up, whatever it finds. */
export function addFindingRoutes(api: Api, tools: RouteTools): void {
  const { db, engine, claimKey, residentOf, addCommand } = tools;
  // No command: it writes nothing, and an answer that is kept for repeats would be a trace.
  api.openapi(lookUp, async (c) => {
    const wish = c.req.valid("json");
    const residentId = await residentOf(c);
    c.header("cache-control", "no-store");
    if (wish.kind === "epd-payer-code") {
      return c.json({ found: [...(await byPayerCode(tools, c, { wish, residentId }))], sources: [] }, 200);
    }
    const identifier = identifierOf(wish, c.get("locale"));
    await countUse(engine, claimKey, { residentId, widget: wish.kind });
    const numberKey = subjectKey(claimKey, identifier);
    await mayLookUp(tools, c, { residentId, what: identifier.kind, numberKey });
    const asked = await lookAround(tools, [identifier]);
    const reader = { residentId, today: await readToday(db), locale: c.get("locale") };
    const found = await foundBills(tools, asked, reader);
    return c.json({ found: [...found], sources: asked.map(({ report }) => answerView(report)) }, 200);
  });
  addCommand(api, add, async (c) => {
    const wish = c.req.valid("json");
    const residentId = await residentOf(c);
    const { billIds, sources } = await named(tools, c, { wish, residentId });
    const label = wish.label ?? null;
    await inTransaction(db, async (transaction) => {
      for (const billId of billIds) await addBill(transaction, { residentId, billId, label });
    });
    // from now on it is followed like what is found on its own
    if (sources.length > 0) await findBy(tools, { residentId, kind: "uin" });
    const bills: Bill[] = [];
    for (const billId of billIds) {
      const row = await findBill(db, { residentId, billId });
      if (row) bills.push(billView(row, c.get("locale")));
    }
    return c.json({ bills, sources: [...sources] }, 201);
  });
}

type Wish = AddBillByUin | AddBillsByAccount | AddBillByPaper;

async function named(
  tools: RouteTools,
  c: ApiContext,
  { wish, residentId }: { readonly wish: Wish; readonly residentId: string },
): Promise<Named> {
  const { engine, claimKey } = tools;
  const widget: Widget = "uin" in wish ? "uin" : "qr" in wish ? "qr" : "account";
  await countUse(engine, claimKey, { residentId, widget });
  if ("uin" in wish) {
    const proof = parseUin(wish.uin);
    if (!proof.ok) throw refuseText(proof, c.get("locale"), "uin");
    return byUin(tools, c, { uin: proof.value, residentId });
  }
  if ("qr" in wish) return byPaper(tools, c, { wish, residentId });
  return byAccount(tools, c, { wish, residentId });
}

async function byUin(
  tools: RouteTools,
  c: ApiContext,
  { uin, residentId }: { readonly uin: string; readonly residentId: string },
): Promise<Named> {
  const numberKey = debtKey(tools.claimKey, ["uin", uin]);
  const seen = await seenByUin(tools.db, { residentId, uinKeys: [numberKey] });
  // what is one's own already shows nothing new
  if (seen.size === 0) await mayLookUp(tools, c, { residentId, what: "uin", numberKey });
  const { billIds, reports } = await fetchByUin(tools, uin);
  return { billIds, sources: reports.map(answerView) };
}

/** At billers that tell their bills by themselves: what they have told is here. */
async function byAccount(
  tools: RouteTools,
  c: ApiContext,
  { wish, residentId }: { readonly wish: AddBillsByAccount; readonly residentId: string },
): Promise<Named> {
  const { billerId, period = null, kind = null } = wish;
  const account = await provedAccount(tools, c, wish);
  const numberKey = debtKey(tools.claimKey, ["account", billerId, account]);
  await mayLookUp(tools, c, { residentId, what: "account", numberKey });
  const billIds = await findNamedBills(tools.engine, { billerId, account, period, kind });
  if (billIds.length === 0) throw new Refusal("bill-not-at-sources");
  return { billIds, sources: [] };
}

async function byPaper(
  tools: RouteTools,
  c: ApiContext,
  { wish, residentId }: { readonly wish: AddBillByPaper; readonly residentId: string },
): Promise<Named> {
  const qr = readPaper(wish.qr, c.get("locale"));
  const uin = parseUin(qr.fields.UIN ?? "");
  if (uin.ok) return byUin(tools, c, { uin: uin.value, residentId });
  const bill = await paperBill(tools, c, { qr, wish, today: await readToday(tools.db) });
  await mayLookUp(tools, c, { residentId, what: "paper", numberKey: bill.identityKey });
  const { billId, result } = await receivePaper(tools.engine, bill);
  if (result === "conflict") throw new Refusal("bill-differs");
  return { billIds: [billId], sources: [] };
}

/** Of billers that tell their bills by themselves: what is owed under a payer code for a month. Nothing is added by looking. */
async function byPayerCode(
  tools: RouteTools,
  c: ApiContext,
  { wish, residentId }: { readonly wish: LookUpByPayerCode; readonly residentId: string },
): Promise<readonly FoundBill[]> {
  const { engine, claimKey } = tools;
  const code = parseEpdPayerCode(wish.text);
  if (!code.ok) throw refuseText(code, c.get("locale"));
  await countUse(engine, claimKey, { residentId, widget: wish.kind });
  const numberKey = debtKey(claimKey, ["payer-code", code.value]);
  await mayLookUp(tools, c, { residentId, what: wish.kind, numberKey });
  const rows = await findByPayerCode(engine, { residentId, code: code.value, period: wish.period });
  return rows.map((row) => codedBill(row, c.get("locale")));
}

/** A company's branch is asked for by INN and KPP together; what is wrong is told beside its own field. */
function identifierOf({ kind, text, kpp }: LookUpBySubject, locale: Locale): SubjectIdentifier {
  if (kind !== "inn") {
    const proof = readAs(kind, text);
    if (!proof.ok) throw refuseText(proof, locale);
    return { kind, value: proof.value };
  }
  const inn = parseInn(text);
  if (!inn.ok) throw refuseText(inn, locale);
  if (kpp === undefined) return { kind, value: inn.value.digits };
  const branch = parseKpp(kpp);
  if (!branch.ok) throw refuseText(branch, locale, "kpp");
  return { kind: "organisation", value: `${inn.value.digits}/${branch.value}` };
}
