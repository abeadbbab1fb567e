import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";

/** Milliseconds of the machine's monotonic clock: the same one in every process, and nothing sets it. */
export function monotonicMs(): number {
  return Math.round(Number(process.hrtime.bigint() / 10_000n) / 100);
}

/**
 * A file of JSON lines, each on the disk before {@link write} returns: what is written down before a deed must be there even if the deed kills us. Every line gets the
 * machine's time and the monotonic one.
 */
export class DurableLines {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, "a", 0o600);
  }

  write(line: object): void {
    const stamped = { at: new Date().toISOString(), monoMs: monotonicMs(), ...line };
    writeSync(this.#file, `${JSON.stringify(stamped)}\n`);
    fsyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}
