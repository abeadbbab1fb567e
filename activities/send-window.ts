import { performance } from "node:perf_hooks";

/** The first byte leaves within this time of the gate's commit, or not at all (payment rules §5). */
const SEND_WITHIN_MS = 5_000;

/** Milliseconds of the two clocks that a machine has. */
export type Clocks = { readonly monotonic: () => number; readonly wall: () => number };

const ofThisMachine: Clocks = { monotonic: () => performance.now(), wall: () => Date.now() };

/**
 * Opens the time in which a request may begin to leave; the answer says whether it still may. Opened before the gate is asked: a process that is frozen between
 * the commit and its next line must not send late. Neither clock suffices alone: the monotonic one stands still while a machine is suspended, and hours later the
 * key may be dead and the request a second charge; the wall clock may be set back. Whichever says "late", no byte leaves.
 */
export function openSendWindow({ monotonic, wall }: Clocks = ofThisMachine): () => boolean {
  const [ticks, time] = [monotonic(), wall()];
  return () => monotonic() - ticks < SEND_WITHIN_MS && wall() - time < SEND_WITHIN_MS;
}
