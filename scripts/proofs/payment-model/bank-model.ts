/** Minutes are the unit of time in here: the shortest that any rule of a bank speaks of. */
export type Clock = { minutes: number };

export const HOUR = 60;
export const DAY = 24 * HOUR;

/**
 * What becomes of a request and its answer. After `lost-before`, `throttled` and `refused` nothing was executed; `late` arrives hours after its sender
 * gave up.
 */
export const TRANSPORTS = [
  "ok",
  "answer-lost",
  "error-after",
  "lost-before",
  "late",
  "throttled",
  "refused",
] as const;
/** What the issuer does, if it is asked. */
export const EXECUTIONS = ["success", "no-funds", "dead-card", "challenge", "pending"] as const;

export type Behaviour = {
  readonly transport: (typeof TRANSPORTS)[number];
  readonly execution: (typeof EXECUTIONS)[number];
};

/** One attempt to take money, as the gateway shows it at one moment. */
export type Shown = {
  readonly objectId: string;
  /** Which attempt on the object it is. */
  readonly attempt: string;
  readonly state: "succeeded" | "canceled" | "challenge" | "pending";
  readonly reason?: string;
  readonly confirmBy: number;
};

export type Said =
  | { readonly kind: "shown"; readonly shown: Shown }
  | { readonly kind: "refused"; readonly class: "ours" | "technical" }
  | { readonly kind: "unanswered" };

/** A gateway with its own memory. It knows nothing of our rows; its debits are the truth about money. */
export type BankModel = {
  readonly shape: "keys" | "intent";
  /** Objects that took money, once for each time. */
  readonly debits: readonly string[];
  /** Ids of everything that was ever attempted. */
  readonly attempts: () => readonly Shown[];
  readonly charge: (
    request: { readonly key: string; readonly chargeId: string; readonly objectId: string | null },
    behaviour: Behaviour,
  ) => Said;
  /** Reads an object; `not-run` when it shows no attempt after the one named. */
  readonly read: (objectId: string, attemptBefore: string | null) => Shown | "not-run";
  /** Searches by our charge id in a window of creation. */
  readonly find: (chargeId: string, from: number, to: number) => Shown | undefined;
  /** Ends an object without money for good; answers what it shows then, `voided` when nothing had happened on it. */
  readonly void: (objectId: string) => Shown | "voided";
  /** Makes the object that all charges of a payment stand on, once for each round. */
  readonly prepare: (key: string) => { readonly objectId: string; readonly attemptBefore: string | null };
  /** The payer at the bank's page, or the bank itself: ends an attempt that is open. */
  readonly settle: (attempt: string, money: boolean) => void;
  /** What was called final comes out otherwise. */
  readonly overturn: (attempt: string) => void;
  /** Lets confirmations end whose hour is over, and late requests arrive. */
  readonly tick: () => void;
};

type Attempt = Shown & { readonly chargeId: string; readonly createdAt: number };

const CONFIRMATION = HOUR;
const KEY_LIFE = DAY;
const LATE = 6 * HOUR;

/** What both shapes share: attempts and the money that they took. */
class Attempts {
  readonly all = new Map<string, Attempt>();
  readonly debits: string[] = [];
  readonly #late: { readonly at: number; readonly arrive: () => void }[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  execute(attempt: string, objectId: string, chargeId: string, execution: Behaviour["execution"]): Attempt {
    const now = this.#clock.minutes;
    const begun = { attempt, objectId, chargeId, createdAt: now, confirmBy: now + CONFIRMATION };
    switch (execution) {
      case "success":
        return this.#take({ ...begun, state: "pending" });
      case "no-funds":
        return this.put({ ...begun, state: "canceled", reason: "insufficient_funds" });
      case "dead-card":
        return this.put({ ...begun, state: "canceled", reason: "card_expired" });
      case "challenge":
        return this.put({ ...begun, state: "challenge" });
      case "pending":
        return this.put({ ...begun, state: "pending" });
    }
  }

  put(attempt: Attempt): Attempt {
    this.all.set(attempt.attempt, attempt);
    return attempt;
  }

  #take(attempt: Attempt): Attempt {
    this.debits.push(attempt.objectId);
    return this.put({ ...attempt, state: "succeeded" });
  }

  settle(id: string, money: boolean): void {
    const attempt = this.all.get(id);
    if (attempt?.state !== "challenge" && attempt?.state !== "pending") return;
    if (money) this.#take(attempt);
    else this.put({ ...attempt, state: "canceled", reason: "3d_secure_failed" });
  }

  overturn(id: string): void {
    const attempt = this.all.get(id);
    if (attempt?.state === "canceled" && attempt.reason !== "voided") this.#take(attempt);
  }

  /** Keeps a request on its way, for hours, but not beyond a moment that the rules rely on. */
  delay(arrive: () => void, before = Number.POSITIVE_INFINITY): Said {
    this.#late.push({ at: Math.min(this.#clock.minutes + LATE, before), arrive });
    return { kind: "unanswered" };
  }

  tick(): void {
    const now = this.#clock.minutes;
    const due = this.#late.filter(({ at }) => at <= now);
    for (const { at, arrive } of due) {
      // the clock leaps; what arrived meanwhile arrived at its own time
      this.#clock.minutes = at;
      arrive();
    }
    this.#clock.minutes = now;
    this.#late.splice(0, this.#late.length, ...this.#late.filter((request) => !due.includes(request)));
    for (const attempt of this.all.values()) {
      if (attempt.state === "challenge" && this.#clock.minutes >= attempt.confirmBy)
        this.put({ ...attempt, state: "canceled", reason: "expired_on_confirmation" });
    }
  }
}

/** The end of a request on the wire: what was executed may still not be heard of. */
function answered(behaviour: Behaviour, said: Said): Said {
  const lost = behaviour.transport === "answer-lost" || behaviour.transport === "error-after";
  return lost ? { kind: "unanswered" } : said;
}

function unexecuted({ transport }: Behaviour): Said | undefined {
  if (transport === "lost-before") return { kind: "unanswered" };
  if (transport === "throttled") return { kind: "refused", class: "technical" };
  return transport === "refused" ? { kind: "refused", class: "ours" } : undefined;
}

/** YooKassa's shape: a key protects for 24 hours and shows the object as it is now; afterwards it starts a new operation. */
export function keyBank(clock: Clock): BankModel {
  const attempts = new Attempts(clock);
  const keys = new Map<string, { readonly objectId: string; readonly at: number }>();
  const execute: (key: string, chargeId: string, behaviour: Behaviour) => Said = (
    key,
    chargeId,
    behaviour,
  ) => {
    const known = keys.get(key);
    const live = known !== undefined && clock.minutes < known.at + KEY_LIFE;
    const objectId = live ? known.objectId : `object-${attempts.all.size + 1}`;
    if (!live) {
      keys.set(key, { objectId, at: clock.minutes });
      attempts.execute(objectId, objectId, chargeId, behaviour.execution);
    }
    const shown = attempts.all.get(objectId);
    return shown ? answered(behaviour, { kind: "shown", shown }) : { kind: "unanswered" };
  };
  return {
    shape: "keys",
    debits: attempts.debits,
    attempts: () => [...attempts.all.values()],
    charge({ key, chargeId }, behaviour) {
      if (behaviour.transport === "late") {
        const known = keys.get(key);
        // replays end an hour before the key does: no request of ours is on its way for longer than that
        const before = known === undefined ? undefined : known.at + KEY_LIFE - 1;
        return attempts.delay(() => execute(key, chargeId, behaviour), before);
      }
      return unexecuted(behaviour) ?? execute(key, chargeId, behaviour);
    },
    read: (objectId) => attempts.all.get(objectId) ?? "not-run",
    find: (chargeId, from, to) =>
      [...attempts.all.values()].find(
        (known) => known.chargeId === chargeId && known.createdAt >= from && known.createdAt <= to,
      ),
    void: () => {
      throw new Error("this gateway cannot end an object");
    },
    prepare: () => {
      throw new Error("this gateway prepares nothing");
    },
    settle: (attempt, money) => attempts.settle(attempt, money),
    overturn: (attempt) => attempts.overturn(attempt),
    tick: () => attempts.tick(),
  };
}

/** Stripe's shape: one intent for a payment, a charge confirms it; the first answer of a key is kept, a 500 too; an intent succeeds once and can be ended. */
export function intentBank(clock: Clock): BankModel {
  const attempts = new Attempts(clock);
  const kept = new Map<string, Said>();
  const intents = new Map<string, { readonly attempts: readonly string[]; readonly ended: boolean }>();
  const latest = (objectId: string): Attempt | undefined => {
    const last = intents.get(objectId)?.attempts.at(-1);
    return last === undefined ? undefined : attempts.all.get(last);
  };
  const confirm = (objectId: string, chargeId: string, behaviour: Behaviour): Said => {
    const intent = intents.get(objectId);
    const before = latest(objectId);
    const open = before === undefined || before.state === "canceled";
    if (!intent || intent.ended || !open) return { kind: "refused", class: "ours" };
    const id = `${objectId}/attempt-${intent.attempts.length + 1}`;
    intents.set(objectId, { ...intent, attempts: [...intent.attempts, id] });
    return { kind: "shown", shown: attempts.execute(id, objectId, chargeId, behaviour.execution) };
  };
  return {
    shape: "intent",
    debits: attempts.debits,
    attempts: () => [...attempts.all.values()],
    charge({ key, chargeId, objectId }, behaviour) {
      const execute = () => {
        const stored = kept.get(key);
        if (stored) return answered(behaviour, stored);
        const said = confirm(objectId ?? "", chargeId, behaviour);
        if (said.kind === "shown")
          kept.set(key, behaviour.transport === "error-after" ? { kind: "unanswered" } : said);
        return answered(behaviour, said);
      };
      return behaviour.transport === "late" ? attempts.delay(execute) : (unexecuted(behaviour) ?? execute());
    },
    read(objectId, attemptBefore) {
      const now = latest(objectId);
      return now === undefined || now.attempt === attemptBefore ? "not-run" : now;
    },
    find: () => undefined,
    void(objectId) {
      const now = latest(objectId);
      if (now?.state === "succeeded") return now;
      const intent = intents.get(objectId);
      if (intent) intents.set(objectId, { ...intent, ended: true });
      if (now === undefined || now.state === "canceled") return "voided";
      return attempts.put({ ...now, state: "canceled", reason: "voided" });
    },
    prepare(key) {
      if (!intents.has(key)) intents.set(key, { attempts: [], ended: false });
      return { objectId: key, attemptBefore: latest(key)?.attempt ?? null };
    },
    settle: (attempt, money) => attempts.settle(attempt, money),
    // an intent that was ended charges nothing more; one attempt of it succeeds at most
    overturn: () => undefined,
    tick: () => attempts.tick(),
  };
}
