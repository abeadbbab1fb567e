/** No honest bill is longer; a line that is gets refused by its number and is never held. */
export const LONGEST_LINE_BYTES = 64 * 1024;

/** Where reading goes on: so many bytes and lines are done with. */
export type FilePlace = { readonly offset: number; readonly line: number };

/** A line without its end. `bytes` is null where it was too long to be held. `open`: it has no line end, so it is the last one. */
export type FileLine = {
  readonly number: number;
  readonly bytes: Uint8Array | null;
  readonly open: boolean;
};

/** Lines that came together, and where reading goes on after them. */
export type LineBlock = { readonly lines: readonly FileLine[]; readonly place: FilePlace };

/** However much comes at once, so much is cut and handed on at a time: what is made of its lines dies before the next. */
const CUT_AT_ONCE = 64 * 1024;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Takes a stream of bytes apart into numbered lines. What is held is one part of the stream and at most one line of 64 KB: a line of a gigabyte goes by and is
 * counted. `from` is the place at which the stream begins.
 */
export async function* linesOf(
  source: AsyncIterable<Uint8Array>,
  from: FilePlace = { offset: 0, line: 0 },
): AsyncGenerator<LineBlock> {
  const cutter = new LineCutter(from);
  for await (const part of source) {
    for (let at = 0; at < part.length; at += CUT_AT_ONCE) {
      const block = cutter.cut(part.subarray(at, at + CUT_AT_ONCE));
      if (block.lines.length > 0) yield block;
    }
  }
  const last = cutter.end();
  if (last !== undefined) yield last;
}

class LineCutter {
  private place: FilePlace;
  /** Bytes of the line that has begun; dropped when it grows too long. */
  private begun: Uint8Array[] = [];
  private begunBytes = 0;

  constructor(from: FilePlace) {
    this.place = from;
  }

  cut(part: Uint8Array): LineBlock {
    const lines: FileLine[] = [];
    let start = 0;
    for (;;) {
      const end = part.indexOf(LINE_FEED, start);
      if (end < 0) break;
      lines.push(this.finish(part.subarray(start, end), false));
      start = end + 1;
    }
    this.begin(part.subarray(start));
    return { lines, place: this.place };
  }

  end(): LineBlock | undefined {
    if (this.begunBytes === 0) return undefined;
    const line = this.finish(new Uint8Array(0), true);
    return { lines: [line], place: this.place };
  }

  private begin(bytes: Uint8Array): void {
    this.begunBytes += bytes.length;
    if (this.begunBytes > LONGEST_LINE_BYTES) this.begun = [];
    // The part is the reader's own memory and is used again by it: what stays longer is copied.
    else if (bytes.length > 0) this.begun.push(Uint8Array.from(bytes));
  }

  private finish(rest: Uint8Array, open: boolean): FileLine {
    const length = this.begunBytes + rest.length;
    const bytes = length > LONGEST_LINE_BYTES ? null : withoutReturn(this.joined(rest));
    const line = this.place.line + 1;
    this.place = { offset: this.place.offset + length + (open ? 0 : 1), line };
    this.begun = [];
    this.begunBytes = 0;
    return { number: line, bytes, open };
  }

  private joined(rest: Uint8Array): Uint8Array {
    return this.begun.length === 0 ? rest : Buffer.concat([...this.begun, rest]);
  }
}

function withoutReturn(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
}
