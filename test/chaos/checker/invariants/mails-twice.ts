import type { CaseFile } from "../case-file.ts";
import { endsAndFreezes, type Window, windowsOn } from "../disturbances.ts";
import type { Inquiry } from "../inquiry.ts";

/** Of a thousand mails one may come twice, each because somebody died between the server's 250 and our mark. */
const DUPLICATES_SHARE = 0.001;
/** Where they die every few seconds it may be more, but no more than were under way: a sender has so many in its hands. */
const MOST_IN_HANDS = 40;
/** What was taken over before that has its mark. */
const IN_HANDS_MS = 15_000;

/** Of all mails no more come twice than those who were struck can have had in their hands. */
export function judgeShare(file: CaseFile, inquiry: Inquiry): void {
  const first = new Map<string, number>();
  let stored = 0;
  for (const { name, outcome, cityMs } of file.sinks.mails) {
    if (outcome !== "stored") continue;
    stored += 1;
    if (!first.has(name)) first.set(name, file.clock.realMs(cityMs));
  }
  const twice = stored - first.size;
  const strikes = [
    ...endsAndFreezes(file, /^(?:worker-\d+|postgres)$/),
    ...windowsOn(file, /^(?:engine-postgres|engine-smtp)$/),
  ];
  const instants = [...first.values()];
  const inHands = strikes.reduce((sum, strike) => sum + inHandsAt(instants, strike), 0);
  const most = Math.max(stored * DUPLICATES_SHARE, inHands);
  inquiry.expect(twice <= most, {
    about: "all mails",
    words: `${twice} of ${stored} came more than once: above 0.1 %, and more than the ${inHands} that were in the hands of whoever was struck`,
  });
}

function inHandsAt(instants: readonly number[], { fromMs, untilMs }: Window): number {
  const near = instants.filter((atMs) => atMs >= fromMs - IN_HANDS_MS && atMs <= untilMs);
  return Math.min(MOST_IN_HANDS, near.length);
}
