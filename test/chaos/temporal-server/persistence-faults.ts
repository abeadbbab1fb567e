/** What Temporal's own storage may do wrong, each so often in a hundred calls of a method (F18). */
const RATE = 0.02;
/** `ExecuteAndTimeout`: done, and reported as not done, which is what tells an idempotent caller from one that is not. */
const OF_WRITES = ["Timeout", "ExecuteAndTimeout", "ResourceExhausted", "Unavailable"];
const OF_READS = ["Timeout", "ResourceExhausted", "Unavailable"];
/** Temporal's own functional tests run under faults of these methods (`config/development-cass-es-fi.yaml` of the server). */
const METHODS: readonly (readonly [string, readonly string[]])[] = [
  ["CreateWorkflowExecution", OF_WRITES],
  ["UpdateWorkflowExecution", OF_WRITES],
  ["AppendHistoryNodes", OF_WRITES],
  ["GetWorkflowExecution", OF_READS],
  ["GetCurrentExecution", OF_READS],
  ["ReadHistoryBranch", OF_READS],
];

/** Whether the server lies about its storage from its next start on, and by which seeds. */
export class PersistenceFaults {
  readonly #seed: number;
  #starts = 0;
  isOn = false;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The server's setting for one more start; undefined while it is to be honest. Every start goes on by seeds of its own: the same ones would repeat the same first faults for ever. */
  nextInjection(): object | undefined {
    this.#starts += 1;
    return this.isOn ? injectionOf(this.#seed * 1_000 + this.#starts) : undefined;
  }
}

/** The setting `faultInjection` of a datastore. */
function injectionOf(seed: number): object {
  const methods = METHODS.map(([name, kinds], index) => [
    name,
    {
      // 0 would mean the time of day
      seed: 1 + ((seed * METHODS.length + index) % 2 ** 31),
      errors: Object.fromEntries(kinds.map((kind) => [kind, RATE])),
    },
  ]);
  return { targets: { dataStores: { ExecutionStore: { methods: Object.fromEntries(methods) } } } };
}

/** Errors that in this server only an injected fault is told as: its PostgreSQL store never makes them (`common/persistence/sql`). A killed PostgreSQL is told as Unavailable, too. */
const ONLY_INJECTED = new Map([
  ["persistence.TimeoutError", "Timeout"],
  ["serviceerror.ResourceExhausted", "ResourceExhausted"],
]);
const METRIC = /^persistence_error_with_type\{([^}]*)\} (\S+)$/;
const INJECTED_UNAVAILABLE = /fault injection error at \w+ with [\d.]+ rate: serviceerror\.Unavailable/;

/**
 * Adds up what the server injected. Its counters begin anew with every start and what a killed one had counted since it was last asked is lost, so the sum is what was seen at least.
 */
export class PersistenceFaultCount {
  readonly #byStart = new Map<string, ReadonlyMap<string, number>>();

  /**
   * Takes the answer of `/metrics`.
   *
   * @param start what tells one start of the server from another
   */
  note(start: string, metrics: string): void {
    const found = readInjected(metrics);
    // an answer that ends early, or a start under a number that was used before, takes nothing back
    const before = this.#byStart.get(start) ?? new Map<string, number>();
    const kinds = new Set([...before.keys(), ...found.keys()]);
    this.#byStart.set(
      start,
      new Map([...kinds].map((kind) => [kind, Math.max(before.get(kind) ?? 0, found.get(kind) ?? 0)])),
    );
  }

  /** Timeouts, done or not done, are one kind: the server's counter does not tell them apart. */
  byKind(): Readonly<Record<string, number>> {
    const sums = new Map<string, number>();
    for (const counts of this.#byStart.values())
      for (const [kind, count] of counts) sums.set(kind, (sums.get(kind) ?? 0) + count);
    return Object.fromEntries(sums);
  }
}

function readInjected(metrics: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of metrics.split("\n")) {
    const [, labels = "", value = ""] = METRIC.exec(line) ?? [];
    const type = /error_type="([^"]*)"/.exec(labels)?.[1] ?? "";
    const kind = ONLY_INJECTED.get(type.replaceAll("_", "."));
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + Number(value));
  }
  return counts;
}

/** Whether a line of the server's log tells of an injected Unavailable: of all kinds this one alone is an error to whoever logs it, once for each. */
export function isLoggedUnavailable(line: string): boolean {
  return line.includes("Operation failed with internal error") && INJECTED_UNAVAILABLE.test(line);
}
