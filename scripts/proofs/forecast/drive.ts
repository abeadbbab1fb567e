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

/** The engine's own looks, plans, notices, gates and evidence, on a clock that jumps from one due instant to the next. */
export class Engine {
  readonly #db: Database;
  readonly questions: SeenQuestion[] = [];
  /** Mandates whose next charge the bank declines, and what is done then. */
  readonly declines = new Map<string, "ask" | "again">();
  #at = "";

  constructor(db: Database) {
    this.#db = db;
  }

  async moveTo(instant: string): Promise<void> {
    this.#at = instant;
    await setClock(this.#db, instant);
  }

  /** The next instant at which somebody has to look, up to the millisecond behind it; null: none up to the end. */
  async nextDue(end: string): Promise<string | null> {
    await this.#stay();
    const { rows } = await sql<{ at: string | null }>`
      select date_trunc('milliseconds', min(at)) + interval '1 millisecond' as at from (select next_look_at as at from mandates where state in ('active', 'paused')
        union all select next_look_at from payments where state in ('scheduled', 'needs-payer', 'charging')) n
       where at > business_now() and at <= ${end}::timestamptz`.execute(this.#db);
    return rows[0]?.at ?? null;
  }

  /** Does everything that is due, until nothing is. */
  async settle(): Promise<void> {
    for (let round = 0; round < 60; round += 1) {
      await this.#stay();
      const mandates = await this.#dueMandates();
      for (const mandateId of mandates) {
        await this.#stay();
        await lookAtMandate(this.#db, { mandateId });
      }
      await this.#stay();
      await planAll(this.#db);
      const told = await this.#deliver();
      await this.#stay();
      const payments = await this.#duePayments();
      for (const paymentId of payments) await this.#pay(paymentId);
      await this.#noteQuestions();
      if (mandates.length + payments.length + told === 0) return;
    }
    const [mandates, payments] = [await this.#dueMandates(), await this.#duePayments()];
    throw new Error(`at ${this.#at} due for ever: mandates ${mandates.join()}, payments ${payments.join()}`);
  }

  /** The clock does not run on while many are served. */
  #stay(): Promise<void> {
    return setClock(this.#db, this.#at);
  }

  /** Whose time has come, who was rung for, and who has never looked. */
  async #dueMandates(): Promise<readonly string[]> {
    const { rows } = await sql<{ id: string }>`
      with rung as (update outbox set done_at = business_now() where kind = 'wake-mandate' and done_at is null returning subject_id)
      select m.id from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
       where m.state in ('active', 'paused') and (m.next_look_at <= business_now() or m.id in (select subject_id from rung)
         or (v.terms->'trigger'->>'kind' = 'on-schedule' and not exists (select 1 from mandate_runs n where n.mandate_id = m.id and n.state = 'ahead')))
       order by m.id`.execute(this.#db);
    return rows.map(({ id }) => id);
  }

  async #duePayments(): Promise<readonly string[]> {
    const { rows } = await sql<{ id: string }>`
      select y.id from payments y join bills b on b.id = y.bill_id where y.state in ('scheduled', 'needs-payer')
        and (y.next_look_at <= business_now() or y.stop_mark is not null or b.state <> 'owed' or mandate_stops(y) or stops_with_its_method(y))
       order by y.id`.execute(this.#db);
    return rows.map(({ id }) => id);
  }

  /** The relay accepts everything. */
  async #deliver(): Promise<number> {
    // behind everything that was written at this instant: a letter is not due before it was written
    await setClock(this.#db, new Date(Date.parse(this.#at) + 1_000).toISOString());
    const letters = await leaseNotifications(this.#db, 1_000);
    if (letters.length === 0) return 0;
    const outcome = { outcome: "accepted", answer: "250 OK", againSeconds: 0 } as const;
    await settleNotifications(
      this.#db,
      letters.map(({ id }) => ({ id, ...outcome })),
    );
    return letters.length;
  }

  async #pay(paymentId: string): Promise<void> {
    await this.#stay();
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

  async #noteQuestions(): Promise<void> {
    const { rows } = await sql<{ id: string; need: string }>`
      select id, need from payments where state = 'needs-payer'`.execute(this.#db);
    const open = new Set(this.questions.map(({ payment, need }) => `${payment} ${need}`));
    for (const { id, need } of rows)
      if (!open.has(`${id} ${need}`)) this.questions.push({ payment: id, need, at: this.#at });
  }
}
