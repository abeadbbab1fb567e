import { sql } from "kysely";
import type { Database } from "../database.ts";

/** A saved method as a look at it needs it; `token` is sealed with the method's id. */
export type LookedMethod = {
  readonly id: string;
  readonly residentId: string;
  readonly gateway: string;
  readonly state: "active" | "unusable";
  readonly stateReason: string | null;
  readonly token: Buffer;
  readonly version: number;
};

/** Undefined: it is bound still, withdrawn, or nobody's. */
export async function readLookedMethod(db: Database, methodId: string): Promise<LookedMethod | undefined> {
  const { rows } = await sql<LookedMethod>`
    select id, resident_id as "residentId", gateway, state, state_reason as "stateReason", token, version from methods
    where id = ${methodId} and state in ('active', 'unusable') and token is not null`.execute(db);
  return rows[0];
}

/** What a look at a saved method showed. */
export type SeenState =
  | { readonly shows: "unlinked" | "permission-withdrawn" | "inactive" }
  | {
      readonly shows: "usable";
      /** It was unusable for a reason that ends with the card itself. */
      readonly revives: boolean;
      readonly card: {
        readonly title: string;
        readonly brand: string | null;
        readonly last4: string | null;
        readonly expiryMonth: number | null;
        readonly expiryYear: number | null;
        readonly cardKey: string | null;
      };
    };

/** Keeps what was seen (db/migrations/0031-saved-methods-news.sql). `again`: the row has moved on since it was read. */
export async function seeMethod(
  db: Database,
  seen: { readonly methodId: string; readonly version: number } & SeenState,
): Promise<"again" | "same" | "renewed" | "gone"> {
  const { methodId, ...shown } = seen;
  const { rows } = await sql<{ answer: "again" | "same" | "renewed" | "gone" }>`
    select see_method(${methodId}, ${JSON.stringify(shown)}::jsonb) as answer`.execute(db);
  return rows[0]?.answer ?? "same";
}

/** Methods with a token that were saved before their gateway's name of them was kept; at most so many. */
export async function listUnnamedMethods(
  db: Database,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly Pick<LookedMethod, "id" | "gateway" | "token">[]> {
  const { rows } = await sql<Pick<LookedMethod, "id" | "gateway" | "token">>`
    select id, gateway, token from methods where gateway_key is null and token is not null and id > ${page.after}
    order by id limit ${page.limit}`.execute(db);
  return rows;
}

/** Keeps the keyed hash of a method's name. Where the binding has the same name that goes: it is the token. */
export async function nameMethod(
  db: Database,
  named: { readonly methodId: string; readonly name: string; readonly gatewayKey: string },
): Promise<void> {
  await sql`update methods set gateway_key = ${named.gatewayKey}, binding_object_id = nullif(binding_object_id, ${named.name})
    where id = ${named.methodId} and gateway_key is null and token is not null`.execute(db);
}
