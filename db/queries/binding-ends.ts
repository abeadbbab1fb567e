import { type Kysely, sql } from "kysely";
import type { Wallet } from "../../domain/capability-matrix.ts";
import type { NamedCard } from "../card-key.ts";
import type { DB } from "../generated/database.ts";

/** What became of a binding: a method that may be charged. */
export type BoundMethod = {
  readonly methodId: string;
  /** The gateway's name of the binding; null where it is the token, or where a charge was what saved it. */
  readonly objectId: string | null;
  /** Keyed hash of the gateway's name of the method. */
  readonly gatewayKey: string | null;
  /** Seals the token for the row that will hold it: the row's id is its associated data. */
  readonly sealToken: (methodId: string) => Buffer;
  readonly kind: string;
  /** The wallet that the gateway names; null: none, or what was asked for when it was bound. */
  readonly wallet: Wallet | null;
  readonly title: string;
  readonly brand: string | null;
  readonly last4: string | null;
  readonly expiryMonth: number | null;
  readonly expiryYear: number | null;
  /** The card's one budget of tries. */
  readonly cardKey: string | null;
  /** The key stands on the gateway's own name of the card: equal keys are one card. Brand, last four and expiry may be two. */
  readonly namedByGateway: boolean;
};

/** What a gateway shows of a method, as its row keeps it. */
export function boundMethod(
  shown: NamedCard & { readonly title: string; readonly wallet?: Wallet },
  sealToken: BoundMethod["sealToken"],
): Omit<BoundMethod, "methodId" | "objectId" | "gatewayKey" | "cardKey"> {
  return {
    sealToken,
    kind: shown.kind,
    wallet: shown.wallet ?? null,
    title: shown.title,
    brand: shown.brand ?? null,
    last4: shown.last4 ?? null,
    expiryMonth: shown.expiryMonth ?? null,
    expiryYear: shown.expiryYear ?? null,
    namedByGateway: shown.fingerprint !== undefined,
  };
}

/**
 * The gateway shows the method as saved: it may be charged from now on, and its owner is told. Once. A card that its owner had bound at this gateway before stays
 * one method: that row takes the new token and expiry, works again if it did not, and the binding's row leads to it. Only where the gateway itself says that it
 * is the same card, and the owner allowed for it now at least what they had allowed: a card bound for less stays a method of its own, and what was lost to
 * mandates is not brought back by it.
 */
export async function activateMethod(transaction: Kysely<DB>, bound: BoundMethod): Promise<void> {
  const own = await lockBinding(transaction, bound.methodId);
  if (!own) return;
  const twin = bound.namedByGateway ? await lockTwin(transaction, bound) : undefined;
  const target = twin?.id ?? bound.methodId;
  await transaction
    .updateTable("methods")
    .set({
      state: "active",
      state_reason: null,
      binding_object_id: bound.objectId,
      gateway_key: bound.gatewayKey,
      confirmation: null,
      confirm_by: null,
      token: bound.sealToken(target),
      kind: bound.kind,
      wallet: bound.wallet ?? own.wallet,
      title: bound.title,
      brand: bound.brand,
      last4: bound.last4,
      expiry_month: bound.expiryMonth,
      expiry_year: bound.expiryYear,
      expiry_told: null,
      card_key: bound.cardKey,
      // all that was consented to in this binding, which for a twin is no less than it had
      uses: own.uses,
      version: sql<number>`version + 1`,
    })
    .where("id", "=", target)
    .execute();
  if (twin) await joinBinding(transaction, { methodId: bound.methodId, joinedTo: twin.id });
  await transaction
    .insertInto("audit")
    .values({ actor: own.resident_id, action: twin ? "method.joined" : "method.bound", subject: target })
    .execute();
  await sql`select tell_resident('card-bound', ${own.resident_id}, ${`card-bound/${bound.methodId}`}, ${target},
    jsonb_build_object('method', ${bound.title}::text), false)`.execute(transaction);
}

/** One binding of a person ends at a time: two of the same card at once become one method. */
async function lockBinding(transaction: Kysely<DB>, methodId: string) {
  await sql`select pg_advisory_xact_lock(hashtextextended('bind/' || resident_id, 0)) from methods where id = ${methodId}`.execute(
    transaction,
  );
  return transaction
    .selectFrom("methods")
    .select(["id", "resident_id", "uses", "wallet"])
    .where("id", "=", methodId)
    .where("state", "=", "binding")
    .forUpdate()
    .executeTakeFirst();
}

async function lockTwin(transaction: Kysely<DB>, { methodId, cardKey, wallet }: BoundMethod) {
  const { rows } = await sql<{ id: string }>`
    select t.id from methods t join methods b on b.id = ${methodId}
     where t.resident_id = b.resident_id and t.gateway = b.gateway and t.livemode = b.livemode and t.card_key = ${cardKey}
       and t.wallet is not distinct from coalesce(${wallet}, b.wallet) and t.state in ('active', 'unusable')
       and t.uses <@ b.uses
     order by t.created_at, t.id limit 1 for update of t`.execute(transaction);
  return rows[0];
}

async function joinBinding(
  transaction: Kysely<DB>,
  { methodId, joinedTo }: { readonly methodId: string; readonly joinedTo: string },
): Promise<void> {
  await sql`update methods set state = 'withdrawn', state_reason = 'joined', joined_to = ${joinedTo}, confirmation = null,
      confirm_by = null, withdrawn_at = business_now(), withdrawn_clock = clock_timestamp(), version = version + 1
    where id = ${methodId}`.execute(transaction);
}

/** A row that waits for its method to be saved with a charge; undefined: it waits no longer. */
export async function readSaving(db: Kysely<DB>, methodId: string) {
  return db
    .selectFrom("methods")
    .select(["resident_id", "gateway", "kind"])
    .where("id", "=", methodId)
    .where("state", "=", "binding")
    .executeTakeFirst();
}
