import { Worker } from "node:worker_threads";
import type { PictureReading, QrPictureReader } from "../port.ts";
import { pictureSize } from "./picture-size.ts";

/** Bounds of the work that strangers' pictures may cause. */
export type ReaderLimits = {
  /** A telephone's photograph has 12 to 24 million pixels; unpacking takes up to 9 bytes for each. */
  readonly mostPixels: number;
  /** A picture is given up after this long. */
  readonly withinMs: number;
  /** So many pictures may wait while one is read; the next ones are `busy`. */
  readonly mostWaiting: number;
};

const LIMITS: ReaderLimits = { mostPixels: 25_000_000, withinMs: 5_000, mostWaiting: 8 };
/** A bill has a payment code or two, and some addresses. */
const MOST_CODES = 16;
/** Of the thread's own heap. The picture is unpacked in the library's memory, which the number of pixels bounds. */
const HEAP_MB = 64;

const THREAD = new URL("./reading-thread.mjs", import.meta.url);

/**
 * Reads QR codes with zxing-wasm (ZXing-C++ and its picture decoders, compiled to WebAssembly: a picture that attacks them is shut into that memory). Each picture
 * has a thread of its own, one at a time: a hostile one blocks no event loop, is ended when its time is up, and leaves nothing to the next.
 */
export function zxingReader(change: Partial<ReaderLimits> = {}): QrPictureReader {
  const limits = { ...LIMITS, ...change };
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    read: async (picture) => {
      const size = pictureSize(picture);
      if (size === undefined || size.width === 0 || size.height === 0) return { outcome: "unreadable" };
      if (size.width * size.height > limits.mostPixels) return { outcome: "too-large" };
      if (waiting > limits.mostWaiting) return { outcome: "busy" };
      waiting += 1;
      const turn = last.then(() => readInThread(picture, limits.withinMs));
      // The next in line only waits for the end, whatever it was.
      last = turn.catch(() => undefined).finally(() => (waiting -= 1));
      return turn;
    },
  };
}

function readInThread(picture: Uint8Array<ArrayBuffer>, withinMs: number): Promise<PictureReading> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(THREAD, {
      workerData: { picture, mostCodes: MOST_CODES },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
      env: {},
      execArgv: [],
    });
    const end = (settle: () => void) => {
      clearTimeout(limit);
      thread.removeAllListeners();
      // What is thrown while a thread is being ended concerns nobody any more.
      thread.on("error", () => undefined);
      void thread.terminate().then(settle, reject);
    };
    const limit = setTimeout(() => end(() => resolve({ outcome: "too-slow" })), withinMs);
    thread.once("message", ({ codes }: { readonly codes: readonly Uint8Array[] | null }) => {
      end(() => resolve(codes === null ? { outcome: "unreadable" } : { outcome: "read", codes }));
    });
    thread.once("error", (cause) => end(() => settleError(cause, { resolve, reject })));
    thread.once("exit", () => end(() => resolve({ outcome: "unreadable" })));
  });
}

/** The library's own traps (its memory is used up, its code went astray) are the picture's doing; everything else is a defect of ours. */
function settleError(
  cause: unknown,
  {
    resolve,
    reject,
  }: { readonly resolve: (reading: PictureReading) => void; readonly reject: (cause: unknown) => void },
): void {
  const name = cause instanceof Error ? cause.name : "";
  const isOutOfMemory =
    cause instanceof Error && "code" in cause && cause.code === "ERR_WORKER_OUT_OF_MEMORY";
  if (isOutOfMemory || name === "RuntimeError") resolve({ outcome: "unreadable" });
  else reject(cause);
}
