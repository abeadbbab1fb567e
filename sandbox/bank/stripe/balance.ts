import { type Face, born, save } from "./face.ts";
import type { BalanceTransactionRecord, Born } from "./records.ts";

/** The merchant's fee for a charge: 2.9 % rounded to the nearest unit, and 30 units. */
export function feeOf(amount: number): number {
  return Math.round((amount * 29) / 1000) + 30;
}

/** Writes a movement of the merchant's balance. */
export function bookBalance(
  face: Face,
  entry: Omit<BalanceTransactionRecord, keyof Born | "object">,
): BalanceTransactionRecord {
  return save(face, "booked", { ...born(face, "txn"), object: "balance_transaction", ...entry });
}
