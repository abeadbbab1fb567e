import type { Judged, Verdict } from "./verdict.ts";

/** True where the run proved nothing wrong. What was not tried is no success, but no violation either. */
export function isClean(verdict: Verdict): boolean {
  return verdict.invariants.every(({ broken }) => broken === 0);
}

/** The verdict as a table for people, and for whatever is broken its examples with timelines and the way to run it again. */
export function drawVerdict(verdict: Verdict): string {
  const rows = verdict.invariants.map((one) => [one.id, one.name, countOf(one), stateOf(one)]);
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(width(column)))
      .join("  ")
      .trimEnd(),
  );
  const counts = Object.entries(verdict.counts).map(([name, value]) => `${name} ${value}`);
  return [
    ...table,
    "",
    counts.join(" · "),
    ...verdict.invariants.filter(({ broken }) => broken > 0).flatMap((one) => drawBroken(one, verdict)),
  ].join("\n");
}

function countOf({ checked, broken, state }: Judged): string {
  return state === "not-built" ? "—" : `${broken} broken of ${checked}`;
}

function stateOf({ state, broken, note }: Judged): string {
  const word =
    broken > 0 ? "BROKEN" : { tried: "holds", "not-tried": "NOT TRIED", "not-built": "not built" }[state];
  return note === undefined ? word : `${word} (${note})`;
}

function drawBroken({ id, name, examples, broken }: Judged, { seed, repeat }: Verdict): string[] {
  const shown = examples.flatMap(({ about, words, timeline }) => [
    `  ${about}: ${words}`,
    ...(timeline ?? []).map((line) => `    ${line}`),
  ]);
  const more =
    broken > examples.length ? [`  … and ${broken - examples.length} more in verdict.json's count`] : [];
  return ["", `${id} is broken (${name}), seed ${seed}:`, ...shown, ...more, `  again: ${repeat}`];
}
