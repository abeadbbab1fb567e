import type { CivilMoment } from "../../../domain/calendar.ts";
import { NOTICE_PACKS } from "../../../domain/notice-policy.ts";
import { changesOf } from "../../../test/db/support/zone-time.ts";
import { agree, isSameWall } from "./instants.ts";
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
  const turns = changesOf(zone, span).map((change) => around(zone, change));
  const moments = turns.flat().map(({ moment }) => moment);
  const answers = await clock({ zone, pack: NOTICE_PACKS.demo, moments });
  if (answers.length !== moments.length)
    throw new Error(`${zone}: the clock answered ${answers.length} of ${moments.length}`);
  const faults: string[] = [];
  const counts = { skipped: 0, twice: 0, once: 0, differing: 0 };
  let place = 0;
  for (const turn of turns) {
    const answered = answers.slice(place, place + turn.length);
    place += turn.length;
    if (!answered.every((answer) => agree(zone, answer) && isSameWall(zone, answer.at, answer.wall))) {
      // one of them does not know this turn, or knows it at another hour
      counts.differing += turn.length;
      continue;
    }
    for (const [index, { moment, expected, what }] of turn.entries()) {
      counts[what] += 1;
      const at = answered[index]?.at ?? Number.NaN;
      if (at !== expected)
        faults.push(`${moment.date} ${moment.time}, ${what}: ${iso(at)}, not ${iso(expected)}`);
    }
  }
  const { skipped, twice, differing } = counts;
  return { faults, skipped, twice, differing };
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
