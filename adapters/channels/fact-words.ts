import {
  formatDate,
  formatDayOf,
  formatInstant,
  formatMoney,
  formatShortDay,
  formatTimeOf,
} from "../../words/format.ts";
import { billerTitle, purposeWords } from "../../words/biller-names.ts";
import type { Locale } from "../../words/locale.ts";
import type { MessageEvent } from "../../words/message-events.ts";
import type { Situation } from "../../domain/declines/reason.ts";
import {
  explains,
  needWords,
  planWords,
  reasonOf,
  type ReasonWords,
  reasonWords,
} from "../../words/reasons.ts";
import { say } from "../../words/say.ts";
import type { Facts } from "./facts.ts";

/** The facts as words in the reader's language and on the reader's clock; empty where there is none. */
export type FactWords = {
  readonly amount: string;
  readonly biller: string;
  readonly purpose: string;
  readonly paid: string;
  readonly method: string;
  readonly due: string;
  /** The last day of a discount, and what is due after it. */
  readonly discountUntil: string;
  readonly full: string;
  /** What is usually due; empty where nothing is asked about it. */
  readonly usual: string;
  readonly day: string;
  readonly time: string;
  readonly until: string;
  /** The last day of the card that the message is about. */
  readonly expires: string;
  readonly deadline: string;
  readonly why: string;
  readonly advice: string;
  readonly need: string;
  /** The tries that are planned, in one sentence. */
  readonly plan: string;
  /** Since when a source is silent. */
  readonly since: string;
  /** When a test message was asked for. */
  readonly asked: string;
  /** What is to be paid by all messages of a digest together. */
  readonly sum: string;
};

/** Who reads, and where: `brief` is for a small screen, where a day that is near needs no year. */
export type Reader = { readonly locale: Locale; readonly zone: string; readonly brief?: boolean };

/** Puts the facts into words. Throws `RangeError` for a date, instant or zone that does not exist. */
export function wordsOf(reader: Reader, event: MessageEvent, facts: Facts): FactWords {
  const { locale, zone } = reader;
  const { dated, timed, near } = daysFor(reader);
  const told = toldReason(locale, event, facts);
  return {
    amount: facts.amount === null ? "" : formatMoney(locale, facts.amount),
    ...namesOf(locale, facts),
    paid: timed(facts.paidAt),
    method: facts.method ?? say(locale, "mail.method-unnamed"),
    due: near.dated(facts.dueOn),
    discountUntil: near.dated(facts.discountUntil),
    usual: facts.usual === null ? "" : formatMoney(locale, facts.usual),
    full: facts.fullAmount === null ? "" : formatMoney(locale, facts.fullAmount),
    day: facts.notBefore === null ? near.dated(facts.plannedOn) : near.dayOf(facts.notBefore),
    time: facts.notBefore === null ? "" : formatTimeOf(locale, facts.notBefore, zone),
    until: either(facts.until, timed, dated),
    expires: dated(facts.expiresOn),
    deadline: near.timed(facts.giveUpAt),
    why: told?.why ?? "",
    advice: told?.advice ?? "",
    need: facts.need === null ? "" : needWords(locale, facts.need),
    // a plan that was made before the notice's own clock was read names its first try a moment off
    plan:
      planWords(locale, [facts.notBefore, ...(facts.plan ?? []).slice(1).map(({ at }) => at)].map(timed)) ??
      "",
    asked: near.timed(facts.askedAt),
    since: either(facts.since, near.dayOf, near.dated),
    sum: facts.totals.map((total) => formatMoney(locale, total)).join(" + "),
  };
}

/** For a fact that is stored as an instant or as a day. */
function either(
  at: string | null,
  instant: (at: string) => string,
  day: (date: string | null) => string,
): string {
  return at !== null && at.length > "2026-12-10".length ? instant(at) : day(at);
}

/** Dates and instants as words; `near`: of the next or last days, where a small screen leaves the year out. */
function daysFor({ locale, zone, brief = false }: Reader) {
  const dated = (date: string | null) => (date === null ? "" : formatDate(locale, date));
  const timed = (at: string | null) => (at === null ? "" : formatInstant(locale, at, zone));
  const dayOf = (at: string) => formatDayOf(locale, at, zone);
  if (!brief) return { dated, timed, near: { dated, timed, dayOf } };
  const shortDay = (at: string) => formatShortDay(locale, at, zone);
  return {
    dated,
    timed,
    near: {
      dated: (date: string | null) =>
        date === null ? "" : formatShortDay(locale, `${date}T12:00:00Z`, "UTC"),
      timed: (at: string | null) => (at === null ? "" : `${shortDay(at)}, ${formatTimeOf(locale, at, zone)}`),
      dayOf: shortDay,
    },
  };
}

/** Whom and what for: the biller as the reader calls it, and a purpose of ours in the reader's language. */
function namesOf(locale: Locale, facts: Facts): Pick<FactWords, "biller" | "purpose"> {
  const { purpose, unasked } = facts;
  if (facts.biller === null) return { biller: "", purpose: purpose ?? "" };
  const biller = { name: facts.biller, nameEn: facts.billerEn };
  return {
    biller: billerTitle(locale, biller),
    purpose: purpose === null ? "" : purposeWords(locale, { purpose, unasked, biller }),
  };
}

/** Why the last charge took no money and what to do, where the message is about that; undefined: nobody declined anything. */
export function toldReason(locale: Locale, event: MessageEvent, facts: Facts): ReasonWords | undefined {
  const reason = reasonOf({ gateway: facts.gateway, code: facts.reason, because: facts.because });
  if (event === "failed-retry") return reasonWords(locale, reason ?? "unlisted", { kind: "again" });
  if (reason === null || (facts.need !== null && !explains(reason, facts.need))) return undefined;
  const situation: Situation = facts.need === null ? { kind: "over" } : { kind: "asked", need: facts.need };
  return reasonWords(locale, reason, situation);
}
