import type { CivilDate, CivilMoment } from "../../../domain/calendar.ts";
import { isWithinHours, type NoticePack } from "../../../domain/notice-policy.ts";
import { momentOfRun } from "../../../domain/scheduled-run.ts";
import { civilOf, instantOf } from "../../../test/db/support/zone-time.ts";
import type { Sequence } from "./runs.ts";
import type { ZoneAnswer, ZoneClock } from "./zone-clock.ts";

const DAY_MS = 86_400_000;

export type ZoneFindings = {
  readonly faults: readonly string[];
  readonly runs: number;
  readonly instants: number;
  /** Instants around which the two zone databases do not know the same clock: not compared. */
  readonly differing: number;
};

/** Makes instants of all debits of the sequences in one zone, and judges each of them and their order. */
export async function judgeZone(
  clock: ZoneClock,
  zone: string,
  asked: { readonly pack: NoticePack; readonly sequences: readonly Sequence[] },
): Promise<ZoneFindings> {
  const { pack, sequences } = asked;
  const moments = new Map<CivilDate, CivilMoment>();
  for (const run of sequences.flatMap(({ runs }) => runs)) moments.set(run.debit, momentOfRun(run, pack));
  const wanted = [...moments.values()];
  const answers = await clock.instantsOf({ zone, pack, moments: wanted });
  const faults: string[] = [];
  const at = new Map<CivilDate, number>();
  let differing = 0;
  for (const [index, moment] of wanted.entries()) {
    const answer = answers[index];
    if (answer === undefined)
      throw new Error(`${zone}: the clock answered ${answers.length} of ${wanted.length}`);
    at.set(moment.date, answer.at);
    faults.push(...faultsOfDebit(answer, moment, pack));
    if (!agree(zone, answer)) differing += 1;
    else if (answer.at !== instantOf(moment, zone))
      faults.push(`${moment.date} ${moment.time}: not the instant of the other zone database`);
  }
  for (const sequence of sequences) faults.push(...faultsOfOrder(sequence, at));
  return {
    faults,
    runs: sequences.reduce((sum, { runs }) => sum + runs.length, 0),
    instants: wanted.length,
    differing,
  };
}

/** On its day, at the opening of the hours, and where the clock of the notice puts it. */
function faultsOfDebit(answer: ZoneAnswer, moment: CivilMoment, pack: NoticePack): readonly string[] {
  const { wall } = answer;
  const name = `${moment.date} ${moment.time}`;
  return [
    ...(wall.date === moment.date ? [] : [`${name}: comes on ${wall.date}`]),
    ...(isWithinHours(pack, wall.time) ? [] : [`${name}: comes at ${wall.time}, out of the payer's hours`]),
    ...(answer.runAt === answer.at
      ? []
      : [`${name}: the clock of the run says ${new Date(answer.runAt).toISOString()}`]),
    ...(answer.noticeDay === moment.date && answer.noticeAt === answer.at
      ? []
      : [
          `${name}: the clock of the notice says ${answer.noticeDay}, ${new Date(answer.noticeAt).toISOString()}`,
        ]),
  ];
}

/** Runs of one schedule come one after the other, also where their days were moved. */
function faultsOfOrder({ day, rule, runs }: Sequence, at: ReadonlyMap<CivilDate, number>): readonly string[] {
  return runs.flatMap((run, index) => {
    const before = runs[index - 1];
    if (before === undefined || (at.get(run.debit) ?? 0) > (at.get(before.debit) ?? 0)) return [];
    return [`day ${day}, ${rule}: the run of ${run.period} does not come after that of ${before.period}`];
  });
}

/** The two databases show the same wall a day before and a day after: then they know the same clock in between, but for the hour of a turn. */
function agree(zone: string, { at, dayBefore, dayAfter }: ZoneAnswer): boolean {
  return isSameWall(zone, at - DAY_MS, dayBefore) && isSameWall(zone, at + DAY_MS, dayAfter);
}

/** Does the runtime's own zone database show this wall at the instant? */
export function isSameWall(zone: string, at: number, wall: CivilMoment): boolean {
  const { date, time } = civilOf(at, zone);
  return date === wall.date && time === wall.time;
}
