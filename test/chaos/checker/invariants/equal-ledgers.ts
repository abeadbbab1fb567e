import type { CaseFile } from "../case-file.ts";
import type { LedgerLine } from "../row-shapes.ts";
import { grouped } from "../grouping.ts";
import { Inquiry, type Outcome } from "../inquiry.ts";

/** Postings that tell of money taken: wanted, not wanted, and found. */
const TAKEN: readonly string[] = ["L1", "L5", "L11"];

/** I5: debits are credits, in every entry and every currency; the ledger and the bank's journal tell of the same money, row by row, with no orphan on either side. */
export function equalLedgers(file: CaseFile): Outcome {
  const inquiry = new Inquiry();
  judgeBalance(inquiry, file.rows.ledger);
  judgeTaken(file, inquiry);
  judgeReturned(file, inquiry);
  return inquiry.outcome();
}

function judgeBalance(inquiry: Inquiry, ledger: readonly LedgerLine[]): void {
  for (const [entry, lines] of grouped(ledger, (line) => `${line.transaction_id} ${line.currency}`)) {
    const left = lines.reduce((sum, line) => sum + line.debit_minor - line.credit_minor, 0);
    inquiry.expect(left === 0, { about: `entry ${entry}`, words: `debits and credits differ by ${left}` });
  }
}

/** What an entry put on the gateway's account. */
function takenIn(lines: readonly LedgerLine[]): number {
  return lines
    .filter(({ account }) => account.startsWith("gateway:"))
    .reduce((sum, line) => sum + line.debit_minor - line.credit_minor, 0);
}

function judgeTaken(file: CaseFile, inquiry: Inquiry): void {
  const booked = grouped(
    file.rows.ledger.filter(({ kind }) => TAKEN.includes(kind)),
    ({ evidence_object }) => evidence_object,
  );
  const captures = file.bank.captures.filter((capture) => !capture.isReversed);
  const taken = grouped(captures, (capture) => capture.chargeId ?? capture.objectId);
  for (const chargeId of new Set([...booked.keys(), ...taken.keys()])) {
    const lines = booked.get(chargeId) ?? [];
    const ours = takenIn(lines);
    const banks = (taken.get(chargeId) ?? []).reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    const paymentId = file.by.charges.get(chargeId)?.payment_id;
    const currencies = new Set([
      ...lines.map(({ currency }) => currency),
      ...(taken.get(chargeId) ?? []).map(({ currency }) => currency),
    ]);
    inquiry.expect(ours === banks && currencies.size === 1, {
      about: chargeId,
      words: `the bank took ${banks}, the ledger says ${ours} (${[...currencies].join(", ")})`,
      ...(paymentId === undefined ? {} : { paymentId }),
    });
  }
  for (const charge of file.rows.charges) {
    const isTaken = taken.has(charge.id);
    if ((charge.state === "charged") !== isTaken) {
      inquiry.find({
        about: charge.id,
        words: `it is ${charge.state} here, the bank ${isTaken ? "took the money" : "took nothing"}`,
        paymentId: charge.payment_id,
      });
    }
  }
}

function judgeReturned(file: CaseFile, inquiry: Inquiry): void {
  const booked = grouped(
    file.rows.ledger.filter(({ kind }) => kind === "L7"),
    ({ evidence_object }) => evidence_object,
  );
  const seen = new Set<string>();
  for (const money of file.bank.returned) {
    const refund = file.by.refundsByObject.get(money.refundObjectId);
    seen.add(refund?.id ?? "");
    const ours = -takenIn(booked.get(refund?.id ?? "") ?? []);
    inquiry.expect(ours === money.amountMinor, {
      about: refund?.id ?? money.refundObjectId,
      words: `the bank gave ${money.amountMinor} back, the ledger says ${ours}`,
      ...(refund === undefined ? {} : { paymentId: refund.payment_id }),
    });
  }
  for (const refundId of booked.keys()) {
    if (!seen.has(refundId)) {
      inquiry.expect(false, { about: refundId, words: "the ledger says given back, the bank gave nothing" });
    }
  }
}
