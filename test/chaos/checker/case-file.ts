import type { Client } from "pg";
import { grouped } from "./grouping.ts";
import { type BankTruth, readBank } from "./bank-journal.ts";
import type { EngineRows } from "./engine-rows.ts";
import type { AuditRow, ChargeRow, NotificationRow, PassRow, TermsText } from "./row-shapes.ts";
import { readEngine, type RowsPlace } from "./engine-rows.ts";
import { readRun, RunClock, type RunRecord } from "./run-record.ts";
import { NamedCalls } from "./named-calls.ts";
import { NamedHistories } from "./named-histories.ts";
import { indexRows, type RowIndexes } from "./row-indexes.ts";
import { type Hooks, readHooks } from "./hook-journal.ts";
import { readSinks, type Sinks } from "./sink-journals.ts";

/** A stop or its end, as the audit tells it. */
export type MandateTurn = { readonly atMs: number; readonly isActive: boolean };

/** Everything that is known of a run, with the ways by which one thing leads to another. */
export class CaseFile {
  readonly record: RunRecord;
  readonly place: RowsPlace;
  readonly rows: EngineRows;
  readonly bank: BankTruth;
  readonly sinks: Sinks;
  readonly hooks: Hooks;
  readonly clock: RunClock;
  /** Rows by the name that others call them by. */
  readonly by: RowIndexes;
  readonly mailsOf: ReadonlyMap<string, Sinks["mails"]>;
  readonly returnedOf: ReadonlyMap<string, BankTruth["returned"]>;
  readonly calls: NamedCalls;
  readonly histories: NamedHistories;
  readonly #debtOf: ReadonlyMap<string, string>;
  #requests: ReadonlyMap<string, unknown> | undefined;
  readonly #turnsOf = new Map<string, readonly MandateTurn[]>();

  private constructor(record: RunRecord, place: RowsPlace, rows: EngineRows) {
    this.record = record;
    this.place = place;
    this.rows = rows;
    this.bank = readBank(record.run.files.bank);
    this.sinks = readSinks(record.run.files);
    this.hooks = readHooks(record.run.files.hooks);
    this.clock = new RunClock(record.clock);
    this.by = indexRows(rows);
    this.mailsOf = grouped(this.sinks.mails, ({ name }) => name);
    this.returnedOf = grouped(this.bank.returned, ({ objectId }) => objectId);
    this.histories = new NamedHistories(record.histories);
    this.calls = new NamedCalls(record, rows);
    this.#debtOf = new Map(rows.claims.map((row) => [row.payment_id, `${row.claim_key}/${row.part}`]));
  }

  /** Opens what a run left behind; the rows are read over `client` where one is given. */
  static async open(directory: string, client?: Client): Promise<CaseFile> {
    const record = readRun(directory);
    const place = { url: record.run.database.url, ...(client === undefined ? {} : { client }) };
    return new CaseFile(record, place, await readEngine(place));
  }

  /** Charges of a payment, in their order. */
  chargesOf(paymentId: string): readonly ChargeRow[] {
    return this.by.chargesOf.get(paymentId) ?? [];
  }

  /** Passes of a charge that let a request for its money out, in their order. */
  passesOf(chargeId: string): readonly PassRow[] {
    return this.by.passesOf.get(chargeId) ?? [];
  }

  /** When the gate first let a charge out, on the city's clock. */
  sentAtMs(charge: ChargeRow): number {
    return this.passesOf(charge.id)[0]?.business_at ?? charge.first_sent_at;
  }

  /** The debt that a payment is about: its claim, or its bill and part where the claim left no trace. */
  debtOf(paymentId: string): string {
    const claimed = this.#debtOf.get(paymentId);
    if (claimed !== undefined) return claimed;
    const payment = this.by.payments.get(paymentId);
    return payment === undefined
      ? `payment ${paymentId}`
      : `${this.#lastBill(payment.bill_id)}/${payment.part}`;
  }

  /** The terms that a mandate stood by at an instant of the city's clock. */
  termsAt(mandateId: string, atMs: number): TermsText | undefined {
    const versions = this.by.versionsOf.get(mandateId) ?? [];
    return (versions.findLast((row) => row.made_at <= atMs) ?? versions[0])?.terms;
  }

  /** Whether a mandate allowed debits at an instant, by its stops and resumptions alone. */
  isActiveAt(mandateId: string, atMs: number): boolean {
    const turn = this.turnsOf(mandateId).findLast((one) => one.atMs < atMs);
    return turn?.isActive ?? true;
  }

  /** The stops and resumptions of a mandate, oldest first. */
  turnsOf(mandateId: string): readonly MandateTurn[] {
    const known = this.#turnsOf.get(mandateId);
    if (known !== undefined) return known;
    const turns = this.auditOf(mandateId).flatMap(({ action, at }): MandateTurn[] => {
      if (action === "mandate.cancel" || action === "mandate.pause") return [{ atMs: at, isActive: false }];
      return action === "mandate.resume" ? [{ atMs: at, isActive: true }] : [];
    });
    this.#turnsOf.set(mandateId, turns);
    return turns;
  }

  /** What the audit tells of one thing, in its order. */
  auditOf(subject: string): readonly AuditRow[] {
    return this.by.auditOf.get(subject) ?? [];
  }

  /** What was asked by a call of the generator: only the line of its sending says it. */
  requestOf(callId: string): unknown {
    this.#requests ??= new Map(
      this.record.intents.flatMap(({ id, request }) =>
        request === undefined ? [] : [[id, request] as const],
      ),
    );
    return this.#requests.get(callId);
  }

  /** What anybody was told about a payment. */
  toldOf(paymentId: string): readonly NotificationRow[] {
    return this.by.toldOf.get(paymentId) ?? [];
  }

  #lastBill(billId: string): string {
    let bill = this.by.bills.get(billId);
    while (bill?.merged_into !== null && bill?.merged_into !== undefined) {
      bill = this.by.bills.get(bill.merged_into);
    }
    return bill?.id ?? billId;
  }
}
