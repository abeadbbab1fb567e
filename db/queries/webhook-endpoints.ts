import { type Kysely, sql } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";

/** An integrator's address, without its secrets. */
export type WebhookRow = {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  readonly types: readonly string[];
  readonly billerId: string | null;
  readonly state: "active" | "disabled";
  readonly why: string | null;
  readonly previousSecretUntil: string | null;
  readonly queued: number;
  readonly dead: number;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly changedAt: string;
};

const columns = sql`w.id, w.url, w.description, w.types, w.biller_id as "billerId", w.state, w.why,
  case when w.previous_until > business_now() then w.previous_until end as "previousSecretUntil",
  (select count(*)::int from webhook_deliveries d where d.endpoint_id = w.id and d.state = 'queued') as queued,
  (select count(*)::int from webhook_deliveries d where d.endpoint_id = w.id and d.state = 'dead') as dead,
  w.created_by as "createdBy", w.created_at as "createdAt", w.changed_at as "changedAt"`;

/** Makes an id for an endpoint: its secret is sealed for it before the row is written. */
export async function newWebhookId(db: Kysely<DB>): Promise<string> {
  const { rows } = await sql<{ id: string }>`select new_code() as id`.execute(db);
  return rows[0]?.id ?? "";
}

export async function createWebhook(
  transaction: Kysely<DB>,
  made: {
    readonly id: string;
    readonly url: string;
    readonly description: string;
    readonly types: readonly string[];
    readonly billerId: string | null;
    readonly secret: Buffer;
    readonly createdBy: string;
  },
): Promise<void> {
  const { id, url, description, billerId, secret, createdBy } = made;
  await transaction
    .insertInto("webhook_endpoints")
    .values({
      id,
      url,
      description,
      types: [...made.types],
      biller_id: billerId,
      secret,
      created_by: createdBy,
    })
    .execute();
  await audit(transaction, { actor: createdBy, action: "webhook.create", id });
}

export async function listWebhooks(
  db: Database,
  query: {
    readonly after?: { readonly createdAt: string; readonly id: string } | undefined;
    readonly limit: number;
  },
): Promise<readonly WebhookRow[]> {
  const after =
    query.after === undefined
      ? sql``
      : sql`where (whole_milliseconds(w.created_at), w.id) > (${query.after.createdAt}::timestamptz, ${query.after.id})`;
  const { rows } = await sql<WebhookRow>`
    select ${columns} from webhook_endpoints w ${after} order by whole_milliseconds(w.created_at), w.id limit ${query.limit}`.execute(
    db,
  );
  return rows;
}

export async function findWebhook(db: Kysely<DB>, id: string): Promise<WebhookRow | undefined> {
  const { rows } =
    await sql<WebhookRow>`select ${columns} from webhook_endpoints w where w.id = ${id}`.execute(db);
  return rows[0];
}

/** The sealed secret that signs now; for who repeats the command that made it. */
export async function readWebhookSecret(db: Database, id: string): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom("webhook_endpoints")
    .select("secret")
    .where("id", "=", id)
    .executeTakeFirst();
  return row?.secret;
}

/** Nothing more goes there; what was queued is cancelled and can be replayed. */
export async function disableWebhook(
  db: Database,
  order: { readonly id: string; readonly why: string; readonly by: string },
): Promise<void> {
  await sql`select disable_webhook(${order.id}, ${order.why}, ${order.by})`.execute(db);
}

/** Events go there again from now on; what was cancelled waits for a replay. */
export async function enableWebhook(
  db: Database,
  order: { readonly id: string; readonly by: string },
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ id: string }>`
      update webhook_endpoints set state = 'active', why = null, changed_at = business_now() where id = ${order.id} and state = 'disabled' returning id`.execute(
      transaction,
    );
    if (rows.length > 0)
      await audit(transaction, { actor: order.by, action: "webhook.enable", id: order.id });
  });
}

/** So long the secret before the newest signs beside it. */
const OVERLAP_HOURS = 24;

/** A new secret signs from now on; the one before it signs, too, for a day. */
export async function rotateWebhookSecret(
  transaction: Kysely<DB>,
  order: { readonly id: string; readonly secret: Buffer; readonly by: string },
): Promise<void> {
  await sql`update webhook_endpoints set previous_secret = secret, previous_until = business_now() + make_interval(hours => ${OVERLAP_HOURS}), secret = ${order.secret},
    changed_at = business_now() where id = ${order.id}`.execute(transaction);
  await audit(transaction, { actor: order.by, action: "webhook.rotate", id: order.id });
}

/** Sends an event that says nothing, to see whether it arrives; whatever types the endpoint wants. Answers the delivery. */
export async function sendTestWebhook(
  transaction: Kysely<DB>,
  order: { readonly id: string; readonly by: string },
): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    with made as (
      insert into webhook_events (type, object_kind, object_id, data)
        values ('webhook.test', 'endpoint', ${order.id}, jsonb_build_object('endpointId', ${order.id}::text)) returning seq),
    queued as (
      insert into webhook_deliveries (endpoint_id, event_seq, object_id, state) select ${order.id}, seq, ${order.id}, 'queued' from made returning id)
    select q.id from queued q, tell_workflow('start-webhook', ${order.id}::text || '/' || ${order.id}::text)`.execute(
    transaction,
  );
  await audit(transaction, { actor: order.by, action: "webhook.test", id: order.id });
  return rows[0]?.id ?? "";
}

async function audit(
  transaction: Kysely<DB>,
  entry: { readonly actor: string; readonly action: string; readonly id: string },
): Promise<void> {
  const { actor, action, id } = entry;
  await transaction.insertInto("audit").values({ actor, action, subject: id }).execute();
}
