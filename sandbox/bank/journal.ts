import { closeSync, fsync, ftruncateSync, mkdirSync, openSync, readFileSync, write } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";

const writeAsync = promisify(write);
const fsyncAsync = promisify(fsync);

/**
 * An append-only file of JSON lines, one line a transaction. Lines that arrive while the disk is busy share the next
 * write and fsync. After a refusal of the disk nothing is accepted any more: memory and file would part.
 */
export class Journal {
  readonly #path: string;
  readonly #file: number;
  #position: number;
  #waiting: string[] = [];
  #taken = 0;
  #durable = 0;
  #flushing: Promise<void> | undefined;
  #broken: Error | undefined;

  private constructor(path: string, file: number, position: number) {
    this.#path = path;
    this.#file = file;
    this.#position = position;
  }

  /**
   * Opens or makes the file and hands every stored line to `replay`, oldest first. A last line without its newline is
   * what a kill in mid-write leaves; nobody was told that it is stored, so it is cut off. Any other unreadable line throws.
   */
  static open(path: string, replay: (line: unknown) => void): Journal {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, "a+", 0o600);
    const bytes = readFileSync(path);
    const end = bytes.lastIndexOf(0x0a) + 1;
    if (end < bytes.length) ftruncateSync(file, end);
    for (const line of linesOf(bytes.subarray(0, end))) replay(line);
    return new Journal(path, file, end);
  }

  /** Takes a line; it is on the disk when a {@link flushed} asked for afterwards resolves. */
  append(line: unknown): void {
    if (this.#broken) throw this.#broken;
    this.#waiting.push(`${JSON.stringify(line)}\n`);
    this.#taken += 1;
  }

  /** Resolves when every line taken so far is on the disk. */
  async flushed(): Promise<void> {
    const wanted = this.#taken;
    while (this.#durable < wanted) {
      this.#flushing ??= this.#flush().finally(() => {
        this.#flushing = undefined;
      });
      await this.#flushing;
    }
  }

  /** Every stored line, read from the file. */
  read(): unknown[] {
    const bytes = readFileSync(this.#path).subarray(0, this.#position);
    return [...linesOf(bytes)];
  }

  async close(): Promise<void> {
    try {
      await this.flushed();
    } finally {
      closeSync(this.#file);
    }
  }

  async #flush(): Promise<void> {
    if (this.#broken) throw this.#broken;
    const lines = this.#waiting;
    const bytes = Buffer.from(lines.join(""));
    this.#waiting = [];
    try {
      for (let done = 0; done < bytes.length; ) {
        done += (await writeAsync(this.#file, bytes, done, bytes.length - done, null)).bytesWritten;
      }
      await fsyncAsync(this.#file);
      this.#position += bytes.length;
      this.#durable += lines.length;
    } catch (cause) {
      this.#broken = new Error("the bank's journal cannot be written", { cause });
      throw this.#broken;
    }
  }
}

function* linesOf(bytes: Buffer): Generator {
  for (const line of bytes.toString("utf8").split("\n")) {
    if (line !== "") yield JSON.parse(line);
  }
}
