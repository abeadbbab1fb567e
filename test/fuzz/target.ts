/** A parser under fuzzing: what strangers may send it, and what must hold whatever they send. */
export type Target = {
  readonly name: string;
  /** Valid inputs: what is tried grows out of them. */
  readonly samples: () => readonly Uint8Array[];
  /** Throws {@link Broken}, or anything at all, where the parser does not keep its word. */
  readonly run: (input: Uint8Array) => void | Promise<void>;
};

/** A promise of a parser that did not hold. */
export class Broken extends Error {
  constructor(promise: string, seen?: unknown) {
    super(seen === undefined ? promise : `${promise}: ${JSON.stringify(seen)?.slice(0, 300)}`);
    this.name = "Broken";
  }
}

/** Demands that something holds. */
export function demand(holds: boolean, promise: string, seen?: unknown): asserts holds {
  if (!holds) throw new Broken(promise, seen);
}

/** Demands that two values say the same as JSON. */
export function demandSame(left: unknown, right: unknown, promise: string): void {
  if (JSON.stringify(left) !== JSON.stringify(right)) throw new Broken(promise, [left, right]);
}

/** Bytes as the texts that they may stand for: also with halves of characters, which no UTF-8 holds. */
export function textsOf(input: Uint8Array): readonly string[] {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  return [bytes.toString("utf8"), bytes.toString("utf16le")];
}

/** Texts as samples. */
export function samplesOf(...texts: readonly string[]): readonly Uint8Array[] {
  return texts.map((text) => new TextEncoder().encode(text));
}

/** Reads JSON where it is some; undefined elsewhere. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
