import { closeSync, fsync, mkdirSync, openSync, readFileSync, truncateSync, write } from "node:fs";
import { dirname } from "node:path";

interface Waiting {
  readonly line: string;
  readonly done: () => void;
  readonly failed: (cause: Error) => void;
}

/** An append-only file of JSON lines. `append` resolves only when the line is on the disk. */
export interface CityJournal<Entry> {
  /** Writes and fsyncs one entry; entries that arrive meanwhile share the next fsync. Rejects when the disk refuses. */
  append(entry: Entry): Promise<void>;
  /** Waits for what is under way and closes the file. */
  close(): Promise<void>;
}

/**
 * Opens (or makes) the journal at `path` and hands every entry already there to `replay`, oldest first.
 * A last line without its newline is what a kill in mid-write leaves: nobody was told that it is stored, so it is cut off.
 * Any other line that is no JSON throws, because silently losing stored entries would make the city lie.
 */
export function openCityJournal<Entry>(path: string, replay: (entry: Entry) => void): CityJournal<Entry> {
  mkdirSync(dirname(path), { recursive: true });
  // Mails and sign-ins of people, even if invented ones.
  const file = openSync(path, "a+", 0o600);
  cutTornLine(path);
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (line !== "") replay(JSON.parse(line) as Entry);
  }
  return new GroupCommitJournal<Entry>(file);
}

function cutTornLine(path: string): void {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < bytes.length) truncateSync(path, end);
}

class GroupCommitJournal<Entry> implements CityJournal<Entry> {
  readonly #file: number;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(file: number) {
    this.#file = file;
  }

  append(entry: Entry): Promise<void> {
    if (this.#closed) return Promise.reject(new Error("the journal is closed"));
    const line = `${JSON.stringify(entry)}\n`;
    return new Promise((done, failed) => {
      this.#waiting.push({ line, done, failed });
      this.#writing ??= this.#drain().finally(() => {
        this.#writing = undefined;
      });
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writing;
    closeSync(this.#file);
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await writeAll(this.#file, Buffer.from(batch.map((one) => one.line).join(""), "utf8"));
        await flush(this.#file);
        for (const one of batch) one.done();
      } catch (cause) {
        const failure = cause instanceof Error ? cause : new Error(String(cause));
        for (const one of batch) one.failed(failure);
      }
    }
  }
}

async function writeAll(file: number, bytes: Buffer): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    offset += await new Promise<number>((done, failed) => {
      write(file, bytes, offset, bytes.length - offset, null, (cause, written) => {
        if (cause) failed(cause);
        else done(written);
      });
    });
  }
}

function flush(file: number): Promise<void> {
  return new Promise((done, failed) => {
    fsync(file, (cause) => {
      if (cause) failed(cause);
      else done();
    });
  });
}
