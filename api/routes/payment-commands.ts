import { setTimeout as pause } from "node:timers/promises";
import { createRoute } from "@hono/zod-openapi";
import type { Transaction } from "kysely";
import type { Database } from "../../db/database.ts";
import type { DB } from "../../db/generated/database.ts";
import { type BillRow, findBill } from "../../db/queries/bills.ts";
import { readActiveMethods } from "../../db/queries/methods.ts";
import {
  confirmPayment,
  findPayment,
  hasFirstResult,
  type Instruction,
  type OwnPayment,
  payNow,
  skipPayment,
} from "../../db/queries/payments.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { carryOutStops } from "../after-stop.ts";
import { type Api, type ApiContext, payerAddress } from "../environment.ts";
import { Refusal, refuseField } from "../problems.ts";
import { idParameter } from "../schemas/fields.ts";
import { confirmPaymentSchema, payBillSchema, type Payment, paymentSchema } from "../schemas/payments.ts";
import { skipAnswerSchema } from "../schemas/stops.ts";
import { inFlightView, instant } from "../views/in-flight.ts";
import { paymentView } from "../views/payment.ts";
import { bearer, body, commandHeaders, idFrom, json, location, nothing, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

/** A payer's patience; the payment itself goes on without anybody waiting. */
const FIRST_RESULT_MS = 3_000;
const POLL_MS = 60;
const RETURN_DEADLINE_MS = 3_000;

const shared = { method: "post" as const, tags: ["payments"], security: bearer };
const underWay = { ...json(paymentSchema, "It goes on; look at Location"), ...location };

const pay = createRoute({
  ...shared,
  path: "/v1/payments",
  summary: "Pay a bill now; answers after the first result, or after three seconds",
  request: { headers: commandHeaders, body: body(payBillSchema) },
  responses: {
    201: { ...json(paymentSchema, "The first result is there"), ...location },
    202: underWay,
    default: problem,
  },
});

const confirm = createRoute({
  ...shared,
  path: "/v1/payments/{id}/confirm",
  summary: "Meet the need of a payment that waits for me: confirm its amount, choose a method",
  request: { params: idParameter, headers: commandHeaders, body: body(confirmPaymentSchema) },
  responses: { 200: json(paymentSchema, "The first result is there"), 202: underWay, default: problem },
});

const skip = createRoute({
  ...shared,
  path: "/v1/payments/{id}/skip",
  summary: "Skip this one debit: it is not sent, and its mandate never plans this debt again",
  request: { params: idParameter, headers: commandHeaders, body: nothing },
  responses: { 200: json(skipAnswerSchema, "The stop, and what was under way"), default: problem },
});

const comeBack = createRoute({
  ...shared,
  path: "/v1/payments/{id}/return",
  summary: "I came back from the bank: look now",
  request: { params: idParameter, headers: commandHeaders, body: nothing },
  responses: { 200: json(paymentSchema, "The payment after the look"), 202: underWay, default: problem },
});

export function addPaymentCommandRoutes(api: Api, tools: RouteTools): void {
  addPay(api, tools);
  addConfirm(api, tools);
  addSkipAndReturn(api, tools);
}

function addPay(api: Api, tools: RouteTools): void {
  const { db, residentOf } = tools;
  tools.addCommand(api, pay, async (c, command) => {
    const wish = c.req.valid("json");
    const residentId = await residentOf(c);
    const paymentId =
      command.madeId ??
      (await inTransaction(db, async (transaction) => {
        const billId = idFrom({ id: wish.billId }, "bill-not-found");
        const bill = await findBill(transaction, { residentId, billId });
        if (!bill) throw new Refusal("bill-not-found");
        await mustBeAllowed(transaction, { residentId, methodId: wish.methodId ?? null, bill });
        const isPage = c.req.header("x-kvitok-channel") === "web";
        const answer = await payNow(transaction, {
          ...instruction(c, residentId, { ...wish, payeeHash: bill.payee_hash }),
          billId,
          route: isPage ? "manual" : "api",
          channel: isPage ? "web" : "api",
        });
        if (answer.refused !== undefined) throw refusedPayment(answer);
        await command.made(transaction, answer.paymentId);
        return answer.paymentId;
      }));
    const known = await waitForResult(db, paymentId);
    const payment = await paymentOf(tools, { residentId, paymentId });
    return c.json(payment, known ? 201 : 202, { location: `/v1/payments/${paymentId}` });
  });
}

function addConfirm(api: Api, tools: RouteTools): void {
  const { db, residentOf } = tools;
  tools.addCommand(api, confirm, async (c) => {
    const wish = c.req.valid("json");
    const own = {
      residentId: await residentOf(c),
      paymentId: idFrom(c.req.valid("param"), "payment-not-found"),
    };
    await inTransaction(db, async (transaction) => {
      const payment = await findPayment(transaction, own);
      const bill = payment && (await findBill(transaction, { ...own, billId: payment.bill_id }));
      if (!payment || !bill) throw new Refusal("payment-not-found");
      const methodId = wish.methodId === undefined ? payment.method_id : wish.methodId;
      await mustBeAllowed(transaction, { residentId: own.residentId, methodId, bill });
      const answer = await confirmPayment(transaction, {
        ...instruction(c, own.residentId, { amount: wish.amount, methodId, payeeHash: bill.payee_hash }),
        paymentId: own.paymentId,
      });
      if (!answer) throw new Refusal("payment-not-found");
      if (answer.refused !== undefined) throw refusedPayment(answer);
    });
    const known = await waitForResult(db, own.paymentId);
    const payment = await paymentOf(tools, own);
    if (known) return c.json(payment, 200);
    return c.json(payment, 202, { location: `/v1/payments/${own.paymentId}` });
  });
}

function addSkipAndReturn(api: Api, tools: RouteTools): void {
  const { db, residentOf, temporal } = tools;
  tools.addCommand(api, skip, async (c) => {
    const own = {
      residentId: await residentOf(c),
      paymentId: idFrom(c.req.valid("param"), "payment-not-found"),
    };
    const stop = await skipPayment(db, own);
    if (!stop) throw await whyNotSkipped(db, own);
    await carryOutStops(tools);
    const { state } = await paymentOf(tools, own);
    const inFlight = stop.inFlight.map(inFlightView);
    return c.json({ payment: own.paymentId, state, stoppedAt: instant(stop.stoppedAt), inFlight }, 200);
  });
  tools.addCommand(api, comeBack, async (c) => {
    const own = {
      residentId: await residentOf(c),
      paymentId: idFrom(c.req.valid("param"), "payment-not-found"),
    };
    await paymentOf(tools, own);
    const view = await temporal.payerReturned(own.paymentId, RETURN_DEADLINE_MS);
    const payment = await paymentOf(tools, own);
    const isOver = ["paid", "returning", "closed"].includes(payment.state);
    if (view !== "unavailable" || isOver) return c.json(payment, 200);
    return c.json(payment, 202, { location: `/v1/payments/${own.paymentId}` });
  });
}

function instruction(
  c: ApiContext,
  residentId: string,
  shown: {
    readonly amount: { readonly amountMinor: number };
    readonly methodId?: string | null | undefined;
    readonly payeeHash: string;
  },
): Instruction {
  return {
    residentId,
    methodId: shown.methodId ?? null,
    amountMinor: shown.amount.amountMinor,
    payeeHash: shown.payeeHash,
    signIn: "oidc",
    ip: payerAddress(c),
  };
}

/** Refuses a method that is not the payer's own, not active, or not taken by this biller. */
async function mustBeAllowed(
  transaction: Transaction<DB>,
  {
    residentId,
    methodId,
    bill,
  }: {
    readonly residentId: string;
    readonly methodId: string | null;
    readonly bill: BillRow;
  },
): Promise<void> {
  if (methodId === null) return;
  const active = await readActiveMethods(transaction, { residentId, methodIds: [methodId] });
  const method = active.get(methodId);
  if (!method) throw refuseField("methodId", "method-not-active");
  if (!bill.allowed_methods.includes(method.kind)) throw refuseField("methodId", "method-not-allowed");
}

function refusedPayment(answer: { readonly refused: string; readonly payment?: string | null }): Refusal {
  switch (answer.refused) {
    case "bill-not-found":
    case "bill-not-owed":
    case "too-many-unfinished":
      return new Refusal(answer.refused);
    case "bill-being-paid":
      return new Refusal("bill-being-paid", answer.payment ? { paymentId: answer.payment } : {});
    case "amount-changed":
      return refuseField("amount", "bill-changed");
    case "payment-not-waiting":
      return new Refusal("payment-waits-for-nobody");
    default:
      throw new Error(`the database refused a payment for a reason unknown here: ${answer.refused}`);
  }
}

/** A payment by hand has no mandate that could skip it; what is not the payer's own does not exist. */
async function whyNotSkipped(db: Database, own: OwnPayment): Promise<Refusal> {
  return new Refusal((await findPayment(db, own)) ? "move-not-allowed" : "payment-not-found");
}

async function waitForResult(db: Database, paymentId: string): Promise<boolean> {
  const deadline = performance.now() + FIRST_RESULT_MS;
  for (;;) {
    if (await hasFirstResult(db, paymentId)) return true;
    if (performance.now() > deadline) return false;
    await pause(POLL_MS);
  }
}

async function paymentOf({ db, sealer }: RouteTools, own: OwnPayment): Promise<Payment> {
  const row = await findPayment(db, own);
  if (!row) throw new Refusal("payment-not-found");
  return paymentView(row, sealer);
}
