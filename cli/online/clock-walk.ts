import type { ClockStep, StepClock } from "../../api/client.ts";

/** A step as a walk needs to know it. */
type Step = Omit<ClockStep, "waitingFor"> & {
  readonly waitingFor: readonly ClockStep["waitingFor"][number][];
};

/** How far the sandbox's clock goes, and how long it may wait for one thing (real milliseconds). */
export type WalkOrder = {
  readonly from: string;
  readonly until: string;
  readonly patienceMs: number;
  /** Told once for each of the city's days on which something happened, and for the last one. */
  readonly onDay: (day: string, news: ClockStep["news"]) => void;
};

/** The clock cannot go on: what is due stays due. */
export class ClockStuck extends Error {
  override readonly name = "ClockStuck";
  readonly step: Step;

  constructor(step: Step, waitedMs: number) {
    const named = step.waitingFor.map(({ kind, id, at }) => `  ${kind} ${id}, since ${at}`);
    super(
      [
        `the clock stands at ${step.businessNow}: nothing has moved for ${Math.round(waitedMs / 1000)} s, and still to be done is`,
        ...named,
      ].join("\n"),
    );
    this.step = step;
  }
}

const nothing: ClockStep["news"] = { bills: 0, notices: 0, debits: 0, refusals: 0, messages: 0 };

/**
 * Walks from one due instant to the next. Whenever it is broken off, the city stands at one of them with nothing half done, and the same walk goes on from there.
 *
 * @throws ClockStuck when what is due does not change for as long as the order has patience
 */
export async function walkClock(
  stepClock: (body: StepClock) => Promise<Step>,
  { from, until, patienceMs, onDay }: WalkOrder,
): Promise<Step> {
  let since = from;
  let day = { name: dayOf(from), news: nothing };
  const endDay = () => {
    if (Object.values(day.news).some((count) => count > 0)) onDay(day.name, day.news);
  };
  let silent = { seen: "", since: Date.now() };
  for (;;) {
    const step = await stepClock({ until, since });
    // what was counted happened before the clock went on
    const now = dayOf(since);
    if (now !== day.name) {
      endDay();
      day = { name: now, news: nothing };
    }
    const sum = (name: keyof ClockStep["news"]) => day.news[name] + step.news[name];
    day.news = {
      bills: sum("bills"),
      notices: sum("notices"),
      debits: sum("debits"),
      refusals: sum("refusals"),
      messages: sum("messages"),
    };
    since = step.businessNow;
    if (step.arrived) {
      endDay();
      return step;
    }
    const seen = step.waitingFor.map(({ kind, id, at }) => `${kind}/${id}/${at}`).join(" ");
    if (seen === "" || seen !== silent.seen) silent = { seen, since: Date.now() };
    else if (Date.now() - silent.since > patienceMs) throw new ClockStuck(step, Date.now() - silent.since);
  }
}

function dayOf(instant: string): string {
  return instant.slice(0, 10);
}
