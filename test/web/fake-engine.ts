import type {
  Account,
  ArchiveEntry,
  Bill,
  Biller,
  BillerDetails,
  Category,
  Forecast,
  Freshness,
  LivingSession,
  Mandate,
  Me,
  Method,
  MethodChoice,
  MethodStop,
  Payment,
  Preferences,
  Session,
  Template,
  TestMessage,
  TimelineEntry,
  Why,
  WholeIdentifier,
} from "../../api/client.ts";
export { charge } from "./fake-charge.ts";
import { biller, detailsOf, knownCategories, listed, payee, school } from "./fake-billers.ts";
import { methodKinds, withdrawal } from "./fake-methods.ts";
import { archiveOf, sums } from "./fake-archive.ts";
import { forecastOf } from "./fake-forecast.ts";
import { whyOf } from "./fake-why.ts";
import { annaAtHome, me, rub } from "./fake-people.ts";
import { preferencesOf } from "./fake-preferences.ts";
import { problem } from "./fake-problem.ts";
import { receiptOf } from "./fake-receipt.ts";

/** A public code that ends in a letter or digit of one's choice. */
export const code = (letter: string) => `KV-7F3K-9Q2M-X4T${letter}` as const;

export function bill(over: Partial<Bill> = {}): Bill {
  return {
    id: code("1"),
    biller,
    section: "main",
    account: "7700123456",
    period: "2026-10",
    kind: "charge",
    state: "owed",
    amount: rub(512_345),
    fullAmount: rub(512_345),
    discount: null,
    uin: null,
    issuedOn: null,
    dueOn: "2026-12-10",
    paidAt: null,
    purpose: "Квартплата",
    payee,
    version: 1,
    part: 1,
    livemode: false,
    payment: null,
    mandateId: null,
    paidByOthers: false,
    givenBack: false,
    seenBy: ["account"],
    ...over,
  };
}

export function payment(over: Partial<Payment> = {}): Payment {
  return {
    id: code("P"),
    bill: { id: code("1"), purpose: "Квартплата", biller },
    amount: rub(512_345),
    state: "scheduled",
    need: null,
    usual: null,
    outcome: null,
    gateway: "yookassa",
    reason: null,
    remark: null,
    unprepared: null,
    plan: [],
    stopMark: null,
    route: "mandate",
    channel: "web",
    mandateId: code("M"),
    method: { id: code("C"), title: "MasterCard *4477" },
    once: null,
    saving: null,
    plannedOn: "2026-11-25",
    notBefore: "2026-11-25T06:00:00.000Z",
    giveUpAt: "2026-12-10T18:00:00.000Z",
    nextLookAt: "2026-11-25T06:00:00.000Z",
    paidAt: null,
    charges: [],
    confirmation: null,
    notice: {
      state: "accepted",
      acceptedAt: "2026-11-24T09:00:00.000Z",
      notBefore: "2026-11-25T06:00:00.000Z",
      notAfter: "2026-11-26T19:00:00.000Z",
    },
    autopayOffer: null,
    livemode: false,
    createdAt: "2026-11-24T08:59:00.000Z",
    ...over,
  };
}

export function method(over: Partial<Method> = {}): Method {
  return {
    id: code("C"),
    state: "active",
    reason: null,
    gateway: "yookassa",
    kind: "bank_card",
    wallet: null,
    uses: ["mandate", "pay-now", "batch"],
    isDefault: true,
    title: "MasterCard *4477",
    brand: "MasterCard",
    last4: "4477",
    expiryMonth: 12,
    expiryYear: 2030,
    confirmationUrl: null,
    confirmBy: null,
    mandates: [code("M")],
    returnPath: null,
    livemode: false,
    createdAt: "2026-11-01T09:00:00.000Z",
    ...over,
  };
}

export function mandate(over: Partial<Mandate> = {}): Mandate {
  return {
    id: code("M"),
    biller,
    account: "7700123456",
    balanceToldAt: null,
    subject: null,
    state: "active",
    pausedBy: null,
    pauses: [],
    pausedUntil: null,
    why: null,
    version: 1,
    terms: {
      limitPerPayment: rub(1_000_000),
      limitPerPeriod: { amount: rub(3_000_000), period: "month" },
      methods: [code("C")],
      overLimit: "ask",
      lateBill: "ask",
      unusualAmount: "ask",
      noticePack: "RU",
      zone: "Europe/Moscow",
      trigger: { kind: "on-bill" },
    },
    nextRun: null,
    upcoming: [
      {
        paymentId: code("P"),
        amount: rub(512_345),
        plannedOn: "2026-11-25",
        notBefore: "2026-11-25T06:00:00.000Z",
        cancelUntil: null,
        state: "scheduled",
      },
    ],
    expiresAt: null,
    consent: { version: 1, signed: true },
    externalId: null,
    livemode: false,
    createdAt: "2026-11-01T09:00:00.000Z",
    ...over,
  };
}

/** An answer that a test has put ready. */
interface Armed {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

/** What the page asked for: method, path, body and the key that made it one action. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly key: string | null;
  readonly headers: Headers;
}

/** An API with a state that a test sets up: typed like the real one's client, so that the two cannot drift apart silently. */
export class FakeEngine {
  bills: Bill[] = [];
  payments: Payment[] = [];
  methods: Method[] = [];
  mandates: Mandate[] = [];
  accounts: Account[] = [];
  templates: Template[] = [];
  archive: ArchiveEntry[] = [];
  sources: Freshness[] = [];
  /** Who is signed in on the page, as long as somebody is. */
  living: LivingSession | undefined = annaAtHome;
  sessions: Session[] = [];
  identifiers: WholeIdentifier[] = [];
  preferences: Preferences = preferencesOf();
  tests: TestMessage[] = [];
  /** What the engine says of the person beside who they are. */
  about: Partial<Me> = {};
  /** The engine's database cannot be asked. */
  away = false;
  withdrawal: MethodStop = withdrawal();
  /** What the choice of a method says beside the active methods. */
  choice: Partial<MethodChoice> = {};
  timeline: TimelineEntry[] = [];
  why: Why = whyOf();
  forecast: Forecast = forecastOf([]);
  readonly asked: Asked[] = [];
  /** How pages asked whether somebody is still signed in: `?quiet=true` where nobody did anything. */
  readonly presence: string[] = [];
  /** Answers to commands, by method and path; what is not here is a 404. */
  readonly answers = new Map<string, () => Armed>();
  readonly categories: Category[] = knownCategories;
  /** What every biller says of itself otherwise than usual. */
  billerChange: Partial<BillerDetails> = {};
  readonly billers: Biller[] = [listed(biller), listed(school)];

  /** The commands that came, without the look-ups. */
  commands(): readonly Asked[] {
    return this.asked.filter((one) => one.method !== "GET");
  }

  readonly api = async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url);
    const text = await request.text();
    // every page asks it first
    if (request.method === "GET" && pathname === "/v1/me/session") {
      this.presence.push(search);
      return this.#living();
    }
    this.asked.push({
      method: request.method,
      path: pathname,
      body: text === "" ? undefined : JSON.parse(text),
      key: request.headers.get("idempotency-key"),
      headers: request.headers,
    });
    const armed = this.answers.get(`${request.method} ${pathname}`)?.();
    if (armed) return Response.json(armed.body, armed);
    if (`${request.method} ${pathname}` === "POST /v1/me/sessions") return this.#begin();
    if (`${request.method} ${pathname}` === "DELETE /v1/me/session") return this.#end();
    const found = request.method === "GET" ? this.#read(pathname) : undefined;
    return found === undefined ? refusal(404, "not-found") : Response.json(found);
  };

  #living(): Response {
    if (this.away) return refusal(503, "temporarily-unavailable");
    return this.living ? Response.json(this.living) : refusal(401, "unauthenticated");
  }

  #begin(): Response {
    this.living ??= annaAtHome;
    return Response.json({ id: code("S") }, { status: 201 });
  }

  #end(): Response {
    this.living = undefined;
    return Response.json({ ended: 1 });
  }

  #biller(id: string): BillerDetails | undefined {
    const known = this.billers.find((candidate) => candidate.id === id);
    return known && { ...detailsOf(known, payee), ...this.billerChange };
  }

  #list(room: string): readonly object[] | undefined {
    const { bills, payments, methods, mandates, accounts, billers, categories, templates } = this;
    const lists = { bills, payments, methods, mandates, accounts, billers, categories, templates };
    return Object.entries(lists).find(([name]) => name === room)?.[1];
  }

  #read(path: string): unknown {
    const [, , room, id, part] = path.split("/");
    if (room === "me") return this.#readPerson(id, part);
    if (room === "billers" && id !== undefined) return this.#biller(id);
    if (room === "forecast") return this.forecast;
    if (room === "archive") return id === "sums" ? sums : archiveOf(this.archive);
    if (room === "method-kinds") return methodKinds();
    if (room === "method-choice") return this.#choice();
    if (part === "withdrawal") return { ...this.withdrawal, methodId: id };
    const list = this.#list(room ?? "");
    if (id === undefined) return list && { items: list, nextCursor: null };
    if (part === undefined) return list?.find((one) => "id" in one && one.id === id);
    return this.#part(id, part);
  }

  #part(id: string, part: string): unknown {
    const paid = this.payments.find((candidate) => candidate.id === id);
    if (part === "why") return this.why;
    if (part === "timeline") return { items: this.timeline, nextCursor: null };
    return part === "receipt" && paid?.state === "paid" ? receiptOf(paid, payee) : undefined;
  }

  #readPerson(what: string | undefined, id: string | undefined): unknown {
    if (what === undefined) return { ...me(this.living ?? annaAtHome), ...this.about };
    if (what === "sources") return { items: this.sources, nextCursor: null };
    if (what === "push-devices")
      return { items: [], nextCursor: null, publicKey: "BKey", amountsShown: false };
    if (what === "notifications" && id === "tests") return { items: this.tests, nextCursor: null };
    if (what === "notifications")
      return id === "mutes" ? { items: this.preferences.mutes, nextCursor: null } : this.preferences;
    if (what === "sessions") return { items: this.sessions, nextCursor: null };
    if (id === undefined) return { items: this.identifiers, nextCursor: null };
    return this.identifiers.find((one) => one.id === id);
  }

  #choice(): MethodChoice {
    const usable = this.methods.filter(({ state }) => state === "active");
    const items = usable.map((one) => ({ method: one, allowed: true, whyNot: [] }));
    return { gateway: "yookassa", canEnterCard: true, canBindCard: true, items, once: [], ...this.choice };
  }
}

/** A problem as the API answers it. */
export function refusal(status: number, failure: string, over: object = {}): Response {
  return Response.json(problem(status, failure, over), { status });
}
