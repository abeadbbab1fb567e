import type { Bank } from "./bank.ts";
import type { FaultSubject, Operation } from "./fault-order.ts";
import { takeFault } from "./faults.ts";
import { once } from "./idempotence.ts";
import { type ListQuery, listPayments, listRefunds } from "./lists.ts";
import { methodKinds } from "./method-kinds.ts";
import { createMethod, findMethod } from "./payment-methods.ts";
import { type TakeOutcomeFault, cancelHold, capturePayment, createPayment, findPayment } from "./payments.ts";
import type { ObjectRecord } from "./records.ts";
import { createRefund, findRefund } from "./refunds.ts";
import {
  capturePaymentShape,
  createPaymentMethodShape,
  createPaymentShape,
  createRefundShape,
  readBody,
} from "./request-shapes.ts";
import { toWire } from "./wire.ts";

/** A request that has passed authentication and whose body is JSON. */
export interface ApiCall {
  readonly key: string;
  /** Method and path, e.g. `POST /v3/payments`. */
  readonly scope: string;
  readonly id: string;
  readonly body: unknown;
  readonly query: ListQuery;
  readonly subject: FaultSubject;
}

/** One operation of the API. `answer` gives the body of a 200 or throws an ApiError; it never waits. */
export interface ApiRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly operation: Operation;
  readonly answer: (bank: Bank, call: ApiCall) => unknown;
}

function change(
  execute: (bank: Bank, call: ApiCall, fault: TakeOutcomeFault) => ObjectRecord,
): ApiRoute["answer"] {
  return (bank, call) => {
    const object = once(bank, call, () =>
      execute(bank, call, () => takeFault(bank.book, "outcome", call.subject)),
    );
    return toWire(bank, object);
  };
}

export const apiRoutes: readonly ApiRoute[] = [
  {
    method: "POST",
    path: "/payments",
    operation: "create_payment",
    answer: change((bank, call, fault) =>
      createPayment(bank, readBody(createPaymentShape, call.body), fault),
    ),
  },
  {
    method: "GET",
    path: "/payments",
    operation: "list_payments",
    answer: (bank, call) => listPayments(bank, call.query),
  },
  {
    method: "GET",
    path: "/payments/:id",
    operation: "get_payment",
    answer: (bank, call) => toWire(bank, findPayment(bank, call.id)),
  },
  {
    method: "POST",
    path: "/payments/:id/capture",
    operation: "capture",
    answer: change((bank, call) => capturePayment(bank, call.id, readBody(capturePaymentShape, call.body))),
  },
  {
    method: "POST",
    path: "/payments/:id/cancel",
    operation: "cancel",
    answer: change((bank, call) => cancelHold(bank, call.id)),
  },
  {
    method: "POST",
    path: "/refunds",
    operation: "create_refund",
    answer: change((bank, call, fault) => createRefund(bank, readBody(createRefundShape, call.body), fault)),
  },
  {
    method: "GET",
    path: "/refunds",
    operation: "list_refunds",
    answer: (bank, call) => listRefunds(bank, call.query),
  },
  {
    method: "GET",
    path: "/refunds/:id",
    operation: "get_refund",
    answer: (bank, call) => toWire(bank, findRefund(bank, call.id)),
  },
  {
    method: "POST",
    path: "/payment_methods",
    operation: "create_payment_method",
    answer: change((bank, call, fault) =>
      createMethod(bank, readBody(createPaymentMethodShape, call.body), fault),
    ),
  },
  {
    method: "GET",
    path: "/payment_methods/:id",
    operation: "get_payment_method",
    answer: (bank, call) => toWire(bank, findMethod(bank, call.id)),
  },
  {
    method: "GET",
    path: "/me",
    operation: "me",
    answer: (bank) => ({
      account_id: bank.shopId,
      status: "enabled",
      test: true,
      fiscalization_enabled: false,
      payment_methods: methodKinds,
    }),
  },
];
