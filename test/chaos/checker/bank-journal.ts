import { linesOf } from "./run-record.ts";

/** Money that left a payer, as the bank wrote it down. */
export type Capture = {
  /** Our name for it as the bank was told; absent: the bank was told none. */
  readonly chargeId: string | undefined;
  /** The bank's own object. */
  readonly objectId: string;
  readonly gateway: "yookassa" | "stripe";
  readonly amountMinor: number;
  readonly currency: string;
  readonly realMs: number;
  /** Given back by the bank itself, without a refund. */
  readonly isReversed: boolean;
};

/** Money that the bank gave back by a refund of ours. */
export type ReturnedMoney = {
  readonly refundObjectId: string;
  readonly objectId: string;
  readonly amountMinor: number;
  readonly realMs: number;
};

/** One arrival of a request that can take money. */
export type Transmission = {
  readonly chargeId: string;
  readonly key: string | undefined;
  readonly realMs: number;
};

/** One line for the timeline of a payment. */
export type BankLine = { readonly realMs: number; readonly words: string; readonly about: readonly string[] };

/** What the bank knows without us. */
export type BankTruth = {
  readonly captures: readonly Capture[];
  readonly returned: readonly ReturnedMoney[];
  readonly transmissions: readonly Transmission[];
  /** When the bank called an object final without money, on its own clock; such an object may still take money later. */
  readonly endedMs: ReadonlyMap<string, readonly number[]>;
  readonly lines: readonly BankLine[];
  /** News that we took, by what tells them apart: more than once is a duplicate. */
  readonly newsTaken: ReadonlyMap<string, News>;
  /** How often a request was answered with a cut connection or an error although it was executed, or the like. */
  readonly messageFaults: number;
};

/** One piece of news: Stripe's has an id, YooKassa's is known by its event and the object. */
export type News = { readonly times: number } & (
  | { readonly eventId: string }
  | { readonly event: string; readonly objectId: string }
);

type Fact = Readonly<Record<string, unknown>> & {
  readonly kind: string;
  readonly real: string;
};

type OpenCapture = Capture & { isReversed: boolean };

type Draft = {
  captures: OpenCapture[];
  /** The captures of each object. */
  standing: Map<string, OpenCapture[]>;
  returned: ReturnedMoney[];
  transmissions: Transmission[];
  endedMs: Map<string, number[]>;
  lines: BankLine[];
  newsTaken: Map<string, News>;
  messageFaults: number;
};

/** Reads the bank's own journals; every line is a transaction of facts. */
export function readBank(paths: readonly string[]): BankTruth {
  const draft: Draft = {
    captures: [],
    standing: new Map(),
    returned: [],
    transmissions: [],
    endedMs: new Map(),
    lines: [],
    newsTaken: new Map(),
    messageFaults: 0,
  };
  for (const path of paths) {
    for (const { entries } of linesOf<{ readonly entries: readonly Fact[] }>(path)) {
      for (const fact of entries) take(draft, fact);
    }
  }
  return draft;
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function take(draft: Draft, fact: Fact): void {
  const realMs = Date.parse(fact.real);
  const about = namesIn(fact);
  takers[fact.kind]?.(draft, fact, realMs);
  if (about.length > 0) draft.lines.push({ realMs, about, words: wordsOf(fact) });
}

/** Facts of other kinds (methods, keys, clocks) take no money. */
const takers: Readonly<Record<string, (draft: Draft, fact: Fact, realMs: number) => void>> = {
  request: takeRequest,
  debit: takeDebit,
  payment: takeEnd,
  reversal: (draft, fact) => reverse(draft, text(fact["paymentId"]) ?? ""),
  "money-returned": (draft, fact, realMs) =>
    void draft.returned.push({
      refundObjectId: text(fact["refundId"]) ?? "",
      objectId: text(fact["objectId"]) ?? text(fact["paymentId"]) ?? "",
      amountMinor: Number(fact["amountMinor"]),
      realMs,
    }),
  notification: (draft, fact) => {
    if (fact["change"] !== "accepted") return;
    const { event, objectId } = recordOf(fact);
    count(draft.newsTaken, { event: text(event) ?? "", objectId: text(objectId) ?? "" });
  },
  stripe: (draft, fact, realMs) => {
    if (fact["what"] === "object") takeEnd(draft, fact, realMs);
    if (fact["what"] === "delivery" && fact["change"] === "accepted") {
      count(draft.newsTaken, { eventId: text(recordOf(fact)["event"]) ?? "" });
    }
  },
  fault: (draft, fact) => {
    if (fact["change"] === "fired") draft.messageFaults += 1;
  },
};

type NewsName = { readonly eventId: string } | { readonly event: string; readonly objectId: string };

function count(counts: Map<string, News>, news: NewsName): void {
  const name = Object.values(news).join(" of ");
  counts.set(name, { ...news, times: (counts.get(name)?.times ?? 0) + 1 });
}

function recordOf(fact: Fact): Readonly<Record<string, unknown>> {
  const { record } = fact as { readonly record?: Readonly<Record<string, unknown>> };
  return record ?? {};
}

/** The two requests by which money can move: a payment's making, and at Stripe the confirmation. */
function takeRequest(draft: Draft, fact: Fact, realMs: number): void {
  const chargeId = text(fact["chargeId"]);
  if (chargeId === undefined) return;
  if (fact["operation"] !== "create_payment" && fact["operation"] !== "stripe_confirm") return;
  draft.transmissions.push({ chargeId, key: text(fact["key"]), realMs });
}

function takeDebit(draft: Draft, fact: Fact, realMs: number): void {
  const capture = captureOf(fact, realMs);
  draft.captures.push(capture);
  const same = draft.standing.get(capture.objectId);
  if (same === undefined) draft.standing.set(capture.objectId, [capture]);
  else same.push(capture);
}

/** Declined or cancelled: by the vendors' own definitions both take no money. */
function takeEnd(draft: Draft, fact: Fact, realMs: number): void {
  const { id, object } = recordOf(fact);
  const name = text(id);
  if (name === undefined || (object !== undefined && object !== "payment_intent")) return;
  if (fact["change"] !== "canceled" && fact["change"] !== "declined") return;
  const known = draft.endedMs.get(name);
  if (known === undefined) draft.endedMs.set(name, [realMs]);
  else known.push(realMs);
}

function captureOf(fact: Fact, realMs: number): OpenCapture {
  const isStripe = fact["face"] === "stripe";
  return {
    chargeId: text(fact["chargeId"]),
    objectId: text(fact["objectId"]) ?? text(fact["paymentId"]) ?? "",
    gateway: isStripe ? "stripe" : "yookassa",
    amountMinor: Number(fact["amountMinor"]),
    currency: (text(fact["currency"]) ?? "RUB").toUpperCase(),
    realMs,
    isReversed: false,
  };
}

function reverse(draft: Draft, objectId: string): void {
  const capture = draft.standing.get(objectId)?.find((one) => !one.isReversed);
  if (capture) capture.isReversed = true;
}

/** Everything by which a fact can be found for a timeline: our charge, the bank's object. */
function namesIn(fact: Fact): readonly string[] {
  const record = recordOf(fact);
  const metadata = (record["metadata"] ?? {}) as Readonly<Record<string, unknown>>;
  const names = [
    fact["chargeId"],
    fact["paymentId"],
    fact["objectId"],
    record["id"],
    record["objectId"],
    record["paymentId"],
    record["intent"],
    metadata["charge_id"],
    metadata["payment_id"],
  ];
  return [...new Set(names.flatMap((name) => text(name) ?? []))];
}

function wordsOf(fact: Fact): string {
  const record = recordOf(fact);
  const parts = [
    fact.kind,
    fact["operation"] ?? fact["change"],
    text(record["object"]) ?? record["event"],
    record["status"] ?? record["state"] ?? fact["status"],
    fact["amountMinor"] ?? record["amountMinor"] ?? record["amount"],
  ];
  return parts
    .flatMap((part) => (typeof part === "string" || typeof part === "number" ? [part] : []))
    .join(" ");
}
