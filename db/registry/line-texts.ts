import { isAscii, isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";
import type { RegistryFormat } from "./file-format.ts";

type Encoding = RegistryFormat["encoding"];

/** What was seen of a file's encoding so far; plain numbers, so that an interrupted reading goes on with them. */
export type EncodingTally = {
  /** Lines with letters beyond ASCII that fit the declared encoding, and those that do not. */
  readonly fitting: number;
  readonly misfitting: number;
  /** Of the first bytes beyond ASCII: how many, and how many of them no Russian text in Windows-1251 uses. */
  readonly highBytes: number;
  readonly strangeBytes: number;
};

export const NOTHING_TALLIED: EncodingTally = { fitting: 0, misfitting: 0, highBytes: 0, strangeBytes: 0 };

/** A text, or why it is none. */
export type LineText =
  | { readonly text: string }
  | { readonly fault: "line-encoding-wrong" | "line-not-text" };

const CERTAIN_AFTER_LINES = 100;
const BYTES_TO_LOOK_AT = 20_000;
/** In a file of another code page (CP866, say) most letters are strange ones. */
const STRANGE_SHARE = 0.2;
/** So many pairs of bytes in one line are no coincidence: the line is UTF-8. */
const PAIRS_OF_UTF8 = 3;

/** Letters, and the signs that papers use: quotes, dashes, №, §, °, ellipsis, the unbreakable blank. */
const USUAL_BELOW_LETTERS = new Set([
  0xa8, 0xb8, 0xa0, 0xa7, 0xb0, 0xb9, 0xab, 0xbb, 0x84, 0x85, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97,
]);

/** Decodes the lines of one file and keeps an eye on whether they are what their biller declared. */
export class LineDecoder {
  private readonly decoder: TextDecoder;
  private seen: { -readonly [Field in keyof EncodingTally]: number };

  constructor(
    private readonly encoding: Encoding,
    tally: EncodingTally,
  ) {
    this.decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    this.seen = { ...tally };
  }

  get tally(): EncodingTally {
    return { ...this.seen };
  }

  decode(bytes: Uint8Array): LineText {
    if (bytes.includes(0)) return { fault: "line-not-text" };
    if (!isAscii(bytes)) {
      const fits = this.encoding === "utf-8" ? isUtf8(bytes) : !looksLikeUtf8(bytes);
      if (this.encoding === "windows-1251") this.countStrange(bytes);
      this.seen[fits ? "fitting" : "misfitting"] += 1;
      if (!fits) return { fault: "line-encoding-wrong" };
    }
    return { text: this.decoder.decode(bytes) };
  }

  /** A line that was read once and fitted. */
  countFitting(bytes: Uint8Array): void {
    if (isAscii(bytes)) return;
    if (this.encoding === "windows-1251") this.countStrange(bytes);
    this.seen.fitting += 1;
  }

  /** Is the whole file in another encoding? `finished` false: only what is beyond doubt already. */
  isWrong(finished: boolean): boolean {
    const { fitting, misfitting, highBytes, strangeBytes } = this.seen;
    if (highBytes >= BYTES_TO_LOOK_AT / 2 || finished) {
      if (strangeBytes > highBytes * STRANGE_SHARE) return true;
    }
    if (finished) return misfitting > fitting;
    return misfitting >= CERTAIN_AFTER_LINES && fitting === 0;
  }

  private countStrange(bytes: Uint8Array): void {
    if (this.seen.highBytes >= BYTES_TO_LOOK_AT) return;
    for (const byte of bytes) {
      if (byte < 0x80) continue;
      this.seen.highBytes += 1;
      if (byte < 0xc0 && !USUAL_BELOW_LETTERS.has(byte)) this.seen.strangeBytes += 1;
    }
  }
}

/** Marks at the beginning of a file that say what it is: UTF-8 may carry its own, UTF-16 is never declared. */
export function byteOrderMark(bytes: Uint8Array): "utf-8" | "utf-16" | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  const [first, second] = bytes;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) ? "utf-16" : null;
}

function looksLikeUtf8(bytes: Uint8Array): boolean {
  if (!isUtf8(bytes)) return false;
  let pairs = 0;
  for (const byte of bytes) if (byte >= 0xc0) pairs += 1;
  return pairs >= PAIRS_OF_UTF8;
}
