import { addDays, type CivilDate, civilDate, monthAfter } from "../../../domain/calendar.ts";
import { NOTICE_PACKS } from "../../../domain/notice-policy.ts";
import { Chance } from "../chance.ts";
import { type Proof, sizeOf, type Violation } from "../proof.ts";
import { judgeZone } from "./instants.ts";
import { faultsOfWalk, walkAll } from "./runs.ts";
import { judgeTurns } from "./turns.ts";
import type { ZoneClock } from "./zone-clock.ts";
import { type Span, zonesWithTurns } from "./zones.ts";

/** The first month: years that are decreed, and then years that are not yet. */
const FIRST: CivilDate = "2026-01-01";

/** Lends the civil clock of a database. */
export type WithZoneClock = <Result>(work: (clock: ZoneClock) => Promise<Result>) => Promise<Result>;

/**
 * Mandates on a day of the month, in every zone whose clocks are turned, over years: every nominal month has one run, its instants grow, each
 * lies on its day at the opening of the payer's hours, and times that the clocks skip or repeat are counted as the rule says. The walk is pure; instants
 * are made by the database, as they are when a debit is planned, and held against the runtime's own zone database wherever both know the same clock.
 */
export const calendar: Proof<WithZoneClock> = {
  name: "calendar",
  sizes: { small: { sequencesPercent: 5, months: 120 }, full: { sequencesPercent: 100, months: 120 } },
  run: ({ seed, sizes, say, needs }) =>
    needs(async (clock) => {
      const months = sizeOf(sizes, "months");
      const percent = sizeOf(sizes, "sequencesPercent");
      const chance = new Chance(seed);
      const span = spanOf(months);
      const zones = zonesWithTurns(span);
      const walks = walkAll(FIRST, months);
      const violations: Violation[] = walks.flatMap((walk) =>
        violationsOf(`day ${walk.day}, ${walk.rule}`, faultsOfWalk(walk, FIRST), seed),
      );
      say(`${zones.length} zones, ${walks.length} schedules of ${months} months`);
      const counts = { zones: 0, sequences: 0, runs: 0, instants: 0, skipped: 0, twice: 0, differing: 0 };
      const differingZones: string[] = [];
      for (const zone of zones) {
        const sequences = walks.filter(() => chance.percent(percent));
        const judged = await judgeZone(clock, zone, { pack: NOTICE_PACKS.RU, sequences });
        const turns = chance.percent(percent) ? await judgeTurns(clock, zone, span) : null;
        violations.push(...violationsOf(zone, [...judged.faults, ...(turns?.faults ?? [])], seed));
        counts.zones += 1;
        counts.sequences += sequences.length;
        counts.runs += judged.runs;
        counts.instants += judged.instants;
        counts.skipped += turns?.skipped ?? 0;
        counts.twice += turns?.twice ?? 0;
        const differing = judged.differing + (turns?.differing ?? 0);
        counts.differing += differing;
        if (differing > 0) differingZones.push(`${zone} ${differing}`);
        if (counts.zones % 20 === 0)
          say(`${counts.zones} zones, ${counts.runs} runs, ${violations.length} violations`);
      }
      if (differingZones.length > 0) say(`the two zone databases differ: ${differingZones.join(", ")}`);
      return { violations, result: { ...counts, zonesDiffering: differingZones.length } };
    }),
};

function spanOf(months: number): Span {
  const end = civilDate({ ...monthAfter(FIRST, months), day: 1 });
  return { from: Date.parse(`${addDays(FIRST, -31)}T00:00Z`), to: Date.parse(`${end}T00:00Z`) };
}

function violationsOf(where: string, faults: readonly string[], seed: number): Violation[] {
  return faults.map((fault) => ({ invariant: `${where}: ${fault}`, seed, events: [] }));
}
