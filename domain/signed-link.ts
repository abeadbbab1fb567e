/** What the holder of a link in a message may do without a sign-in (payment rules §7.3). */
export const LINK_ACTIONS = ["skip", "pay-now", "renew"] as const;
export type LinkAction = (typeof LINK_ACTIONS)[number];

/** What is true of such a link now. `open`: it may be used, once; everything else is told in words. */
export const LINK_STATES = [
  "open",
  "used",
  /** Its mandate goes on: it was kept in another way, or has debited since. */
  "kept",
  /** Its mandate has ended. */
  "ended",
  /** Its mandate has other terms now than when the message was written. */
  "terms-changed",
  /** The question that it answers was answered in another way. */
  "answered",
  /** The debit that it is about has left: nobody can call it back. */
  "sent",
  "paid",
  "returned",
  "skipped",
  "taken-over",
  /** Nothing is owed any more: withdrawn, or paid elsewhere. */
  "settled",
  /** The autopay, or its card, was stopped. */
  "stopped",
  /** A later message names another sum, day or card. */
  "changed",
  "expired",
  /** The card is not one that its owner may pay with by hand. */
  "method-not-taken",
  /** Three tries were begun and left today. */
  "too-many-unfinished",
] as const;
export type LinkState = (typeof LINK_STATES)[number];

/** May this link be used now? Skipping a debit that has left is still worth something: it is not tried again. */
export function isUsable(link: { readonly action: LinkAction; readonly state: LinkState }): boolean {
  return link.state === "open" || (link.action === "skip" && link.state === "sent");
}
