import { type Kysely, sql } from "kysely";
import type { CivilDate } from "../../domain/calendar.ts";
import type { MandateState, PausedBy } from "../../domain/mandate.ts";
import type { Currency } from "../../domain/money.ts";
import type { PaymentState } from "../../domain/payment.ts";
import type { Terms } from "../../domain/terms.ts";
import type { Certainty } from "../../domain/working-days/country-days.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import { namedBiller, type NamedBillerRow } from "./billers.ts";
import type { InFlightRow } from "./withdrawals.ts";

/** A mandate with its terms of today and what it is going to pay. */
export type MandateRow = NamedBillerRow & {
  readonly id: string;
  /** `subject/<key>` where it follows an identifier of its owner. */
  readonly account: string;
  readonly subject: { readonly kind: string; readonly label: string | null } | null;
  readonly state: MandateState;
  readonly paused_by: PausedBy | null;
  readonly paused_until: string | null;
  readonly why: string | null;
  /** Each holds until its own author ends it; the strongest is shown above. */
  readonly pauses: readonly {
    readonly by: PausedBy;
    readonly until: string | null;
    readonly why: string | null;
  }[];
  readonly version: number;
  readonly terms: Terms;
  readonly external_id: string | null;
  readonly livemode: boolean;
  readonly last_stop_at: string | null;
  readonly created_at: string;
  /** When it ends for want of debits, once that was announced. */
  readonly expires_at: string | null;
  /** The newest consent, and whether a signed document proves it. */
  readonly consent: { readonly version: number; readonly signed: boolean } | null;
  readonly upcoming: readonly {
    readonly paymentId: string;
    readonly amountMinor: number;
    readonly currency: Currency;
    readonly plannedOn: string;
    readonly notBefore: string;
    /** Until when the rail promises that it can be called off; null: until it is sent. */
    readonly cancelUntil: string | null;
    readonly state: PaymentState;
  }[];
  readonly next_run: {
    readonly nominal: CivilDate;
    readonly debitOn: CivilDate;
    readonly certainty: Certainty;
    readonly announcedAt: string;
  } | null;
  /** When the biller last told it a balance; how much is nobody's to read (table-rules.ts). */
  readonly balance_at: string | null;
};

type OwnMandate = { readonly residentId: string; readonly mandateId: string };

const mandatesOf = (residentId: string) => sql`
  select m.id, ${namedBiller}, m.account,
         (select jsonb_build_object('kind', i.kind, 'label', i.label) from saved_identifiers i
           where i.resident_id = m.resident_id and 'subject/' || i.subject_key = m.account) as subject, m.state, m.paused_by, m.paused_until, m.why, m.version, v.terms,
         m.external_id, m.livemode, m.last_stop_at, m.created_at,
         (select d.expires_at from mandate_dormancy d where d.mandate_id = m.id and m.state <> 'ended') as expires_at,
         (select jsonb_build_object('version', c.version, 'signed', c.document is not null) from consents c
           where c.mandate_id = m.id order by c.version desc, c.id desc limit 1) as consent,
         coalesce((select jsonb_agg(jsonb_build_object('by', p.author, 'until', p.until, 'why', p.why) order by p.since, p.author)
                    from mandate_pauses p where p.mandate_id = m.id), '[]') as pauses,
         coalesce((select jsonb_agg(jsonb_build_object('paymentId', y.id, 'amountMinor', y.amount_minor, 'currency', y.currency,
                     'plannedOn', y.planned_on, 'notBefore', y.not_before, 'cancelUntil', cancel_until(v.terms->'noticePack', y.planned_on, v.terms->>'zone'), 'state', y.state) order by y.not_before, y.id)
                    from payments y where y.mandate_id = m.id and y.state in ('scheduled', 'needs-payer', 'charging')), '[]') as upcoming,
         (select jsonb_build_object('nominal', n.nominal, 'debitOn', n.debit_on, 'certainty', n.certainty, 'announcedAt', n.plan_at)
            from mandate_runs n where n.mandate_id = m.id and n.state = 'ahead') as next_run,
         (select x.read_at from balance_readings x where x.mandate_id = m.id) as balance_at
    from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
    join billers r on r.id = m.biller_id
   where m.resident_id = ${residentId}`;

/** One page of a resident's mandates, newest first. */
export async function listMandates(
  db: Database,
  query: {
    readonly residentId: string;
    readonly after?: { readonly createdAt: string; readonly id: string } | undefined;
    readonly limit: number;
  },
): Promise<readonly MandateRow[]> {
  // Instants travel as milliseconds: the order must not look any closer.
  const placed = sql`(date_trunc('milliseconds', m.created_at), m.id)`;
  const after =
    query.after === undefined
      ? sql``
      : sql`and ${placed} < (${query.after.createdAt}::timestamptz, ${query.after.id})`;
  const { rows } = await sql<MandateRow>`${mandatesOf(query.residentId)} ${after}
    order by date_trunc('milliseconds', m.created_at) desc, m.id desc limit ${query.limit}`.execute(db);
  return rows;
}

/** One mandate of a resident, in any state. */
export async function findMandate(db: Kysely<DB>, own: OwnMandate): Promise<MandateRow | undefined> {
  const { rows } = await sql<MandateRow>`${mandatesOf(own.residentId)} and m.id = ${own.mandateId}`.execute(
    db,
  );
  return rows[0];
}

/** What a payer agreed to, and how; the text is kept as it was shown, with its SHA-256. */
export type ConsentRecord = {
  readonly residentId: string;
  /** What was agreed to: a mandate's terms, or the saving of a card. */
  readonly mandateId?: string;
  readonly methodId?: string;
  readonly version: number;
  readonly text: string;
  readonly textHash: string;
  readonly locale: string;
  /** How the payer was signed in. */
  readonly signIn: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The document that proves it, with the instant that it bears; left out for what has no document. */
  readonly signed?: { readonly givenAt: string; readonly document: string };
};

/** Keeps a consent, for good: the table only grows. */
export async function keepConsent(transaction: Kysely<DB>, consent: ConsentRecord): Promise<void> {
  await transaction
    .insertInto("consents")
    .values({
      mandate_id: consent.mandateId ?? null,
      method_id: consent.methodId ?? null,
      resident_id: consent.residentId,
      version: consent.version,
      text: consent.text,
      text_hash: consent.textHash,
      locale: consent.locale,
      sign_in: consent.signIn,
      ip: consent.ip,
      user_agent: consent.userAgent,
      ...(consent.signed && { given_at: consent.signed.givenAt, document: consent.signed.document }),
    })
    .execute();
}

export type NewMandate = {
  readonly residentId: string;
  readonly billerId: string;
  readonly account: string;
  readonly terms: Terms;
  readonly externalId: string | null;
};

/**
 * Writes an active mandate with its first version, tells Temporal through the outbox, asks the planner to look at what is owed on the account, and
 * tells its owner. Null: the resident already has a living mandate for this account.
 */
export async function createMandate(transaction: Kysely<DB>, mandate: NewMandate): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    insert into mandates (resident_id, biller_id, account, state, external_id, livemode)
      select ${mandate.residentId}, ${mandate.billerId}, ${mandate.account}, 'active', ${mandate.externalId}, livemode from deployment
    on conflict (resident_id, biller_id, account) where state in ('proposed', 'active', 'paused') do nothing
    returning id`.execute(transaction);
  const id = rows[0]?.id;
  if (id === undefined) return null;
  await writeTerms(transaction, { mandateId: id, version: 1, terms: mandate.terms, narrowing: false });
  await sql`select tell_workflow('start-mandate', ${id}),
    tell_resident('mandate-created', m.resident_id, 'mandate-created/' || m.id, m.id, mandate_words(m), true)
    from mandates m where m.id = ${id}`.execute(transaction);
  await transaction
    .insertInto("audit")
    .values({ actor: mandate.residentId, action: "mandate.create", subject: id })
    .execute();
  await planAccountAgain(transaction, { mandateId: id, because: "mandate-created" });
  return id;
}

async function writeTerms(
  transaction: Kysely<DB>,
  next: {
    readonly mandateId: string;
    readonly version: number;
    readonly terms: Terms;
    readonly narrowing: boolean;
  },
): Promise<void> {
  await transaction
    .insertInto("mandate_versions")
    .values({
      mandate_id: next.mandateId,
      version: next.version,
      terms: JSON.stringify(next.terms),
      narrowing: next.narrowing,
    })
    .execute();
}

/** The planner looks at everything that is owed and covered by the mandate, also at debits that were planned before. */
async function planAccountAgain(
  transaction: Kysely<DB>,
  plan: { readonly mandateId: string; readonly because: string },
): Promise<void> {
  await sql`select plan_mandate_again(${plan.mandateId}, ${plan.because})`.execute(transaction);
}

/** Locks a mandate for an edit: from here to the end of the transaction neither a stop nor the gate can pass it. */
export async function lockMandate(
  transaction: Kysely<DB>,
  own: OwnMandate,
): Promise<
  | {
      readonly state: MandateState;
      readonly version: number;
      readonly terms: Terms;
      readonly billerId: string;
      readonly account: string;
    }
  | undefined
> {
  const locked = await transaction
    .selectFrom("mandates")
    .select(["state", "version", "biller_id", "account"])
    .where("id", "=", own.mandateId)
    .where("resident_id", "=", own.residentId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!locked) return undefined;
  const { terms } = await transaction
    .selectFrom("mandate_versions")
    .select("terms")
    .where("mandate_id", "=", own.mandateId)
    .where("version", "=", locked.version)
    .executeTakeFirstOrThrow();
  return {
    state: locked.state as MandateState,
    version: locked.version,
    terms: terms as unknown as Terms,
    billerId: locked.biller_id,
    account: locked.account,
  };
}

/** Writes the next version of a locked mandate's terms; planned debits are judged anew by the planner and by the gate. */
export async function changeTerms(
  transaction: Kysely<DB>,
  change: OwnMandate & { readonly version: number; readonly terms: Terms; readonly narrowing: boolean },
): Promise<void> {
  const { mandateId, version } = change;
  await writeTerms(transaction, change);
  await transaction
    .updateTable("mandates")
    .set({ version, changed_at: sql<string>`business_now()` })
    .where("id", "=", mandateId)
    .execute();
  await transaction
    .insertInto("audit")
    .values({
      actor: change.residentId,
      action: "mandate.change",
      subject: mandateId,
      detail: JSON.stringify({ version, narrowing: change.narrowing }),
    })
    .execute();
  await sql`select tell_workflow('wake-mandate', m.id),
    tell_resident('mandate-changed', m.resident_id, 'mandate-changed/' || m.id || '/' || m.version, m.id, mandate_words(m), true)
    from mandates m where m.id = ${mandateId}`.execute(transaction);
  await planAccountAgain(transaction, { mandateId, because: "terms-changed" });
}

export type MandateStopAnswer = {
  readonly stoppedAt: string | null;
  readonly inFlight: readonly InFlightRow[];
};

/** Pauses or cancels: a stop. Null: the resident has no such mandate. One call, one transaction of its own. */
export async function stopMandate(
  db: Database,
  stop: OwnMandate & {
    readonly kind: "pause" | "cancel";
    readonly until: string | null;
    readonly why: string | null;
  },
): Promise<MandateStopAnswer | null> {
  const { rows } = await sql<{ answer: MandateStopAnswer | null }>`
    select stop_mandate(${stop.mandateId}, ${stop.residentId}, ${stop.kind}, ${stop.until}::timestamptz, ${stop.why}, 'payer') as answer`.execute(
    db,
  );
  return rows[0]?.answer ?? null;
}

/** Ends the payer's own pause. `refused` says why not. Null: the resident has no such mandate. */
export async function resumeMandate(
  db: Database,
  own: OwnMandate,
): Promise<{ readonly refused?: string; readonly mandate: { readonly state: MandateState } } | null> {
  const { rows } = await sql<{
    answer: { refused?: string; mandate: { state: MandateState } } | null;
  }>`select resume_mandate(${own.mandateId}, ${own.residentId}, 'payer') as answer`.execute(db);
  return rows[0]?.answer ?? null;
}

/** Keeps a mandate that has debited nothing for long: its months count from now. Null: the resident has no such mandate; false: it has ended. */
export async function renewMandate(db: Database, own: OwnMandate): Promise<boolean | null> {
  const { rows } = await sql<{ kept: boolean | null }>`
    select renew_mandate(${own.mandateId}, ${own.residentId}) as kept`.execute(db);
  return rows[0]?.kept ?? null;
}

/** What is under way for a mandate right now. */
export async function readMandateInFlight(db: Database, mandateId: string): Promise<readonly InFlightRow[]> {
  const { rows } = await sql<{ list: readonly InFlightRow[] }>`
    select in_flight(${mandateId}, null, null) as list`.execute(db);
  return rows[0]?.list ?? [];
}

/** Ends a pause that the system made for want of a usable method; pauses by the payer or an operator hold on. */
export async function endSystemPause(transaction: Kysely<DB>, own: OwnMandate): Promise<void> {
  await sql`select resume_mandate(m.id, m.resident_id, 'system') from mandates m join mandate_pauses p on p.mandate_id = m.id
    where m.id = ${own.mandateId} and m.resident_id = ${own.residentId} and p.author = 'system'`.execute(
    transaction,
  );
}
