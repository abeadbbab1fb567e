import { readFileSync } from "node:fs";

/** Recorded histories by the payments that stand in them. */
export class NamedHistories {
  readonly #paths: readonly string[];
  #found: Map<string, string[]> | undefined;

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  /** Paths of the histories of a payment's workflows, and of those that speak to them. */
  about(paymentId: string): readonly string[] {
    // every history is read once, and only where something is to be explained
    this.#found ??= this.#find();
    return this.#found.get(paymentId) ?? [];
  }

  #find(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const path of this.#paths) {
      const names = [...readFileSync(path, "utf8").matchAll(/payment\/([^"\\]+)"/g)].map(
        ([, name = ""]) => name,
      );
      for (const name of new Set(names)) {
        const same = found.get(name);
        if (same === undefined) found.set(name, [path]);
        else same.push(path);
      }
    }
    return found;
  }
}
