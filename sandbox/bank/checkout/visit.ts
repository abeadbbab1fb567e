import type { Bank } from "../bank.ts";
import { takeFault } from "../faults.ts";
import { isKnown } from "../instruments.ts";
import { bind, endBinding, saveMethod } from "../payment-methods.ts";
import { cancelPayment, execute, save } from "../payments.ts";
import type { Card, Confirmation, Decline, MethodRecord, PaymentRecord } from "../records.ts";
import { asksThreeDSecure } from "../test-cards.ts";

/** The one-time code of this pretend issuer. */
export const demonstrationCode = "123456";
/** After so many wrong codes the issuer gives up. */
const mostWrongCodes = 3;

const challengeFailed: Decline = { party: "payment_network", reason: "3d_secure_failed" };
/** The manual names no reason of its own for a payer who refuses outside of the card pages. */
const refusedByPayer: Decline = { party: "payment_network", reason: "general_decline" };

/** A payment or a binding that a payer can visit. */
export type Visited = PaymentRecord | MethodRecord;

/** What the payer gave on the card page. */
export interface CardChoice {
  readonly card: Card;
  /** The id of a saved method, when one was picked. */
  readonly methodId?: string;
  readonly remember: boolean;
}

/** True while the payer still has something to do. */
export function isOpen(record: Visited): boolean {
  const executed = record.kind === "payment" && record.authorization !== undefined;
  return record.status === "pending" && record.confirmation !== undefined && !executed;
}

/** Questions that wait for an answer on this phone, the newest first. */
export function messagesOf(bank: Bank, phone: string): PaymentRecord[] {
  const { payments, unfinished } = bank.book;
  return [...unfinished]
    .flatMap((id) => payments.get(id) ?? [])
    .filter((payment) => payment.method.phone === phone && isOpen(payment))
    .toReversed();
}

/** Saved cards that the shop's customer may pay with here. */
export function savedCardsOf(bank: Bank, record: Visited): MethodRecord[] {
  if (record.kind !== "payment" || record.customerId === undefined) return [];
  return [...bank.book.methods.values()].filter(
    (method) => method.status === "active" && method.card && method.customerId === record.customerId,
  );
}

/** The payer has chosen a card: the next step is the issuer's challenge, or the end. */
export function chooseCard(bank: Bank, record: Visited, choice: CardChoice): void {
  const { confirmation } = record;
  if (!confirmation) throw new Error("nothing to confirm");
  const challenged = confirmation.enforce || asksThreeDSecure(choice.card);
  const next: Confirmation = { ...confirmation, step: challenged ? "challenge" : confirmation.step };
  bank.book.transact(() => {
    const chosen =
      record.kind === "payment"
        ? save(bank, "card chosen", withCard({ ...record, confirmation: next }, choice))
        : saveMethod(bank, "card chosen", { ...record, card: choice.card, confirmation: next });
    if (!challenged) finish(bank, chosen, false);
  });
}

function withCard(payment: PaymentRecord, choice: CardChoice): PaymentRecord {
  const method =
    choice.methodId === undefined
      ? { id: payment.id, saved: false, card: choice.card }
      : { id: choice.methodId, saved: true, card: choice.card };
  return { ...payment, method, saveMethod: payment.saveMethod || choice.remember };
}

/** The payer has answered the challenge. Returns false when the code was wrong and may be tried again. */
export function answerChallenge(bank: Bank, record: Visited, answer: { code: string } | "refuse"): boolean {
  return bank.book.transact(() => {
    if (answer !== "refuse" && answer.code === demonstrationCode) {
      finish(bank, record, true);
      return true;
    }
    const { confirmation } = record;
    if (!confirmation) throw new Error("nothing to confirm");
    const wrongCodes = confirmation.wrongCodes + 1;
    if (answer === "refuse" || wrongCodes >= mostWrongCodes) {
      if (record.kind === "payment") cancelPayment(bank, record, challengeFailed);
      else endBinding(bank, record, challengeFailed);
      return true;
    }
    const next = { ...confirmation, wrongCodes };
    if (record.kind === "payment") save(bank, "wrong code", { ...record, confirmation: next });
    else saveMethod(bank, "wrong code", { ...record, confirmation: next });
    return false;
  });
}

/** What the payer decided outside of the card pages: which account pays and whether it is remembered, or nothing at all. */
export type Agreement = { readonly account?: string; readonly remember?: boolean } | "refuse";

/** The payer has answered in their bank's app, their wallet or by a message: the end, either way. */
export function answerAgreement(bank: Bank, record: Visited, answer: Agreement): void {
  bank.book.transact(() => {
    if (answer === "refuse") {
      if (record.kind === "payment") cancelPayment(bank, record, refusedByPayer);
      else endBinding(bank, record, refusedByPayer);
      return;
    }
    const { account, remember } = answer;
    const chosen = account === undefined ? {} : { account };
    if (record.kind === "payment_method") finish(bank, { ...record, ...chosen }, false);
    else {
      const method = { ...record.method, ...chosen };
      finish(bank, { ...record, method, saveMethod: record.saveMethod || remember === true }, false);
    }
  });
}

function finish(bank: Bank, record: Visited, threeDSecure: boolean): void {
  const chargeId = record.metadata.charge_id;
  const fault = takeFault(bank.book, "outcome", {
    operation: "confirm",
    metadata: record.metadata,
    ...(record.kind === "payment"
      ? { paymentId: record.id, amountMinor: record.amountMinor, paymentMethodId: record.method.id }
      : { paymentMethodId: record.id }),
    ...(chargeId === undefined ? {} : { chargeId }),
  });
  const declined = fault?.kind === "decline" ? { party: fault.party, reason: fault.reason } : undefined;
  if (record.kind === "payment_method") {
    if (!isKnown(record)) throw new Error("a binding of nothing");
    bind(bank, declined ? { ...record, plannedDecline: declined } : record, {});
    return;
  }
  const planned: PaymentRecord = {
    ...record,
    held: record.held || fault?.kind === "hold",
    ...(fault?.kind === "double-debit" ? { plannedTwin: true } : {}),
  };
  execute(bank, planned, { threeDSecure, ...(declined ? { declined } : {}) });
}
