import type { ChargesQuestion } from "./wire-request.ts";

const most = 5000;

/** One request as it came: what it asked, or why it could not be read, and the fault that it met. */
export interface JournalEntry {
  readonly number: number;
  readonly at: string;
  readonly question?: ChargesQuestion;
  readonly problem?: string;
  readonly fault?: string;
}

/** What was asked of the registry, the newest 5000, in memory only: it holds identifiers of people, if invented ones. */
export class RequestJournal {
  #entries: JournalEntry[] = [];
  #count = 0;

  note(entry: Omit<JournalEntry, "number" | "at">): void {
    this.#count += 1;
    this.#entries.push({ number: this.#count, at: new Date().toISOString(), ...entry });
    if (this.#entries.length > most) this.#entries = this.#entries.slice(-most);
  }

  /** Entries after a number, oldest first. */
  since(number: number): readonly JournalEntry[] {
    return this.#entries.filter((entry) => entry.number > number);
  }
}
