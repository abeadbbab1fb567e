import type {
  Account,
  Bill,
  Biller,
  Mandate,
  Method,
  Payment,
  Receipt,
  TimelineEntry,
} from "../../api/client.ts";

const biller = { id: "gorod-zhkh", name: "Городские коммунальные услуги", category: "utilities" };
const school = { id: "school-1507", name: "Школа № 1507", category: "education" };
const payee = {
  name: "ГКУ «Городские коммунальные услуги»",
  inn: "7700990010",
  kpp: "770001001",
  bic: "044525225",
  account: "40702810900000000301",
};
const rub = (amountMinor: number) => ({ amountMinor, currency: "RUB" }) as const;

/** A public code that ends in a letter or digit of one's choice. */
export const code = (letter: string) => `KV-7F3K-9Q2M-X4T${letter}` as const;

export function bill(over: Partial<Bill> = {}): Bill {
  return {
    id: code("1"),
    biller,
    account: "7700123456",
    period: "2026-10",
    kind: "charge",
    state: "owed",
    amount: rub(512_345),
    dueOn: "2026-12-10",
    purpose: "Квартплата",
    payee,
    version: 1,
    part: 1,
    livemode: false,
    payment: null,
    mandateId: null,
    paidByOthers: false,
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
    outcome: null,
    reason: null,
    stopMark: null,
    route: "mandate",
    channel: "web",
    mandateId: code("M"),
    method: { id: code("C"), title: "MasterCard *4477" },
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
    livemode: false,
    createdAt: "2026-11-24T08:59:00.000Z",
    ...over,
  };
}

export function charge(over: Partial<Payment["charges"][number]> = {}): Payment["charges"][number] {
  return {
    id: `${code("P")}-1`,
    state: "charged",
    how: null,
    reason: null,
    sentAt: "2026-11-25T06:00:01.000Z",
    confirmBy: null,
    ...over,
  };
}

export function method(over: Partial<Method> = {}): Method {
  return {
    id: code("C"),
    state: "active",
    reason: null,
    kind: "card",
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
    state: "active",
    pausedBy: null,
    pausedUntil: null,
    why: null,
    version: 1,
    terms: {
      limitPerPayment: rub(1_000_000),
      limitPerPeriod: { amount: rub(3_000_000), period: "month" },
      methods: [code("C")],
      overLimit: "ask",
      lateBill: "ask",
      noticePack: "RU",
      zone: "Europe/Moscow",
    },
    upcoming: [
      {
        paymentId: code("P"),
        amount: rub(512_345),
        plannedOn: "2026-11-25",
        notBefore: "2026-11-25T06:00:00.000Z",
        state: "scheduled",
      },
    ],
    externalId: null,
    livemode: false,
    createdAt: "2026-11-01T09:00:00.000Z",
    ...over,
  };
}

function receiptOf(paid: Payment): Receipt {
  return {
    paymentId: paid.id,
    billId: paid.bill.id,
    biller: paid.bill.biller,
    payee,
    purpose: paid.bill.purpose,
    account: "7700123456",
    period: "2026-10",
    amount: paid.amount,
    fee: rub(0),
    paidAt: paid.paidAt ?? paid.createdAt,
    method: "MasterCard *4477",
    chargeId: `${paid.id}-1`,
    gatewayObjectId: "2e0a1c3f-000f-5000-8000-1b2c3d4e5f60",
    acknowledgement: "awaited",
    livemode: false,
  };
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
  timeline: TimelineEntry[] = [];
  readonly asked: Asked[] = [];
  /** Answers to commands, by method and path; what is not here is a 404. */
  readonly answers = new Map<string, () => { readonly status: number; readonly body: unknown }>();
  readonly billers: Biller[] = [
    { ...biller, section: "city", allowedMethods: ["card"] },
    { ...school, section: "city", allowedMethods: ["card"] },
  ];

  /** The commands that came, without the look-ups. */
  commands(): readonly Asked[] {
    return this.asked.filter((one) => one.method !== "GET");
  }

  readonly api = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const text = await request.text();
    this.asked.push({
      method: request.method,
      path: pathname,
      body: text === "" ? undefined : JSON.parse(text),
      key: request.headers.get("idempotency-key"),
      headers: request.headers,
    });
    const armed = this.answers.get(`${request.method} ${pathname}`)?.();
    if (armed) return Response.json(armed.body, { status: armed.status });
    const found = request.method === "GET" ? this.#read(pathname) : undefined;
    return found === undefined ? refusal(404, "not-found") : Response.json(found);
  };

  #read(path: string): unknown {
    const [, , room, id, part] = path.split("/");
    const lists = {
      bills: this.bills,
      payments: this.payments,
      methods: this.methods,
      mandates: this.mandates,
      accounts: this.accounts,
      billers: this.billers,
    };
    const list = Object.entries(lists).find(([name]) => name === room)?.[1];
    if (id === undefined) return list && { items: list, nextCursor: null };
    const one = list?.find((candidate) => "id" in candidate && candidate.id === id);
    if (part === undefined) return one;
    const paid = this.payments.find((candidate) => candidate.id === id);
    if (part === "timeline") return { items: this.timeline, nextCursor: null };
    return part === "receipt" && paid?.state === "paid" ? receiptOf(paid) : undefined;
  }
}

/** A problem as the API answers it. */
export function refusal(status: number, failure: string, over: object = {}): Response {
  return Response.json(problem(status, failure, over), { status });
}

/** The body of a problem. */
export function problem(status: number, failure: string, over: object = {}): object {
  return {
    type: `urn:kvitok:${failure}`,
    title: "Так нельзя",
    status,
    code: failure,
    detail: "Подробности для людей.",
    requestId: "req-1",
    ...over,
  };
}
