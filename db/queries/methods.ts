import { type Kysely, sql } from "kysely";
import type { MethodKind, MethodUse, Wallet } from "../../domain/capability-matrix.ts";
import type { MethodState, SavedMethod, Taker } from "../../domain/method.ts";
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
  readonly wallet: Wallet | null;
  readonly uses: readonly MethodUse[];
  readonly title: string | null;
  readonly brand: string | null;
  readonly last4: string | null;
  readonly expiry_month: number | null;
  readonly expiry_year: number | null;
  readonly return_path: string | null;
  readonly livemode: boolean;
  readonly created_at: string;
  /** The first of its owner's usable methods. */
  readonly is_default: boolean;
  /** Living mandates that name it. */
  readonly mandates: readonly string[];
};

type OwnMethod = { readonly residentId: string; readonly methodId: string };

/** The owner's order: what they have put in order, then the others by age. */
const OWN_ORDER = sql`t.place nulls last, t.created_at, t.id`;

const methodOf = (residentId: string) => sql`
  select t.id, t.gateway, t.state, t.state_reason, t.binding_object_id, t.confirmation, t.confirm_by, t.kind, t.wallet, t.uses,
         t.title, t.brand, t.last4, t.expiry_month, t.expiry_year, t.return_path, t.livemode, t.created_at,
         t.id is not distinct from (select d.id from methods d where d.resident_id = t.resident_id and d.state = 'active'
           order by d.place nulls last, d.created_at, d.id limit 1) as is_default,
         coalesce((select jsonb_agg(m.id order by m.created_at, m.id) from mandates m
                    join mandate_versions v on v.mandate_id = m.id and v.version = m.version
                   where m.resident_id = t.resident_id and m.state in ('active', 'paused') and v.terms->'methods' ? t.id), '[]') as mandates
    from methods t where t.resident_id = ${residentId}`;

/** What a resident can pay with, and bindings that wait for them, in their own order: the default first. */
export async function listMethods(db: Database, residentId: string): Promise<readonly MethodRow[]> {
  const { rows } = await sql<MethodRow>`${methodOf(residentId)}
    and (t.state in ('active', 'unusable') or (t.state = 'binding' and t.confirm_by > business_now()))
    order by ${OWN_ORDER}`.execute(db);
  return rows;
}

/** One method of a resident, in any state. The binding of a card that was bound before leads to that card's method. */
export async function findMethod(db: Database, own: OwnMethod): Promise<MethodRow | undefined> {
  const { rows } =
    await sql<MethodRow>`${methodOf(own.residentId)} and t.id = coalesce((select j.joined_to from methods j
    where j.id = ${own.methodId} and j.resident_id = ${own.residentId}), ${own.methodId})`.execute(db);
  return rows[0];
}

type SomeMethods = { readonly residentId: string; readonly methodIds: readonly string[] };
type SavedMethods = ReadonlyMap<string, SavedMethod>;

function activeMethods(db: Kysely<DB>, { residentId, methodIds }: SomeMethods) {
  return db
    .selectFrom("methods")
    .select(["id", "gateway", "kind", "wallet", "uses"])
    .where("resident_id", "=", residentId)
    .where("id", "in", [...methodIds])
    .where("state", "=", "active")
    .orderBy("id");
}

function byId(
  rows: readonly (Omit<SavedMethod, "uses"> & { readonly id: string; readonly uses: readonly string[] })[],
): SavedMethods {
  return new Map(rows.map(({ id, uses, ...row }) => [id, { ...row, uses: uses as readonly MethodUse[] }]));
}

/** Which of these methods the resident may be charged with now; the gate asks again before the charge. */
export async function readActiveMethods(db: Kysely<DB>, some: SomeMethods): Promise<SavedMethods> {
  return byId(await activeMethods(db, some).execute());
}

/** The same, and they stay active until the transaction ends. Only behind a mandate's lock, as the order of locks wants it. */
export async function lockActiveMethods(transaction: Kysely<DB>, some: SomeMethods): Promise<SavedMethods> {
  return byId(await activeMethods(transaction, some).forShare().execute());
}

/** What a biller takes; undefined: there is no such biller. */
export async function readTaker(db: Kysely<DB>, billerId: string): Promise<Taker | undefined> {
  return db
    .selectFrom("billers")
    .select(["gateway", "section", "allowed_methods as allowedMethods"])
    .where("id", "=", billerId)
    .executeTakeFirst();
}

/**
 * Puts a resident's methods in order: those that are named first and in this order, the others behind them as they were. Ids that are not theirs change
 * nothing. Answers whether every id was a living method of theirs.
 */
export async function orderMethods(
  transaction: Kysely<DB>,
  { residentId, methodIds }: SomeMethods,
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    with wish as (select id, n from unnest(${[...methodIds]}::text[]) with ordinality w(id, n)),
    ranked as (select t.id, row_number() over (order by w.n nulls last, ${OWN_ORDER})::int as place, w.id is not null as named
      from methods t left join wish w on w.id = t.id where t.resident_id = ${residentId} and t.state in ('active', 'unusable')),
    moved as (update methods t set place = r.place from ranked r where r.id = t.id and t.place is distinct from r.place returning 1)
    select id from ranked where named`.execute(transaction);
  return rows.length === new Set(methodIds).size;
}

/** A binding before the gateway hears of it. */
export type NewBinding = {
  readonly residentId: string;
  readonly gateway: string;
  readonly kind: MethodKind;
  readonly wallet: Wallet | null;
  readonly uses: readonly MethodUse[];
  readonly returnPath: string | null;
};

/** Writes the row of a binding before the gateway hears of it; answers its id. A wallet's token is not in it, and nowhere else. */
export async function beginBinding(transaction: Kysely<DB>, binding: NewBinding): Promise<string> {
  const { residentId, gateway, kind, wallet, uses, returnPath } = binding;
  const { rows } = await sql<{ id: string }>`
    insert into methods (resident_id, gateway, state, kind, wallet, uses, return_path, livemode)
    select ${residentId}, ${gateway}, 'binding', ${kind}, ${wallet}, ${[...uses]}::text[], ${returnPath}, livemode from deployment
    returning id`.execute(transaction);
  const [row] = rows;
  if (!row) throw new Error("the deployment has no row");
  return row.id;
}

/** Keeps what the gateway named: its object, and where the payer goes (sealed with the method's id). */
export async function keepConfirmation(
  db: Database,
  binding: {
    readonly methodId: string;
    readonly objectId: string;
    readonly gatewayKey: string;
    readonly confirmation: Buffer;
    readonly confirmBy: string;
  },
): Promise<void> {
  await db
    .updateTable("methods")
    .set({
      binding_object_id: binding.objectId,
      gateway_key: binding.gatewayKey,
      confirmation: binding.confirmation,
      confirm_by: binding.confirmBy,
    })
    .where("id", "=", binding.methodId)
    .where("state", "=", "binding")
    .execute();
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
