import { type Kysely, sql, type Transaction } from "kysely";
import type { ChannelName } from "../../domain/notifications/channels.ts";
import type { Topic } from "../../domain/notifications/event-rules.ts";
import { type Choice, type ChoiceRow, WHOLE_TOPIC } from "../../domain/notifications/verdict.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import { type NamedBillerRow, namedBiller } from "./billers.ts";

/** Quiet hours as they were chosen; times are `HH:MM` on the resident's clock. `default`: each channel's own. */
export type QuietRow = {
  readonly quiet: "default" | "none" | "hours";
  readonly quietFrom: string | null;
  readonly quietTo: string | null;
};

/** What a resident has chosen beside the grid. */
export type SettingsRow = QuietRow & {
  readonly digestAt: string;
  readonly pushAmounts: boolean;
  readonly zone: string;
};

/** A channel as it stands for a resident. */
export type ChannelRow = {
  readonly name: ChannelName;
  readonly reachable: boolean;
  /** It carries the legal minimum even where it is off. */
  readonly carriesMinimum: boolean;
};

/** Settings of a resident; what was never chosen is the default. */
export async function readSettings(db: Kysely<DB>, residentId: string): Promise<SettingsRow> {
  const { rows } = await sql<SettingsRow>`
    select coalesce(s.quiet, 'default') as quiet, to_char(s.quiet_from, 'HH24:MI') as "quietFrom", to_char(s.quiet_to, 'HH24:MI') as "quietTo",
      to_char(coalesce(s.digest_at, time '18:00'), 'HH24:MI') as "digestAt", coalesce(s.push_amounts, false) as "pushAmounts", r.zone
    from residents r left join notification_settings s on s.resident_id = r.id where r.id = ${residentId}`.execute(
    db,
  );
  const [row] = rows;
  if (!row) throw new Error("settings of a resident who is not there");
  return row;
}

/** Channels in the order in which one stands in for another. */
export async function listChannels(db: Kysely<DB>, residentId: string): Promise<readonly ChannelRow[]> {
  const { rows } = await sql<ChannelRow>`
    select name, channel_reachable(${residentId}, name) as reachable, name is not distinct from channel_of_minimum(${residentId}) as "carriesMinimum"
      from notification_channels order by place`.execute(db);
  return rows;
}

/** Every choice of a resident, those for all categories first. */
export async function listChoices(db: Kysely<DB>, residentId: string): Promise<readonly ChoiceRow[]> {
  const { rows } = await sql<ChoiceRow>`
    select category, topic, event, channel, choice from notification_choices where resident_id = ${residentId}
     order by category <> '*', category, topic, event <> '*', event, channel`.execute(db);
  return rows;
}

/** One choice to be kept; null: the default again. */
export type WishedChoice = {
  readonly category: string;
  readonly topic: Topic;
  /** Left out: the whole topic. */
  readonly event?: ChoiceRow["event"] | undefined;
  readonly channel: ChannelName;
  readonly choice: Choice | null;
};

/** Keeps choices. What is queued is judged by them when its turn comes. */
export async function keepChoices(
  transaction: Transaction<DB>,
  residentId: string,
  wishes: readonly WishedChoice[],
): Promise<void> {
  // of two wishes for one place the later one holds
  const places = wishes.map((wish) => ({ event: WHOLE_TOPIC, ...wish }));
  const last = new Map(
    places.map((wish) => [`${wish.category}/${wish.topic}/${wish.event}/${wish.channel}`, wish]),
  );
  const given = sql`jsonb_to_recordset(${JSON.stringify([...last.values()])}::jsonb) as w(category text, topic text, event text, channel text, choice text)`;
  await sql`delete from notification_choices c using ${given}
    where c.resident_id = ${residentId} and c.category = w.category and c.topic = w.topic and c.event = w.event and c.channel = w.channel and w.choice is null`.execute(
    transaction,
  );
  await sql`insert into notification_choices (resident_id, category, topic, event, channel, choice)
    select ${residentId}, w.category, w.topic, w.event, w.channel, w.choice from ${given} where w.choice is not null
    on conflict (resident_id, topic, channel, category, event) do update set choice = excluded.choice, changed_at = business_now()`.execute(
    transaction,
  );
}

/** What a resident wants otherwise than before; what is left out stays. */
export type WishedSettings = {
  readonly quiet?: QuietRow | undefined;
  readonly digestAt?: string | undefined;
  readonly pushAmounts?: boolean | undefined;
};

/** Keeps quiet hours, the time of the digest and what a locked screen may show. */
export async function keepSettings(
  transaction: Transaction<DB>,
  residentId: string,
  { quiet, digestAt, pushAmounts }: WishedSettings,
): Promise<void> {
  const chosen = {
    ...(quiet === undefined
      ? {}
      : { quiet: quiet.quiet, quiet_from: quiet.quietFrom, quiet_to: quiet.quietTo }),
    ...(digestAt === undefined ? {} : { digest_at: digestAt }),
    ...(pushAmounts === undefined ? {} : { push_amounts: pushAmounts }),
  };
  await transaction
    .insertInto("notification_settings")
    .values({ resident_id: residentId, ...chosen })
    .onConflict((conflict) =>
      conflict.column("resident_id").doUpdateSet({ ...chosen, changed_at: sql`business_now()` }),
    )
    .execute();
}

/** Something that its reader does not want to hear of. */
export type MuteName = { readonly kind: "biller" | "bill"; readonly id: string };

/** A mute and what it is about; a bill's biller for a bill. `purpose` and what follows it stand for bills alone. */
export type MuteRow = NamedBillerRow & {
  readonly kind: MuteName["kind"];
  readonly id: string;
  readonly mutedAt: string;
  readonly purpose: string | null;
  readonly unasked: boolean | null;
  readonly amountMinor: number | null;
  readonly currency: string | null;
  readonly owed: boolean | null;
};

/** What a resident has muted, the newest first. A bill that they do not see any more is not told. */
export async function listMutes(db: Kysely<DB>, residentId: string): Promise<readonly MuteRow[]> {
  const { rows } = await sql<MuteRow>`
    select x.kind, x.subject_id as id, x.muted_at as "mutedAt", b.purpose, b.source = 'payer' as unasked,
      bill_due(b) as "amountMinor", b.currency, b.state = 'owed' as owed, ${namedBiller}
    from notification_mutes x left join bills b on x.kind = 'bill' and b.id = x.subject_id
    join billers r on r.id = case x.kind when 'biller' then x.subject_id else b.biller_id end
    where x.resident_id = ${residentId} order by x.muted_at desc, x.subject_id`.execute(db);
  return rows;
}

/** Keeps a mute; it was there already: nothing changes. Reminders end with it at once. */
export async function mute(db: Database, residentId: string, { kind, id }: MuteName): Promise<void> {
  await db
    .insertInto("notification_mutes")
    .values({ resident_id: residentId, kind, subject_id: id })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Ends a mute, whether it was there or not. */
export async function unmute(db: Database, residentId: string, { kind, id }: MuteName): Promise<void> {
  await db
    .deleteFrom("notification_mutes")
    .where("resident_id", "=", residentId)
    .where("kind", "=", kind)
    .where("subject_id", "=", id)
    .execute();
}
