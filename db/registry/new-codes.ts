import { randomFillSync } from "node:crypto";
import { CODE_BYTES, type PublicCode, publicCode } from "../../domain/code.ts";

const CODES_AT_ONCE = 1_024;

/**
 * Public ids as new_code() makes them (db/migrations/0001), of the system's own randomness, which is asked for a thousand of them at a time: a database function that
 * is called for each of a million rows is a third of what storing them costs.
 */
export class CodeMaker {
  private readonly random = new Uint8Array(CODE_BYTES * CODES_AT_ONCE);
  private used = this.random.length;

  next(): PublicCode {
    if (this.used === this.random.length) {
      randomFillSync(this.random);
      this.used = 0;
    }
    this.used += CODE_BYTES;
    return publicCode(this.random.subarray(this.used - CODE_BYTES, this.used));
  }
}
