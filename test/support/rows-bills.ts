import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../../db/database.ts";
import { type ReceivedBill, receiveBill } from "../../db/queries/bills.ts";
import { debtKey } from "../../db/sealed.ts";
import { hash, payee } from "./rows-payee.ts";

/** Test key, not a secret: debts are named by it. */
const claimKey = Buffer.alloc(32, 3);

const usual = {
  billerId: "gorod-zhkh",
  source: "push",
  accountKey: null,
  uin: null,
  externalId: null,
  period: "2026-11",
  kind: "charge",
  version: 1,
  status: "issued",
  amountMinor: 512_345,
  currency: "RUB",
  discount: null,
  issuedOn: null,
  purpose: "Коммунальные услуги",
  payee,
  subjects: [],
  overpaid: false,
  acknowledgement: null,
  payments: [],
} as const;

export type PushedBill = Partial<ReceivedBill> & { readonly account: string };

/** Pushes a bill as the API does: due in three weeks, 5 123,45 ₽, version 1, unless said otherwise. */
export async function pushBill(db: Database, bill: PushedBill): ReturnType<typeof receiveBill> {
  const { delivery = randomUUID(), ...change } = bill;
  const { amountMinor: fullMinor } = { ...usual, ...bill };
  const said = { ...usual, fullMinor, dueOn: await inThreeWeeks(db), ...change };
  return receiveBill(db, {
    identityKey: debtKey(claimKey, [said.billerId, said.account, said.period, said.kind]),
    payeeHash: hash(said.payee),
    contentHash: hash(said),
    delivery,
    ...said,
  });
}

async function inThreeWeeks(db: Database): Promise<string> {
  const { rows } = await sql<{ day: string }>`select (business_now()::date + 21)::text as day`.execute(db);
  return rows[0]?.day ?? "";
}
