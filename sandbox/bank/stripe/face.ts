import { randomInt } from "node:crypto";
import type { Bank } from "../bank.ts";
import type { Born, StripeRecord } from "./records.ts";
import type { Shelf } from "./shelf.ts";

/** How the bank is to look as Stripe. */
export interface StripeOptions {
  /** `sk_test_…` */
  readonly secretKey: string;
  /** `acct_…` */
  readonly account: string;
  /** `whsec_…`: the whole text is the key of the signatures. */
  readonly webhookSecret: string;
  /** Where events go; empty: nowhere until the control interface says so. */
  readonly webhookUrl: string;
}

/** What every operation of the Stripe face works with. */
export interface Face {
  readonly bank: Bank;
  readonly shelf: Shelf;
  readonly options: StripeOptions;
}

/** The bank's business time in whole seconds. */
export function seconds(face: Face): number {
  return Math.floor(face.bank.book.now() / 1000);
}

/** Id, place in the order and time of a new object. */
export function born(face: Face, prefix: string): Born {
  return { id: newId(prefix), serial: face.shelf.nextSerial(), created: seconds(face) };
}

/** Stores a record as it is now. */
export function save<Kept extends StripeRecord>(face: Face, change: string, record: Kept): Kept {
  face.bank.book.record({ kind: "stripe", what: "object", change, record });
  return record;
}

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** An unguessable id in the vendor's shape: prefix and 24 letters or digits. */
export function newId(prefix: string): string {
  let tail = "";
  while (tail.length < 24) tail += letters[randomInt(letters.length)];
  return `${prefix}_${tail}`;
}
