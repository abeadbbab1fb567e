import { captureIntent, confirmIntent } from "./confirming.ts";
import { deleteCustomer, makeCustomer } from "./customers.ts";
import type { Face } from "./face.ts";
import { cancelIntent, createIntent, findIntent, updateIntent } from "./intents.ts";
import { attachMethod, createMethod, detachMethod } from "./payment-methods.ts";
import type { StripeRecord } from "./records.ts";
import { createRefund, findRefund } from "./refunds.ts";
import { type StripeCall, type StripeRoute, is, list, one, retrieve } from "./route.ts";
import * as shapes from "./request-shapes.ts";
import { createSession, expireSession, findSession } from "./sessions.ts";
import { cancelSetup, confirmSetup, createSetup, findSetup } from "./setups.ts";
import { StripeError } from "./stripe-error.ts";

const customers: readonly StripeRoute[] = [
  one(["POST", "/customers"], "stripe_customer", "customer", shapes.createCustomer, (face, call, order) =>
    makeCustomer(face, order, call.key),
  ),
  retrieve("/customers/:id", "stripe_customer", "customer"),
  one(["DELETE", "/customers/:id"], "stripe_customer", "customer", shapes.nothing, (face, call) =>
    deleteCustomer(face, call.id),
  ),
  list(
    "/customers",
    "stripe_customer",
    "customer",
    shapes.listCustomers,
    (row, query) => !row.deleted && is(query.email, row.email),
  ),
];

const methods: readonly StripeRoute[] = [
  one(
    ["POST", "/payment_methods"],
    "stripe_payment_method",
    "payment_method",
    shapes.createPaymentMethod,
    createMethodOf,
  ),
  retrieve("/payment_methods/:id", "stripe_payment_method", "payment_method"),
  list(
    "/payment_methods",
    "stripe_payment_method",
    "payment_method",
    shapes.listPaymentMethods,
    (row, query) => row.customer !== undefined && is(query.customer, row.customer),
  ),
  one(
    ["POST", "/payment_methods/:id/attach"],
    "stripe_payment_method",
    "payment_method",
    shapes.attachPaymentMethod,
    (face, call, order) => attachMethod(face, call.id, order.customer, call.key),
  ),
  one(
    ["POST", "/payment_methods/:id/detach"],
    "stripe_payment_method",
    "payment_method",
    shapes.nothing,
    (face, call) => detachMethod(face, call.id, call.key),
  ),
];

function createMethodOf(face: Face, _call: StripeCall, order: shapes.CreatePaymentMethod): StripeRecord {
  return createMethod(face, order);
}

const intents: readonly StripeRoute[] = [
  one(
    ["POST", "/payment_intents"],
    "stripe_create_intent",
    "payment_intent",
    shapes.createIntent,
    createIntentOf,
  ),
  list("/payment_intents", "stripe_list_intents", "payment_intent", shapes.listIntents, (row, query) =>
    is(query.customer, row.customer),
  ),
  one(
    ["GET", "/payment_intents/:id"],
    "stripe_retrieve",
    "payment_intent",
    shapes.retrieveIntent,
    (face, call) => findIntent(face, call.id),
  ),
  one(
    ["POST", "/payment_intents/:id"],
    "stripe_update",
    "payment_intent",
    shapes.updateIntent,
    (face, call, order) => updateIntent(face, call.id, order),
  ),
  one(
    ["POST", "/payment_intents/:id/confirm"],
    "stripe_confirm",
    "payment_intent",
    shapes.confirmIntent,
    (face, call, order) => confirmIntent(face, call.id, order, call),
  ),
  one(
    ["POST", "/payment_intents/:id/cancel"],
    "stripe_cancel",
    "payment_intent",
    shapes.cancelIntent,
    (face, call, order) => cancelIntent(face, call.id, order, call.key),
  ),
  one(
    ["POST", "/payment_intents/:id/capture"],
    "stripe_capture",
    "payment_intent",
    shapes.captureIntent,
    (face, call, order) => captureIntent(face, call.id, order, call.key),
  ),
];

function createIntentOf(face: Face, call: StripeCall, order: shapes.CreateIntent): StripeRecord {
  const intent = createIntent(face, order, call.key);
  return order.confirm === true ? afterCreation(() => confirmIntent(face, intent.id, order, call)) : intent;
}

/** The object stands already, so whatever its confirmation is refused with was executed. */
function afterCreation<Confirmed>(confirm: () => Confirmed): Confirmed {
  try {
    return confirm();
  } catch (error) {
    throw error instanceof StripeError ? error.asKept() : error;
  }
}

const money: readonly StripeRoute[] = [
  retrieve("/charges/:id", "stripe_charge", "charge"),
  list(
    "/charges",
    "stripe_charge",
    "charge",
    shapes.listCharges,
    (row, query) => is(query.customer, row.customer) && is(query.payment_intent, row.intent),
  ),
  one(["POST", "/refunds"], "stripe_refund", "refund", shapes.createRefund, (face, call, order) =>
    createRefund(face, order, call),
  ),
  one(["GET", "/refunds/:id"], "stripe_retrieve_refund", "refund", shapes.nothing, (face, call) =>
    findRefund(face, call.id),
  ),
  list(
    "/refunds",
    "stripe_list_refunds",
    "refund",
    shapes.listRefunds,
    (row, query) => is(query.charge, row.charge) && is(query.payment_intent, row.intent),
  ),
  retrieve("/balance_transactions/:id", "stripe_other", "balance_transaction"),
  list(
    "/balance_transactions",
    "stripe_other",
    "balance_transaction",
    shapes.listBalance,
    (row, query) =>
      is(query.source, row.source) && is(query.type, row.type) && is(query.currency, row.currency),
  ),
  retrieve("/disputes/:id", "stripe_other", "dispute"),
  list(
    "/disputes",
    "stripe_other",
    "dispute",
    shapes.listDisputes,
    (row, query) => is(query.charge, row.charge) && is(query.payment_intent, row.intent),
  ),
];

const saving: readonly StripeRoute[] = [
  one(["POST", "/setup_intents"], "stripe_setup", "setup_intent", shapes.createSetup, createSetupOf),
  one(["GET", "/setup_intents/:id"], "stripe_setup", "setup_intent", shapes.retrieveIntent, (face, call) =>
    findSetup(face, call.id),
  ),
  list(
    "/setup_intents",
    "stripe_setup",
    "setup_intent",
    shapes.listSetups,
    (row, query) => is(query.customer, row.customer) && is(query.payment_method, row.paymentMethod),
  ),
  one(
    ["POST", "/setup_intents/:id/confirm"],
    "stripe_setup",
    "setup_intent",
    shapes.confirmSetup,
    (face, call, order) => confirmSetup(face, call.id, order, call),
  ),
  one(
    ["POST", "/setup_intents/:id/cancel"],
    "stripe_setup",
    "setup_intent",
    shapes.cancelSetup,
    (face, call, order) => cancelSetup(face, call.id, order.cancellation_reason, call.key),
  ),
  one(
    ["POST", "/checkout/sessions"],
    "stripe_session",
    "checkout.session",
    shapes.createSession,
    (face, call, order) => createSession(face, order, call.key),
  ),
  one(["GET", "/checkout/sessions/:id"], "stripe_session", "checkout.session", shapes.nothing, (face, call) =>
    findSession(face, call.id),
  ),
  list(
    "/checkout/sessions",
    "stripe_session",
    "checkout.session",
    shapes.listSessions,
    (row, query) =>
      is(query.customer, row.customer) &&
      is(query.setup_intent, row.setupIntent) &&
      is(query.status, row.status),
  ),
  one(
    ["POST", "/checkout/sessions/:id/expire"],
    "stripe_session",
    "checkout.session",
    shapes.nothing,
    (face, call) => expireSession(face, call.id, call.key),
  ),
  retrieve("/mandates/:id", "stripe_other", "mandate"),
];

function createSetupOf(face: Face, call: StripeCall, order: shapes.CreateSetup): StripeRecord {
  const setup = createSetup(face, order, call.key);
  return order.confirm === true ? afterCreation(() => confirmSetup(face, setup.id, order, call)) : setup;
}

const events: readonly StripeRoute[] = [
  retrieve("/events/:id", "stripe_other", "event"),
  list("/events", "stripe_other", "event", shapes.listEvents, (row, query) => fitsType(row.type, query)),
];

function fitsType(
  type: string,
  query: { readonly type?: string; readonly types?: readonly string[] },
): boolean {
  if (query.types) return query.types.includes(type);
  const { type: wanted } = query;
  return wanted?.endsWith(".*") === true ? type.startsWith(wanted.slice(0, -1)) : is(wanted, type);
}

export const stripeRoutes: readonly StripeRoute[] = [
  ...customers,
  ...methods,
  ...intents,
  ...money,
  ...saving,
  ...events,
];
