import type { SourceLimits } from "./port.ts";

/** Lets requests to one source out one after another: never more than `atOnce` under way, never faster than `perSecond`. First come, first served; urgent ones before all others. */
export type Pace = {
  /** Waits for a turn; `null` when the signal ended the waiting. Whoever got a turn calls it back exactly once when the request has ended. */
  enter(signal: AbortSignal, urgent?: boolean): Promise<(() => void) | null>;
};

/** Our clock and timer, in milliseconds; only tests give others. */
export type PaceClock = {
  readonly now: () => number;
  readonly after: (ms: number, call: () => void) => void;
};

const machine: PaceClock = {
  now: performance.now.bind(performance),
  after: (ms, call) => void setTimeout(call, ms),
};

type Waiter = (turn: (() => void) | null) => void;

/**
 * Makes the pace of one source in this process. Turns are spaced evenly, not saved up: after a quiet hour a source is not met by a burst.
 *
 * @throws RangeError for limits that would let nothing out
 */
export function createPace({ perSecond, atOnce }: SourceLimits, clock: PaceClock = machine): Pace {
  if (!(perSecond > 0) || !(atOnce >= 1)) throw new RangeError("a source must be asked at some pace");
  const spacingMs = 1000 / perSecond;
  const urgentlyWaiting = new Set<Waiter>();
  const usuallyWaiting = new Set<Waiter>();
  let underWay = 0;
  let nextAt = Number.NEGATIVE_INFINITY;
  let timerSet = false;

  const letOut = (): void => {
    for (;;) {
      const waiting = urgentlyWaiting.size > 0 ? urgentlyWaiting : usuallyWaiting;
      if (waiting.size === 0 || underWay >= atOnce) return;
      const waitMs = nextAt - clock.now();
      if (waitMs > 0) {
        if (!timerSet) clock.after(waitMs, wake);
        timerSet = true;
        return;
      }
      const [first] = waiting;
      if (first === undefined) return;
      waiting.delete(first);
      underWay += 1;
      nextAt = clock.now() + spacingMs;
      first(turnBack());
    }
  };
  const wake = (): void => {
    timerSet = false;
    letOut();
  };
  const turnBack = (): (() => void) => {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      underWay -= 1;
      letOut();
    };
  };
  return {
    enter: (signal, urgent = false) =>
      new Promise((resolve) => {
        const waiting = urgent ? urgentlyWaiting : usuallyWaiting;
        if (signal.aborted) return resolve(null);
        const give: Waiter = (turn) => {
          signal.removeEventListener("abort", leave);
          resolve(turn);
        };
        const leave = (): void => {
          if (waiting.delete(give)) resolve(null);
        };
        signal.addEventListener("abort", leave, { once: true });
        waiting.add(give);
        letOut();
      }),
  };
}
