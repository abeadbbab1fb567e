import type { RegistryBench } from "./measure.ts";

/** The design's aims for a registry file of a million lines. */
export const aims = { ofUpsert: 0.5, againTimes: 3, growthBytes: 100 * 1024 * 1024 } as const;

const perSecond = (lines: number, seconds: number) => Math.round(lines / seconds);
const twoDecimals = (value: number) => Math.round(value * 100) / 100;

/** Rates and ratios, as they are written down and judged. */
export function ratiosOf(bench: RegistryBench) {
  const { lines, first, again, againOld, small, peers } = bench;
  return {
    linesPerSecond: perSecond(lines, first.seconds),
    copyPerSecond: perSecond(lines, peers.copySeconds),
    upsertPerSecond: perSecond(lines, peers.upsertSeconds),
    bareUpsertPerSecond: perSecond(lines, peers.bareUpsertSeconds),
    ofCopy: twoDecimals(peers.copySeconds / first.seconds),
    ofUpsert: twoDecimals(peers.upsertSeconds / first.seconds),
    ofBareUpsert: twoDecimals(peers.bareUpsertSeconds / first.seconds),
    againPerSecond: perSecond(lines, again.seconds),
    againTimes: twoDecimals(first.seconds / again.seconds),
    againOldPerSecond: perSecond(lines, againOld.seconds),
    againOldTimes: twoDecimals(first.seconds / againOld.seconds),
    growthBytes: first.peakBytes - small.peakBytes,
  };
}

/** As a table for people. */
export function printRegistry(bench: RegistryBench): string {
  const ratios = ratiosOf(bench);
  const { first, killed } = bench;
  const megabytes = Math.round(ratios.growthBytes / 1024 / 1024);
  return [
    `${bench.lines} lines on ${bench.cores} cores: ${JSON.stringify(first.results)}, ${first.refusedLines} refused`,
    "",
    "| road | lines/s | import beside it | aim |",
    "|---|---|---|---|",
    `| COPY into a table without indexes (a) | ${ratios.copyPerSecond} | ${ratios.ofCopy} | |`,
    `| COPY and one INSERT … ON CONFLICT (b) | ${ratios.upsertPerSecond} | ${ratios.ofUpsert} | ${aims.ofUpsert} |`,
    `| (b) with ids and instants prepared | ${ratios.bareUpsertPerSecond} | ${ratios.ofBareUpsert} | |`,
    `| **first import** | ${ratios.linesPerSecond} | | |`,
    `| the same file again | ${ratios.againPerSecond} | ${ratios.againTimes} × | ${aims.againTimes} × |`,
    `| again, every confirmation written | ${ratios.againOldPerSecond} | ${ratios.againOldTimes} × | |`,
    "",
    `Memory: ${megabytes} MB more than for ten thousand lines (aim: less than 100).`,
    `Killed ${killed.kills} times and run again: ${killed.sameState ? "the same bills, the same refused lines" : "ANOTHER STATE"}; ${killed.refusedLines} lines refused, each once.`,
    "",
  ].join("\n");
}
