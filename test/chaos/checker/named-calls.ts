import type { EngineRows } from "./engine-rows.ts";
import type { IntentLine, RunRecord } from "./run-record.ts";

/** The generator's calls by the names that stand in them or in their answers: bills, payments, mandates and numbers of bills. */
export class NamedCalls {
  readonly #record: RunRecord;
  readonly #rows: EngineRows;
  #found: ReadonlyMap<string, readonly IntentLine[]> | undefined;

  constructor(record: RunRecord, rows: EngineRows) {
    this.#record = record;
    this.#rows = rows;
  }

  /** Calls and answers in which this name stands, in their order. */
  about(name: string): readonly IntentLine[] {
    // most runs ask for no call: nothing is found out before somebody does
    this.#found ??= this.#find();
    return this.#found.get(name) ?? [];
  }

  #find(): ReadonlyMap<string, readonly IntentLine[]> {
    const { payments, bills, mandates } = this.#rows;
    const found = new Map<string, IntentLine[]>();
    for (const { id } of [...payments, ...bills, ...mandates]) found.set(id, []);
    for (const { external_id: number } of bills) if (number !== null) found.set(number, []);
    for (const { number } of this.#record.bills) found.set(number, []);
    for (const line of this.#record.intents) {
      for (const text of new Set([...textsIn(line.request), ...textsIn(line.answer)])) {
        found.get(text)?.push(line);
      }
    }
    return found;
  }
}

/** Every text and every name of a field in a value, however deep. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    yield name;
    yield* textsIn(inner);
  }
}
