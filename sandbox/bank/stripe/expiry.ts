import { type Face, seconds } from "./face.ts";
import { endIntent } from "./intents.ts";
import { endSession } from "./sessions.ts";

/** Ends what the bank's clock has overtaken: holds after seven days, hosted pages at their hour. */
export function expireOverdueStripe(face: Face): void {
  const now = seconds(face);
  face.bank.book.transact(() => {
    for (const id of face.shelf.unfinished) {
      const session = face.shelf.find("checkout.session", id);
      if (session && now >= session.expiresAt) endSession(face, session);
      const intent = face.shelf.find("payment_intent", id);
      const hold =
        intent?.latestCharge === undefined ? undefined : face.shelf.get("charge", intent.latestCharge);
      if (intent && hold?.captureBefore !== undefined && now >= hold.captureBefore) {
        endIntent(face, intent, "automatic");
      }
    }
  });
}
