import type { Money } from "./money.ts";

/** What an event is about: a row of ours, by its public id. Events of one object arrive in order; of several objects there is no order. */
export const WEBHOOK_OBJECTS = ["payment", "bill", "mandate", "method", "refund", "endpoint"] as const;
export type WebhookObject = (typeof WEBHOOK_OBJECTS)[number];

/** One type of event. Within a version fields are only added; what would break a reader is a new type. */
export type WebhookEventKind = {
  readonly type: string;
  readonly version: number;
  readonly object: WebhookObject;
  readonly when: string;
  /** Members of `data` that differ from the example of the object. */
  readonly shows: Readonly<Record<string, unknown>>;
};

const money = (amountMinor: number): Money => ({ amountMinor, currency: "RUB" });
const paymentId = "KV-7F3K-9Q2M-X4TB";
const billId = "KV-2M8D-0ZRC-6H5W";
const mandateId = "KV-4T1P-VVQ8-3NAE";
const methodId = "KV-9J6S-K2BD-Y70F";
const payerId = "KV-0R5G-HM3X-81CZ";
const billerId = "gorod-zhkh";

/** The data of each kind of object, whole. No names, no numbers of accounts, cards or phones, no addresses: whoever may know them asks the API by the id. */
export const WEBHOOK_DATA = {
  payment: {
    paymentId,
    billId,
    billerId,
    payerId,
    mandateId,
    methodId,
    route: "mandate",
    state: "scheduled",
    need: null,
    outcome: null,
    reason: null,
    amount: money(512_345),
    plannedOn: "2027-03-12",
    paid: null,
    paidAt: null,
  },
  bill: {
    billId,
    billerId,
    state: "owed",
    version: 1,
    part: 1,
    amount: money(512_345),
    dueOn: "2027-03-20",
    mergedInto: null,
  },
  mandate: {
    mandateId,
    billerId,
    payerId,
    state: "active",
    version: 1,
    pausedBy: null,
    pausedUntil: null,
  },
  method: { methodId, payerId, kind: "bank_card", state: "active", daysLeft: null },
  refund: { refundId: "KV-5C4Y-E1QT-90BN", paymentId, billerId, state: "requested", amount: money(512_345) },
  endpoint: { endpointId: "KV-8W2Z-G7MA-P6DJ" },
} as const satisfies Readonly<Record<WebhookObject, Readonly<Record<string, unknown>>>>;

/** Every type of event, in the order of the documents. The triggers of migration 0125 write them; a test plays every one. */
export const WEBHOOK_EVENTS = [
  ...events("payment", {
    "payment.planned": ["A payment was planned, or goes on after its payer acted", {}],
    "payment.changed": [
      "A planned payment has another sum, day or method",
      { amount: money(498_000), plannedOn: "2027-03-14" },
    ],
    "payment.needs-payer": [
      "It waits for its payer; `need` says for what",
      { state: "needs-payer", need: "confirm-again" },
    ],
    "payment.declined": [
      "A charge ended without money and there is a next try; `payment.changed` follows where its day moves",
      { reason: "insufficient_funds" },
    ],
    "payment.succeeded": [
      "The money was taken and is kept for this bill",
      { state: "paid", paid: money(512_345), paidAt: "2027-03-12T06:00:05.000Z" },
    ],
    "payment.failed": [
      "It was given up: no try is left, or its payer did not act in time",
      { state: "closed", outcome: "gave-up", reason: "insufficient_funds" },
    ],
    "payment.stopped": [
      "It ended before money was kept: stopped, skipped, annulled, paid elsewhere; `outcome` says which",
      { state: "closed", outcome: "skipped" },
    ],
    "payment.returning": [
      "Money was taken that nobody wants any more; it is on its way back",
      { state: "returning" },
    ],
    "payment.refunded": ["All of it was given back", { state: "closed", outcome: "returned" }],
  }),
  ...events("bill", {
    "bill.arrived": ["A bill became known", {}],
    "bill.changed": [
      "Another sum or due day, or more is due after a part was paid",
      { version: 2, amount: money(498_000) },
    ],
    "bill.annulled": ["Its issuer took it back", { state: "annulled", version: 2 }],
    "bill.reinstated": ["It is owed again", { version: 3 }],
    "bill.paid": ["It was paid here", { state: "paid" }],
    "bill.paid-elsewhere": ["Its source says that nothing is due any more", { state: "paid-elsewhere" }],
    "bill.merged": [
      "It was the same as another one; events of `mergedInto` go on",
      { state: "merged", mergedInto: "KV-6B9X-T0WC-J4RM" },
    ],
  }),
  ...events("mandate", {
    "mandate.created": ["A payer agreed to autopay", {}],
    "mandate.changed": ["Its terms changed; `version` counts them", { version: 2 }],
    "mandate.paused": [
      "It pays nothing until it is resumed, or until `pausedUntil`",
      { state: "paused", pausedBy: "payer", pausedUntil: "2027-04-01T00:00:00.000Z" },
    ],
    "mandate.resumed": ["It pays again", {}],
    "mandate.ended": ["It pays nothing more; a new one takes a new consent", { state: "ended" }],
  }),
  ...events("method", {
    "method.active": ["It was saved, or can be used again", {}],
    "method.expiring": ["A card ends in `daysLeft` days", { daysLeft: 30 }],
    "method.unusable": ["It was lost, blocked or has expired", { state: "unusable" }],
    "method.withdrawn": ["Its owner or their bank took it back, for good", { state: "withdrawn" }],
  }),
  ...events("refund", {
    "refund.requested": ["Money is to be given back", {}],
    "refund.withdrawn": ["It was taken back before anything was sent", { state: "withdrawn" }],
    "refund.done": ["The money is with its payer", { state: "done" }],
    "refund.refused": [
      "The gateway refused, also after it had agreed; people look after it",
      { state: "refused" },
    ],
  }),
  ...events("endpoint", { "webhook.test": ["An operator asked for it; it says nothing else", {}] }),
];

/** Every name of {@link WEBHOOK_EVENTS}. */
export const WEBHOOK_EVENT_TYPES: readonly string[] = WEBHOOK_EVENTS.map(({ type }) => type);

/** A whole body as it is sent, of such an event. */
export function exampleOf({ type, object, shows }: WebhookEventKind) {
  return { type, timestamp: "2027-03-12T06:00:05.123Z", data: { ...WEBHOOK_DATA[object], ...shows } };
}

function events(
  object: WebhookObject,
  kinds: Readonly<Record<string, readonly [when: string, shows: Readonly<Record<string, unknown>>]>>,
): readonly WebhookEventKind[] {
  return Object.entries(kinds).map(([type, [when, shows]]) => ({ type, version: 1, object, when, shows }));
}
