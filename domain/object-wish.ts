/** Why an object is ended at the gateway. */
export type VoidWhy = "stopped" | "challenge-over" | "other-method" | "not-run" | "unwanted" | "ghost";

export const VOID_REASONS = [
  "stopped",
  "challenge-over",
  "other-method",
  "not-run",
  "unwanted",
  "ghost",
] as const satisfies readonly VoidWhy[];

/** What a look at an unfinished charge showed, and what its rows say. */
export type UnfinishedObject = {
  /** `not-run`: the object is there and shows no attempt of this charge. */
  readonly shows: "held" | "challenged" | "pending" | "not-run";
  /** Permission was withdrawn, or the debt is gone. */
  readonly stopped: boolean;
  /** We asked for its end before, and the answer did not show it. */
  readonly voidWhy: VoidWhy | null;
  /** The payer's time to confirm is over. */
  readonly confirmationOver: boolean;
  readonly sinceLastSentMs: number;
  /** An earlier answer showed the attempt itself: a later one that shows none is an old view of it. */
  readonly attemptSeen: boolean;
};

/** What the gateway offers for it. */
export type ObjectRights = {
  readonly captureHeld: boolean;
  readonly voidHeld: boolean;
  readonly voidPending: boolean;
  readonly absenceBy: "list" | "void";
};

/** An attempt that has not shown itself after 5 s, 15 s, 1 m and 5 m is ended: that proves it absent (payment rules §8.3). */
export const NOT_RUN_AFTER_MS = 5 * 60_000;

/**
 * What is to be done with an object that is not final: take the held money, end it and why, or nothing but wait. Pure and total; the gate of the request judges
 * again under its locks.
 */
export function wishForObject(object: UnfinishedObject, rights: ObjectRights): "capture" | VoidWhy | null {
  switch (object.shows) {
    case "pending":
      return null;
    case "held":
      return wishForHeld(object, rights);
    case "challenged":
      if (!rights.voidPending) return null;
      if (object.voidWhy !== null) return object.voidWhy;
      if (object.stopped) return "stopped";
      return object.confirmationOver ? "challenge-over" : null;
    case "not-run":
      if (!rights.voidPending || rights.absenceBy !== "void") return null;
      if (object.voidWhy !== null) return object.voidWhy;
      if (object.stopped) return "not-run";
      return !object.attemptSeen && object.sinceLastSentMs >= NOT_RUN_AFTER_MS ? "not-run" : null;
  }
}

/** Money that is reserved is taken in full or given back; never part of it. */
function wishForHeld(object: UnfinishedObject, rights: ObjectRights): "capture" | VoidWhy | null {
  const why = object.voidWhy ?? (object.stopped ? "stopped" : null);
  if (why !== null) return rights.voidHeld ? why : null;
  return rights.captureHeld ? "capture" : null;
}
