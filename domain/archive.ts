/**
 * How a line of a person's archive stands. Of a payment of theirs: `paid`, `under-way`, `returned` (its money went or goes back), `closed` (it ended without money).
 * Of a bill that they see and have no such payment of: `owed`, `paid-by-others`, `paid-elsewhere`, `annulled`.
 */
export const ARCHIVE_STATES = [
  "paid",
  "under-way",
  "returned",
  "closed",
  "owed",
  "paid-by-others",
  "paid-elsewhere",
  "annulled",
] as const;

export type ArchiveState = (typeof ARCHIVE_STATES)[number];
