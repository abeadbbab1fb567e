import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../database.ts";
import type { PersonName } from "./residents.ts";

/** A browser in which a resident is signed in. */
export type SessionRow = {
  readonly id: string;
  /** What the browser says of itself; null where it says nothing. */
  readonly device: string | null;
  readonly startedAt: string;
  /** Exact to a minute. */
  readonly lastSeenAt: string;
  readonly expiresAt: string;
  /** The one that asks. */
  readonly current: boolean;
};

/** A living session together with what a page needs of its resident. */
export type LivingSession = {
  readonly sessionId: string;
  readonly residentId: string;
  readonly name: string;
  readonly locale: "ru" | "en";
  readonly zone: string;
  readonly termsVersion: string | null;
};

/** More browsers than anybody has; beyond, the oldest ends. */
const MOST_SESSIONS = 50;

/** The secret is 256 random bits: a plain hash tells nothing of it. */
function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Who was last seen before then has gone. */
function idleSinceSql(seconds: number) {
  return sql`clock_timestamp() - make_interval(secs => ${seconds})`;
}

/** Begins a session of a resident by its secret; answers its id. */
export async function startSession(
  db: Database,
  session: {
    readonly residentId: string;
    readonly token: string;
    readonly device: string | null;
    readonly seconds: number;
  },
): Promise<string> {
  const { residentId, token, device, seconds } = session;
  const { id } = await db
    .insertInto("sessions")
    .values({
      resident_id: residentId,
      token_hash: hashOf(token),
      device,
      expires_at: sql<string>`clock_timestamp() + make_interval(secs => ${seconds})`,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await sql`update sessions set ended_at = clock_timestamp() where id in (select id from sessions
    where resident_id = ${residentId} and ended_at is null order by started_at desc offset ${MOST_SESSIONS})`.execute(
    db,
  );
  return id;
}

/**
 * Is the session with this secret alive, and its caller's own? Nobody's who was not seen for `idleSeconds`. One statement; that it was seen is written at most
 * once a minute, and not where a page asks `byItself`: a window that is left open is nobody's presence.
 */
export async function findSession(
  db: Database,
  session: PersonName & { readonly token: string; readonly idleSeconds: number; readonly byItself: boolean },
): Promise<LivingSession | undefined> {
  const hash = hashOf(session.token);
  const idleSince = idleSinceSql(session.idleSeconds);
  const { rows } = await sql<LivingSession>`
    with seen as (update sessions set last_seen_at = clock_timestamp() where token_hash = ${hash} and ended_at is null
      and not ${session.byItself}::boolean and last_seen_at < clock_timestamp() - interval '1 minute' and last_seen_at > ${idleSince})
    select s.id as "sessionId", r.id as "residentId", r.name, r.locale, r.zone, r.terms_version as "termsVersion"
    from sessions s join residents r on r.id = s.resident_id
    where s.token_hash = ${hash} and s.ended_at is null and s.expires_at > clock_timestamp() and s.last_seen_at > ${idleSince}
      and r.issuer = ${session.issuer} and r.subject = ${session.subject}`.execute(db);
  return rows[0];
}

/** A resident's living sessions, the newest first; `token` marks the one that asks. */
export async function listSessions(
  db: Database,
  asked: { readonly residentId: string; readonly token: string | null; readonly idleSeconds: number },
): Promise<readonly SessionRow[]> {
  const { residentId, token, idleSeconds } = asked;
  const { rows } = await sql<SessionRow>`
    select id, device, started_at as "startedAt", last_seen_at as "lastSeenAt", expires_at as "expiresAt",
      token_hash is not distinct from ${token === null ? null : hashOf(token)} as current
    from sessions where resident_id = ${residentId} and ended_at is null and expires_at > clock_timestamp()
      and last_seen_at > ${idleSinceSql(idleSeconds)}
    order by started_at desc, id`.execute(db);
  return rows;
}

/** Ends one of a resident's sessions; false where there is no living one of this id. */
export async function endSession(
  db: Database,
  own: { readonly residentId: string; readonly sessionId: string },
): Promise<boolean> {
  const { numAffectedRows } = await sql`update sessions set ended_at = clock_timestamp()
    where id = ${own.sessionId} and resident_id = ${own.residentId} and ended_at is null`.execute(db);
  return numAffectedRows === 1n;
}

/** Ends all sessions of a resident; answers how many there were. */
export async function endSessions(db: Database, residentId: string): Promise<number> {
  const { numAffectedRows } = await sql`update sessions set ended_at = clock_timestamp()
    where resident_id = ${residentId} and ended_at is null`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

/**
 * Ends all sessions of anybody, by an operator who says why: both stand in the audit. Answers how many there were; undefined where there is no such resident.
 */
export async function endSessionsOf(
  db: Database,
  end: { readonly residentId: string; readonly operatorId: string; readonly reason: string },
): Promise<number | undefined> {
  const { rows } = await sql<{ readonly ended: number }>`
    with gone as (update sessions set ended_at = clock_timestamp() where resident_id = ${end.residentId} and ended_at is null
        and expires_at > clock_timestamp() returning id),
      noted as (insert into audit (actor, action, subject, detail)
        select ${end.operatorId}, 'sessions.ended', r.id, jsonb_build_object('reason', ${end.reason}::text, 'sessions', (select count(*) from gone))
        from residents r where r.id = ${end.residentId} returning id)
    select (select count(*) from gone)::int as ended from noted`.execute(db);
  return rows[0]?.ended;
}
