import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";
import { endDiscounts } from "../../../db/queries/bill-changes.ts";
import { settleNotifications } from "../../../db/queries/notifications.ts";
import { leasePlans, planBill } from "../../../db/queries/planning.ts";
import { setClock } from "../../../test/db/support/money-core.ts";
import {
  attempt,
  type Attempt,
  clearAway,
  liftHolds,
  nextWord,
  type Sent,
  take,
  tell,
  told,
} from "./deeds.ts";
import { endOf } from "./due.ts";
import { atOnce, grouped } from "./many.ts";
import { meet } from "./races.ts";
import { MINUTE_MS } from "./story.ts";
import type { Bill } from "./town.ts";
import type { ChangeName } from "./words.ts";

/** The planner looks at so many bills at a time. */
const PLANS = 100;

type Agenda<Item> = Map<number, Item[]>;

type Due = { readonly paymentId: string; readonly account: string };

/**
 * The city's clock goes from one minute at which something happens to the next. What loops and workflows do in life is done here by the same functions: bills come over their one way in, the planner decides,
 * the relay accepts, a payment whose time has come asks the gate, the bank's word is recorded.
 */
export class Timeline {
  readonly #db: Database;
  readonly #bills: ReadonlyMap<string, Bill>;
  readonly #changes: Agenda<{ readonly bill: Bill; readonly change: ChangeName | "arrival" }> = new Map();
  readonly #acceptances: Agenda<string> = new Map();
  readonly #answers: Agenda<Sent> = new Map();
  readonly #sweeps = new Set<number>();
  readonly #queued = new Set<string>();
  #order = 0;
  /** Random by minute: does a payment ask its gate before the planner has caught up with the changes of that minute? */
  readonly #gateFirst: (now: number) => boolean;
  readonly counts = { minutes: 0, gates: 0, refused: 0, holdsLifted: 0 };

  constructor(db: Database, bills: readonly Bill[], gateFirst: (now: number) => boolean) {
    this.#db = db;
    this.#bills = new Map(bills.map((bill) => [bill.payer.account, bill]));
    this.#gateFirst = gateFirst;
    for (const bill of bills) {
      note(this.#changes, bill.story.arrivesAt, { bill, change: "arrival" });
      for (const { at, change } of bill.story.changes) note(this.#changes, at, { bill, change });
    }
  }

  /** Runs until nothing is left to happen, or until the end. */
  async run(until: number, say: (line: string) => void): Promise<void> {
    for (let now = await this.#next(0); now !== null && now <= until; now = await this.#next(now)) {
      await setClock(this.#db, new Date(now).toISOString());
      await this.#minute(now);
      this.counts.minutes += 1;
      if (this.counts.minutes % 250 === 0)
        say(`${new Date(now).toISOString().slice(0, 16)}, ${this.counts.gates} gates`);
    }
  }

  async #minute(now: number): Promise<void> {
    if (this.#sweeps.delete(now)) await endDiscounts(this.#db);
    const changes = taken(this.#changes, now);
    await atOnce([...grouped(changes, ({ bill }) => bill).values()], async (ofOneBill) => {
      for (const { bill, change } of ofOneBill) await this.#change(bill, change, now);
    });
    const steps = [() => this.#plan(), () => this.#askGates(now)];
    for (const step of this.#gateFirst(now) ? steps.toReversed() : steps) await step();
    const answers = taken(this.#answers, now);
    await atOnce(answers, (sent) => take(this.#db, sent));
    if (answers.length > 0) this.counts.holdsLifted += await liftHolds(this.#db);
    await this.#accept(taken(this.#acceptances, now));
    await this.#plan();
    await clearAway(this.#db);
    await this.#seeQueued(now);
  }

  async #change(bill: Bill, change: ChangeName | "arrival", now: number): Promise<void> {
    const word = change === "arrival" ? bill.story.first : nextWord(bill, change, now);
    await tell(this.#db, bill, word);
    told(bill, { order: this.#turn(), at: now, change, word });
    this.#noteEnd(bill, now);
  }

  #noteEnd({ word, story, chance }: Bill, now: number): void {
    const end = endOf(word, story.billerZone);
    // the sweeper is a little late as well
    if (end !== null && end >= now) this.#sweeps.add(end + chance.below(3) * MINUTE_MS);
  }

  async #plan(): Promise<void> {
    for (
      let items = await leasePlans(this.#db, PLANS);
      items.length > 0;
      items = await leasePlans(this.#db, PLANS)
    )
      await atOnce(items, (item) => planBill(this.#db, item));
  }

  async #askGates(now: number): Promise<void> {
    const { rows } =
      await sql<Due>`select y.id as "paymentId", b.account from payments y join bills b on b.id = y.bill_id
      where y.state = 'scheduled' and y.next_look_at <= business_now()`.execute(this.#db);
    await atOnce(rows, (due) => this.#askGate(due, now));
  }

  async #askGate({ paymentId, account }: Due, now: number): Promise<void> {
    const bill = this.#bills.get(account);
    if (bill === undefined) throw new Error(`nobody knows ${account}`);
    this.counts.gates += 1;
    const { sent, reason } = await this.#attempt(bill, paymentId, now);
    if (sent === null) {
      this.counts.refused += 1;
      // the source is read again, and says the same
      if (reason === "source not confirmed") await tell(this.#db, bill, bill.word, bill.version);
      return;
    }
    const { atTheGate, answersAfterMinutes } = bill.story;
    const underWay = atTheGate?.position === "under-way";
    if (underWay) note(this.#changes, now + MINUTE_MS, { bill, change: atTheGate.change });
    note(this.#answers, now + (underWay ? answersAfterMinutes + 1 : answersAfterMinutes) * MINUTE_MS, sent);
  }

  async #attempt(bill: Bill, paymentId: string, now: number): Promise<Attempt> {
    const position = bill.story.atTheGate?.position ?? "under-way";
    if (position !== "under-way" && !bill.met && (await this.#isReady(paymentId))) {
      bill.met = true;
      const answer = await meet(this.#db, bill, {
        paymentId,
        position,
        now,
        order: { next: () => this.#turn() },
      });
      this.#noteEnd(bill, now);
      return answer;
    }
    const answer = await attempt(this.#db, paymentId);
    const { sent } = answer;
    if (sent)
      bill.entries.push({ what: "debit", order: this.#turn(), at: sent.at, amountMinor: sent.amountMinor });
    return answer;
  }

  async #isReady(paymentId: string): Promise<boolean> {
    const { rows } = await sql<{
      ready: boolean;
    }>`select exists (select 1 from notices where payment_id = ${paymentId} and state = 'accepted'
      and business_now() between not_before and not_after) as ready`.execute(this.#db);
    return rows[0]?.ready ?? false;
  }

  async #accept(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const { rows } = await sql<{
      id: string;
    }>`update notifications set state = 'sending', attempts = attempts + 1
      where id = any (${[...ids]}) and state = 'queued' returning id`.execute(this.#db);
    for (const id of ids) this.#queued.delete(id);
    await settleNotifications(
      this.#db,
      rows.map(({ id }) => ({ id, outcome: "accepted", answer: "250 OK", againSeconds: 0 })),
    );
  }

  /** Notices that wait are on their way to the relay; it takes each of them after the minutes of its bill. */
  async #seeQueued(now: number): Promise<void> {
    const { rows } = await sql<{
      id: string;
      account: string;
    }>`select n.id, b.account from notifications n join payments y on y.id = n.payment_id
      join bills b on b.id = y.bill_id where n.state = 'queued' and n.notice_id is not null and n.id <> all (${[...this.#queued]})`.execute(
      this.#db,
    );
    for (const { id, account } of rows) {
      this.#queued.add(id);
      note(this.#acceptances, now + (this.#bills.get(account)?.story.relayMinutes ?? 1) * MINUTE_MS, id);
    }
  }

  async #next(now: number): Promise<number | null> {
    const { rows } = await sql<{
      at: number | null;
    }>`select (extract(epoch from min(next_look_at)) * 1000)::float8 as at from payments where state = 'scheduled'`.execute(
      this.#db,
    );
    const look = rows[0]?.at ?? null;
    const ahead = [
      ...[this.#changes, this.#acceptances, this.#answers].flatMap((agenda) => soonest(agenda.keys())),
      ...soonest(this.#sweeps),
      ...(look === null ? [] : [Math.ceil(look / MINUTE_MS) * MINUTE_MS]),
    ];
    return ahead.length === 0 ? null : Math.max(Math.min(...ahead), now + MINUTE_MS);
  }

  #turn(): number {
    this.#order += 1;
    return this.#order;
  }
}

function note<Item>(agenda: Agenda<Item>, at: number, item: Item): void {
  const there = agenda.get(at);
  if (there) there.push(item);
  else agenda.set(at, [item]);
}

function taken<Item>(agenda: Agenda<Item>, at: number): readonly Item[] {
  const items = agenda.get(at) ?? [];
  agenda.delete(at);
  return items;
}

function soonest(instants: Iterable<number>): readonly number[] {
  let found = Number.POSITIVE_INFINITY;
  for (const at of instants) if (at < found) found = at;
  return Number.isFinite(found) ? [found] : [];
}
