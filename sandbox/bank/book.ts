import { type ClockSetting, businessTime, realTime } from "./bank-clock.ts";
import type { Entry, Fact, Transaction } from "./entries.ts";
import type { ArmedFault } from "./fault-order.ts";
import { Journal } from "./journal.ts";
import type {
  Debit,
  KeyRecord,
  MethodRecord,
  NotificationRecord,
  ObjectRecord,
  PaymentRecord,
  RefundRecord,
} from "./records.ts";
import type { StripeMark } from "./stripe/records.ts";
import { Shelf } from "./stripe/shelf.ts";

/**
 * The bank's memory: everything in it comes from journal entries, in their order, so what a restart rebuilds is what
 * was there. Changes happen inside {@link transact}, which never waits: nothing else runs between two of its facts.
 */
export class Book {
  readonly payments = new Map<string, PaymentRecord>();
  readonly methods = new Map<string, MethodRecord>();
  readonly refunds = new Map<string, RefundRecord>();
  readonly keys = new Map<string, KeyRecord>();
  /** Those still to be delivered. */
  readonly notifications = new Map<string, NotificationRecord>();
  readonly faults = new Map<string, ArmedFault>();
  readonly debits: (Debit & StripeMark & { readonly reversed: boolean })[] = [];
  /** Visits to the bank's page, by the secret in their address. */
  readonly sessions = new Map<string, ObjectRecord["id"]>();
  /** Payments and methods whose end may come with time alone. */
  readonly unfinished = new Set<string>();
  /** What stands behind the Stripe face. */
  readonly stripe = new Shelf();
  notifyUrl = "";
  /** The address that came with the last start, to tell a changed start from a choice made while running. */
  startNotifyUrl: string | undefined;
  clock: ClockSetting = realTime;
  readonly #arrivals = new Map<string, number>();
  #seq = 0;
  #serial = 0;
  #open: Entry[] | undefined;
  #instantMs: number | undefined;
  readonly #journal: Journal;

  constructor(path: string) {
    this.#journal = Journal.open(path, (line) => {
      for (const entry of (line as Transaction).entries) this.#apply(entry);
    });
  }

  /** The bank's business time, in milliseconds since 1970; one instant for all facts of a transaction. */
  now(): number {
    return this.#instantMs ?? businessTime(this.clock, Date.now());
  }

  /** The serial number of the next object. */
  nextSerial(): number {
    return this.#serial + 1;
  }

  /**
   * Runs `work`; all facts that it records reach the disk as one line, whole or not at all. May be nested: the
   * outermost call closes the line. What `work` recorded before it threw stays recorded, as it already is in memory.
   */
  transact<Result>(work: () => Result): Result {
    if (this.#open) return work();
    this.#instantMs = this.now();
    this.#open = [];
    try {
      return work();
    } finally {
      const entries = this.#open;
      this.#open = undefined;
      this.#instantMs = undefined;
      if (entries.length > 0) this.#journal.append({ entries } satisfies Transaction);
    }
  }

  /** Records one fact, applies it and returns its number. */
  record(fact: Fact): number {
    return this.transact(() => {
      const entry: Entry = {
        seq: this.#seq + 1,
        at: new Date(this.now()).toISOString(),
        real: new Date().toISOString(),
        ...fact,
      };
      this.#apply(entry);
      this.#open?.push(entry);
      return entry.seq;
    });
  }

  /** Resolves when all that was recorded so far is on the disk. Every answer waits for it, reads too. */
  durable(): Promise<void> {
    return this.#journal.flushed();
  }

  /** The journal's entries with a number above `since`. */
  entries(since: number): Entry[] {
    return this.#journal
      .read()
      .flatMap((line) => (line as Transaction).entries)
      .filter((entry) => entry.seq > since);
  }

  /** How many requests of this operation about this charge have arrived. */
  arrivalsOf(operation: string, chargeId: string): number {
    return this.#arrivals.get(`${operation} ${chargeId}`) ?? 0;
  }

  /** The object that a page's address belongs to. */
  bySession(session: string): PaymentRecord | MethodRecord | undefined {
    const id = this.sessions.get(session);
    return id === undefined ? undefined : (this.payments.get(id) ?? this.methods.get(id));
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  #apply(entry: Entry): void {
    this.#seq = entry.seq;
    switch (entry.kind) {
      case "request":
        this.#arrived(entry.operation, entry.chargeId);
        break;
      case "answer":
      case "money-returned":
        break;
      case "key":
        this.keys.set(entry.record.key, entry.record);
        break;
      case "payment":
        this.payments.set(entry.record.id, entry.record);
        this.#note(entry.record);
        break;
      case "method":
        this.methods.set(entry.record.id, entry.record);
        this.#note(entry.record);
        break;
      case "refund":
        this.refunds.set(entry.record.id, entry.record);
        this.#note(entry.record);
        break;
      case "debit":
        this.debits.push({ ...debitOf(entry), ...stripeMarkOf(entry), reversed: false });
        break;
      case "reversal":
        this.#reverse(entry.paymentId);
        break;
      case "notification":
        keepWhile(this.notifications, entry.record, entry.record.state === "queued");
        break;
      case "fault":
        keepWhile(this.faults, entry.record, entry.change !== "disarmed");
        break;
      case "clock":
        this.clock = entry.setting;
        break;
      case "notify-url":
        this.notifyUrl = entry.url;
        if (entry.by === "start") this.startNotifyUrl = entry.url;
        break;
      case "stripe":
        this.stripe.apply(entry);
        break;
      default:
        entry satisfies never;
    }
  }

  #arrived(operation: string, chargeId: string | undefined): void {
    if (chargeId === undefined) return;
    this.#arrivals.set(`${operation} ${chargeId}`, this.arrivalsOf(operation, chargeId) + 1);
  }

  #note(object: ObjectRecord): void {
    this.#serial = Math.max(this.#serial, object.serial);
    if (object.kind === "refund") return;
    if (object.confirmation) this.sessions.set(object.confirmation.session, object.id);
    if (object.status === "pending" || object.status === "waiting_for_capture")
      this.unfinished.add(object.id);
    else this.unfinished.delete(object.id);
  }

  #reverse(paymentId: string): void {
    const index = this.debits.findIndex((debit) => debit.paymentId === paymentId && !debit.reversed);
    const debit = this.debits[index];
    if (debit) this.debits[index] = { ...debit, reversed: true };
  }
}

/** A debit without the stamps of its journal entry. */
function debitOf({ paymentId, amountMinor, chargeId, atMs, last4, paidBy }: Debit): Debit {
  return {
    paymentId,
    amountMinor,
    atMs,
    last4,
    ...(chargeId === undefined ? {} : { chargeId }),
    ...(paidBy === undefined ? {} : { paidBy }),
  };
}

function stripeMarkOf({ face, objectId, currency }: StripeMark): StripeMark {
  return face === undefined ? {} : { face, objectId, currency };
}

function keepWhile<Kept extends { readonly id: string }>(
  map: Map<string, Kept>,
  record: Kept,
  keep: boolean,
): void {
  if (keep) map.set(record.id, record);
  else map.delete(record.id);
}
