import { createRoute } from "@hono/zod-openapi";
import type { Transaction } from "kysely";
import type { DB } from "../../db/generated/database.ts";
import { findBill } from "../../db/queries/bills.ts";
import { findMandate } from "../../db/queries/mandates.ts";
import { findPayment } from "../../db/queries/payments.ts";
import {
  type DebitLinkRow,
  findLink,
  type LinkRow,
  lockLink,
  noteRefusedLink,
  payByLink,
  renewByLink,
  skipByLink,
} from "../../db/queries/signed-links.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { isUsable, type LinkState } from "../../domain/signed-link.ts";
import { carryOutStops } from "../after-stop.ts";
import { type Api, type ApiContext, payerAddress } from "../environment.ts";
import { Refusal } from "../problems.ts";
import {
  type DebitLink,
  linkTokenSchema,
  type SignedLink,
  signedLinkSchema,
} from "../schemas/signed-links.ts";
import { billerNameView } from "../views/biller.ts";
import { instantOrNull } from "../views/in-flight.ts";
import { paymentView } from "../views/payment.ts";
import { body, json, problem } from "./answers.ts";
import { mustBeAllowed, waitForResult } from "./paying.ts";
import type { RouteTools } from "./route-tools.ts";

const shared = {
  method: "post" as const,
  tags: ["links"],
  security: [],
  request: { body: body(linkTokenSchema) },
};
const answer = { 200: json(signedLinkSchema, "What is true of the link now"), default: problem };

const look = createRoute({
  ...shared,
  path: "/v1/links/look",
  summary: "What a link of a message is for, and what is true of it now; changes nothing",
  responses: answer,
});

const use = createRoute({
  ...shared,
  path: "/v1/links/use",
  summary:
    "Its holder has confirmed on a page: do the one thing that the link is for, once. The token is its own idempotency key: repeating it answers what became of it",
  responses: answer,
});

/**
 * Links of messages, for whoever holds one: no sign-in, exactly one act, on one debit or for one mandate. The token travels in the body, so that no log of addresses keeps it.
 */
export function addSignedLinkRoutes(api: Api, tools: RouteTools): void {
  const { db } = tools;
  api.openapi(look, async (c) => {
    const link = await findLink(db, c.req.valid("json").token);
    if (!link) throw new Refusal("link-not-found");
    return c.json(await linkView(tools, c, link), 200);
  });
  api.openapi(use, async (c) => {
    const { token } = c.req.valid("json");
    const refused = await inTransaction(db, (transaction) => act(tools, c, { transaction, token }));
    const link = await findLink(db, token);
    if (!link) throw new Refusal("link-not-found");
    if (link.action === "skip") await carryOutStops(tools);
    if (link.action === "pay-now" && link.madePaymentId !== null)
      await waitForResult(tools, link.madePaymentId);
    return c.json(await linkView(tools, c, refused === null ? link : { ...link, state: refused }), 200);
  });
}

type Act = { readonly transaction: Transaction<DB>; readonly token: string };

/** Does what the link is for, under its locks. Answers what stands against it; null: it is done, by this call or an earlier one. */
async function act(tools: RouteTools, c: ApiContext, { transaction, token }: Act): Promise<LinkState | null> {
  const state = await lockLink(transaction, token);
  const link = state === null ? undefined : await findLink(transaction, token);
  if (!link || state === null) throw new Refusal("link-not-found");
  if (state === "used") return null;
  const refused = isUsable({ ...link, state }) ? await doIt(tools, c, { transaction, token, link }) : state;
  if (refused !== null) await noteRefusedLink(transaction, { token, state: refused });
  return refused;
}

async function doIt(
  tools: RouteTools,
  c: ApiContext,
  { transaction, token, link }: Act & { readonly link: LinkRow },
): Promise<LinkState | null> {
  if (link.action === "renew") {
    await renewByLink(transaction, token);
    return null;
  }
  if (link.action === "skip") {
    await skipByLink(transaction, token);
    return null;
  }
  if (!(await isTaken(tools, transaction, link))) return "method-not-taken";
  const { refused } = await payByLink(transaction, { token, ip: payerAddress(c) });
  return refused === undefined ? null : stateOf(refused);
}

/** May its owner pay this bill by hand with the card that the notice names? */
async function isTaken(
  tools: RouteTools,
  transaction: Transaction<DB>,
  link: DebitLinkRow,
): Promise<boolean> {
  const { residentId, methodId, billId } = link;
  const bill = await findBill(transaction, { residentId, billId });
  if (!bill) return false;
  try {
    await mustBeAllowed(tools, transaction, { residentId, methodId, bill });
    return true;
  } catch (cause) {
    if (cause instanceof Refusal) return false;
    throw cause;
  }
}

/** What pay_now refuses, as what is true of the link. */
function stateOf(refused: string): LinkState {
  switch (refused) {
    case "bill-not-found":
    case "bill-not-owed":
      return "settled";
    case "amount-changed":
      return "changed";
    case "bill-being-paid":
    case "first-not-final":
      return "sent";
    case "payment-not-waiting":
      return "answered";
    case "too-many-unfinished":
      return "too-many-unfinished";
    default:
      throw new Error(`the database refused a link for a reason unknown here: ${refused}`);
  }
}

async function linkView(tools: RouteTools, c: ApiContext, link: LinkRow): Promise<SignedLink> {
  if (link.action !== "renew") return debitLinkView(tools, c, link);
  const { action, state, residentId, mandateId } = link;
  const mandate = await findMandate(tools.db, { residentId, mandateId });
  if (!mandate) throw new Error(`the mandate of a link has gone: ${mandateId}`);
  return {
    action,
    state,
    usable: isUsable(link),
    biller: billerNameView(link, c.get("locale")),
    mandate: { id: mandateId, state: mandate.state, endsAt: mandate.expires_at },
    expiresAt: link.expiresAt,
    usedAt: instantOrNull(link.usedAt),
  };
}

async function debitLinkView(
  { db, sealer }: RouteTools,
  c: ApiContext,
  link: DebitLinkRow,
): Promise<DebitLink> {
  const { residentId, action, state } = link;
  const paymentId = link.madePaymentId ?? link.paymentId;
  const row = await findPayment(db, { residentId, paymentId });
  if (!row) throw new Error(`the payment of a link has gone: ${paymentId}`);
  const locale = c.get("locale");
  const made = link.madePaymentId === null ? null : paymentView(row, { sealer, locale });
  return {
    action,
    state,
    usable: isUsable(link),
    amount: { amountMinor: link.amountMinor, currency: link.currency },
    biller: billerNameView(link, locale),
    method: link.method,
    plannedOn: link.plannedOn,
    isQuestion: link.isQuestion,
    expiresAt: link.expiresAt,
    usedAt: instantOrNull(link.usedAt),
    sentAt: instantOrNull(link.sentAt),
    payment: { id: row.id, state: row.state, outcome: row.outcome },
    confirmation: made?.confirmation ?? null,
  };
}
