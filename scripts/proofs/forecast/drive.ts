import { sql } from "kysely";
import { endPayment, lookAtMandate, lookAtPayment } from "../../../activities/looking.ts";
import type { Database } from "../../../db/database.ts";
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
export type SeenQuestion = { readonly payment: string; readonly need: string; readonly at: string };

/** So far the clock may run on behind an instant: the comparison allows for more. */
const DRIFT_MS = 500;
/** Letters go behind everything that is written at their instant: none is due before it was written. */
const LETTERS_AFTER_MS = 1_000;
/** Phases of one instant; far more than one mandate needs. */
const MOST_ROUNDS = 200;

/** What somebody has to do now. */
type Due = {
  readonly mandates: readonly string[];
  readonly plans: boolean;
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
  /** When the clock was last set to that instant, on this process's own clock; never: it stands somewhere else. */
  #setAt = Number.NEGATIVE_INFINITY;

  constructor(db: Database) {
    this.#db = db;
  }

  async moveTo(instant: string): Promise<void> {
    this.#at = instant;
    this.#setAt = performance.now();
    await setClock(this.#db, instant);
  }

  /** The next instant at which somebody has to look or a letter may go, up to the millisecond behind it; null: none up to the end. */
  async nextDue(end: string): Promise<string | null> {
    const { rows } = await sql<{ at: string | null }>`
      select date_trunc('milliseconds', min(at)) + interval '1 millisecond' as at from (select next_look_at as at from mandates where state in ('active', 'paused')
        union all select next_look_at from payments where state in ('scheduled', 'needs-payer', 'charging')
        union all select due_at from notifications where state = 'queued' and due_at > ${this.#lettersUntil}::timestamptz) n
       where at > ${this.#at}::timestamptz and at <= ${end}::timestamptz`.execute(this.#db);
    return rows[0]?.at ?? null;
  }

  /** Does everything that is due, until nothing is: mandates look before bills are planned, letters go before payments look. */
  async settle(): Promise<void> {
    let due = await this.#look();
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      if (due.mandates.length > 0) await this.#each(due.mandates, (mandateId) => this.#lookAt(mandateId));
      else if (due.plans) await planAll(this.#db);
      else if (due.letters) await this.#deliver();
      else if (due.payments.length > 0) await this.#each(due.payments, (payment) => this.#pay(payment));
      else return;
      due = await this.#look();
    }
    throw new Error(`at ${this.#at} due for ever: ${JSON.stringify(due)}`);
  }

  async #each(ids: readonly string[], work: (id: string) => Promise<void>): Promise<void> {
    for (const id of ids) {
      await this.#stay();
      await work(id);
    }
  }

  /** The clock does not run on while many are served: it is set back before it has gone far. */
  async #stay(): Promise<void> {
    if (performance.now() - this.#setAt > DRIFT_MS) await this.moveTo(this.#at);
  }

  /** Mandates whose time has come, who were rung for, and who have never looked; payments that are due or stopped; what is to be planned and told. */
  async #look(): Promise<Due> {
    await this.#stay();
    const { rows } = await sql<{ due: Due; asked: readonly Pick<SeenQuestion, "payment" | "need">[] }>`
      with rung as (update outbox set done_at = business_now() where kind = 'wake-mandate' and done_at is null returning subject_id)
      select jsonb_build_object(
        'mandates', (select coalesce(jsonb_agg(m.id order by m.id), '[]') from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
          where m.state in ('active', 'paused') and (m.next_look_at <= business_now() or m.id in (select subject_id from rung)
            or (v.terms->'trigger'->>'kind' = 'on-schedule' and not exists (select 1 from mandate_runs n where n.mandate_id = m.id and n.state = 'ahead')))),
        'plans', exists (select 1 from outbox where kind = 'plan-bill' and done_at is null),
        'letters', exists (select 1 from notifications where state = 'queued' and due_at <= ${this.#lettersUntil}::timestamptz),
        'payments', (select coalesce(jsonb_agg(y.id order by y.id), '[]') from payments y join bills b on b.id = y.bill_id where y.state in ('scheduled', 'needs-payer')
          and (y.next_look_at <= business_now() or y.stop_mark is not null or b.state <> 'owed' or mandate_stops(y) or stops_with_its_method(y)))) as due,
        (select coalesce(jsonb_agg(jsonb_build_object('payment', id, 'need', need)), '[]') from payments where state = 'needs-payer') as asked`.execute(
      this.#db,
    );
    const [row] = rows;
    if (row === undefined) throw new Error("a look without an answer");
    this.#note(row.asked);
    return row.due;
  }

  #note(asked: readonly Pick<SeenQuestion, "payment" | "need">[]): void {
    for (const { payment, need } of asked) {
      const name = `${payment} ${need}`;
      if (this.#asked.has(name)) continue;
      this.#asked.add(name);
      this.questions.push({ payment, need, at: this.#at });
    }
  }

  get #lettersUntil(): string {
    return new Date(Date.parse(this.#at) + LETTERS_AFTER_MS).toISOString();
  }

  async #lookAt(mandateId: string): Promise<void> {
    await lookAtMandate(this.#db, { mandateId });
  }

  /** The relay accepts everything. */
  async #deliver(): Promise<void> {
    this.#setAt = Number.NEGATIVE_INFINITY;
    await setClock(this.#db, this.#lettersUntil);
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
