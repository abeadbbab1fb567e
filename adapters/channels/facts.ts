import { z } from "zod";
import { CURRENCIES, type Money } from "../../domain/money.ts";
import { NEEDS } from "../../domain/payment.ts";
import type { MessageEvent } from "../../words/message-events.ts";

const amount = z
  .object({ amountMinor: z.int(), currency: z.enum(CURRENCIES) })
  .transform((value): Money => ({ amountMinor: value.amountMinor, currency: value.currency }));
const date = z.iso.date();
const instant = z.string().min(16);
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? null);
/** The database writes an empty title for a method it has no name for. */
const name = optional(z.string().transform((text) => (text.trim() === "" ? null : text)));

/** Everything a message may tell; which of it an event must have stands in {@link requiredFacts}. Unknown fields (ids) are let pass. */
const facts = z.object({
  amount: optional(amount),
  biller: name,
  /** Its name in English, where it has one. */
  billerEn: name,
  purpose: name,
  /** No bill asked for this payment: its purpose is in our words. */
  unasked: z.boolean().default(false),
  /** When the money was taken; the day until which it was due says nothing any more. */
  paidAt: optional(instant),
  account: name,
  /** Paid by hand on an account of the reader's own: autopay is offered for it. */
  autopayOffered: z.boolean().default(false),
  dueOn: optional(date),
  /** The last day of a discount, and what is due after it. */
  discountUntil: optional(date),
  fullAmount: optional(amount),
  /** What is usually due, with the question about an unusual sum. */
  usual: optional(amount),
  plannedOn: optional(date),
  notBefore: optional(instant),
  giveUpAt: optional(instant),
  until: optional(z.union([date, instant])),
  expiresOn: optional(date),
  method: name,
  need: optional(z.enum(NEEDS)),
  reason: name,
  because: name,
  plan: optional(z.array(z.object({ at: instant }))),
  gateway: z.string().default("yookassa"),
  daysLeft: optional(z.int().min(0)),
  /** Since when a source of bills is silent. */
  since: optional(z.union([date, instant])),
  /** When its reader asked for a test message. */
  askedAt: optional(instant),
  /** Of a digest: its messages, and what is to be paid by all of them together, one sum for each currency. */
  count: optional(z.int().min(1)),
  totals: z.array(amount).default([]),
  /** Of a digest: how many bills it is about where it is about nothing else. */
  bills: optional(z.int().min(1)),
});

export type Facts = z.output<typeof facts>;

const debit = ["amount", "biller", "notBefore"] as const;
const payment = ["amount", "biller"] as const;
const bill = ["amount", "biller", "dueOn"] as const;

/** What an event's sentences cannot do without. */
const requiredFacts = {
  notice: debit,
  "notice-changed": debit,
  "failed-retry": debit,
  "needs-confirmation": [...payment, "need"],
  "confirmation-reminder": [...payment, "need", "giveUpAt"],
  "being-checked": payment,
  paid: payment,
  failed: payment,
  "charged-after-stop": payment,
  "nothing-taken": payment,
  "money-returning": payment,
  "money-returned": payment,
  "bill-arrived": bill,
  "bill-planned": [...debit, "plannedOn"],
  "bill-changed": bill,
  "bill-annulled": bill,
  "discount-ending": [...bill, "discountUntil", "fullAmount"],
  "over-limit-skipped": bill,
  "question-unanswered": payment,
  reminder: bill,
  overdue: bill,
  "source-down": ["biller", "since"],
  "another-autopay": [],
  "mandate-created": ["biller"],
  "mandate-changed": ["biller"],
  "mandate-paused": ["biller"],
  "mandate-resumed": ["biller"],
  "mandate-ended": ["biller"],
  "mandate-expiring": ["biller", "until"],
  "mandate-renewed": ["biller"],
  "card-bound": [],
  "method-withdrawn": [],
  "method-expiring": ["expiresOn"],
  "method-expired": ["expiresOn"],
  "method-renewed": ["expiresOn"],
  "method-gone": [],
  digest: ["count"],
  "test-message": ["askedAt"],
} as const satisfies Record<MessageEvent, readonly (keyof Facts)[]>;

/** Reads the stored facts of an event. Throws with the field's name when one that its sentences need is missing or broken. */
export function readFacts(event: MessageEvent, stored: Readonly<Record<string, unknown>>): Facts {
  const read = facts.parse(stored);
  const missing = requiredFacts[event].filter((field) => read[field] === null);
  if (missing.length > 0) throw new RangeError(`a message about ${event} needs ${missing.join(", ")}`);
  return read;
}
