import { dueBy, endOf } from "./due.ts";
import type { Entry, Told } from "./journal.ts";
import { closesAfter, longestWait, lowerKeepsClock, opensAfter, withinHours } from "./lead.ts";
import { MINUTE_MS, type Story } from "./story.ts";
import type { Word } from "./words.ts";

/** What is sent so shortly before its discount ends may arrive after it. */
export const MARGIN_MS = 60 * MINUTE_MS;
/** Acceptance and debit come some minutes after they could: whoever is so near to a limit is judged on neither side of it. */
const NEAR_MS = 5 * MINUTE_MS;

type Change = Entry & { readonly what: "change" };

/** What the payer has been told of the debit that is to come. */
type Announced = { readonly sum: number; readonly acceptedAt: number; readonly opens: number };

/** What could be done for the discount of a bill. */
export type Chance = "none" | "near" | "could-be-kept";

/**
 * What its source and its payer's market allowed at best for a bill: of the word that decided about the debit, could the discount be kept? A debit comes when a notice of its sum has been accepted
 * (arrival + the relay's minutes + the pack's lead); words that leave the announced debit as it is do not begin anew, nor does a lower sum where the pack says so.
 */
export function chanceOf({ story, entries }: Told): Chance {
  const debit = entries.find(({ what }) => what === "debit");
  const changes = entries.filter((entry): entry is Change => entry.what === "change");
  let announced: Announced | null = null;
  for (const [index, change] of changes.entries()) {
    const next = changes[index + 1];
    const until = next?.at ?? Number.POSITIVE_INFINITY;
    announced = announcedAfter(story, change, announced) ?? announcedAtTheEnd(story, change, until);
    if (announced === null) continue;
    const sentFirst = debit !== undefined && (next === undefined || debit.order < next.order);
    // a word that comes while the debit waits for its share of the morning decides instead of this one
    const sent = announced.opens + longestWait(story.pack) + NEAR_MS;
    if (!sentFirst && sent >= until) continue;
    // no debit can follow a word before it was said, though its notice opened long ago; and none comes at night
    const first = withinHours(story.pack, Math.max(announced.opens, change.at), story.zone);
    return keptBy(story, change.word, first);
  }
  return "none";
}

function keptBy({ billerZone }: Story, word: Word, opens: number): Chance {
  const end = endOf(word, billerZone);
  if (end === null || dueBy(word, end - 1, billerZone) === dueBy(word, end, billerZone)) return "none";
  const spare = end - (opens + MARGIN_MS);
  if (Math.abs(spare) < NEAR_MS) return "near";
  return spare > 0 ? "could-be-kept" : "none";
}

/** The announcement that stands after a change; null: nothing is, or a person has to say something first. */
function announcedAfter(story: Story, { at, word }: Change, before: Announced | null): Announced | null {
  if (word.status !== "issued" || word.payee !== "on-file") return null;
  const known = before === null ? null : stillGood(story, { at, word }, before);
  const acceptedAt = at + story.relayMinutes * MINUTE_MS;
  const opens = opensAfter(story.pack, acceptedAt, story.zone);
  const now = known ?? { sum: sumAt(story, word, opens), acceptedAt, opens };
  return isAsked(story, word, { at, opens: now.opens }) ? null : now;
}

function stillGood(
  story: Story,
  { at, word }: Pick<Change, "at" | "word">,
  before: Announced,
): Announced | null {
  if (at > closesAfter(story.pack, before.opens, story.zone)) return null;
  const sum = sumAt(story, word, Math.max(before.opens, at));
  if (sum === before.sum) return before;
  if (sum > before.sum || !lowerKeepsClock(story.pack) || before.acceptedAt > at) return null;
  return { ...before, sum, opens: Math.max(before.opens, at + story.relayMinutes * MINUTE_MS) };
}

const sumAt = ({ billerZone }: Story, word: Word, opens: number): number =>
  dueBy(word, opens + MARGIN_MS, billerZone);

/** Who wants to be asked is asked when the discount cannot be met any more. */
function isAsked(
  { lateBill, billerZone }: Story,
  word: Word,
  { at, opens }: { readonly at: number; readonly opens: number },
): boolean {
  const end = endOf(word, billerZone);
  if (lateBill !== "ask" || end === null || at >= end || opens <= end - MARGIN_MS) return false;
  return dueBy(word, end - 1, billerZone) !== dueBy(word, end, billerZone);
}

/** Nobody answered while it was cheap: after its end the whole sum is announced, before the next word came. */
function announcedAtTheEnd(story: Story, { at, word }: Change, next: number): Announced | null {
  const end = endOf(word, story.billerZone);
  if (word.status !== "issued" || word.payee !== "on-file" || end === null || end <= at || end >= next)
    return null;
  const acceptedAt = end + story.relayMinutes * MINUTE_MS;
  const opens = opensAfter(story.pack, acceptedAt, story.zone);
  return { sum: sumAt(story, word, opens), acceptedAt, opens };
}
