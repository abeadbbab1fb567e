import type {
  Capabilities,
  Expected,
  Gateway,
  ObjectRequest,
  Prepared,
  Sighting,
  Transmission,
} from "../../../adapters/gateways/port.ts";

/** What the next request of a kind meets at the bank. `lost`: executed, the answer never comes. `stored-500`: not executed, and the key answers 500 for ever. */
export type Fate =
  | "charged"
  | "challenged"
  | "processing"
  | "held"
  | "lost"
  | "never-arrives"
  | "stored-500"
  | "409"
  /** The request is refused by this status and code, and leaves nothing behind. */
  | { readonly refused: number; readonly code: string }
  | { readonly declined: string; readonly advice?: { readonly networkAdviceCode?: string } };

type Status = "payable" | "action" | "processing" | "capturable" | "succeeded" | "canceled";

type Intent = {
  readonly id: string;
  readonly paymentId: string;
  readonly amountMinor: number;
  readonly currency: "RUB" | "USD" | "EUR";
  status: Status;
  attempt: string | null;
  declined: string | null;
  advice?: { readonly networkAdviceCode?: string };
  takenMinor: number;
  challengedAt: number;
};

/** One request as the bank got it. */
export type Arrival = {
  readonly operation: "prepare" | "read" | "confirm" | "look" | "capture" | "void";
  readonly key: string;
  readonly objectId: string;
};

const CAN: Capabilities = {
  bindWithoutPayment: ["bank_card"],
  chargeWithoutSaving: [],
  walletTokens: [],
  preparesPayment: true,
  captureHeld: true,
  voidHeld: true,
  voidPending: true,
  refund: true,
  partialRefund: true,
  listByTime: true,
  receipt: false,
  paymentOrder: false,
  notifications: "signed",
  replayAnswers: "stored",
  absenceBy: "void",
  keyLifeHours: 24,
  confirmationMinutes: 60,
};

const HOUR_MS = 3_600_000;
const lost = { kind: "unanswered", detail: "time-out" } as const;

/**
 * A gateway with the manners of Stripe at our port, without a wire: one intent for a payment, confirmed by charges; a used key answers what it answered
 * first, also a 500; a declined intent stays payable; a canceled one takes nothing any more. What it shows is judged by the rules of the port.
 */
export class IntentBank {
  readonly gateway: Gateway;
  readonly arrivals: Arrival[] = [];
  readonly intents = new Map<string, Intent>();
  /** Called with every request that moves something, before the bank does anything: what stands in the database then. */
  witness: (arrival: Arrival) => Promise<void> = async () => undefined;
  readonly #fates = new Map<Arrival["operation"], Fate[]>();
  readonly #answers = new Map<string, Transmission | Prepared>();
  readonly #now: () => Promise<number>;
  #numbers = 0;

  constructor(now: () => Promise<number>) {
    this.#now = now;
    this.gateway = {
      name: "stripe",
      merchantAccount: "acct_1",
      can: CAN,
      buildCharge: ({ preparedObjectId, methodToken, chargeId }) => {
        if (preparedObjectId === undefined) throw new RangeError("a charge confirms a prepared intent");
        return { body: new TextEncoder().encode(`${preparedObjectId} ${methodToken ?? ""} ${chargeId}`) };
      },
      sendCharge: ({ key, body, expected, mayStillSend }) =>
        mayStillSend()
          ? this.#confirm(key, new TextDecoder().decode(body).split(" ")[0] ?? "", expected)
          : Promise.resolve({ kind: "never-sent", detail: "too late" }),
      lookUpCharge: async ({ objectId, expected }) => {
        this.arrivals.push({ operation: "look", key: "", objectId });
        if (this.#take("look") === "lost") return lost;
        const intent = this.#intent(objectId);
        const outcome = await this.#shown(intent, expected.attemptBefore ?? null);
        return outcome === undefined
          ? { kind: "not-run", objectId, detail: "no attempt" }
          : { kind: "seen", sighting: sightingOf(intent, outcome) };
      },
      findCharge: async () => ({ kind: "unanswered", detail: "nobody lists intents" }),
      startBinding: async () => ({ kind: "unanswered", detail: "not here" }),
      lookUpBinding: async () => ({ kind: "unanswered", detail: "not here" }),
      methodIdOf: (token) => token.split("/")[1] ?? null,
      lookUpMethod: async () => ({ kind: "unanswered", detail: "not here" }),
      readNotification: () => ({ kind: "unreadable", why: "not here" }),
      preparation: { prepare: (request) => this.#prepare(request) },
      capture: (request) => this.#end("capture", request),
      void: (request) => this.#end("void", request),
    };
  }

  /** What the next requests of this kind meet, in order; after them all goes well. */
  next(operation: Arrival["operation"], ...fates: readonly Fate[]): void {
    this.#fates.set(operation, [...fates]);
  }

  /** Money taken for a payment, over all its intents. */
  takenFor(paymentId: string): number {
    return this.intentsOf(paymentId).reduce((sum, { takenMinor }) => sum + takenMinor, 0);
  }

  intentsOf(paymentId: string): readonly Intent[] {
    return [...this.intents.values()].filter((intent) => intent.paymentId === paymentId);
  }

  sent(operation: Arrival["operation"], objectId?: string): readonly Arrival[] {
    return this.arrivals.filter(
      (one) => one.operation === operation && (objectId === undefined || one.objectId === objectId),
    );
  }

  /** The payer answers the bank's question, the bank comes to an end with it, or somebody acts at the vendor's own page. */
  settle(objectId: string, status: "succeeded" | "declined" | "canceled", takenMinor?: number): void {
    const intent = this.#intent(objectId);
    if (intent.status === "canceled" || intent.status === "succeeded") return;
    intent.declined = status === "declined" ? "card_declined" : null;
    intent.status = status === "declined" ? "payable" : status;
    if (status === "succeeded") intent.takenMinor = takenMinor ?? intent.amountMinor;
  }

  async #prepare(request: Parameters<NonNullable<Gateway["preparation"]>["prepare"]>[0]): Promise<Prepared> {
    const known = request.preparedObjectId;
    if (known !== undefined) {
      this.arrivals.push({ operation: "read", key: "", objectId: known });
      const unread = refusalOf(this.#take("read"));
      if (unread !== undefined) return unread;
      const intent = this.#intent(known);
      if (intent.status === "canceled") return { kind: "closed", detail: "canceled" };
      if (intent.status === "payable") {
        return { kind: "ready", objectId: known, attemptBefore: intent.attempt };
      }
      return { kind: "unanswered", detail: intent.status, alarm: `the intent is ${intent.status}` };
    }
    const stored = this.#answers.get(request.key);
    const fate = this.#take("prepare");
    const id = `pi_${(this.#numbers += 1)}`;
    this.arrivals.push({ operation: "prepare", key: request.key, objectId: id });
    if (fate === "never-arrives") return lost;
    const refusal = refusalOf(fate);
    if (refusal !== undefined) return refusal;
    if (stored !== undefined) return stored as Prepared;
    this.intents.set(id, {
      id,
      paymentId: request.paymentId,
      amountMinor: request.amount.amountMinor,
      currency: request.amount.currency,
      status: "payable",
      attempt: null,
      declined: null,
      takenMinor: 0,
      challengedAt: 0,
    });
    const answer = { kind: "ready", objectId: id, attemptBefore: null } as const;
    this.#answers.set(request.key, answer);
    return fate === "lost" ? lost : answer;
  }

  async #confirm(key: string, objectId: string, expected: Expected): Promise<Transmission> {
    const arrival = { operation: "confirm", key, objectId } as const;
    const fate = this.#take("confirm") ?? "charged";
    await this.witness(arrival);
    if (fate === "never-arrives") return lost;
    this.arrivals.push(arrival);
    const stored = this.#answers.get(key);
    if (stored !== undefined) return stored as Transmission;
    if (fate === "409") return refused(409, "lock_timeout");
    if (fate === "stored-500") return this.#keep(key, { kind: "unanswered", detail: "status 500" });
    const intent = this.#intent(objectId);
    if (intent.status !== "payable") return lost;
    intent.attempt = `ch_${(this.#numbers += 1)}`;
    intent.challengedAt = await this.#now();
    delete intent.advice;
    this.#execute(intent, fate);
    const outcome = await this.#shown(intent, expected.attemptBefore ?? null);
    if (outcome === undefined) throw new Error("an attempt shows");
    const answer = this.#keep(key, { kind: "seen", sighting: sightingOf(intent, outcome) });
    return fate === "lost" ? lost : answer;
  }

  #execute(intent: Intent, fate: Fate): void {
    if (typeof fate === "object" && "declined" in fate) {
      intent.declined = fate.declined;
      if (fate.advice !== undefined) intent.advice = fate.advice;
      return;
    }
    intent.declined = null;
    const status = { challenged: "action", processing: "processing", held: "capturable" } as const;
    const ended = status[fate as keyof typeof status] as Status | undefined;
    intent.status = ended ?? "succeeded";
    if (intent.status === "succeeded") intent.takenMinor = intent.amountMinor;
  }

  async #end(operation: "capture" | "void", request: ObjectRequest): Promise<Transmission> {
    if (!request.mayStillSend()) return { kind: "never-sent", detail: "too late" };
    const { key, objectId } = request;
    const arrival = { operation, key, objectId } as const;
    const fate = this.#take(operation);
    await this.witness(arrival);
    if (fate === "never-arrives") return lost;
    this.arrivals.push(arrival);
    const stored = this.#answers.get(key);
    if (stored !== undefined) return stored as Transmission;
    if (fate === "stored-500") return this.#keep(key, { kind: "unanswered", detail: "status 500" });
    const intent = this.#intent(objectId);
    if (operation === "capture" && intent.status === "capturable") {
      this.settle(objectId, "succeeded");
    } else if (operation === "void" && intent.status !== "succeeded") {
      intent.status = "canceled";
    }
    const outcome = await this.#shown(intent, request.attemptBefore ?? null);
    const answer: Transmission =
      outcome === undefined
        ? refused(400, "payment_intent_unexpected_state")
        : { kind: "seen", sighting: sightingOf(intent, outcome) };
    this.#keep(key, answer);
    return fate === "lost" ? lost : answer;
  }

  async #shown(intent: Intent, attemptBefore: string | null): Promise<Sighting["outcome"] | undefined> {
    const { currency } = intent;
    switch (intent.status) {
      case "succeeded":
        return { kind: "charged", amount: { amountMinor: intent.takenMinor, currency } };
      case "canceled":
        return { kind: "not-charged", how: "voided", reason: "canceled" };
      case "processing":
        return { kind: "pending" };
      case "capturable":
        return { kind: "held", amount: { amountMinor: intent.amountMinor, currency } };
      case "action":
        return {
          kind: "challenged",
          confirmationUrl: `https://bank.example/${intent.id}`,
          // like the adapter: an hour from the answer's own date
          confirmBy: new Date((await this.#now()) + HOUR_MS).toISOString(),
        };
      case "payable":
        if (intent.attempt === attemptBefore) return undefined;
        return {
          kind: "not-charged",
          how: "declined",
          reason: intent.declined ?? "generic_decline",
          ...(intent.advice === undefined ? {} : { advice: intent.advice }),
        };
    }
  }

  #keep<Answer extends Transmission>(key: string, answer: Answer): Answer {
    this.#answers.set(key, answer);
    return answer;
  }

  #take(operation: Arrival["operation"]): Fate | undefined {
    return this.#fates.get(operation)?.shift();
  }

  #intent(objectId: string): Intent {
    const intent = this.intents.get(objectId);
    if (!intent) throw new Error(`no intent ${objectId}`);
    return intent;
  }
}

function refusalOf(fate: Fate | undefined): Extract<Prepared, { kind: "refused" }> | undefined {
  if (typeof fate !== "object" || !("refused" in fate)) return undefined;
  return { kind: "refused", status: fate.refused, code: fate.code, detail: `status ${fate.refused}` };
}

function refused(status: number, code: string): Transmission {
  return { kind: "refused", class: "technical", status, code, detail: code, raw: new Uint8Array() };
}

function sightingOf(intent: Intent, outcome: Sighting["outcome"]): Sighting {
  return {
    objectId: intent.id,
    createdAt: "2026-11-22T00:00:00.000Z",
    outcome,
    raw: new TextEncoder().encode(JSON.stringify(intent)),
  };
}
