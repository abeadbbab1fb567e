import { sql } from "kysely";
import type { Database } from "../../../../db/database.ts";
import { SERVICE_TERMS } from "../../../../words/service-terms.ts";
import type { Chance } from "../../chance.ts";

export const BILLER = "gorod-zhkh";
const CATEGORY = "housing";

/** How somebody wants to hear of bills by mail, in our own words: what they must get follows from it. */
export const KINDS = [
  "told",
  "own-category",
  "digest",
  "asleep",
  "off",
  "off-category",
  "muted",
  "unproved",
  "refused",
] as const;
export type Kind = (typeof KINDS)[number];

/** In so many of a hundred. */
const SHARES: Readonly<Record<Kind, number>> = {
  told: 50,
  "own-category": 5,
  digest: 13,
  asleep: 14,
  off: 6,
  "off-category": 3,
  muted: 4,
  unproved: 3,
  refused: 2,
};

export type Neighbour = { readonly residentId: string; readonly email: string; readonly kind: Kind };

/** Residents with what they have chosen, each with an account at one biller. */
export async function makeNeighbours(
  db: Database,
  chance: Chance,
  count: number,
): Promise<readonly Neighbour[]> {
  const { rows } = await sql<{
    id: string;
  }>`select new_code() as id from generate_series(1, ${count})`.execute(db);
  const neighbours = rows.map(({ id }) => ({
    residentId: id,
    email: `${id.toLowerCase()}@proof.example`,
    kind: drawKind(chance),
  }));
  const ids = neighbours.map(({ residentId }) => residentId);
  const proved = neighbours.map(({ kind }) => kind !== "unproved");
  await sql`insert into residents (id, issuer, subject, name, email, email_verified, locale, zone, terms_version)
    select x.id, 'https://proof.example', x.id, 'Proof', lower(x.id) || '@proof.example', x.proved, 'en', 'Europe/Moscow', ${SERVICE_TERMS.version}
    from unnest(${ids}::text[], ${proved}::boolean[]) x(id, proved)`.execute(db);
  await sql`insert into payer_accounts (resident_id, biller_id, account)
    select id, ${BILLER}, id from unnest(${ids}::text[]) x(id)`.execute(db);
  await choose(db, neighbours);
  return neighbours;
}

function drawKind(chance: Chance): Kind {
  let drawn = chance.next() * 100;
  return KINDS.find((kind) => (drawn -= SHARES[kind]) < 0) ?? "told";
}

const CHOICES: Readonly<Partial<Record<Kind, readonly (readonly [category: string, choice: string])[]>>> = {
  digest: [["*", "digest"]],
  off: [["*", "off"]],
  "off-category": [
    ["*", "on"],
    [CATEGORY, "off"],
  ],
  "own-category": [
    ["*", "off"],
    [CATEGORY, "on"],
  ],
};

async function choose(db: Database, neighbours: readonly Neighbour[]): Promise<void> {
  const rows = neighbours.flatMap(({ residentId, kind }) =>
    (CHOICES[kind] ?? []).map(([category, choice]) => ({ residentId, category, choice })),
  );
  await sql`insert into notification_choices (resident_id, category, topic, channel, choice)
    select r, c, 'bills', 'email', w from unnest(${rows.map((row) => row.residentId)}::text[], ${rows.map((row) => row.category)}::text[],
      ${rows.map((row) => row.choice)}::text[]) x(r, c, w)`.execute(db);
  const idsOf = (wanted: Kind) =>
    neighbours.filter(({ kind }) => kind === wanted).map(({ residentId }) => residentId);
  await sql`insert into notification_mutes (resident_id, kind, subject_id) select r, 'biller', ${BILLER} from unnest(${idsOf("muted")}::text[]) x(r)`.execute(
    db,
  );
  await sql`insert into notification_settings (resident_id, quiet, quiet_from, quiet_to)
    select r, 'hours', '11:00', '14:00' from unnest(${idsOf("asleep")}::text[]) x(r)`.execute(db);
}
