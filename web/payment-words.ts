import { ruleOf } from "../domain/capability-matrix.ts";
import type { Payment } from "../api/client.ts";
import { formatDate, formatInstant, formatMoney, formatTimeOf } from "../words/format.ts";
import { isQuestion } from "../domain/question.ts";
import { waitsForSource } from "../domain/why/payment.ts";
import type { PayerAction, Reason, Situation } from "../domain/declines/reason.ts";
import { explains, needWords, planWords, type ReasonWords, reasonWords } from "../words/reasons.ts";
import { say } from "../words/say.ts";
import { methodKindWords } from "../words/method-kinds.ts";
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
  /** What the payer can do about it. */
  readonly todo?: string | undefined;
  /** The same for programs: which link or button is the right one. */
  readonly action?: PayerAction | undefined;
  /** What comes next. */
  readonly next?: string | undefined;
  /** True while something may change without the payer doing anything. */
  readonly moving: boolean;
}

/** Needs that the payer meets on our confirm page. */
const confirmable = new Set([
  "confirm-again",
  "new-method",
  "confirm-amount",
  "bill-unconfirmed",
  "over-limit",
  "unusual-amount",
  "late-bill",
  "no-channel",
  "contact-bank",
]);

/** True when the payer's confirmation sends this payment on. */
export function canConfirm(payment: Payment): boolean {
  return payment.state === "needs-payer" && payment.need !== null && confirmable.has(payment.need);
}

/** True while a mandate plans this debit and nothing was sent. */
/**
 * May the payer choose another method while the bank waits for them? `now`: the gateway ends the first try at once. `later`: it cannot be ended, another one
 * is offered when it is final (payment rules §6). Null: nobody waits for the payer.
 */
export function otherMethodIs(payment: Payment): "now" | "later" | null {
  const charge = payment.charges.at(-1);
  if (payment.state !== "charging" || charge?.state !== "challenged" || payment.stopMark !== null)
    return null;
  // one road of a gateway is like the next in this: it can call a waiting charge back, or it cannot
  return ruleOf(payment.gateway, "bank_card")?.cancelPending === true ? "now" : "later";
}

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
    case "needs-payer": {
      const reason = reasonOf(payment);
      const told =
        payment.need !== null && explains(reason, payment.need)
          ? reasonWords(locale, reason, { kind: "asked", need: payment.need })
          : undefined;
      return {
        tone: "wait",
        title:
          payment.need === null ? say(locale, "page.payment.needs-payer") : needWords(locale, payment.need),
        ...toldOf(told),
        ...(payment.usual === null
          ? {}
          : {
              why: say(locale, "page.payment.question.usual", { usual: formatMoney(locale, payment.usual) }),
            }),
        next: say(
          locale,
          isQuestion(payment.need) ? "page.payment.question.next" : "page.payment.needs-payer.next",
          {
            until: formatInstant(locale, payment.giveUpAt, zone),
          },
        ),
        moving: false,
      };
    }
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
  const reason = reasonOf(payment);
  if (reason === "already-there") {
    const { why, advice, action } = reasonWords(locale, reason, { kind: "again" });
    return { tone: "wait", title: `${why}.`, todo: `${advice}.`, action, moving: true };
  }
  if (isPutOff(payment)) {
    return {
      tone: "wait",
      title: say(locale, "page.payment.put-off", { time: formatInstant(locale, payment.nextLookAt, zone) }),
      ...(waitsForSource(payment.remark) ? { why: say(locale, "page.payment.put-off.source") } : {}),
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
    ...whyWords(visit, payment, { kind: "again" }),
    next: nextWords(visit, payment),
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
        title: say(
          locale,
          isAskedOutside(charge) ? "page.payment.challenged-by-sms" : "page.payment.challenged",
        ),
        why:
          stopped ?? (isAskedOutside(charge) ? say(locale, "page.payment.challenged-by-sms.why") : undefined),
        next:
          charge.confirmBy === null
            ? undefined
            : say(
                locale,
                stopped === undefined ? "page.payment.challenged.next" : "page.payment.challenged.ends",
                {
                  until: formatInstant(locale, charge.confirmBy, zone),
                },
              ),
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

/** The owner of a phone account answers an SMS: there is no page to go to. */
function isAskedOutside({ gateway, kind }: Payment["charges"][number]): boolean {
  return ruleOf(gateway, kind)?.confirmation === "external";
}

function tellClosed(visit: Visit, payment: Payment): Told {
  const { locale } = visit;
  const outcome = payment.outcome ?? "stopped";
  return {
    tone: outcome === "gave-up" ? "bad" : "calm",
    title: say(locale, `page.payment.closed.${outcome}`),
    ...(outcome === "gave-up" ? whyWords(visit, payment, { kind: "over" }) : {}),
    ...(outcome === "gave-up" && payment.remark === "bill-unconfirmed"
      ? { why: say(locale, "page.payment.closed.unconfirmed") }
      : {}),
    next:
      outcome === "returned" || outcome === "paid-elsewhere"
        ? undefined
        : say(locale, "page.payment.closed.nothing"),
    moving: false,
  };
}

/** What becomes of a planned debit by itself: its tries with their dates after a failure, else whether its notice has arrived. */
function nextWords({ locale, zone }: Visit, { plan, notice }: Payment): string {
  const tries = planWords(
    locale,
    plan.map(({ at }) => formatInstant(locale, at, zone)),
  );
  const announced = say(
    locale,
    notice?.state === "accepted" ? "page.payment.planned.told" : "page.payment.planned.telling",
  );
  return tries === undefined ? announced : `${tries}. ${announced}`;
}

/** Why the last try took no money; null while there was none, or it is not known yet. */
function reasonOf({ charges, unprepared }: Payment): Reason | null {
  if (unprepared !== null) return unprepared;
  const last = charges.at(-1);
  return last?.state === "not-charged" ? (last.because ?? "unlisted") : null;
}

function whyWords(
  { locale }: Visit,
  payment: Payment,
  situation: Situation,
): Pick<Told, "why" | "todo" | "action"> {
  const reason = reasonOf(payment);
  return toldOf(reason === null ? undefined : reasonWords(locale, reason, situation));
}

function toldOf(words: ReasonWords | undefined): Pick<Told, "why" | "todo" | "action"> {
  if (words === undefined) return {};
  return { why: `${words.why}.`, todo: `${words.advice}.`, action: words.action };
}

/** Looks that are this much later than announced are a wait of our own, not the clock's granularity. */
const noticeableMs = 5 * 60_000;

/** True when we put a planned debit off ourselves (the card's budget of the day, the hours of the notice): nothing was sent. */
function isPutOff({ remark, nextLookAt, notBefore }: Payment): boolean {
  return remark !== null && Date.parse(nextLookAt) - Date.parse(notBefore) > noticeableMs;
}

/** The method of a payment as people know it: a saved one, or what was taken for this payment only. */
export function methodTitle({ locale }: Visit, payment: Payment): string {
  if (payment.once !== null && payment.once !== "bank_card") return methodKindWords(locale, payment.once);
  if (payment.once === "bank_card") return say(locale, "page.method.on-bank-page");
  return payment.method?.title ?? say(locale, "page.method.on-bank-page");
}
