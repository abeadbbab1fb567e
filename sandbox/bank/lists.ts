import { invalidRequest } from "./api-error.ts";
import type { Bank } from "./bank.ts";
import { kindOf, methodKinds } from "./method-kinds.ts";
import type { PaymentRecord, RefundRecord } from "./records.ts";
import { shownStatus, toWire } from "./wire.ts";

/** Query parameters as they came. */
export type ListQuery = Readonly<Record<string, string>>;

interface Row {
  readonly createdAtMs: number;
  readonly serial: number;
}

/** `GET /v3/payments`: newest first, by time of creation and of capture, status and kind of method. */
export function listPayments(bank: Bank, query: ListQuery): unknown {
  const created = timeFilter(query, "created_at");
  const captured = timeFilter(query, "captured_at");
  const status = oneOf(query, "status", ["pending", "waiting_for_capture", "succeeded", "canceled"]);
  const method = oneOf(query, "payment_method", methodKinds);
  const rows = [...bank.book.payments.values()].filter(
    (payment: PaymentRecord) =>
      created(payment.createdAtMs) &&
      captured(payment.held ? undefined : payment.capturedAtMs) &&
      (status === undefined || shownStatus(payment) === status) &&
      (method === undefined || method === kindOf(payment.method)),
  );
  return page(bank, query, rows);
}

/** `GET /v3/refunds`: newest first, by time of creation, status and payment. */
export function listRefunds(bank: Bank, query: ListQuery): unknown {
  const created = timeFilter(query, "created_at");
  const status = oneOf(query, "status", ["pending", "succeeded", "canceled"]);
  const rows = [...bank.book.refunds.values()].filter(
    (refund: RefundRecord) =>
      created(refund.createdAtMs) &&
      (status === undefined || refund.status === status) &&
      (query.payment_id === undefined || refund.paymentId === query.payment_id),
  );
  return page(bank, query, rows);
}

function page(bank: Bank, query: ListQuery, rows: (PaymentRecord | RefundRecord)[]): unknown {
  const limit = readLimit(query.limit);
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
  const sorted = rows.sort(newestFirst);
  const rest = after ? sorted.filter((row) => newestFirst(after, row) < 0) : sorted;
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return {
    type: "list",
    items: items.map((row) => toWire(bank, row)),
    ...(last && rest.length > limit ? { next_cursor: writeCursor(last) } : {}),
  };
}

function newestFirst(a: Row, b: Row): number {
  return b.createdAtMs - a.createdAtMs || b.serial - a.serial;
}

function timeFilter(query: ListQuery, field: string): (ms: number | undefined) => boolean {
  const bound = (name: string): number | undefined => {
    const text = query[`${field}.${name}`];
    if (text === undefined) return undefined;
    const ms = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(ms)) throw invalidRequest("Invalid time", `${field}.${name}`);
    return ms;
  };
  const [gte, gt, lte, lt] = [bound("gte"), bound("gt"), bound("lte"), bound("lt")];
  if (gte === undefined && gt === undefined && lte === undefined && lt === undefined) return () => true;
  return (ms) =>
    ms !== undefined &&
    (gte === undefined || ms >= gte) &&
    (gt === undefined || ms > gt) &&
    (lte === undefined || ms <= lte) &&
    (lt === undefined || ms < lt);
}

function oneOf(query: ListQuery, name: string, allowed: readonly string[]): string | undefined {
  const value = query[name];
  if (value !== undefined && !allowed.includes(value)) throw invalidRequest("Unknown value", name);
  return value;
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return 10;
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > 100) throw invalidRequest("Limit must be from 1 to 100", "limit");
  return limit;
}

/** A cursor points at the last object given, so objects made meanwhile neither repeat nor hide anything. */
function writeCursor({ createdAtMs, serial }: Row): string {
  return Buffer.from(`${createdAtMs}.${serial}`).toString("base64url");
}

function readCursor(cursor: string): Row {
  const match = /^(\d+)\.(\d+)$/.exec(Buffer.from(cursor, "base64url").toString("latin1"));
  if (!match) throw invalidRequest("Invalid cursor", "cursor");
  return { createdAtMs: Number(match[1]), serial: Number(match[2]) };
}
