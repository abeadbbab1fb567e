import { sql } from "kysely";
import type { Database } from "../../db/database.ts";
import type { MethodKind } from "../../domain/capability-matrix.ts";
import { hash, payee } from "./rows-payee.ts";

/** Stops a mandate as its owner, or the engine, does. */
export async function stopMandate(
  db: Database,
  stop: {
    readonly mandateId: string;
    readonly kind: "cancel" | "pause";
    readonly until?: string;
    readonly by?: "payer" | "system" | "operator";
  },
): Promise<{ readonly inFlight: readonly { readonly payment: string; readonly state: string }[] }> {
  const { rows } = await sql<{ answer: { inFlight: { payment: string; state: string }[] } }>`
    select stop_mandate(${stop.mandateId}, null, ${stop.kind}, ${stop.until ?? null}, null, ${stop.by ?? "payer"}) as answer`.execute(
    db,
  );
  const [row] = rows;
  if (!row) throw new Error("stop_mandate answered nothing");
  return row.answer;
}

export async function resumeMandate(db: Database, mandateId: string): Promise<void> {
  await sql`select resume_mandate(${mandateId}, null, 'payer')`.execute(db);
}

export async function skipPayment(db: Database, paymentId: string, residentId: string): Promise<void> {
  await sql`select skip_payment(${paymentId}, ${residentId})`.execute(db);
}

export async function withdrawMethod(db: Database, methodId: string, residentId: string): Promise<void> {
  await sql`select withdraw_method(${methodId}, ${residentId})`.execute(db);
}

/** A person tells us to pay a bill now. */
export async function payNow(
  db: Database,
  order: {
    readonly billId: string;
    readonly residentId: string;
    readonly methodId?: string;
    /** What is taken for this payment only, where no method is named. */
    readonly kind?: MethodKind;
    readonly amountMinor?: number;
    /** Of the payee that the payer was shown; the usual one where absent. */
    readonly payeeHash?: string;
    /** The payer knows that it was paid and given back. */
    readonly again?: boolean;
  },
): Promise<{ readonly paymentId?: string; readonly refused?: string }> {
  const command = {
    billId: order.billId,
    residentId: order.residentId,
    methodId: order.methodId ?? null,
    ...(order.kind === undefined ? {} : { kind: order.kind }),
    again: order.again ?? false,
    amountMinor: order.amountMinor ?? 512_345,
    payeeHash: order.payeeHash ?? hash(payee),
    route: "manual",
    channel: "page",
    signIn: "oidc",
    ip: "127.0.0.1",
  };
  const { rows } = await sql<{ answer: { paymentId?: string; refused?: string } }>`
    select pay_now(${JSON.stringify(command)}::jsonb) as answer`.execute(db);
  return rows[0]?.answer ?? {};
}

/** The payer meets the need of a waiting payment. */
export async function confirmPayment(
  db: Database,
  order: {
    readonly paymentId: string;
    readonly residentId: string;
    readonly methodId?: string;
    readonly amountMinor?: number;
    readonly payeeHash?: string;
  },
): Promise<{ readonly state?: string; readonly refused?: string }> {
  const command = {
    methodId: order.methodId ?? null,
    amountMinor: order.amountMinor ?? 512_345,
    payeeHash: order.payeeHash ?? hash(payee),
    signIn: "oidc",
    ip: "127.0.0.1",
  };
  const { rows } = await sql<{ answer: { state?: string; refused?: string } }>`
    select confirm_payment(${order.paymentId}, ${order.residentId}, ${JSON.stringify(command)}::jsonb) as answer`.execute(
    db,
  );
  return rows[0]?.answer ?? {};
}
