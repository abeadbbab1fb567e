import { askSource, type Asked, canSearch, whyDown } from "../adapters/bill-sources/asking.ts";
import {
  type AskedIdentifier,
  dropReadings,
  leaseReadings,
  noteSourceState,
  readIdentifiers,
  type ReadingEnd,
  type ReadingOutcome,
  readVanished,
  seedReadings,
  settleReadings,
} from "../db/queries/source-readings.ts";
import type { SubjectIdentifier } from "../domain/source-bill.ts";
import { type Loop, startLoop } from "./loop.ts";
import { type DiscoveryParts, keepBills } from "./source-answers.ts";
import { followNotices } from "./source-notices.ts";

/** Residents who share one question: a registry takes a hundred numbers at once, and most people have two or three. */
const RESIDENTS_AT_ONCE = 40;
/** Longer than a question takes, so that nobody else asks the same meanwhile. */
const LEASE_SECONDS = 300;
const WITHIN_MS = 120_000;
const HOUR = 3_600;
/** How often a resident is read again on their own, and after an answer that was not whole. Spread, so that those of one morning do not come together for ever. */
const AGAIN_SECONDS: Readonly<Record<ReadingOutcome, number>> = {
  complete: 12 * HOUR,
  partial: 2 * HOUR,
  // the pause of the source itself (`source_states`) spares it; this only keeps people from waiting longer than that
  unreachable: 60,
  refused: 6 * HOUR,
};

/**
 * Finds the bills of residents at one source by the numbers that they saved and the bills that they added: at sign-in, when something was saved, and twice a day
 * on its own. One loop a source: a dead or slow one keeps nobody else waiting. It gives way to payments, and numbers live in its memory alone.
 */
export function startDiscovery(parts: DiscoveryParts): Loop {
  const { db, source } = parts;
  let seededAt = -Infinity;
  return startLoop({
    name: `discovery ${source.name}`,
    // whoever has come, saved something or was told of by the source rings; this is for readings that are due on their own
    everyMs: 30_000,
    log: parts.log,
    work: async () => {
      if (performance.now() - seededAt > SEED_EVERY_MS) {
        await seedReadings(db, {
          source: source.name,
          kinds: source.capabilities.searchBy,
          overSeconds: AGAIN_SECONDS.complete,
        });
        seededAt = performance.now();
      }
      const more = await followNotices(parts);
      return (await readResidents(parts)) === RESIDENTS_AT_ONCE || more;
    },
  });
}

/** How often it is looked for residents whom nobody has put on the list. */
const SEED_EVERY_MS = 3_600_000;

/** One round: asks the source about residents whose reading is due. Answers how many they were. */
export async function readResidents(parts: DiscoveryParts): Promise<number> {
  const { db, sealer, source } = parts;
  const leased = await leaseReadings(db, {
    source: source.name,
    limit: RESIDENTS_AT_ONCE,
    leaseSeconds: LEASE_SECONDS,
  });
  if (leased.length === 0) return 0;
  const residentIds = leased.map(({ residentId }) => residentId);
  const asked = await readIdentifiers(db, sealer, { residentIds, kinds: source.capabilities.searchBy });
  const answers = asked.length === 0 ? [] : await askAbout(parts, asked);
  const askedAbout = residentIds.filter((id) => asked.some(({ residentId }) => residentId === id));
  await settleReadings(db, source.name, endsOf(askedAbout, asked, answers, parts.random ?? Math.random));
  const residentsOfNothing = residentIds.filter((id) => !askedAbout.includes(id));
  await dropReadings(db, { source: source.name, residentIds: residentsOfNothing });
  return leased.length;
}

/** An answer, and which of the identifiers that were asked for it is about. */
type PlacedAnswer = Asked & { readonly places: readonly number[] };

/**
 * Asks for what is owed by people, and for every bill by its number: those that were added, and those that were owed before and are not named any more, because
 * only so it is heard that they were paid or annulled.
 */
async function askAbout(
  parts: DiscoveryParts,
  asked: readonly AskedIdentifier[],
): Promise<readonly PlacedAnswer[]> {
  const { db, source } = parts;
  const placesOf = (isUin: boolean) =>
    [...asked.keys()].filter((place) => (asked[place]?.kind === "uin") === isUin);
  const [people, numbers] = [placesOf(false), placesOf(true)];
  const owed = people.length === 0 ? null : await ask(parts, asked, people, "owed");
  const answers = owed === null ? [] : [owed];
  if (owed?.report.outcome === "unreachable" || owed?.report.outcome === "refused") {
    return [{ ...owed, places: [...asked.keys()] }];
  }
  if (numbers.length > 0) answers.push(await ask(parts, asked, numbers, "all"));
  const uins = answers.flatMap(({ bills }) => bills.flatMap(({ uin }) => uin ?? []));
  const residentIds = [...new Set(asked.map(({ residentId }) => residentId))];
  const vanished = await readVanished(db, { source: source.name, residentIds, uins });
  const byNumber = vanished.map((value) => ({ kind: "uin", value })).filter((one) => canSearch(source, one));
  if (byNumber.length > 0) {
    const { bills, report } = await askSource(source, {
      identifiers: byNumber,
      scope: "all",
      withinMs: WITHIN_MS,
    });
    await keepBills(parts, bills);
    // whose bills they were is not told apart: everybody's reading is not whole then
    const places = [...asked.keys()];
    const missing =
      report.outcome === "complete" ? [] : [{ places, why: "outside-silent", detail: "" } as const];
    answers.push({ bills, report: { ...report, outcome: "partial", missing, unreadable: 0 }, places });
  }
  return answers;
}

async function ask(
  parts: DiscoveryParts,
  asked: readonly AskedIdentifier[],
  places: readonly number[],
  scope: "owed" | "all",
): Promise<PlacedAnswer> {
  const identifiers = places.flatMap((place): SubjectIdentifier[] => {
    const one = asked[place];
    return one === undefined ? [] : [{ kind: one.kind, value: one.value }];
  });
  const answer = await askSource(parts.source, { identifiers, scope, withinMs: WITHIN_MS });
  await noteSourceState(parts.db, { source: parts.source.name, why: whyDown(answer) });
  await keepBills(parts, answer.bills);
  const missing = answer.report.missing.map((part) => ({
    ...part,
    places: part.places.map((place) => places[place] ?? place),
  }));
  return { bills: answer.bills, report: { ...answer.report, missing }, places };
}

/** How the reading of each resident ended: as the answers about their own numbers did. */
function endsOf(
  residentIds: readonly string[],
  asked: readonly AskedIdentifier[],
  answers: readonly PlacedAnswer[],
  random: () => number,
): readonly ReadingEnd[] {
  return residentIds.map((residentId) => {
    const outcome = worst(
      answers.flatMap(({ places, report }) => {
        const own = places.filter((place) => asked[place]?.residentId === residentId);
        return own.length === 0 ? [] : [outcomeFor(own, report)];
      }),
    );
    // a quarter earlier or later
    const againSeconds = AGAIN_SECONDS[outcome] * (0.75 + random() / 2);
    return { residentId, outcome, againSeconds };
  });
}

function outcomeFor(own: readonly number[], report: Asked["report"]): ReadingOutcome {
  if (report.outcome !== "partial")
    return report.unreadable > 0 ? worst(["partial", report.outcome]) : report.outcome;
  // a bill that nobody could read may be anybody's
  if (report.unreadable > 0) return "partial";
  return report.missing.some(({ places }) => places.some((place) => own.includes(place)))
    ? "partial"
    : "complete";
}

const WORST_FIRST: readonly ReadingOutcome[] = ["unreachable", "refused", "partial", "complete"];

function worst(outcomes: readonly ReadingOutcome[]): ReadingOutcome {
  return WORST_FIRST.find((outcome) => outcomes.includes(outcome)) ?? "complete";
}
