import { invalidRequest, notFound } from "./api-error.ts";
import type { Bank } from "./bank.ts";
import { startConfirmation } from "./confirmation.ts";
import type { FaultOf } from "./fault-order.ts";
import { checkReceipt } from "./fiscal-receipt.ts";
import { newAuthorization, newObjectId, newSbpOperationId } from "./identifiers.ts";
import { canBeKept, declineOfInstrument, isKnown } from "./instruments.ts";
import { kindOf, rulesOf } from "./method-kinds.ts";
import { notifyShop } from "./notify.ts";
import { checkForMethod, checkOrder, isEnforced } from "./order-checks.ts";
import type { Decline, Instrument, MethodRecord, PaymentMethodOfPayment, PaymentRecord } from "./records.ts";
import type { CapturePayment, CreatePayment } from "./request-shapes.ts";
import { asksThreeDSecure, isTestCard, keepableCard } from "./test-cards.ts";

/** Asked once a request has been found good, right before it is executed: a refused request uses no fault up. */
export type TakeOutcomeFault = () => FaultOf<"outcome"> | undefined;

/** The payment with this id; throws 404. */
export function findPayment(bank: Bank, id: string): PaymentRecord {
  const payment = bank.book.payments.get(id);
  if (!payment) throw notFound("Payment");
  return payment;
}

/**
 * `POST /v3/payments`. Executes at once when no payer is needed, otherwise leaves a `pending` payment with a page to
 * visit. Throws {@link invalidRequest} before anything is recorded.
 */
export function createPayment(bank: Bank, order: CreatePayment, takeFault: TakeOutcomeFault): PaymentRecord {
  checkOrder(order);
  const now = bank.book.now();
  const id = newObjectId(now);
  const method = chooseMethod(bank, order, id);
  checkForMethod(order, method);
  const payerNeeded = needsPayer(order, method);
  const fault = takeFault();
  const created: PaymentRecord = {
    kind: "payment",
    id,
    serial: bank.book.nextSerial(),
    status: "pending",
    amountMinor: order.amount,
    refundedMinor: 0,
    capture: order.capture,
    createdAtMs: now,
    method,
    saveMethod: order.save_payment_method,
    metadata: order.metadata,
    gatewayId: order.recipient?.gateway_id ?? "100700",
    ...storedAsSent(order),
    ...plannedBy(fault, order.amount),
    ...(payerNeeded && order.confirmation
      ? { confirmation: startConfirmation(order.confirmation, method, now) }
      : {}),
  };
  save(bank, "created", created);
  return payerNeeded ? created : execute(bank, created, { threeDSecure: false });
}

type Optional = Partial<Pick<PaymentRecord, "description" | "customerId" | "receipt" | "paymentOrder">>;

function storedAsSent(order: CreatePayment): Optional {
  return {
    ...(order.description === undefined ? {} : { description: order.description }),
    ...(order.merchant_customer_id === undefined ? {} : { customerId: order.merchant_customer_id }),
    ...(order.receipt === undefined ? {} : { receipt: order.receipt.sent }),
    ...(order.payment_order === undefined ? {} : { paymentOrder: order.payment_order.sent }),
  };
}

type Planned = Pick<PaymentRecord, "held"> &
  Partial<Pick<PaymentRecord, "amountMinor" | "plannedDecline" | "plannedTwin">>;

/** What an armed fault makes of a payment: it works whenever the payment is executed. */
function plannedBy(fault: FaultOf<"outcome"> | undefined, askedMinor: number): Planned {
  switch (fault?.kind) {
    case "hold":
      return { held: true };
    case "wrong-amount":
      return { held: false, amountMinor: fault.amountMinor ?? askedMinor + 100 };
    case "decline":
      return { held: false, plannedDecline: { party: fault.party, reason: fault.reason } };
    case "double-debit":
      return { held: false, plannedTwin: true };
    default:
      return { held: false };
  }
}

function chooseMethod(bank: Bank, order: CreatePayment, paymentId: string): PaymentMethodOfPayment {
  if (order.payment_method_id !== undefined) return savedMethod(bank, order.payment_method_id);
  const { type = "bank_card", card: typed, phone } = order.payment_method_data ?? {};
  const unsaved = { id: paymentId, saved: false, type };
  if (type === "mobile_balance") return { ...unsaved, ...(phone === undefined ? {} : { phone }) };
  if (!typed || type !== "bank_card") return unsaved;
  if (!isTestCard(typed.number)) {
    throw invalidRequest("A test shop takes test cards only", "payment_method_data.card.number");
  }
  const card = keepableCard({
    number: typed.number,
    expiryMonth: typed.expiry_month,
    expiryYear: typed.expiry_year,
  });
  return { ...unsaved, card };
}

function savedMethod(bank: Bank, id: string): PaymentMethodOfPayment {
  const method = bank.book.methods.get(id);
  // A method that was never bound to the end is as unknown as one that never was; a revoked one declines later.
  if (!method || !isKnown(method) || (method.status !== "active" && !method.revoked)) {
    throw invalidRequest("Payment method doesn't exist or is not saved", "payment_method_id");
  }
  return { id: method.id, saved: true, type: kindOf(method), ...instrumentOf(method) };
}

/** Who pays, without what else is known of a method. */
function instrumentOf({ card, account, phone }: Instrument): Instrument {
  return {
    ...(card === undefined ? {} : { card }),
    ...(account === undefined ? {} : { account }),
    ...(phone === undefined ? {} : { phone }),
  };
}

function needsPayer(order: CreatePayment, method: PaymentMethodOfPayment): boolean {
  if (kindOf(method) !== "bank_card" || !method.card) {
    if (method.saved) return false;
    if (!order.confirmation)
      throw invalidRequest("The payer must agree: confirmation is required", "confirmation");
    return true;
  }
  if (isEnforced(order.confirmation)) return true;
  const asks = !method.saved && asksThreeDSecure(method.card);
  if (asks && !order.confirmation) throw invalidRequest("The card asks for 3-D Secure", "confirmation");
  return asks;
}

/** Asks the payer's bank for the money: declined, held for capture, or taken. The payment must be `pending`, its payer known. */
export function execute(
  bank: Bank,
  payment: PaymentRecord,
  how: { readonly threeDSecure: boolean; readonly declined?: Decline },
): PaymentRecord {
  const kind = kindOf(payment.method);
  const declined =
    how.declined ??
    payment.plannedDecline ??
    revocation(bank, payment) ??
    declineOfInstrument(payment.method, bank.book.now());
  if (declined) return cancelPayment(bank, payment, declined);
  const authorized = {
    ...payment,
    authorization: {
      ...newAuthorization(),
      threeDSecure: how.threeDSecure,
      ...(kind === "sbp" ? { sbpOperationId: newSbpOperationId() } : {}),
    },
    method: keepMethod(bank, payment),
  };
  if (payment.capture) {
    if (payment.plannedTwin) takeMoneyAgain(bank, authorized);
    return takeMoney(bank, authorized, payment.amountMinor);
  }
  const waiting = save(bank, "authorized", {
    ...authorized,
    status: "waiting_for_capture",
    holdUntilMs: bank.book.now() + (rulesOf[kind].holdMs ?? 0),
  });
  notifyShop(bank, "payment.waiting_for_capture", waiting);
  return waiting;
}

function revocation(bank: Bank, payment: PaymentRecord): Decline | undefined {
  const revoked = bank.book.methods.get(payment.method.id)?.revoked === true;
  return revoked ? { party: "payment_network", reason: "permission_revoked" } : undefined;
}

function keepMethod(bank: Bank, payment: PaymentRecord): PaymentMethodOfPayment {
  const { id, saved } = payment.method;
  if (saved || !payment.saveMethod || !canBeKept(payment.method)) return payment.method;
  const record: MethodRecord = {
    kind: "payment_method",
    id,
    type: kindOf(payment.method),
    ...instrumentOf(payment.method),
    serial: bank.book.nextSerial(),
    status: "active",
    createdAtMs: bank.book.now(),
    revoked: false,
    metadata: {},
    gatewayId: payment.gatewayId,
    ...(payment.customerId === undefined ? {} : { customerId: payment.customerId }),
  };
  bank.book.record({ kind: "method", change: "saved by a payment", record });
  return { ...payment.method, saved: true };
}

function takeMoney(bank: Bank, payment: PaymentRecord, amountMinor: number): PaymentRecord {
  const now = bank.book.now();
  const succeeded = save(bank, "succeeded", {
    ...payment,
    status: "succeeded",
    amountMinor,
    capturedAtMs: now,
  });
  const chargeId = payment.metadata.charge_id;
  bank.book.record({
    kind: "debit",
    paymentId: payment.id,
    amountMinor,
    atMs: now,
    last4: payment.method.card?.last4 ?? "",
    paidBy: kindOf(payment.method),
    ...(chargeId === undefined ? {} : { chargeId }),
  });
  notifyShop(bank, "payment.succeeded", succeeded);
  return succeeded;
}

/** The deliberate bug: the same debt is taken once more, as a payment object that nobody asked for. */
function takeMoneyAgain(bank: Bank, payment: PaymentRecord): void {
  const { confirmation: _confirmation, plannedTwin: _planned, ...rest } = payment;
  const id = newObjectId(bank.book.now());
  takeMoney(bank, { ...rest, id, serial: bank.book.nextSerial() }, payment.amountMinor);
}

/** `POST /v3/payments/{id}/capture`, in full or in part; what is not captured goes back to the payer. */
export function capturePayment(bank: Bank, id: string, order: CapturePayment): PaymentRecord {
  const payment = findPayment(bank, id);
  if (payment.status !== "waiting_for_capture" || payment.held) {
    throw invalidRequest("Payment is not waiting for capture", "payment_id");
  }
  const amountMinor = order.amount ?? payment.amountMinor;
  if (amountMinor > payment.amountMinor) throw invalidRequest("Amount is above the held one", "amount.value");
  if (amountMinor < payment.amountMinor && !rulesOf[kindOf(payment.method)].partialCapture)
    throw invalidRequest("With this method all or nothing is captured", "amount.value");
  checkReceipt(order.receipt, amountMinor);
  const receipt = order.receipt === undefined ? {} : { receipt: order.receipt.sent };
  return takeMoney(bank, { ...payment, ...receipt }, amountMinor);
}

/** `POST /v3/payments/{id}/cancel`: gives a hold back. A `pending` payment cannot be cancelled by the shop. */
export function cancelHold(bank: Bank, id: string): PaymentRecord {
  const payment = findPayment(bank, id);
  if (payment.status !== "waiting_for_capture" || payment.held) {
    throw invalidRequest("Payment is not waiting for capture", "payment_id");
  }
  return cancelPayment(bank, payment, { party: "merchant", reason: "canceled_by_merchant" });
}

/** Ends a payment without money, with the reason that the shop will see. */
export function cancelPayment(bank: Bank, payment: PaymentRecord, cancellation: Decline): PaymentRecord {
  const { plannedDecline: _planned, ...rest } = payment;
  const canceled = save(bank, "canceled", { ...rest, status: "canceled", cancellation });
  notifyShop(bank, "payment.canceled", canceled);
  return canceled;
}

/** Stores a payment as it is now. */
export function save(bank: Bank, change: string, record: PaymentRecord): PaymentRecord {
  bank.book.record({ kind: "payment", change, record });
  return record;
}
