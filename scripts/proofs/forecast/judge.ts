import type { ForecastLine } from "../../../domain/forecast/line.ts";
import { FORECAST_REASONS } from "../../../domain/forecast/reasons.ts";
import type { Findings, Violation } from "../proof.ts";
import { type Difference, differences, type Span } from "./compare.ts";
import type { Happened } from "./events.ts";
import { explains, type Input, linesOf } from "./inputs.ts";
import type { MandateSet } from "./sets.ts";

/** A forecast, and the span in which it is held against what happened. */
export type Foreseen = { readonly lines: readonly ForecastLine[]; readonly span: Span };

/** What was foreseen, what came, and what happened. */
export type Lived = {
  readonly seed: number;
  readonly sets: readonly MandateSet[];
  readonly inputs: readonly Input[];
  /** Forecasts of the first day, by resident: before anything was done, and after it. */
  readonly foreseen: readonly ReadonlyMap<string, Foreseen>[];
  /** Forecasts that were taken behind an input. */
  readonly behind: ReadonlyMap<Input, Foreseen>;
  readonly happened: ReadonlyMap<string, readonly Happened[]>;
};

type Told = { readonly set: MandateSet; readonly input: Input | undefined; readonly difference: Difference };

/** Line by line: what differs is named by an input, and behind an input nothing differs any more. */
export function judge(lived: Lived): Pick<Findings, "violations" | "result"> {
  const { sets, inputs, foreseen, behind } = lived;
  const told = sets.flatMap((set) => {
    const input = inputs.find((one) => one.set === set);
    return foreseen.flatMap((all) => differencesOf(lived, { set, input, foreseen: all.get(set.residentId) }));
  });
  const unnamed = told.filter(({ input, difference }) => input === undefined || !explains(input, difference));
  // what the bank will say is not known before it says it
  const renewed = [...behind].filter(([{ kind }]) => kind !== "decline");
  const later = renewed.flatMap(([input, its]) =>
    differencesOf(lived, { set: input.set, input, foreseen: its }),
  );
  const lines = foreseen.flatMap((all) => [...all.values()].flatMap((one) => one.lines));
  const strange = lines.filter(({ reason }) => !FORECAST_REASONS.includes(reason));
  return {
    violations: [
      ...unnamed.map(complaint("the forecast equals what happens", lived.seed)),
      ...later.map(complaint("the forecast behind an input equals what happens", lived.seed)),
      ...strange.map(({ reason }) => ({
        invariant: "no reason outside the list",
        seed: lived.seed,
        events: [reason],
      })),
    ],
    result: {
      sets: sets.length,
      mandates: sets.reduce((sum, { mandates }) => sum + mandates.length, 0),
      inputs: inputs.length,
      lines: lines.length,
      named: told.length - unnamed.length,
      renewed: renewed.length,
      byKind: countBy(lines, ({ kind }) => kind),
      byReason: countBy(lines, ({ reason }) => reason),
      byInput: countBy(inputs, ({ kind }) => kind),
    },
  };
}

function differencesOf(
  { happened }: Lived,
  of: {
    readonly set: MandateSet;
    readonly input: Input | undefined;
    readonly foreseen: Foreseen | undefined;
  },
): readonly Told[] {
  const { set, input, foreseen } = of;
  if (foreseen === undefined) throw new Error(`nothing was foreseen for set ${set.index}`);
  return set.mandates
    .flatMap(({ id }) => {
      const lines = linesOf(foreseen.lines, id).filter((line) => set.reachable || !isOnlyTold(line));
      return differences(lines, happened.get(id) ?? [], foreseen.span);
    })
    .map((difference) => ({ set, input, difference }));
}

/** A bill that the planner leaves out is seen by the letter about it alone. */
function isOnlyTold({ kind, billId, paymentId, period }: ForecastLine): boolean {
  return kind === "skipped" && billId !== null && paymentId === null && period === null;
}

function complaint(invariant: string, seed: number): (told: Told) => Violation {
  return ({ set, input, difference }) => ({
    invariant,
    seed,
    events: [nameOf(set, input), difference.words],
  });
}

function countBy<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of items.map(nameOf)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function nameOf(set: MandateSet, input: Input | undefined): string {
  const came = input === undefined ? "nothing came" : `${input.kind} at ${input.at} to ${input.mandate.id}`;
  return `set ${set.index} of ${set.residentId}: ${came}`;
}
