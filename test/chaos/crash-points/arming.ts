import { closeSync, existsSync, fsyncSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";

/** What a process was told: to die at a point, at so many passings from now. */
export type Arming = { readonly point: string; readonly passing: number; readonly fault: string };

/** The arming of one process: a file, so that nothing of it needs a connection. */
export class ArmedPoint {
  readonly #file: string;
  #passed = new Map<string, number>();

  constructor(file: string) {
    this.#file = file;
  }

  /** True when the process is to die here and now; it is true once. */
  strikes(point: string): boolean {
    if (!existsSync(this.#file)) return false;
    const arming = this.#read();
    if (arming?.point !== point) return false;
    const passed = (this.#passed.get(arming.fault) ?? 0) + 1;
    this.#passed.set(arming.fault, passed);
    if (passed < arming.passing) return false;
    unlinkSync(this.#file);
    const fired = openSync(`${this.#file}.fired`, "a", 0o600);
    writeSync(fired, `${JSON.stringify({ at: new Date().toISOString(), pid: process.pid, ...arming })}\n`);
    fsyncSync(fired);
    closeSync(fired);
    return true;
  }

  /** Nothing when it was taken away, or is being written. */
  #read(): Arming | undefined {
    try {
      return JSON.parse(readFileSync(this.#file, "utf8")) as Arming;
    } catch {
      return undefined;
    }
  }
}
