import { readFileSync } from "node:fs";
import type { RunDirectory } from "./run/run-directory.ts";

/** A client's trouble so long behind an end of a process is put down to it. */
const AFTER_MS = 15_000;

type ProcessLine = {
  readonly monoMs: number;
  readonly name: string;
  readonly event: string;
  readonly fault?: string;
};
type IntentLine = { readonly monoMs: number; readonly phase: string; readonly status?: number };

/** How long clients had trouble after a process was ended: first to last failed call, server errors and lost answers together. */
export type Recovery = Readonly<
  Record<
    string,
    {
      readonly ends: number;
      readonly unnoticed: number;
      readonly medianMs: number;
      readonly longestMs: number;
    }
  >
>;

/** Reads the recovery of each kind of process from what the run has written down. */
export function readRecovery(directory: RunDirectory): Recovery {
  const ends = (readLines(directory.processes) as readonly ProcessLine[]).filter(
    ({ event, fault }) => event === "exited" && fault !== undefined,
  );
  const failed = (readLines(directory.intents) as readonly IntentLine[])
    .filter(({ phase, status }) => phase === "lost" || (phase === "answered" && (status ?? 0) >= 500))
    .map(({ monoMs }) => monoMs);
  const byKind = new Map<string, number[]>();
  for (const { name, monoMs } of ends) {
    const near = failed.filter((at) => at >= monoMs && at <= monoMs + AFTER_MS);
    const lasted = near.length === 0 ? 0 : Math.max(...near) - Math.min(...near);
    const kind = name.replace(/-\d+$/, "");
    byKind.set(kind, [...(byKind.get(kind) ?? []), lasted]);
  }
  return Object.fromEntries([...byKind].map(([kind, lasted]) => [kind, summaryOf(lasted)]));
}

function summaryOf(lasted: readonly number[]) {
  const sorted = lasted.toSorted((a, b) => a - b);
  return {
    ends: sorted.length,
    unnoticed: sorted.filter((ms) => ms === 0).length,
    medianMs: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
    longestMs: Math.round(sorted.at(-1) ?? 0),
  };
}

function readLines(file: string): readonly unknown[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}
