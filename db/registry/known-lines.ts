import { createHmac, hash } from "node:crypto";
import { LONGEST_LINE_BYTES } from "./lines.ts";

/** What is kept of a SHA-256: a chance of 10⁻¹⁶ that one of four million lines is taken for another. */
const DIGEST_BYTES = 12;
export const RECORD_BYTES = DIGEST_BYTES + 12;
const WORDS = DIGEST_BYTES / 4;
/** A bill is never of zero kopecks: that is an empty slot. */
const EMPTY = 0;
/** Lines that were not believed: never known, by whatever number they come. */
const NOT_BELIEVED = Number.NaN;

/** Twelve bytes, one a character: a million short texts are less work for the collector than a million buffers. */
export type LineDigest = string;

/** A line that was a bill: its number, what it is known by, and its amount, which sums of files count. */
export type SeenLine = { readonly line: number; readonly digest: LineDigest; readonly amountMinor: number };

/** Lines as they are kept: 12 bytes of digest, the number, the amount. */
export function recordsOf(lines: readonly SeenLine[]): Buffer {
  const records = Buffer.alloc(lines.length * RECORD_BYTES);
  for (const [index, { line, digest, amountMinor }] of lines.entries()) {
    const at = index * RECORD_BYTES;
    records.write(digest, at, "latin1");
    records.writeUInt32LE(line, at + DIGEST_BYTES);
    records.writeBigInt64LE(BigInt(amountMinor), at + DIGEST_BYTES + 4);
  }
  return records;
}

/**
 * Lines that a biller's last file has told, word for word: whoever tells them again tells nothing. A table of numbers and not of objects: two million lines are 84 MB, a
 * million 42.
 */
export class KnownLines {
  private readonly mask: number;
  private readonly words: Uint32Array;
  private readonly amounts: Float64Array;
  private readonly keyed: Buffer;
  private readonly keyBytes: number;

  /**
   * @param most how many lines it will hold
   * @param key a secret: what a line says of people must not be found by trying
   */
  constructor({ most, key }: { readonly most: number; readonly key: Uint8Array }) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, most * 1.6)));
    this.mask = slots - 1;
    this.words = new Uint32Array(slots * WORDS);
    this.amounts = new Float64Array(slots);
    const prefix = createHmac("sha256", key).update("registry-line").digest();
    this.keyBytes = prefix.length;
    this.keyed = Buffer.alloc(this.keyBytes + LONGEST_LINE_BYTES);
    prefix.copy(this.keyed);
  }

  /** What a line is known by: a third of SHA-256 over the secret and the line; nothing longer can be made of so short a part. */
  digestOf(bytes: Uint8Array): LineDigest {
    this.keyed.set(bytes, this.keyBytes);
    return hash("sha256", this.keyed.subarray(0, this.keyBytes + bytes.length), "binary").slice(
      0,
      DIGEST_BYTES,
    );
  }

  /** Takes records in; lines for which `isLeftOut` answers true were not believed then. */
  addRecords(records: Buffer, isLeftOut: (line: number) => boolean): void {
    for (let at = 0; at < records.length; at += RECORD_BYTES) {
      const digest = records.toString("latin1", at, at + DIGEST_BYTES);
      const slot = this.slotOf(digest);
      if (isLeftOut(records.readUInt32LE(at + DIGEST_BYTES))) this.amounts[slot] = NOT_BELIEVED;
      else if (this.amounts[slot] === EMPTY)
        this.amounts[slot] = Number(records.readBigInt64LE(at + DIGEST_BYTES + 4));
      for (let word = 0; word < WORDS; word += 1) this.words[slot * WORDS + word] = wordOf(digest, word);
    }
  }

  /** The amount of a line that was told before; null for every other one. */
  amountOf(digest: LineDigest): number | null {
    const amount = this.amounts[this.slotOf(digest)] ?? EMPTY;
    return amount > 0 ? amount : null;
  }

  /** Where a digest stands, or the empty slot where it would. */
  private slotOf(digest: LineDigest): number {
    let slot = wordOf(digest, 0) & this.mask;
    while (this.amounts[slot] !== EMPTY && !this.stands(digest, slot)) slot = (slot + 1) & this.mask;
    return slot;
  }

  private stands(digest: LineDigest, slot: number): boolean {
    for (let word = 0; word < WORDS; word += 1) {
      if (this.words[slot * WORDS + word] !== wordOf(digest, word)) return false;
    }
    return true;
  }
}

/** Four of its bytes as a number, the lowest first. */
function wordOf(digest: LineDigest, word: number): number {
  const at = word * 4;
  const low = digest.charCodeAt(at) | (digest.charCodeAt(at + 1) << 8) | (digest.charCodeAt(at + 2) << 16);
  return (low | (digest.charCodeAt(at + 3) << 24)) >>> 0;
}
