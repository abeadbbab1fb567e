import type { Payment } from "../api/client.ts";
import { formatDate, formatInstant, formatMoney, formatTimeOf } from "../words/format.ts";
import { isChargeReason, needWords, reasonWords } from "../words/reasons.ts";
import { say } from "../words/say.ts";
import type { Visit } from "./visit.ts";

/** How a state feels: colour and mark follow it, the words say it. */
export type Tone = "calm" | "good" | "wait" | "bad";

/** The state of a payment for its payer. */
export interface Told {
  readonly tone: Tone;
  /** What is the case, one short sentence. */
  readonly title: string;
  /** Why it is so, or what it means. */
  readonly why?: string | undefined;
  /** What comes next, or what to do. */
  readonly next?: string | undefined;
  /** True while something may change without the payer doing anything. */
  readonly moving: boolean;
}

/** Needs that the payer meets on our confirm page. */
const confirmable = new Set([
  "confirm-again",
  "new-method",
  "confirm-amount",
  "over-limit",
  "late-bill",
  "no-channel",
  "contact-bank",
]);

/** True when the payer's confirmation sends this payment on. */
export function canConfirm(payment: Payment): boolean {
  return payment.state === "needs-payer" && payment.need !== null && confirmable.has(payment.need);
}

/** True while a mandate plans this debit and nothing was sent. */
export function canSkip(payment: Payment): boolean {
  return (
    payment.mandateId !== null &&
    payment.stopMark === null &&
    (payment.state === "scheduled" || payment.state === "needs-payer")
  );
}

/** Says the state of a payment in words. */
export function tellPayment(visit: Visit, payment: Payment): Told {
  const { locale, zone } = visit;
  switch (payment.state) {
    case "scheduled":
      return tellScheduled(visit, payment);
    case "needs-payer":
      return {
        tone: "wait",
        title:
          payment.need === null ? say(locale, "page.payment.needs-payer") : needWords(locale, payment.need),
        why: whyWords(visit, payment),
        next: say(locale, "page.payment.needs-payer.next", {
          until: formatInstant(locale, payment.giveUpAt, zone),
        }),
        moving: false,
      };
    case "charging":
      return tellCharging(visit, payment);
    case "paid":
      return {
        tone: "good",
        title: say(locale, "page.payment.paid", { amount: formatMoney(locale, payment.amount) }),
        next:
          payment.paidAt === null
            ? undefined
            : say(locale, "page.payment.paid.at", { time: formatInstant(locale, payment.paidAt, zone) }),
        moving: false,
      };
    case "returning":
      return {
        tone: "wait",
        title: say(locale, "page.payment.returning"),
        next: say(locale, "page.payment.returning.next"),
        moving: true,
      };
    case "closed":
      return tellClosed(visit, payment);
  }
}

function tellScheduled(visit: Visit, payment: Payment): Told {
  const { locale, zone } = visit;
  if (payment.stopMark !== null) {
    return { tone: "calm", title: say(locale, "page.payment.stopping"), moving: true };
  }
  if (payment.mandateId === null) {
    return {
      tone: "calm",
      title: say(locale, "page.payment.preparing"),
      next: say(locale, "page.payment.preparing.next"),
      moving: true,
    };
  }
  if (isPutOff(payment)) {
    return {
      tone: "wait",
      title: say(locale, "page.payment.put-off", { time: formatInstant(locale, payment.nextLookAt, zone) }),
      next: say(locale, "page.payment.put-off.next"),
      moving: true,
    };
  }
  return {
    tone: "calm",
    title: say(locale, "page.payment.planned", {
      day: formatDate(locale, payment.plannedOn),
      time: formatTimeOf(locale, payment.notBefore, zone),
      method: methodTitle(visit, payment),
    }),
    why: whyWords(visit, payment),
    next: say(
      locale,
      payment.notice?.state === "accepted" ? "page.payment.planned.told" : "page.payment.planned.telling",
    ),
    moving: true,
  };
}

function tellCharging(visit: Visit, payment: Payment): Told {
  const { locale, zone } = visit;
  const charge = payment.charges.at(-1);
  const stopped = payment.stopMark === null ? undefined : say(locale, "page.payment.stopped-in-flight");
  switch (charge?.state) {
    case "challenged":
      return {
        tone: "wait",
        title: say(locale, "page.payment.challenged"),
        why: stopped,
        next:
          charge.confirmBy === null
            ? undefined
            : say(locale, "page.payment.challenged.next", {
                until: formatInstant(locale, charge.confirmBy, zone),
              }),
        moving: true,
      };
    case "unknown":
      return {
        tone: "wait",
        title: say(locale, "page.payment.unknown"),
        why: stopped,
        next: say(locale, "page.payment.unknown.next"),
        moving: true,
      };
    case "pending":
    case "held":
      return { tone: "calm", title: say(locale, "page.payment.pending"), why: stopped, moving: true };
    default:
      return { tone: "calm", title: say(locale, "page.payment.sending"), why: stopped, moving: true };
  }
}

function tellClosed(visit: Visit, payment: Payment): Told {
  const { locale } = visit;
  const outcome = payment.outcome ?? "stopped";
  return {
    tone: outcome === "gave-up" ? "bad" : "calm",
    title: say(locale, `page.payment.closed.${outcome}`),
    why: outcome === "gave-up" ? whyWords(visit, payment) : undefined,
    next:
      outcome === "returned" || outcome === "paid-elsewhere"
        ? undefined
        : say(locale, "page.payment.closed.nothing"),
    moving: false,
  };
}

/** What the bank said of the last charge. The payment's own reason will not do: it also holds our remarks about waits and stops. */
function whyWords({ locale }: Visit, { charges }: Payment): string | undefined {
  const last = charges.at(-1);
  if (last?.state !== "not-charged" || last.reason === null) return undefined;
  // The answer does not name the gateway; there is one so far.
  return `${reasonWords(locale, "yookassa", last.reason).why}.`;
}

/** Looks that are this much later than announced are a wait of our own, not the clock's granularity. */
const noticeableMs = 5 * 60_000;

/** True when we put a planned debit off ourselves (the card's budget of the day, the hours of the notice): nothing was sent. */
function isPutOff({ reason, nextLookAt, notBefore }: Payment): boolean {
  const isOurs = reason !== null && !isChargeReason(reason);
  return isOurs && Date.parse(nextLookAt) - Date.parse(notBefore) > noticeableMs;
}

/** The method of a payment as people know it. */
export function methodTitle({ locale }: Visit, payment: Payment): string {
  return payment.method?.title ?? say(locale, "page.method.on-bank-page");
}
