import { createHmac } from "node:crypto";
import type { Book } from "./book.ts";

/** What every operation of the bank works with: its memory, the shop's account, where its pages are. */
export interface Bank {
  readonly book: Book;
  readonly shopId: string;
  readonly secretKey: string;
  /** The address of the running server, without a path. */
  readonly origin: () => string;
  /** Aborted when the bank shuts: nobody may wait in it any longer. */
  readonly closing: AbortSignal;
}

/**
 * A hash that only somebody with the shop's secret can make. Bodies may hold a card number, and a plain hash of one
 * can be reversed by trying all numbers; the secret is never on the bank's disk.
 */
export function keyedHash(bank: Bank, bytes: string | Uint8Array): string {
  return createHmac("sha256", `bank:${bank.secretKey}`).update(bytes).digest("hex");
}
