import { type Clock, DAY, HOUR } from "./clock.ts";
import type { Execution, Faults, Transport } from "./faults.ts";
import type { Shape } from "./story.ts";

/** One attempt to take money, as the gateway shows it at one moment. */
export type Shown = {
  readonly objectId: string;
  readonly attempt: string;
  readonly state: "succeeded" | "canceled" | "challenge" | "pending";
  readonly reason?: string;
  readonly confirmBy: number;
};

export type Said =
  | { readonly kind: "shown"; readonly shown: Shown }
  | { readonly kind: "refused"; readonly class: "ours" | "technical" }
  | { readonly kind: "unanswered" };

export type ChargeRequest = {
  readonly key: string;
  readonly chargeId: string;
  readonly objectId: string | null;
  readonly bill: number;
  readonly amountMinor: number;
  readonly card: string;
};

/** Money that left a card; the truth about money. */
export type Capture = {
  readonly chargeId: string;
  readonly objectId: string;
  readonly attempt: string;
  readonly bill: number;
  readonly amountMinor: number;
  readonly at: number;
  givenBackMinor: number;
};

export type News = { readonly id: string; readonly chargeId: string; readonly says: Shown["state"] };

type Attempt = Shown & {
  readonly request: ChargeRequest;
  readonly createdAt: number;
  readonly visibleAt: number;
};
type Stored = { readonly objectId: string; readonly at: number; readonly said: Said };

const CONFIRMATION = HOUR;
const KEY_LIFE = DAY;
const LATE = 6 * HOUR;
const SHORT_LAG = 10;

/** A gateway of either shape with its own memory. It knows nothing of our rows, and obeys no rule of ours. */
export class Bank {
  readonly captures: Capture[] = [];
  readonly requests: { readonly chargeId: string; readonly at: number }[] = [];
  readonly #attempts = new Map<string, Attempt>();
  readonly #keys = new Map<string, Stored>();
  readonly #intents = new Map<string, { readonly attempts: string[]; ended: boolean }>();
  readonly #refunds = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  #expired = new Set<string>();
  #agenda: { readonly at: number; readonly happen: () => void }[] = [];
  readonly #shape: Shape;
  readonly #clock: Clock;
  readonly #faults: Faults;
  readonly #tell: (news: News) => void;

  constructor(shape: Shape, world: { clock: Clock; faults: Faults; tell: (news: News) => void }) {
    this.#shape = shape;
    this.#clock = world.clock;
    this.#faults = world.faults;
    this.#tell = world.tell;
  }

  expireCard(card: string): void {
    this.#expired.add(card);
  }

  charge(request: ChargeRequest): Said {
    this.requests.push({ chargeId: request.chargeId, at: this.#clock.minutes });
    const fault = this.#faults.bank(request.bill, this.#count(`charge/${request.bill}`));
    const transport = fault?.transport ?? "fine";
    const execute = () =>
      this.#execute(request, fault?.execution ?? { kind: "takes" }, {
        transport,
        stale: fault?.staleMinutes ?? 0,
      });
    switch (transport) {
      case "lost":
        return { kind: "unanswered" };
      case "throttled":
        return { kind: "refused", class: "technical" };
      case "refused":
        return { kind: "refused", class: "ours" };
      case "late":
        this.#later(this.#latestArrival(request.key), execute);
        return { kind: "unanswered" };
      case "answer-lost":
      case "error-after":
        execute();
        return { kind: "unanswered" };
      case "fine":
        return execute();
    }
  }

  /** No request is on its way for longer than a sender may still repeat it. */
  #latestArrival(key: string): number {
    const known = this.#keys.get(key);
    const end = known === undefined ? Number.POSITIVE_INFINITY : known.at + KEY_LIFE - 1;
    return Math.min(this.#clock.minutes + LATE, end);
  }

  #execute(request: ChargeRequest, execution: Execution, how: { transport: Transport; stale: number }): Said {
    const known = this.#keys.get(request.key);
    if (known !== undefined && (this.#shape === "intent" || this.#clock.minutes < known.at + KEY_LIFE))
      return this.#shape === "intent" ? known.said : { kind: "shown", shown: this.#now(known.objectId) };
    const said =
      this.#shape === "intent"
        ? this.#confirm(request, execution, how.stale)
        : this.#create(request, execution, how.stale);
    if (said.kind !== "shown") return said;
    const stored: Said = how.transport === "error-after" ? { kind: "unanswered" } : said;
    this.#keys.set(request.key, { objectId: said.shown.objectId, at: this.#clock.minutes, said: stored });
    return said;
  }

  #create(request: ChargeRequest, execution: Execution, stale: number): Said {
    const id = `object-${this.#attempts.size + 1}`;
    return { kind: "shown", shown: this.#attempt(request, execution, { id, objectId: id, stale }) };
  }

  #confirm(request: ChargeRequest, execution: Execution, stale: number): Said {
    const objectId = request.objectId ?? "";
    const intent = this.#intents.get(objectId);
    const last = this.#lastOf(objectId);
    if (!intent || intent.ended || (last !== undefined && last.state !== "canceled"))
      return { kind: "refused", class: "ours" };
    const id = `${objectId}/${intent.attempts.length + 1}`;
    intent.attempts.push(id);
    return { kind: "shown", shown: this.#attempt(request, execution, { id, objectId, stale }) };
  }

  #attempt(
    request: ChargeRequest,
    execution: Execution,
    at: { id: string; objectId: string; stale: number },
  ): Shown {
    const now = this.#clock.minutes;
    const begun: Attempt = {
      attempt: at.id,
      objectId: at.objectId,
      state: "pending",
      confirmBy: now + CONFIRMATION,
      request,
      createdAt: now,
      visibleAt: now + at.stale,
    };
    if (this.#expired.has(request.card))
      return this.#put({ ...begun, state: "canceled", reason: "card_expired" });
    switch (execution.kind) {
      case "takes":
        return this.#take(begun);
      case "declines":
        if (execution.overturnedAfter !== undefined && this.#shape === "keys")
          this.#later(now + execution.overturnedAfter, () => this.#settle(at.id, "canceled", true));
        return this.#put({ ...begun, state: "canceled", reason: execution.reason });
      case "asks":
        this.#later(now + CONFIRMATION, () =>
          this.#settle(at.id, "challenge", false, "expired_on_confirmation"),
        );
        if (execution.payer === "passes" || execution.payer === "fails")
          this.#later(now + execution.after, () =>
            this.#settle(at.id, "challenge", execution.payer === "passes"),
          );
        if (execution.payer === "is-late")
          this.#later(now + CONFIRMATION + execution.after, () => this.#settle(at.id, "challenge", true));
        return this.#put({ ...begun, state: "challenge" });
      case "waits":
        this.#later(now + execution.minutes, () =>
          this.#settle(at.id, "pending", execution.money, "general_decline"),
        );
        return this.#put({ ...begun, state: "pending" });
    }
  }

  #settle(id: string, from: Shown["state"], money: boolean, reason = "3d_secure_failed"): void {
    const attempt = this.#attempts.get(id);
    if (attempt?.state !== from || attempt.reason === "voided") return;
    // readers lag behind a request, not behind what the gateway itself has decided since
    const settled = { ...attempt, visibleAt: Math.min(attempt.visibleAt, this.#clock.minutes) };
    if (money) this.#take(settled);
    else this.#put({ ...settled, state: "canceled", reason });
  }

  #take(attempt: Attempt): Shown {
    const { request, objectId } = attempt;
    this.captures.push({
      chargeId: request.chargeId,
      objectId,
      attempt: attempt.attempt,
      bill: request.bill,
      amountMinor: request.amountMinor,
      at: this.#clock.minutes,
      givenBackMinor: 0,
    });
    return this.#put({ ...attempt, state: "succeeded" });
  }

  #put(attempt: Attempt): Shown {
    this.#attempts.set(attempt.attempt, attempt);
    this.#tell({
      id: `${attempt.attempt}/${attempt.state}`,
      chargeId: attempt.request.chargeId,
      says: attempt.state,
    });
    return shownOf(attempt);
  }

  #lastOf(objectId: string): Attempt | undefined {
    return this.#attempts.get(this.#intents.get(objectId)?.attempts.at(-1) ?? objectId);
  }

  #now(objectId: string): Shown {
    const attempt = this.#lastOf(objectId);
    if (attempt === undefined) throw new Error(`no object ${objectId}`);
    return shownOf(attempt);
  }

  /** Reads an object, at a reader that may lag: by little, then it shows less than was answered; by more, then `not-run`, which proves nothing. */
  read(objectId: string, attemptBefore: string | null): Shown | "not-run" {
    const attempt = this.#lastOf(objectId);
    if (attempt === undefined || attempt.attempt === attemptBefore) return "not-run";
    if (this.#clock.minutes >= attempt.visibleAt) return shownOf(attempt);
    return attempt.visibleAt - attempt.createdAt > SHORT_LAG
      ? "not-run"
      : shownOf({ ...attempt, state: "pending" });
  }

  /** Searches the list by our charge id; it is as stale as a reader. */
  find(chargeId: string): Shown | undefined {
    for (const attempt of this.#attempts.values())
      if (attempt.request.chargeId === chargeId && this.#clock.minutes >= attempt.visibleAt)
        return shownOf(attempt);
    return undefined;
  }

  /** Ends an object without money for good; answers what it shows then. */
  void(objectId: string): Shown | "voided" {
    const attempt = this.#lastOf(objectId);
    if (attempt?.state === "succeeded") return shownOf(attempt);
    const intent = this.#intents.get(objectId);
    if (intent) intent.ended = true;
    if (attempt && attempt.state !== "canceled")
      this.#put({ ...attempt, state: "canceled", reason: "voided" });
    return "voided";
  }

  /** The object on which all charges of a payment stand, once for each key. */
  prepare(key: string): { readonly objectId: string; readonly attemptBefore: string | null } {
    if (!this.#intents.has(key)) this.#intents.set(key, { attempts: [], ended: false });
    return { objectId: key, attemptBefore: this.#intents.get(key)?.attempts.at(-1) ?? null };
  }

  /** Gives money of an object back, once for each key. */
  giveBack(request: {
    key: string;
    objectId: string;
    amountMinor: number;
    bill: number;
  }): "returned" | "unanswered" | "refused-technical" {
    const transport = this.#faults.givingBack(request.bill, this.#count(`giving-back/${request.bill}`));
    if (transport === "throttled" || transport === "refused") return "refused-technical";
    if (transport === "lost" || transport === "late") return "unanswered";
    if (!this.#refunds.has(request.key)) {
      this.#refunds.set(request.key, request.amountMinor);
      const capture = this.captures.find(({ objectId }) => objectId === request.objectId);
      if (capture) capture.givenBackMinor += request.amountMinor;
    }
    return transport === "fine" ? "returned" : "unanswered";
  }

  #count(what: string): number {
    const count = (this.#counts.get(what) ?? 0) + 1;
    this.#counts.set(what, count);
    return count;
  }

  #later(at: number, happen: () => void): void {
    this.#agenda.push({ at, happen });
  }

  nextAt(): number {
    let soonest = Number.POSITIVE_INFINITY;
    for (const { at } of this.#agenda) if (at < soonest) soonest = at;
    return soonest;
  }

  /** Everything that is due happens, in its order. */
  tick(): void {
    if (this.nextAt() > this.#clock.minutes) return;
    const due = this.#agenda.filter(({ at }) => at <= this.#clock.minutes).toSorted((a, b) => a.at - b.at);
    this.#agenda = this.#agenda.filter(({ at }) => at > this.#clock.minutes);
    for (const { happen } of due) happen();
  }
}

function shownOf({ attempt, objectId, state, reason, confirmBy }: Attempt): Shown {
  return { attempt, objectId, state, confirmBy, ...(reason === undefined ? {} : { reason }) };
}
