import type { Violation } from "../proof.ts";
import { dueBy, endOf } from "./due.ts";
import { chanceOf, MARGIN_MS } from "./expected.ts";
import { type Entry, lineOf, type Told } from "./journal.ts";
import type { Word } from "./words.ts";

/** Of a hundred discounts that could be kept so many have to be. */
const KEPT_PERCENT = 99;

/** What came of all bills, by name. */
export type Judgement = {
  readonly violations: readonly Violation[];
  readonly changes: Readonly<Record<string, number>>;
  readonly debits: Readonly<Record<string, number>>;
  readonly discounts: Readonly<Record<string, number>>;
  /** Discounts that could be kept and were not, by the engine's own reason. */
  readonly lost: Readonly<Record<string, number>>;
};

/**
 * Judges every bill by the order of commits alone: a change counts from its commit on. Nothing of the engine's own reckoning is used; only why it did not debit is its own word.
 */
export function judge(told: readonly Told[]): Judgement {
  const violations: Violation[] = [];
  const changes: Record<string, number> = {};
  const debits = { all: 0, ofTheSumOfThatMoment: 0, withDiscount: 0 };
  const discounts = { withDiscount: 0, couldBeKept: 0, kept: 0, nearTheLimit: 0 };
  const lost: Record<string, number> = {};
  for (const one of told) {
    for (const entry of one.entries)
      if (entry.what === "change") changes[entry.change] = (changes[entry.change] ?? 0) + 1;
    const wrong = complaintsOf(one);
    violations.push(...wrong.map((invariant) => violationOf(one, invariant)));
    const sent = one.entries.filter(({ what }) => what === "debit").length;
    debits.all += sent;
    debits.ofTheSumOfThatMoment += wrong.length === 0 ? sent : 0;
    const kept = isKept(one);
    if (kept) debits.withDiscount += 1;
    if (one.entries.some((entry) => entry.what === "change" && entry.word.discount !== null))
      discounts.withDiscount += 1;
    const chance = chanceOf(one);
    if (chance === "near") discounts.nearTheLimit += 1;
    if (chance !== "could-be-kept") continue;
    discounts.couldBeKept += 1;
    if (kept) discounts.kept += 1;
    else violations.push(...countLost(one, lost));
  }
  if (discounts.kept * 100 < discounts.couldBeKept * KEPT_PERCENT) {
    const share = `${discounts.kept} of ${discounts.couldBeKept} discounts were kept`;
    violations.push({
      invariant: `${share}: fewer than ${KEPT_PERCENT} of a hundred`,
      seed: told[0]?.seed ?? 0,
      events: [],
    });
  }
  return { violations, changes, debits, discounts, lost };
}

/** Counts a lost discount under the engine's own reason; one without a reason is a violation. */
function countLost(one: Told, lost: Record<string, number>): readonly Violation[] {
  const reason = one.left.need ?? one.left.outcome;
  const name = reason ?? "no reason";
  lost[name] = (lost[name] ?? 0) + 1;
  return reason === null ? [violationOf(one, "a discount that could be kept is lost without a reason")] : [];
}

function violationOf(one: Told, invariant: string): Violation {
  const { pack, zone, billerZone, lateBill, relayMinutes } = one.story;
  const head = `${pack} in ${zone}, payee in ${billerZone}, late bills: ${lateBill}, relay ${relayMinutes} min`;
  const end = `left as bill ${one.left.bill}, payment ${one.left.payment ?? "none"} ${one.left.need ?? ""} ${one.left.outcome ?? ""}`;
  return { invariant, seed: one.seed, events: [head, ...one.entries.map(lineOf), end] };
}

/** Debited at the discounted sum, in time. */
function isKept({ story, entries }: Told): boolean {
  return entries.some((entry, index) => {
    if (entry.what !== "debit") return false;
    const word = wordBefore(entries, index);
    const end = word && endOf(word, story.billerZone);
    if (word === undefined || end === null || end === undefined) return false;
    const whole = dueBy(word, end, story.billerZone);
    return entry.at + MARGIN_MS <= end && entry.amountMinor < whole;
  });
}

/** What is wrong with the debits of one bill. */
export function complaintsOf({ story, entries }: Pick<Told, "story" | "entries">): readonly string[] {
  const complaints: string[] = [];
  entries.forEach((entry, index) => {
    if (entry.what !== "debit") return;
    if (entries.slice(0, index).some(({ what }) => what === "debit"))
      complaints.push("a second debit of one bill");
    const word = wordBefore(entries, index);
    if (word === undefined) complaints.push("a debit before its bill");
    else complaints.push(...faultsOf(word, entry, story.billerZone));
  });
  return complaints;
}

function faultsOf(
  word: Word,
  { at, amountMinor }: { readonly at: number; readonly amountMinor: number },
  billerZone: string,
): readonly string[] {
  const faults: string[] = [];
  if (word.status === "annulled") faults.push("a debit of an annulled bill");
  if (word.status === "paid") faults.push("a debit of a bill that is paid already");
  if (word.payee !== "on-file") faults.push("a debit to a payee that nobody has checked");
  const due = dueBy(word, at, billerZone);
  if (amountMinor !== due) {
    const late = amountMinor < due && word.discount !== null && at >= (endOf(word, billerZone) ?? 0);
    faults.push(late ? "a discount is taken after its end" : `a debit of another sum than is due (${due})`);
  } else if (dueBy(word, at + MARGIN_MS, billerZone) !== due) {
    faults.push("a debit in the last hour of its discount");
  }
  return faults;
}

/** The newest word whose commit came before. */
function wordBefore(entries: readonly Entry[], index: number): Word | undefined {
  const earlier = entries.slice(0, index).findLast((entry) => entry.what === "change");
  return earlier?.what === "change" ? earlier.word : undefined;
}
