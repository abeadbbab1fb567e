import { DurableLines } from "../run/durable-lines.ts";

/** A thing that goes wrong: its code (F1 … F22), and what it does to whom. */
export type FaultNote = {
  readonly code: string;
  readonly kind: string;
  readonly target: string;
  readonly detail?: object;
};

/** Every fault, on the disk before it is done and again when it is over. */
export class FaultLog {
  readonly #lines: DurableLines;
  readonly #counts = new Map<string, number>();
  #count = 0;

  constructor(path: string) {
    this.#lines = new DurableLines(path);
  }

  /** Answers the id of the fault. */
  begin(note: FaultNote): string {
    this.#count += 1;
    const id = `f${this.#count}`;
    this.#counts.set(note.code, (this.#counts.get(note.code) ?? 0) + 1);
    this.#lines.write({ id, ...note, phase: "begin" });
    return id;
  }

  end(id: string, note: FaultNote): void {
    this.#lines.write({ id, ...note, phase: "end" });
  }

  get count(): number {
    return this.#count;
  }

  /** How many of each code. */
  byCode(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.#counts].toSorted(([a], [b]) => a.localeCompare(b, "en", { numeric: true })),
    );
  }

  close(): void {
    this.#lines.close();
  }
}
