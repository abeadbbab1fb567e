import { sql } from "kysely";
import { endPayment, lookAtMandate, lookAtPayment } from "../../../activities/looking.ts";
import type { Database } from "../../../db/database.ts";
import { endDiscounts } from "../../../db/queries/bill-changes.ts";
import { closeDigest } from "../../../db/queries/digests.ts";
import { leaseNotifications, settleNotifications } from "../../../db/queries/notifications.ts";
import {
  askGate,
  askPayer,
  record,
  seen,
  setClock,
  tryAgainSoon,
} from "../../../test/db/support/money-core.ts";
import { planAll } from "../../../test/support/rows.ts";

/** A question to a payer, seen when it began. */
export type SeenQuestion = {
  readonly payment: string;
  readonly need: string;
  readonly amountMinor: number;
  readonly at: string;
};

/** Phases of one instant; far more than one mandate needs. */
const MOST_ROUNDS = 200;

/** What somebody has to do now. */
type Due = {
  readonly mandates: readonly string[];
  readonly discounts: boolean;
  readonly plans: boolean;
  readonly digests: readonly string[];
  readonly letters: boolean;
  readonly payments: readonly string[];
};

/** The engine's own looks, plans, notices, gates and evidence, on a clock that jumps from one due instant to the next. */
export class Engine {
  readonly #db: Database;
  readonly questions: SeenQuestion[] = [];
  /** Mandates whose next charge the bank declines, and what is done then. */
  readonly declines = new Map<string, "ask" | "again">();
  readonly #asked = new Set<string>();
  #at = "";

  constructor(db: Database) {
    this.#db = db;
  }

  async moveTo(instant: string): Promise<void> {
    this.#at = instant;
    await setClock(this.#db, instant);
  }

  /** From now on the clock of this database stands still between two jumps, however long the work of an instant takes. */
  async freeze(): Promise<void> {
    await sql`create or replace function business_now() returns timestamptz language sql volatile as
      'select business_anchor from sandbox_clock'`.execute(this.#db);
  }

  /** The next instant at which somebody has to look or a letter may go, up to the millisecond behind it; null: none up to the end. */
  async nextDue(end: string): Promise<string | null> {
    const { rows } = await sql<{ at: string | null }>`
      select date_trunc('milliseconds', min(at)) + interval '1 millisecond' as at from (select next_look_at as at from mandates where state in ('active', 'paused')
        union all select next_look_at from payments where state in ('scheduled', 'needs-payer', 'charging')
        union all select discount_ends_at from bills where state = 'owed' and not discount_over
        union all select closes_at from digests where state = 'open'
        union all select due_at from notifications where state = 'queued') n
       where at > ${this.#at}::timestamptz and at <= ${end}::timestamptz`.execute(this.#db);
    return rows[0]?.at ?? null;
  }

  /** Does everything that is due, until nothing is: mandates look before bills are planned, letters go before payments look. */
  async settle(): Promise<void> {
    let due = await this.#look();
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      if (due.mandates.length > 0) await this.#each(due.mandates, (mandateId) => this.#lookAt(mandateId));
      else if (due.discounts) await endDiscounts(this.#db);
      else if (due.plans) await planAll(this.#db);
      else if (due.digests.length > 0) await this.#each(due.digests, (digest) => this.#close(digest));
      else if (due.letters) await this.#deliver();
      else if (due.payments.length > 0) await this.#each(due.payments, (payment) => this.#pay(payment));
      else return;
      due = await this.#look();
    }
    throw new Error(`at ${this.#at} due for ever: ${JSON.stringify(due)}`);
  }

  async #each(ids: readonly string[], work: (id: string) => Promise<void>): Promise<void> {
    for (const id of ids) await work(id);
  }

  /** Mandates whose time has come, who were rung for, and who have never looked; payments that are due or stopped; what is to be planned and told. */
  async #look(): Promise<Due> {
    const { rows } = await sql<{ due: Due; asked: readonly Omit<SeenQuestion, "at">[] }>`
      with rung as (update outbox set done_at = business_now() where kind = 'wake-mandate' and done_at is null returning subject_id)
      select jsonb_build_object(
        'mandates', (select coalesce(jsonb_agg(m.id order by m.id), '[]') from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
          where m.state in ('active', 'paused') and (m.next_look_at <= business_now() or m.id in (select subject_id from rung)
            or (v.terms->'trigger'->>'kind' = 'on-schedule' and not exists (select 1 from mandate_runs n where n.mandate_id = m.id and n.state = 'ahead')))),
        'discounts', exists (select 1 from bills where state = 'owed' and not discount_over and discount_ends_at <= business_now()),
        'plans', exists (select 1 from outbox where kind = 'plan-bill' and done_at is null),
        'digests', (select coalesce(jsonb_agg(id order by id), '[]') from digests where state = 'open' and closes_at <= business_now()),
        'letters', exists (select 1 from notifications where state = 'queued' and digest_id is null and due_at <= business_now()),
        'payments', (select coalesce(jsonb_agg(y.id order by y.id), '[]') from payments y join bills b on b.id = y.bill_id where y.state in ('scheduled', 'needs-payer')
          and (y.next_look_at <= business_now() or y.stop_mark is not null or b.state <> 'owed' or mandate_stops(y) or stops_with_its_method(y)))) as due,
        (select coalesce(jsonb_agg(jsonb_build_object('payment', id, 'need', need, 'amountMinor', amount_minor)), '[]') from payments where state = 'needs-payer') as asked`.execute(
      this.#db,
    );
    const [row] = rows;
    if (row === undefined) throw new Error("a look without an answer");
    this.#note(row.asked);
    return row.due;
  }

  #note(asked: readonly Omit<SeenQuestion, "at">[]): void {
    for (const { payment, need, amountMinor } of asked) {
      const name = `${payment} ${need}`;
      if (this.#asked.has(name)) continue;
      this.#asked.add(name);
      this.questions.push({ payment, need, amountMinor, at: this.#at });
    }
  }

  async #lookAt(mandateId: string): Promise<void> {
    await lookAtMandate(this.#db, { mandateId });
  }

  async #close(digestId: string): Promise<void> {
    await closeDigest(this.#db, digestId);
  }

  /** The relay accepts everything. */
  async #deliver(): Promise<void> {
    const letters = await leaseNotifications(this.#db, 1_000);
    const outcome = { outcome: "accepted", answer: "250 OK", againSeconds: 0 } as const;
    await settleNotifications(
      this.#db,
      letters.map(({ id }) => ({ id, ...outcome })),
    );
  }

  async #pay(paymentId: string): Promise<void> {
    const { step } = await lookAtPayment(this.#db, { paymentId, asked: false });
    if (step.do === "close") await endPayment(this.#db, { paymentId, outcome: step.outcome });
    if (step.do === "charge") await this.#charge(paymentId);
  }

  async #charge(paymentId: string): Promise<void> {
    const { verdict } = await askGate(this.#db, paymentId);
    if (verdict !== "passed") return;
    const { rows } = await sql<{ id: string; amount_minor: number; mandate_id: string }>`
      select c.id, c.amount_minor, y.mandate_id from charges c join payments y on y.id = c.payment_id
       where y.id = ${paymentId} and c.state = 'sending'`.execute(this.#db);
    const [charge] = rows;
    if (charge === undefined) throw new Error(`the gate passed no charge of ${paymentId}`);
    const decline = this.declines.get(charge.mandate_id);
    this.declines.delete(charge.mandate_id);
    if (decline === undefined) await record(this.#db, charge.id, seen.charged(charge.amount_minor));
    else await record(this.#db, charge.id, seen.declined(), decline === "ask" ? askPayer : tryAgainSoon);
  }
}
