import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";

/** `run.json`: what was run, and where what it left behind can be found. */
export type RunFile = {
  readonly seed: number | string;
  readonly commit?: string;
  readonly minutes?: number;
  /** The whole command that plays it once more. */
  readonly command?: string;
  readonly mode?: string;
  readonly mutant?: string | null;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly quiescence?: {
    readonly reached: boolean;
    readonly seconds: number;
    readonly left: readonly string[];
  };
  readonly database: { readonly url: string };
  readonly files: Readonly<Record<"bank" | "mail" | "push" | "hooks" | "logs", readonly string[]>>;
  readonly stores?: readonly string[];
  readonly canaries?: readonly Canary[];
};

/** Something that may stand nowhere, or in nothing but its owner's row. */
export type Canary = {
  readonly kind: "pan" | "token" | "webhook-secret" | "personal";
  readonly value: string;
};

type Stamped = { readonly at: string; readonly monoMs?: number };

export type FaultLine = Stamped & {
  readonly id: string;
  readonly code: string;
  readonly kind?: string;
  readonly target?: string;
  readonly detail?: unknown;
  readonly phase: "begin" | "end";
};

export type ProcessLine = Stamped & {
  readonly name: string;
  readonly pid: number;
  readonly event: string;
  readonly fault?: string;
  readonly signal?: string;
};

export type IntentLine = Stamped & {
  readonly id: string;
  readonly client?: string;
  readonly op: string;
  readonly phase: "sent" | "answered" | "lost";
  readonly key?: string;
  readonly request?: unknown;
  readonly status?: number;
  readonly answer?: unknown;
};

export type PayerTruth = {
  readonly kind: "payer";
  readonly residentId: string;
  readonly account: string;
  readonly billerId: string;
  readonly mandateId?: string;
  readonly gateway?: string;
  readonly cardKind: string;
  readonly limits?: unknown;
};

export type BillTruth = {
  readonly kind: "bill";
  readonly billerId: string;
  readonly account: string;
  readonly number: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly dueOn?: string;
  readonly poison?: string;
};

export type ClockLine = Stamped & { readonly aheadMs: number };

/** A run as its directory tells it. */
export type RunRecord = {
  readonly directory: string;
  readonly run: RunFile;
  readonly faults: readonly FaultLine[];
  readonly processes: readonly ProcessLine[];
  readonly intents: readonly IntentLine[];
  readonly payers: readonly PayerTruth[];
  readonly bills: readonly BillTruth[];
  readonly clock: readonly ClockLine[];
  /** Paths of the recorded histories. */
  readonly histories: readonly string[];
};

/** Reads a run directory. A journal that is not there is empty; `run.json` must be there. */
export function readRun(directory: string): RunRecord {
  const lines = <Line>(name: string) => [...linesOf<Line>(join(directory, name))];
  const truth = lines<PayerTruth | BillTruth>("truth.ndjson");
  const folder = join(directory, "histories");
  const histories = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  return {
    directory,
    run: JSON.parse(readFileSync(join(directory, "run.json"), "utf8")) as RunFile,
    faults: lines("faults.ndjson"),
    processes: lines("processes.ndjson"),
    intents: lines("intents.ndjson"),
    payers: truth.filter((line) => line.kind === "payer"),
    bills: truth.filter((line) => line.kind === "bill"),
    clock: lines("clock.ndjson"),
    histories: histories.toSorted().map((name) => join(folder, name)),
  };
}

const CHUNK_BYTES = 1024 * 1024;
const NEW_LINE = 10;

/**
 * JSON lines of a file, read piece by piece: a journal may be longer than memory. A last line without its end is what a kill in mid-write leaves, nobody was told of it.
 */
export function* linesOf<Line>(path: string): Generator<Line, void> {
  if (!existsSync(path)) return;
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    // what came before the first end of a line in this chunk
    let begun: Buffer[] = [];
    for (;;) {
      const read = readSync(file, chunk, 0, CHUNK_BYTES, null);
      if (read === 0) return;
      let from = 0;
      for (let end = chunk.indexOf(NEW_LINE); end !== -1 && end < read; end = chunk.indexOf(NEW_LINE, from)) {
        const line = Buffer.concat([...begun, chunk.subarray(from, end)]).toString("utf8");
        begun = [];
        from = end + 1;
        if (line !== "") yield JSON.parse(line) as Line;
      }
      begun.push(Buffer.from(chunk.subarray(from, read)));
    }
  } finally {
    closeSync(file);
  }
}

type Move = { readonly realMs: number; readonly aheadMs: number };

/** Between the machine's time and the city's, by the movements that the run wrote down. */
export class RunClock {
  readonly #moves: readonly Move[];

  constructor(lines: readonly ClockLine[]) {
    this.#moves = lines.map(({ at, aheadMs }) => ({ realMs: Date.parse(at), aheadMs }));
  }

  get isKnown(): boolean {
    return this.#moves.length > 0;
  }

  /** The city's time at an instant of the machine's, both in milliseconds. */
  cityMs(realMs: number): number {
    const move = this.#moves[this.#lastUntil(realMs, (one) => one.realMs)];
    return realMs + (move?.aheadMs ?? 0);
  }

  /** When on the machine's clock it was this time in the city; a time that a jump passed over is the jump's. */
  realMs(cityMs: number): number {
    const at = this.#lastUntil(cityMs, (one) => one.realMs + one.aheadMs);
    const move = this.#moves[at];
    if (move === undefined) return cityMs;
    return Math.min(cityMs - move.aheadMs, this.#moves[at + 1]?.realMs ?? Number.POSITIVE_INFINITY);
  }

  /** Where the last movement that was not after this instant stands; -1: all were after it. A clock goes on only, so halves may be left out. */
  #lastUntil(instantMs: number, instantOf: (move: Move) => number): number {
    let [low, high] = [-1, this.#moves.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const move = this.#moves[middle];
      if (move !== undefined && instantOf(move) <= instantMs) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
