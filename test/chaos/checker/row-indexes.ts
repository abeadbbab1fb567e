import type { EngineRows } from "./engine-rows.ts";
import { grouped } from "./grouping.ts";

const byId = <Row extends { readonly id: string }>(rows: readonly Row[]) =>
  new Map(rows.map((row) => [row.id, row]));

/** The account at its biller that a bill is about. */
export const accountOf = (bill: { readonly biller_id: string; readonly account: string }): string =>
  `${bill.biller_id}/${bill.account}`;

/** Ways to rows by the name that others call them by: a run of tens of thousands of payments is never gone through once for each of them. */
export type RowIndexes = ReturnType<typeof indexRows>;

/** Makes the ways, once for a run. Lists are in the order of their rows. */
export function indexRows(rows: EngineRows) {
  const payments = byId(rows.payments);
  const mandateOf = (paymentId: string) => payments.get(paymentId)?.mandate_id ?? "";
  return {
    payments,
    charges: byId(rows.charges),
    bills: byId(rows.bills),
    billers: byId(rows.billers),
    mandates: byId(rows.mandates),
    notices: byId(rows.notices),
    instructions: byId(rows.instructions),
    residents: byId(rows.residents),
    notifications: byId(rows.notifications),
    // a push about the same notice carries nothing: only a letter's arrival counts
    noticeLetters: new Map(
      rows.notifications
        .filter(({ channel }) => channel === "email")
        .map((row) => [row.notice_id ?? "", row]),
    ),
    toldOf: grouped(rows.notifications, (row) => row.payment_id ?? ""),
    evidenceOf: grouped(rows.evidence, (row) => row.charge_id),
    auditOf: grouped(rows.audit, (row) => row.subject),
    billVersionsOf: grouped(rows.billVersions, (row) => row.bill_id),
    billsOfAccount: grouped(rows.bills, accountOf),
    billsNumbered: grouped(rows.bills, (row) => row.external_id ?? ""),
    paymentsOfBill: grouped(rows.payments, (row) => row.bill_id),
    chargesOf: grouped(rows.charges, (row) => row.payment_id),
    chargesOfMethod: grouped(rows.charges, (row) => row.method_id ?? ""),
    /** Of these the mandate is the reason: charges without the payer. */
    chargesOfMandate: grouped(
      rows.charges.filter(({ initiated_by }) => initiated_by === "mit"),
      (row) => mandateOf(row.payment_id),
    ),
    // only passes that let a request for money out
    passesOf: grouped(
      rows.passes.filter(({ kind }) => kind === "charge"),
      (row) => row.charge_id,
    ),
    versionsOf: grouped(rows.mandateVersions, (row) => row.mandate_id),
    refundsByObject: new Map(rows.refunds.map((row) => [row.object_id ?? "", row])),
    nudgesOfObject: grouped(rows.nudges, (row) => row.object_id),
    chargesOfObject: grouped(rows.charges, (row) => row.object_id ?? ""),
    nudgesOf: grouped(rows.nudges, (row) => row.event_id ?? ""),
    keysNamed: grouped(rows.keys, (row) => row.key),
    choicesOf: grouped(rows.choices, (row) => row.resident_id),
  };
}
