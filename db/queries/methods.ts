import { type Kysely, sql } from "kysely";
import type { Currency } from "../../domain/money.ts";
import type { MethodState } from "../../domain/method.ts";
import type { ChargeState } from "../../domain/payment.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";

/** A saved way to pay; `confirmation` is sealed with the method's id. */
export type MethodRow = {
  readonly id: string;
  readonly gateway: string;
  readonly state: MethodState;
  readonly state_reason: string | null;
  readonly binding_object_id: string | null;
  readonly confirmation: Buffer | null;
  readonly confirm_by: string | null;
  readonly kind: string;
  readonly title: string | null;
  readonly brand: string | null;
  readonly last4: string | null;
  readonly expiry_month: number | null;
  readonly expiry_year: number | null;
  readonly return_path: string | null;
  readonly livemode: boolean;
  readonly created_at: string;
  /** Living mandates that name it. */
  readonly mandates: readonly string[];
};

type OwnMethod = { readonly residentId: string; readonly methodId: string };

const methodOf = (residentId: string) => sql`
  select t.id, t.gateway, t.state, t.state_reason, t.binding_object_id, t.confirmation, t.confirm_by, t.kind, t.title, t.brand, t.last4,
         t.expiry_month, t.expiry_year, t.return_path, t.livemode, t.created_at,
         coalesce((select jsonb_agg(m.id order by m.created_at, m.id) from mandates m
                    join mandate_versions v on v.mandate_id = m.id and v.version = m.version
                   where m.resident_id = t.resident_id and m.state in ('active', 'paused') and v.terms->'methods' ? t.id), '[]') as mandates
    from methods t where t.resident_id = ${residentId}`;

/** What a resident can pay with, and bindings that wait for them; oldest first. */
export async function listMethods(db: Database, residentId: string): Promise<readonly MethodRow[]> {
  const { rows } = await sql<MethodRow>`${methodOf(residentId)}
    and (t.state in ('active', 'unusable') or (t.state = 'binding' and t.confirm_by > business_now()))
    order by t.created_at, t.id`.execute(db);
  return rows;
}

/** One method of a resident, in any state. */
export async function findMethod(db: Database, own: OwnMethod): Promise<MethodRow | undefined> {
  const { rows } = await sql<MethodRow>`${methodOf(own.residentId)} and t.id = ${own.methodId}`.execute(db);
  return rows[0];
}

type SomeMethods = { readonly residentId: string; readonly methodIds: readonly string[] };
type MethodKinds = ReadonlyMap<string, { readonly kind: string }>;

function activeMethods(db: Kysely<DB>, { residentId, methodIds }: SomeMethods) {
  return db
    .selectFrom("methods")
    .select(["id", "kind"])
    .where("resident_id", "=", residentId)
    .where("id", "in", [...methodIds])
    .where("state", "=", "active")
    .orderBy("id");
}

/** Which of these methods the resident may be charged with now; the gate asks again before the charge. */
export async function readActiveMethods(db: Kysely<DB>, some: SomeMethods): Promise<MethodKinds> {
  const rows = await activeMethods(db, some).execute();
  return new Map(rows.map(({ id, kind }) => [id, { kind }]));
}

/** The same, and they stay active until the transaction ends. Only behind a mandate's lock, as the order of locks wants it. */
export async function lockActiveMethods(transaction: Kysely<DB>, some: SomeMethods): Promise<MethodKinds> {
  const rows = await activeMethods(transaction, some).forShare().execute();
  return new Map(rows.map(({ id, kind }) => [id, { kind }]));
}

/** Writes the row of a binding before the gateway hears of it; answers its id. */
export async function beginBinding(
  transaction: Kysely<DB>,
  binding: { readonly residentId: string; readonly gateway: string; readonly returnPath: string | null },
): Promise<string> {
  const { id } = await transaction
    .insertInto("methods")
    .columns(["resident_id", "gateway", "state", "return_path", "livemode"])
    .expression((build) =>
      build
        .selectFrom("deployment")
        .select([
          sql<string>`${binding.residentId}`.as("resident_id"),
          sql<string>`${binding.gateway}`.as("gateway"),
          sql<string>`'binding'`.as("state"),
          sql<string | null>`${binding.returnPath}::text`.as("return_path"),
          "livemode",
        ]),
    )
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** Keeps what the gateway named: its object, and where the payer goes (sealed with the method's id). */
export async function keepConfirmation(
  db: Database,
  binding: {
    readonly methodId: string;
    readonly objectId: string;
    readonly confirmation: Buffer;
    readonly confirmBy: string;
  },
): Promise<void> {
  await db
    .updateTable("methods")
    .set({
      binding_object_id: binding.objectId,
      confirmation: binding.confirmation,
      confirm_by: binding.confirmBy,
    })
    .where("id", "=", binding.methodId)
    .where("state", "=", "binding")
    .execute();
}

/** What became of a binding: a card that may be charged (token sealed with the method's id). */
export type BoundMethod = {
  readonly methodId: string;
  readonly objectId: string;
  readonly token: Buffer;
  readonly kind: string;
  readonly title: string;
  readonly brand: string | null;
  readonly last4: string | null;
  readonly expiryMonth: number | null;
  readonly expiryYear: number | null;
  readonly cardKey: string | null;
};

/** The gateway shows the method as saved: it may be charged from now on, and its owner is told. Once. */
export async function activateMethod(transaction: Kysely<DB>, bound: BoundMethod): Promise<void> {
  const row = await transaction
    .updateTable("methods")
    .set({
      state: "active",
      binding_object_id: bound.objectId,
      confirmation: null,
      confirm_by: null,
      token: bound.token,
      kind: bound.kind,
      title: bound.title,
      brand: bound.brand,
      last4: bound.last4,
      expiry_month: bound.expiryMonth,
      expiry_year: bound.expiryYear,
      card_key: bound.cardKey,
      version: sql<number>`version + 1`,
    })
    .where("id", "=", bound.methodId)
    .where("state", "=", "binding")
    .returning(["id", "resident_id"])
    .executeTakeFirst();
  if (!row) return;
  await transaction
    .insertInto("audit")
    .values({ actor: row.resident_id, action: "method.bound", subject: row.id })
    .execute();
  await sql`select tell_resident('card-bound', ${row.resident_id}, ${`card-bound/${row.id}`}, ${row.id},
    jsonb_build_object('method', ${bound.title}::text), false)`.execute(transaction);
}

/** The gateway will never save this method. */
export async function failBinding(db: Database, methodId: string): Promise<void> {
  await db
    .updateTable("methods")
    .set({
      state: "withdrawn",
      state_reason: "binding-failed",
      confirmation: null,
      confirm_by: null,
      withdrawn_at: sql<string>`business_now()`,
      version: sql<number>`version + 1`,
    })
    .where("id", "=", methodId)
    .where("state", "=", "binding")
    .execute();
}

/** A charge under way, as the stop functions list it. */
export type InFlightRow = {
  readonly payment: string;
  readonly charge: string;
  readonly amount: { readonly amountMinor: number; readonly currency: Currency };
  readonly payee: string;
  readonly method: string | null;
  readonly sentAt: string;
  readonly state: ChargeState;
  readonly next: string | null;
};

export type WithdrawAnswer = {
  readonly methodId: string;
  readonly stoppedAt: string;
  readonly inFlight: readonly InFlightRow[];
  readonly mandates: readonly string[];
};

/** Withdraws a method: a stop. Null: the resident has no such method. One call, one transaction of its own. */
export async function withdrawMethod(db: Database, own: OwnMethod): Promise<WithdrawAnswer | null> {
  const { rows } = await sql<{ answer: WithdrawAnswer | null }>`
    select withdraw_method(${own.methodId}, ${own.residentId}) as answer`.execute(db);
  return rows[0]?.answer ?? null;
}
