import { Bank, type News } from "./outside/bank.ts";
import { type Clock, DAY } from "./outside/clock.ts";
import { type Fault, Faults } from "./outside/faults.ts";
import { dueAt } from "./outside/judge-money.ts";
import { PostOffice } from "./outside/post-office.ts";
import type { Acknowledged, Seen } from "./outside/seen.ts";
import { type Operation, STORY_DAYS, type Timed } from "./outside/story.ts";
import {
  answer,
  arrive,
  consent,
  edit,
  mandateOf,
  payNow,
  read,
  refundPaid,
  replaceCard,
  skip,
  stopMandate,
  unlink,
} from "./engine/commands.ts";
import { hearNews, work } from "./engine/charging.ts";
import { isOpen, openPaymentOf, undecidedOf } from "./engine/moves.ts";
import { giveBack } from "./engine/refunding.ts";
import { Engine, type PaymentRow } from "./engine/rows.ts";
import { nextMessageAt, sendMessages } from "./engine/telling.ts";

const MOST_STEPS = 20_000;
const NEVER = Number.POSITIVE_INFINITY;

type Letter = News & { readonly at: number };

/** One world: a few payers, their gateways and their engine, under one list of operations. */
export class World {
  readonly #clock: Clock = { minutes: 0, skewMinutes: 0 };
  readonly #operations: readonly Operation[];
  readonly #deeds: readonly Timed[];
  readonly #faults: Faults;
  readonly #banks: Readonly<Record<"keys" | "intent", Bank>>;
  readonly #post: PostOffice;
  readonly #engine: Engine;
  readonly #acknowledged: Acknowledged[] = [];
  readonly #told = { forged: 0, repeated: 0 };
  readonly #effects = { forged: [] as string[], repeated: [] as string[] };
  readonly #newsOf = new Map<number, number>();
  #letters: Letter[] = [];
  #next = 0;

  constructor(operations: readonly Operation[]) {
    this.#operations = operations;
    this.#deeds = operations.filter((one): one is Timed => "at" in one);
    this.#faults = new Faults(operations.filter((one): one is Fault => !("at" in one)));
    const common = { clock: this.#clock, faults: this.#faults };
    const tell = (news: News) => this.#send(news);
    this.#banks = {
      keys: new Bank("keys", { ...common, tell }),
      intent: new Bank("intent", { ...common, tell }),
    };
    this.#post = new PostOffice(common);
    this.#engine = new Engine({ ...common, banks: this.#banks, post: this.#post });
  }

  /** Lives until nothing is left to happen; answers everything that a judge may look at. */
  live(): Seen {
    const unfinished: string[] = [];
    for (let step = 0; ; step += 1) {
      const at = this.#nextAt();
      if (at === NEVER) break;
      if (step === MOST_STEPS) {
        unfinished.push(`something still happens after ${MOST_STEPS} steps, on day ${Math.floor(at / DAY)}`);
        break;
      }
      this.#clock.minutes = Math.max(this.#clock.minutes, at);
      if (this.#next === this.#deeds.length && this.#clock.minutes >= STORY_DAYS * DAY)
        this.#clock.skewMinutes = 0;
      this.#happen();
    }
    return this.#seen(unfinished);
  }

  #nextAt(): number {
    const { skewMinutes } = this.#clock;
    let soonest = Math.min(
      this.#deeds[this.#next]?.at ?? NEVER,
      this.#banks.keys.nextAt(),
      this.#banks.intent.nextAt(),
    );
    for (const { at } of this.#letters) soonest = Math.min(soonest, at);
    soonest = Math.min(soonest, nextMessageAt(this.#engine) - skewMinutes);
    for (const payment of this.#engine.payments)
      if (isWatched(payment)) soonest = Math.min(soonest, payment.nextLookAt - skewMinutes);
    for (const refund of this.#engine.refunds)
      if (isOwed(refund.state)) soonest = Math.min(soonest, refund.nextAt - skewMinutes);
    return soonest;
  }

  #happen(): void {
    this.#banks.keys.tick();
    this.#banks.intent.tick();
    this.#deliverNews();
    for (
      let deed = this.#deeds[this.#next];
      deed !== undefined && deed.at <= this.#clock.minutes;
      deed = this.#deeds[this.#next]
    ) {
      this.#next += 1;
      this.#do(deed);
    }
    sendMessages(this.#engine);
    for (const payment of this.#engine.payments)
      if (isWatched(payment) && payment.nextLookAt <= this.#engine.now) this.#work(payment);
    for (const refund of this.#engine.refunds)
      if (isOwed(refund.state) && refund.nextAt <= this.#engine.now) giveBack(this.#engine, refund);
  }

  #work(payment: PaymentRow): void {
    work(this.#engine, payment, false);
    if (isWatched(payment) && payment.nextLookAt <= this.#engine.now)
      payment.nextLookAt = this.#engine.now + 1;
  }

  /** The bank's news leaves: at once, late, several times, or not at all. */
  #send(news: News): void {
    const bill = this.#engine.sendings.findLast(({ chargeId }) => chargeId === news.chargeId)?.bill ?? -1;
    const nth = (this.#newsOf.get(bill) ?? 0) + 1;
    this.#newsOf.set(bill, nth);
    const fault = this.#faults.news(bill, nth);
    // only the bell can tell of a decline that turned out otherwise: a gateway repeats it until it is heard
    const atLeast = this.#engine.payments.some(({ charges }) =>
      charges.some(({ id, state }) => id === news.chargeId && state === "not-charged"),
    )
      ? 1
      : 0;
    const at = this.#clock.minutes + (fault?.delayMinutes ?? 1);
    for (let time = 0; time < Math.max(atLeast, fault?.times ?? 1); time += 1)
      this.#letters.push({ ...news, at: at + time });
  }

  #deliverNews(): void {
    const due = this.#letters.filter(({ at }) => at <= this.#clock.minutes);
    if (due.length === 0) return;
    this.#letters = this.#letters.filter(({ at }) => at > this.#clock.minutes);
    for (const letter of due) {
      const repeated = this.#engine.newsSeen.has(letter.id);
      const before = this.#size();
      hearNews(this.#engine, { id: letter.id, chargeId: letter.chargeId, genuine: true });
      if (!repeated) continue;
      this.#told.repeated += 1;
      if (this.#size() !== before)
        this.#effects.repeated.push(`news ${letter.id} came again and had an effect again`);
    }
  }

  #forge(bill: number): void {
    const charge = openPaymentOf(this.#engine, bill)?.charges.at(-1);
    this.#told.forged += 1;
    const before = this.#size();
    hearNews(this.#engine, {
      id: `forged-${this.#told.forged}`,
      chargeId: charge?.id ?? "p1-1",
      genuine: false,
    });
    if (this.#size() !== before) this.#effects.forged.push(`forged news about bill ${bill} had an effect`);
  }

  /** Grows with everything that the engine does. */
  #size(): number {
    const { audit, sendings, refunds, ledger, messages } = this.#engine;
    return audit.length + sendings.length + refunds.length + ledger.entries.size + messages.length;
  }

  #acknowledge(what: Acknowledged["what"], of: string): void {
    this.#acknowledged.push({ what, of, at: this.#clock.minutes });
  }

  #do(deed: Timed): void {
    const engine = this.#engine;
    switch (deed.do) {
      case "mandate":
        return consent(engine, deed);
      case "edit":
        return edit(engine, deed);
      case "pause":
      case "resume":
      case "cancel":
        return this.#stop(deed);
      case "skip":
        return this.#skip(deed);
      case "answer":
        return answer(engine, deed.bill);
      case "pay-now":
        return payNow(engine, deed);
      case "wish":
        engine.wishes.set(`${deed.payer}/${deed.topic}`, deed.choice);
        return;
      case "clock":
        this.#clock.skewMinutes = deed.skewMinutes;
        return;
      case "forge":
        return this.#forge(deed.bill);
      case "card-expires":
      case "new-card":
      case "unlink":
        return this.#card(deed);
      default:
        return this.#aboutBill(deed);
    }
  }

  #aboutBill(
    deed: Extract<Timed, { do: "bill" | "amend" | "annul" | "reinstate" | "paid-elsewhere" | "refund" }>,
  ): void {
    const engine = this.#engine;
    if (deed.do === "bill") {
      arrive(engine, deed);
      if (deed.twice) arrive(engine, deed);
      return;
    }
    const bill = engine.bills.get(deed.bill);
    if (bill === undefined) return;
    const due = dueAt({ operations: this.#operations }, deed.bill, this.#clock.minutes);
    if (deed.do === "refund") {
      if (bill.state === "paid") refundPaid(engine, bill);
    } else if (deed.do === "annul") {
      read(engine, deed.bill, { withdrawn: true, dueMinor: 0, proved: false });
      if (bill.state === "annulled") this.#acknowledge("annul", `bill/${deed.bill}`);
    } else if (deed.do === "paid-elsewhere")
      read(engine, deed.bill, { withdrawn: false, dueMinor: 0, proved: deed.proved });
    else if (deed.do === "amend" || bill.state === "annulled")
      read(engine, deed.bill, { withdrawn: false, dueMinor: due, proved: false });
    if (bill.state === "owed") this.#acknowledge("owed", `bill/${deed.bill}`);
  }

  #stop(deed: Extract<Timed, { do: "pause" | "resume" | "cancel" }>): void {
    const mandate = mandateOf(this.#engine, deed);
    const before = mandate?.state;
    // nothing of a stop may leave after its answer, nothing of a resume before it
    if (deed.do === "resume") this.#acknowledgeChange(deed, () => stopMandate(this.#engine, deed));
    else {
      stopMandate(this.#engine, deed);
      if (
        mandate !== undefined &&
        (mandate.state !== before || mandate.state === "paused" || mandate.state === "ended")
      )
        this.#acknowledge(deed.do, `${deed.payer}/${deed.account}`);
    }
  }

  #acknowledgeChange(deed: Extract<Timed, { do: "pause" | "resume" | "cancel" }>, change: () => void): void {
    const before = mandateOf(this.#engine, deed)?.state;
    change();
    const after = mandateOf(this.#engine, deed)?.state;
    if (before === "paused" && after === "active")
      this.#acknowledge("resume", `${deed.payer}/${deed.account}`);
  }

  #skip(deed: Extract<Timed, { do: "skip" }>): void {
    const payment = openPaymentOf(this.#engine, deed.bill);
    skip(this.#engine, deed);
    if (payment?.mandate) this.#acknowledge("skip", `${payment.payer}/${payment.bill.account}/${deed.bill}`);
  }

  #card(deed: Extract<Timed, { do: "card-expires" | "new-card" | "unlink" }>): void {
    const engine = this.#engine;
    if (deed.do === "new-card") return replaceCard(engine, deed.payer);
    const cards = engine.methods.filter(({ payer }) => payer === deed.payer).map(({ id }) => id);
    for (const card of cards) {
      if (deed.do === "unlink") this.#acknowledge("unlink", card);
      else for (const bank of Object.values(this.#banks)) bank.expireCard(card);
    }
    if (deed.do === "unlink") unlink(engine, deed.payer);
  }

  #seen(unfinished: string[]): Seen {
    const { audit, sendings, plannedTries, payments, refunds, ledger, messages } = this.#engine;
    for (const { key, state } of messages)
      if (state === "queued" || state === "sending") unfinished.push(`message ${key} is still ${state}`);
    return {
      operations: this.#operations,
      captures: [...this.#banks.keys.captures, ...this.#banks.intent.captures],
      deliveries: this.#post.deliveries,
      troubles: this.#post.troubles,
      acknowledged: this.#acknowledged,
      forgedTold: this.#told.forged,
      forgedEffects: this.#effects.forged,
      repeatedTold: this.#told.repeated,
      repeatedEffects: this.#effects.repeated,
      unfinished,
      audit,
      sendings,
      plannedTries,
      payments: payments.map(({ id, bill, payer, state, outcome }) => ({
        id,
        bill: bill.id,
        payer,
        state,
        outcome,
      })),
      charges: payments.flatMap(({ charges }) => charges.map(({ id, state, kept }) => ({ id, state, kept }))),
      refunds: refunds.map(({ id, state }) => ({ id, state })),
      entries: [...ledger.entries.values()].map(({ kind, paymentId, postings }) => ({
        kind,
        paymentId,
        gatewayMinor: postings
          .filter(({ account }) => account.startsWith("gateway:"))
          .reduce((sum, one) => sum + one.debitMinor - one.creditMinor, 0),
        balanced: postings.reduce((sum, one) => sum + one.debitMinor - one.creditMinor, 0) === 0,
      })),
    };
  }
}

function isWatched(payment: PaymentRow): boolean {
  return isOpen(payment) || undecidedOf(payment) !== undefined;
}

function isOwed(state: string): boolean {
  return state === "requested" || state === "unknown" || state === "sending" || state === "pending";
}
