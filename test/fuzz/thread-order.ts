import { MOST_BYTES } from "./mutation.ts";

/** What a thread is to try. */
export type ThreadOrder = {
  readonly target: string;
  readonly seed: number;
  readonly seconds: number;
  readonly mostInputs: number;
  /** Two counters (odd while an input is under work; its length), then its bytes. */
  readonly shared: SharedArrayBuffer;
};

/** An input under which a parser did not keep its word, as small as it could be made. */
export type Findling = { readonly why: string; readonly base64: string };

/** What a thread says at its end. */
export type ThreadEnd = {
  readonly kind: "end";
  readonly inputs: number;
  readonly corpus: number;
  /** Parts of our code that have run. */
  readonly parts: number;
  readonly findlings: readonly Findling[];
};

/** What a thread says once its samples were read: from here on memory may not grow. */
export type ThreadWarm = { readonly kind: "warm" };

/** Room for two counters and one input. */
export function sharedRoom(): SharedArrayBuffer {
  return new SharedArrayBuffer(8 + MOST_BYTES);
}
