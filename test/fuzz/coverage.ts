import { type Profiler, Session } from "node:inspector";
import { projectRoot } from "../../scripts/checks/steps.ts";

/** Which parts of our code have run, as V8 itself counts them. */
export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#post("Profiler.enable");
    this.#post("Profiler.startPreciseCoverage", { callCount: false, detailed: true });
  }

  /** Parts seen so far. */
  get size(): number {
    return this.#seen.size;
  }

  /** True where something has run since the last question that never ran before. */
  hasGrown(): boolean {
    const before = this.#seen.size;
    const taken = this.#post("Profiler.takePreciseCoverage");
    const { result } = taken as Profiler.TakePreciseCoverageReturnType;
    for (const { url, functions } of result) {
      if (!url.includes(projectRoot) || url.includes("/node_modules/") || url.includes("/test/")) continue;
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          if (count > 0) this.#seen.add(`${url}:${startOffset}-${endOffset}`);
        }
      }
    }
    return this.#seen.size > before;
  }

  close(): void {
    this.#session.disconnect();
  }

  /** The inspector of the own thread answers at once. */
  #post(method: string, params: object = {}): unknown {
    let answer: unknown;
    this.#session.post(method, params, (error, result) => {
      if (error !== null) throw error;
      answer = result;
    });
    return answer;
  }
}
