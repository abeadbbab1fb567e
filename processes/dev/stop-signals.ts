/** npm and the terminal each pass Ctrl-C on: within this time several signals are one. */
const sameSignalWithinMs = 2000;

/**
 * Listens for the wish to end: the first signal calls `onStop`, one that comes later than two seconds after it
 * calls `onForce`.
 */
export function listenForStop(onStop: (signal: NodeJS.Signals) => void, onForce: () => void): void {
  let firstAt: number | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (firstAt === undefined) {
        firstAt = Date.now();
        onStop(signal);
      } else if (Date.now() - firstAt > sameSignalWithinMs) {
        onForce();
      }
    });
  }
}
