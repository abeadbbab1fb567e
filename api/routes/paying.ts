import { setTimeout as pause } from "node:timers/promises";
import type { Transaction } from "kysely";
import type { DB } from "../../db/generated/database.ts";
import { type BillRow, findBill } from "../../db/queries/bills.ts";
import { readActiveMethods, readTaker } from "../../db/queries/methods.ts";
import {
  findPayment,
  hasFirstResult,
  type Instruction,
  type OwnPayment,
  payNow,
} from "../../db/queries/payments.ts";
import type { MethodKind } from "../../domain/capability-matrix.ts";
import { type ApiContext, payerAddress } from "../environment.ts";
import { mustBeSavable, mustFit, mustFitOnce } from "../method-fit.ts";
import { Refusal, refuseField } from "../problems.ts";
import type { ConfirmPayment, PayBill, Payment } from "../schemas/payments.ts";
import { paymentView } from "../views/payment.ts";
import { keepNumber, keepWish } from "./payment-wishes.ts";
import type { RouteTools } from "./route-tools.ts";
import type { ApiDependencies } from "../dependencies.ts";
import type { ProblemLocale } from "../problem-words.ts";

/** A payer's patience; the payment itself goes on without anybody waiting. */
const FIRST_RESULT_MS = 3_000;
const POLL_MS = 60;

/**
 * A payer, present, pays a bill that they see: judged, claimed and instructed in the caller's transaction, whatever way led here. Answers the payment's id.
 *
 * @throws Refusal when anything is against it
 */
export async function instructPayment(
  tools: RouteTools,
  c: ApiContext,
  order: {
    readonly transaction: Transaction<DB>;
    readonly residentId: string;
    readonly billId: string;
    readonly wish: Omit<PayBill, "billId">;
    readonly route: "manual" | "api" | "template";
  },
): Promise<string> {
  const { transaction, residentId, billId, wish, route } = order;
  const bill = await findBill(transaction, { residentId, billId });
  if (!bill) throw new Refusal("bill-not-found");
  await mustBeAllowed(tools, transaction, { ...wish, residentId, methodId: wish.methodId ?? null, bill });
  const answer = await payNow(transaction, {
    ...instruction(c, residentId, { ...wish, payeeHash: bill.payee_hash }),
    billId,
    again: wish.again ?? false,
    route,
    channel: c.req.header("x-kvitok-channel") === "web" ? "web" : "api",
  });
  if (answer.refused !== undefined) throw refusedPayment(answer);
  const { paymentId } = answer;
  await keepNumber(tools, transaction, { paymentId, phone: wish.phone });
  await keepWish(c, transaction, { ...wish, residentId, paymentId });
  return paymentId;
}

/** What the payer told us to pay, as they saw it. */
export function instruction(
  c: ApiContext,
  residentId: string,
  shown: {
    readonly amount: { readonly amountMinor: number };
    readonly methodId?: string | null | undefined;
    readonly kind?: MethodKind | undefined;
    readonly payeeHash: string;
  },
): Instruction {
  return {
    residentId,
    methodId: shown.methodId ?? null,
    kind: shown.kind,
    amountMinor: shown.amount.amountMinor,
    payeeHash: shown.payeeHash,
    signIn: "oidc",
    ip: payerAddress(c),
  };
}

/**
 * Refuses a method that is not the payer's own, not active, or not for this bill by the capability matrix; what is taken for once by the same matrix; and none where
 * one must be bound first.
 */
export async function mustBeAllowed(
  { gateways }: RouteTools,
  transaction: Transaction<DB>,
  {
    residentId,
    methodId,
    bill,
    kind,
    phone,
    save,
  }: {
    readonly residentId: string;
    readonly methodId: string | null;
    readonly bill: BillRow;
    readonly kind?: MethodKind | undefined;
    readonly phone?: string | undefined;
    readonly save?: ConfirmPayment["save"];
  },
): Promise<void> {
  const taker = await readTaker(transaction, bill.biller_id);
  if (!taker) throw new Error("the biller's row has gone");
  const amount = { amountMinor: bill.amount_minor, currency: bill.currency };
  if (methodId === null) {
    const gateway = gateways.get(taker.gateway);
    if (!gateway) throw new Refusal("gateway-unavailable");
    mustFitOnce({ kind, phone }, { gateway, taker, amount });
    if (save !== undefined) mustBeSavable({ kind, uses: save.uses }, { gateway, taker });
    return;
  }
  if (kind !== undefined) throw refuseField("kind", "kind-with-method");
  if (phone !== undefined) throw refuseField("phone", "phone-not-used");
  if (save !== undefined) throw refuseField("save", "kind-with-method");
  const active = await readActiveMethods(transaction, { residentId, methodIds: [methodId] });
  const method = active.get(methodId);
  if (!method) throw refuseField("methodId", "method-not-active");
  mustFit([{ field: "methodId", method }], { taker, use: "pay-now", amount });
}

/** A refusal of the database as an answer. */
export function refusedPayment(answer: {
  readonly refused: string;
  readonly payment?: string | null;
  readonly finalAt?: string | null;
}): Refusal {
  switch (answer.refused) {
    case "bill-not-found":
    case "bill-not-owed":
    case "too-many-unfinished":
      return new Refusal(answer.refused);
    case "bill-being-paid":
      return new Refusal("bill-being-paid", answer.payment ? { paymentId: answer.payment } : {});
    case "first-not-final":
      return new Refusal(
        "first-not-final",
        answer.finalAt ? { finalAt: new Date(answer.finalAt).toISOString() } : {},
      );
    case "method-not-active":
      return refuseField("methodId", "method-not-active");
    case "amount-changed":
      return refuseField("amount", "bill-changed");
    case "payment-not-waiting":
      return new Refusal("payment-waits-for-nobody");
    default:
      throw new Error(`the database refused a payment for a reason unknown here: ${answer.refused}`);
  }
}

/** Waits for the first result, for a payer's patience; false: it goes on. */
export async function waitForResult(
  { db, firstResultMs = FIRST_RESULT_MS }: Pick<ApiDependencies, "db" | "firstResultMs">,
  paymentId: string,
): Promise<boolean> {
  const deadline = performance.now() + firstResultMs;
  for (;;) {
    if (await hasFirstResult(db, paymentId)) return true;
    if (performance.now() > deadline) return false;
    await pause(POLL_MS);
  }
}

/**
 * A payment of the caller's own as it stands.
 *
 * @throws Refusal `payment-not-found`
 */
export async function paymentOf(
  { db, sealer }: RouteTools,
  own: OwnPayment,
  locale: ProblemLocale,
): Promise<Payment> {
  const row = await findPayment(db, own);
  if (!row) throw new Refusal("payment-not-found");
  return paymentView(row, { sealer, locale });
}
