/** Not secrets: keys of a benchmark's own histories. */
export const benchKeys = { active: "bench", keys: new Map([["bench", Buffer.alloc(32, 0x42)]]) };

/** What a worker says of itself. */
export type WorkerReading = {
  /** How often a mandate was looked at: the work done so far. */
  readonly looks: number;
  readonly cached: number;
  readonly rssBytes: number;
  readonly peakBytes: number;
};
