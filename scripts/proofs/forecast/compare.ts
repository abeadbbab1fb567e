import type { ForecastLine } from "../../../domain/forecast/line.ts";
import type { Happened } from "./events.ts";

/** A jump ends up to a millisecond behind its instant, and what follows from it is as much later; no two steps of one mandate are nearer to each other. */
const CLOCKS_MAY_DIFFER_MS = 1_000;

/** A line that only the forecast has, or only the events. */
export type Difference = {
  readonly mandateId: string;
  readonly at: string;
  readonly words: string;
};

/** The span in which both are compared; a line at its edges belongs to whoever has it. */
export type Span = { readonly after: string; readonly until: string };

/** The lines of a forecast of one mandate, and what happened to it, line by line. */
export function differences(
  foreseen: readonly ForecastLine[],
  happened: readonly Happened[],
  span: Span,
): readonly Difference[] {
  const open = happened.filter(({ at }) => isIn(at, span)).map((event) => ({ event, taken: false }));
  const found: Difference[] = [];
  for (const line of foreseen) {
    // what nobody can know the moment of is marked as such and promises nothing
    if (line.at === null || line.kind === "expected" || !isIn(line.at, span)) continue;
    const match = open.find(({ event, taken }) => !taken && isSame(line, event));
    if (match === undefined)
      found.push({ ...line, at: line.at, words: `only foreseen: ${wordsOfLine(line)}` });
    else match.taken = true;
  }
  for (const { event, taken } of open)
    if (!taken) found.push({ ...event, words: `only happened: ${wordsOfEvent(event)}` });
  return found;
}

function isIn(at: string, { after, until }: Span): boolean {
  return (
    Date.parse(at) > Date.parse(after) + CLOCKS_MAY_DIFFER_MS &&
    Date.parse(at) < Date.parse(until) - CLOCKS_MAY_DIFFER_MS
  );
}

function isSame(line: ForecastLine, event: Happened): boolean {
  return (
    line.kind === event.kind &&
    Math.abs(Date.parse(line.at ?? "") - Date.parse(event.at)) <= CLOCKS_MAY_DIFFER_MS &&
    line.reason === event.reason &&
    (event.amountMinor === null || line.amount?.amountMinor === event.amountMinor) &&
    (event.methodId === null || line.methodId === event.methodId)
  );
}

function wordsOfLine({ kind, at, reason, amount, methodId }: ForecastLine): string {
  return [kind, at, reason, amount?.amountMinor, methodId].join(" ");
}

function wordsOfEvent({ kind, at, reason, amountMinor, methodId }: Happened): string {
  return [kind, at, reason, amountMinor, methodId].join(" ");
}
