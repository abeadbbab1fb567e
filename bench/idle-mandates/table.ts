import type { IdleMandates } from "./measure.ts";
import type { WorkerReading } from "./worker-reading.ts";

/** A cache that works keeps the memory of many mandates at that of the few it holds. */
export const aims = { ofFew: 1.15 } as const;

const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
const twoDecimals = (value: number) => Math.round(value * 100) / 100;

/** The ratios by which it is judged; memory at rest beside memory at rest, in one run. */
export function ratiosOf({ few, many, manyCached, mandates, cache }: IdleMandates) {
  return {
    manyOfFew: twoDecimals(many.rssBytes / few.rssBytes),
    manyCachedOfFew: twoDecimals(manyCached.rssBytes / few.rssBytes),
    bytesPerCachedMandate: Math.round((manyCached.rssBytes - many.rssBytes) / (mandates - cache)),
  };
}

/** As a table for people. */
export function printIdleMandates(bench: IdleMandates): string {
  const { mandates, cache, few, many, manyCached } = bench;
  const ratios = ratiosOf(bench);
  const row = (name: string, { rssBytes, peakBytes, cached }: WorkerReading, ratio: number | string) =>
    `| ${name} | ${cached} | ${megabytes(rssBytes)} | ${megabytes(peakBytes)} | ${ratio} |`;
  return [
    `${few.looks} looks at mandates in each row`,
    "",
    "| mandates / cache | cached at rest | MB at rest | MB at most | beside the first (aim) |",
    "|---|---|---|---|---|",
    row(`${cache} / ${cache}`, few, 1),
    row(`${mandates} / ${cache}`, many, `${ratios.manyOfFew} (≤ ${aims.ofFew})`),
    row(`${mandates} / ${mandates}`, manyCached, ratios.manyCachedOfFew),
    "",
    `One idle mandate: ${bench.historyEvents} events, ${bench.historyBytes} bytes of history, ${bench.rowBytes} bytes of rows; ${ratios.bytesPerCachedMandate} bytes of memory while it is cached.`,
    "",
  ].join("\n");
}
