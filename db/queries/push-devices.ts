import { timingSafeEqual } from "node:crypto";
import { type Kysely, sql } from "kysely";
import { z } from "zod";
import { MESSAGES_AN_HOUR } from "../../domain/notifications/verdict.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import { pushHash } from "../push-tokens.ts";
import type { Sealer } from "../sealed.ts";

/** Where a browser is reached, and the keys that messages for it are sealed with, base64url. */
export type PushAddress = { readonly endpoint: string; readonly p256dh: string; readonly auth: string };

/** A browser that a resident is told at. */
export type PushDeviceRow = {
  readonly id: string;
  /** What the browser says of itself; null where it says nothing. */
  readonly device: string | null;
  /** SHA-256 of its address, hex. */
  readonly endpointHash: string;
  readonly createdAt: string;
  /** When its push service last took a message. */
  readonly acceptedAt: string | null;
  /** When it last showed one. */
  readonly shownAt: string | null;
};

/** Keeps a browser of a resident's; the same one again is the same one. With more than ten, the one that was silent longest ends. Answers its id. */
export async function addPushDevice(
  db: Kysely<DB>,
  sealer: Pick<Sealer, "seal">,
  of: { readonly residentId: string; readonly address: PushAddress; readonly device: string | null },
): Promise<string> {
  const { residentId, address, device } = of;
  const wish = { ...(await sealedAddress(db, sealer, address)), residentId, device };
  const { rows } = await sql<{
    id: string;
  }>`select add_push_device(${JSON.stringify(wish)}::jsonb) as id`.execute(db);
  const [row] = rows;
  if (!row) throw new Error("add_push_device answered nothing");
  return row.id;
}

async function sealedAddress(db: Kysely<DB>, sealer: Pick<Sealer, "seal">, address: PushAddress) {
  const { rows } = await sql<{ id: string }>`select new_code() as id`.execute(db);
  const id = rows[0]?.id ?? "";
  const { endpoint, p256dh, auth } = address;
  const sealed = sealer.seal(JSON.stringify({ endpoint, p256dh, auth }), id).toString("hex");
  return { id, endpointHash: pushHash(endpoint), sealed };
}

/** A resident's living browsers, the newest first. */
export async function listPushDevices(db: Kysely<DB>, residentId: string): Promise<readonly PushDeviceRow[]> {
  const { rows } = await sql<PushDeviceRow>`
    select s.id, s.device, s.endpoint_hash as "endpointHash", s.created_at as "createdAt", s.accepted_at as "acceptedAt",
      (select max(d.shown_at) from push_deliveries d where d.subscription_id = s.id) as "shownAt"
    from push_subscriptions s where s.resident_id = ${residentId} and s.gone_at is null order by s.created_at desc, s.id`.execute(
    db,
  );
  return rows;
}

/** No more messages there; false: the resident has no such browser. */
export async function removePushDevice(
  db: Kysely<DB>,
  own: { readonly residentId: string; readonly id: string },
): Promise<boolean> {
  const { rows } = await sql<{ done: boolean }>`
    select remove_push_device(${own.residentId}, ${own.id}) as done`.execute(db);
  return rows[0]?.done ?? false;
}

const addressSchema = z.object({ endpoint: z.string(), p256dh: z.string(), auth: z.string() });

function opened(sealer: Pick<Sealer, "open">, sealed: Uint8Array, id: string): PushAddress {
  return addressSchema.parse(JSON.parse(sealer.open(sealed, id).toString("utf8")));
}

/**
 * A browser's push service has given it a new address. Only the browser and we know the secret of the old one: who says it may replace it. False: the old one is not here, or the secret is wrong.
 */
export async function renewPushDevice(
  db: Database,
  sealer: Sealer,
  wish: { readonly old: Pick<PushAddress, "endpoint" | "auth">; readonly address: PushAddress },
): Promise<boolean> {
  const oldHash = pushHash(wish.old.endpoint);
  const { rows } = await sql<{ id: string; sealed: Buffer }>`
    select id, sealed from push_subscriptions where endpoint_hash = ${oldHash} and gone_at is null`.execute(
    db,
  );
  const [row] = rows;
  if (!row || !isSame(opened(sealer, row.sealed, row.id).auth, wish.old.auth)) return false;
  const q = await sealedAddress(db, sealer, wish.address);
  const renewed = await sql<{ id: string | null }>`
    select renew_push_device(${oldHash}, ${JSON.stringify(q)}::jsonb) as id`.execute(db);
  return (renewed.rows[0]?.id ?? null) !== null;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** One message for one browser. `isTaken`: its push service took it over at an earlier try. */
export type PushTarget = {
  readonly notificationId: string;
  readonly subscriptionId: string;
  readonly address: PushAddress;
  readonly isTaken: boolean;
};

/** Told of a row that cannot be opened (its key is gone, it was changed): nobody is reached by it, and nobody else waits for it. */
export type Unopened = (id: string, error: unknown) => void;

/** The living browsers that messages are for: all of the recipient's, or the one that the message names. */
export async function pushTargets(
  db: Database,
  { sealer, unopened }: { readonly sealer: Pick<Sealer, "open">; readonly unopened: Unopened },
  notificationIds: readonly string[],
): Promise<readonly PushTarget[]> {
  if (notificationIds.length === 0) return [];
  const { rows } = await sql<{
    notificationId: string;
    subscriptionId: string;
    sealed: Buffer;
    isTaken: boolean;
  }>`
    select n.id as "notificationId", s.id as "subscriptionId", s.sealed, d.accepted_at is not null as "isTaken"
    from notifications n join push_subscriptions s on s.resident_id = n.resident_id and s.gone_at is null
      and s.id = coalesce(n.args->>'deviceId', s.id)
    left join push_deliveries d on d.notification_id = n.id and d.subscription_id = s.id
    where n.id = any(${[...notificationIds]}::text[]) order by n.id, s.id`.execute(db);
  return rows.flatMap(({ sealed, ...row }) => {
    try {
      return [{ ...row, address: opened(sealer, sealed, row.subscriptionId) }];
    } catch (error) {
      unopened(row.subscriptionId, error);
      return [];
    }
  });
}

/** Notes what is about to leave; without this note no receipt is known. */
export async function beginPush(
  db: Database,
  sendings: readonly {
    readonly notificationId: string;
    readonly subscriptionId: string;
    readonly token: string;
  }[],
): Promise<void> {
  if (sendings.length === 0) return;
  const rows = sendings.map(({ token, ...of }) => ({ ...of, tokenHash: pushHash(token) }));
  await sql`select begin_push(${JSON.stringify(rows)}::jsonb)`.execute(db);
}

/** How one browser's push service ended it. */
export type PushSettlement = {
  readonly notificationId: string;
  readonly subscriptionId: string;
  readonly outcome: "accepted" | "refused" | "later" | "unknown";
  readonly answer: string;
  readonly gone: boolean;
};

export async function settlePush(db: Database, ended: readonly PushSettlement[]): Promise<void> {
  if (ended.length === 0) return;
  await sql`select settle_push(${JSON.stringify(ended)}::jsonb)`.execute(db);
}

/** A browser says that it has shown a message: of a notice, this is its acceptance. Any number of times; false: nobody was sent this token. */
export async function pushShown(db: Database, token: string): Promise<boolean> {
  const { rows } = await sql<{ known: boolean }>`select push_shown(${pushHash(token)}) as known`.execute(db);
  return rows[0]?.known ?? false;
}

/** Which channels this deployment has keys for; nobody is reachable over another one. */
export async function switchChannels(
  db: Database,
  on: { readonly push: boolean; readonly sms: boolean; readonly messagesAnHour?: number },
): Promise<void> {
  const { push, sms, messagesAnHour = MESSAGES_AN_HOUR } = on;
  await sql`update deployment set push_on = ${push}, sms_on = ${sms}, messages_an_hour = ${messagesAnHour}
    where (push_on, sms_on, messages_an_hour) is distinct from (${push}, ${sms}, ${messagesAnHour}::int)`.execute(
    db,
  );
}

/** Proved numbers of mobile phones (E.164), by resident: the one saved last. */
export async function provedPhones(
  db: Database,
  { sealer, unopened }: { readonly sealer: Pick<Sealer, "open">; readonly unopened: Unopened },
  residentIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (residentIds.length === 0) return new Map();
  const { rows } = await sql<{ id: string; residentId: string; sealed: Buffer }>`
    select distinct on (resident_id) id, resident_id as "residentId", sealed from saved_identifiers
    where resident_id = any(${[...residentIds]}::text[]) and kind = 'mobile' and proved_by is not null
    order by resident_id, created_at desc, id`.execute(db);
  const phones = new Map<string, string>();
  for (const { id, residentId, sealed } of rows) {
    try {
      phones.set(residentId, `+${sealer.open(sealed, id).toString("utf8")}`);
    } catch (error) {
      unopened(id, error);
    }
  }
  return phones;
}
