import { createRoute } from "@hono/zod-openapi";
import type { Database } from "../../db/database.ts";
import { findBill } from "../../db/queries/bills.ts";
import {
  confirmPayment,
  declineAutopay,
  findPayment,
  type OwnPayment,
  skipPayment,
} from "../../db/queries/payments.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { carryOutStops } from "../after-stop.ts";
import type { Api, ApiContext } from "../environment.ts";
import type { Command } from "../idempotency.ts";
import { Refusal } from "../problems.ts";
import { idParameter } from "../schemas/fields.ts";
import {
  type ConfirmPayment,
  confirmPaymentSchema,
  payBillSchema,
  paymentSchema,
} from "../schemas/payments.ts";
import { skipAnswerSchema } from "../schemas/stops.ts";
import { inFlightViews, instant } from "../views/in-flight.ts";
import { bearer, body, commandHeaders, idFrom, json, location, nothing, problem } from "./answers.ts";
import {
  instruction,
  instructPayment,
  mustBeAllowed,
  paymentOf,
  refusedPayment,
  waitForResult,
} from "./paying.ts";
import { keepNumber, keepWish } from "./payment-wishes.ts";
import type { RouteTools } from "./route-tools.ts";

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

const decline = createRoute({
  ...shared,
  path: "/v1/payments/{id}/autopay-offer/decline",
  summary: "Not now: no autopay is offered any more for the account that this payment was for",
  request: { params: idParameter, headers: commandHeaders, body: nothing },
  responses: { 200: json(paymentSchema, "The payment, without an offer"), default: problem },
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
  addDecline(api, tools);
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
        const isPage = c.req.header("x-kvitok-channel") === "web";
        const made = await instructPayment(tools, c, {
          transaction,
          residentId,
          billId,
          wish,
          route: isPage ? "manual" : "api",
        });
        await command.made(transaction, made);
        return made;
      }));
    const known = await waitForResult(tools, paymentId);
    const payment = await paymentOf(tools, { residentId, paymentId }, c.get("locale"));
    return c.json(payment, known ? 201 : 202, { location: `/v1/payments/${paymentId}` });
  });
}

function addConfirm(api: Api, tools: RouteTools): void {
  const { residentOf } = tools;
  tools.addCommand(api, confirm, async (c, command) => {
    const wish = c.req.valid("json");
    const own = {
      residentId: await residentOf(c),
      paymentId: idFrom(c.req.valid("param"), "payment-not-found"),
    };
    // An earlier try has instructed already; what became of that is answered, however it ended: a second instruction would be a second debit.
    if (command.madeId === null) await instructAgain(tools, c, { own, wish, command });
    const known = await waitForResult(tools, own.paymentId);
    const payment = await paymentOf(tools, own, c.get("locale"));
    if (known) return c.json(payment, 200);
    return c.json(payment, 202, { location: `/v1/payments/${own.paymentId}` });
  });
}

/** Writes the instruction and, with it, that this command has been carried out. */
async function instructAgain(
  tools: RouteTools,
  c: ApiContext,
  {
    own,
    wish,
    command,
  }: { readonly own: OwnPayment; readonly wish: ConfirmPayment; readonly command: Command },
): Promise<void> {
  await inTransaction(tools.db, async (transaction) => {
    const payment = await findPayment(transaction, own);
    const bill = payment && (await findBill(transaction, { ...own, billId: payment.bill_id }));
    if (!payment || !bill) throw new Refusal("payment-not-found");
    const unsaid = wish.kind === undefined ? payment.method_id : null;
    const methodId = wish.methodId === undefined ? unsaid : wish.methodId;
    await mustBeAllowed(tools, transaction, { ...wish, residentId: own.residentId, methodId, bill });
    const answer = await confirmPayment(transaction, {
      ...instruction(c, own.residentId, { ...wish, methodId, payeeHash: bill.payee_hash }),
      paymentId: own.paymentId,
    });
    if (!answer) throw new Refusal("payment-not-found");
    if (answer.refused !== undefined) throw refusedPayment(answer);
    await keepNumber(tools, transaction, { ...own, phone: wish.phone });
    await keepWish(c, transaction, { ...wish, ...own });
    await command.made(transaction, own.paymentId);
  });
}

function addSkipAndReturn(api: Api, tools: RouteTools): void {
  const { db, stopperOf, temporal } = tools;
  tools.addCommand(api, skip, async (c) => {
    const own = {
      residentId: await stopperOf(c),
      paymentId: idFrom(c.req.valid("param"), "payment-not-found"),
    };
    const stop = await skipPayment(db, own);
    if (!stop) throw await whyNotSkipped(db, own);
    await carryOutStops(tools);
    const { state } = await paymentOf(tools, own, c.get("locale"));
    const inFlight = inFlightViews(stop.inFlight, c.get("locale"));
    return c.json({ payment: own.paymentId, state, stoppedAt: instant(stop.stoppedAt), inFlight }, 200);
  });
  tools.addCommand(api, comeBack, async (c) => {
    const own = {
      residentId: await stopperOf(c),
      paymentId: idFrom(c.req.valid("param"), "payment-not-found"),
    };
    await paymentOf(tools, own, c.get("locale"));
    const view = await temporal.payerReturned(own.paymentId, RETURN_DEADLINE_MS);
    const payment = await paymentOf(tools, own, c.get("locale"));
    const isOver = ["paid", "returning", "closed"].includes(payment.state);
    if (view !== "unavailable" || isOver) return c.json(payment, 200);
    return c.json(payment, 202, { location: `/v1/payments/${own.paymentId}` });
  });
}

function addDecline(api: Api, tools: RouteTools): void {
  const { db, residentOf } = tools;
  tools.addCommand(api, decline, async (c) => {
    const own = {
      residentId: await residentOf(c),
      paymentId: idFrom(c.req.valid("param"), "payment-not-found"),
    };
    if ((await declineAutopay(db, own)) === null) throw new Refusal("payment-not-found");
    return c.json(await paymentOf(tools, own, c.get("locale")), 200);
  });
}

/** A payment by hand has no mandate that could skip it; what is not the payer's own does not exist. */
async function whyNotSkipped(db: Database, own: OwnPayment): Promise<Refusal> {
  return new Refusal((await findPayment(db, own)) ? "move-not-allowed" : "payment-not-found");
}
