import type { CivilMoment } from "../../../domain/calendar.ts";
import { NOTICE_PACKS } from "../../../domain/notice-policy.ts";
import { changesOf } from "../../../test/db/support/zone-time.ts";
import { isSameWall } from "./instants.ts";
import { offsetOf, type Span } from "./zones.ts";
import type { ZoneClock } from "./zone-clock.ts";

const MINUTE_MS = 60_000;

type Asked = {
  readonly moment: CivilMoment;
  readonly expected: number;
  readonly what: "skipped" | "twice" | "once";
};

export type TurnFindings = {
  readonly faults: readonly string[];
  readonly skipped: number;
  readonly twice: number;
  readonly differing: number;
};

/**
 * Around every turn of a zone's clocks: the first, middle and last minute that the wall skips or shows twice, and the minutes beside. What is expected
 * is said by the rule and the two offsets alone: a skipped time counts by the clock of before, one that comes twice by the clock of after.
 */
export async function judgeTurns(clock: ZoneClock, zone: string, span: Span): Promise<TurnFindings> {
  const turns = changesOf(zone, span);
  const known = await knownToBoth(clock, zone, turns);
  const asked = known.flatMap((change) => around(zone, change));
  const moments = asked.map(({ moment }) => moment);
  const answers = await clock.instantsOf({ zone, pack: NOTICE_PACKS.demo, moments });
  const faults: string[] = [];
  const counts = { skipped: 0, twice: 0, once: 0 };
  for (const [index, { moment, expected, what }] of asked.entries()) {
    const answer = answers[index];
    if (answer === undefined)
      throw new Error(`${zone}: the clock answered ${answers.length} of ${asked.length}`);
    counts[what] += 1;
    if (answer.at !== expected)
      faults.push(`${moment.date} ${moment.time}, ${what}: ${iso(answer.at)}, not ${iso(expected)}`);
  }
  const { skipped, twice } = counts;
  return { faults, skipped, twice, differing: turns.length - known.length };
}

/** Turns that the database makes in the same minute as the runtime. */
async function knownToBoth(
  clock: ZoneClock,
  zone: string,
  turns: readonly number[],
): Promise<readonly number[]> {
  const instants = turns.flatMap((change) => [change - MINUTE_MS, change]);
  const walls = await clock.wallsAt(zone, instants);
  const isSame = instants.map((at, index) => {
    const wall = walls[index];
    if (wall === undefined)
      throw new Error(`${zone}: the clock showed ${walls.length} of ${instants.length} walls`);
    return isSameWall(zone, at, wall);
  });
  return turns.filter((_, index) => isSame[2 * index] && isSame[2 * index + 1]);
}

function around(zone: string, change: number): readonly Asked[] {
  const [before, after] = [offsetOf(zone, change - MINUTE_MS), offsetOf(zone, change)];
  const turned = Math.abs(after - before);
  const first = change + Math.min(before, after);
  const inside = [first, first + Math.floor(turned / 2 / MINUTE_MS) * MINUTE_MS, first + turned - MINUTE_MS];
  const forth = after > before;
  return [
    ...inside.map((local) => ({
      moment: wallAt(local),
      // the earlier clock for a time that is skipped, the later one for a time that comes twice
      expected: local - (forth ? before : after),
      what: forth ? ("skipped" as const) : ("twice" as const),
    })),
    { moment: wallAt(first - MINUTE_MS), expected: first - MINUTE_MS - before, what: "once" },
    { moment: wallAt(first + turned), expected: first + turned - after, what: "once" },
  ];
}

/** A wall clock, given as if it were UTC. */
function wallAt(local: number): CivilMoment {
  const text = iso(local);
  return { date: text.slice(0, 10), time: text.slice(11, 19) };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
