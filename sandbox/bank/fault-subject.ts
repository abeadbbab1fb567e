import { minorFromDecimal } from "./amounts.ts";
import type { Bank } from "./bank.ts";
import type { FaultSubject, Operation } from "./fault-order.ts";

interface Seen {
  readonly operation: Operation;
  /** The id in the path. */
  readonly id?: string;
  /** The body, if it was JSON. */
  readonly body: unknown;
}

/** What faults may be tied to: read leniently, because a fault may strike before anything is checked. */
export function subjectOf(bank: Bank, seen: Seen): FaultSubject {
  const order = asRecord(seen.body);
  const paymentId = seen.id ?? asText(order.payment_id);
  const known = paymentId === undefined ? undefined : bank.book.payments.get(paymentId);
  const metadata = known?.metadata ?? textsOf(order.metadata);
  const amount = asText(asRecord(order.amount).value);
  const amountMinor = amount === undefined ? known?.amountMinor : decimalOrNothing(amount);
  const methodId = asText(order.payment_method_id);
  return {
    operation: seen.operation,
    metadata,
    ...(metadata.charge_id === undefined ? {} : { chargeId: metadata.charge_id }),
    ...(paymentId === undefined ? {} : { paymentId }),
    ...(methodId === undefined ? {} : { paymentMethodId: methodId }),
    ...(amountMinor === undefined ? {} : { amountMinor }),
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function textsOf(value: unknown): Record<string, string> {
  const texts = Object.entries(asRecord(value)).filter(
    (pair): pair is [string, string] => typeof pair[1] === "string",
  );
  return Object.fromEntries(texts);
}

function decimalOrNothing(value: string): number | undefined {
  return /^\d{1,12}(\.\d{1,2})?$/.test(value) ? minorFromDecimal(value) : undefined;
}
