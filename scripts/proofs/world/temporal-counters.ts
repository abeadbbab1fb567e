/** What a Temporal server has counted in one namespace since it began. */
export type TemporalCounters = { readonly actions: number; readonly visibilityWrites: number };

/** Reads the server's own counters: billable actions, and writes to the visibility store. */
export async function readTemporalCounters(of: {
  /** Where its metrics are served, `http://127.0.0.1:…/metrics`. */
  readonly url: string;
  readonly namespace: string;
}): Promise<TemporalCounters> {
  const text = await (await fetch(of.url)).text();
  const sum = (pattern: RegExp) =>
    text
      .split("\n")
      .filter((line) => pattern.test(line) && line.includes(`namespace="${of.namespace}"`))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
  return {
    actions: sum(/^action(_total)?\{/),
    visibilityWrites: sum(/^operation\{.*operation="VisibilityTask(Start|Upsert|Close)Execution"/),
  };
}
