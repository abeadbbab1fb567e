import { type Advice, encourages, forbiddenBy, listedIn, shortestWaitMinutes } from "./declines/advice.ts";
import { type DeclineTable, type Listed, type Reason, type ReasonFacts, REASONS } from "./declines/reason.ts";
import { STRIPE_DECLINES, STRIPE_ENDINGS } from "./declines/stripe.ts";
import { YOOKASSA_DECLINES } from "./declines/yookassa.ts";

/** What we know about one decline: our reason, what follows from it, and what the vendor or the network adds. */
export type Decline = ReasonFacts &
  Listed & {
    /** Nothing before this many minutes: Mastercard's advice 24…30. */
    readonly shortestWaitMinutes?: number;
  };

const DECLINES: Readonly<Record<string, DeclineTable>> = {
  yookassa: YOOKASSA_DECLINES,
  stripe: { ...STRIPE_ENDINGS, ...STRIPE_DECLINES },
};

/**
 * Looks a decline up; advice of the issuer or the network wins over the code. A code that is not in the list is `unlisted`: never retried, the payer
 * is asked, and the caller raises an alarm so that the list is extended; vendors add codes without notice.
 */
export function declineOf(gateway: string, code: string, advice: Advice = {}): Decline {
  const listed = lookUp(gateway, code) ?? { reason: "unlisted" };
  const forbidden = forbiddenBy(advice);
  if (forbidden !== undefined) return factsOf(moreCareful(listed, forbidden));
  const { class: ofCode, neutral }: ReasonFacts = REASONS[listed.reason];
  // an encouragement revives a card that the code alone would end; other classes know their own next try
  const revived = encourages(advice) && ofCode === "method-dead" && neutral !== true;
  const decline = factsOf(revived ? { reason: "bank-asks-to-wait" } : listed);
  const wait = shortestWaitMinutes(advice);
  return wait === undefined ? decline : { ...decline, shortestWaitMinutes: wait };
}

/** True when our tables know this code of this gateway. */
export function isListed(gateway: string, code: string): boolean {
  return lookUp(gateway, code) !== undefined;
}

function lookUp(gateway: string, code: string): Listed | undefined {
  const table = Object.hasOwn(DECLINES, gateway) ? DECLINES[gateway] : undefined;
  return table && listedIn(table, code);
}

/**
 * Advice that forbids a card names no cause: of what must be told in neutral words, ends a permission or forbids the card itself, the code says
 * more. Of two bans the stricter holds.
 */
function moreCareful(listed: Listed, forbidden: Listed): Listed {
  const bans = [listed.bansCard, forbidden.bansCard];
  const bansCard = bans.includes("all") ? "all" : bans.find((ban) => ban !== undefined);
  const { reason } = saysMore(listed, forbidden) ? listed : forbidden;
  return bansCard === undefined ? { reason } : { reason, bansCard };
}

function saysMore(listed: Listed, forbidden: Listed): boolean {
  const told: ReasonFacts = REASONS[listed.reason];
  if (told.class === "already-there" || told.class === "permission-gone") return true;
  if (REASONS[forbidden.reason].class === "permission-gone") return false;
  return told.neutral === true || told.class === "never-again";
}

function factsOf(listed: Listed): Decline {
  return { ...REASONS[listed.reason], ...listed };
}

/** Our reason for a charge that ended in any way but by its gateway's decline. */
export function reasonOfEnd(end: {
  readonly how: "expired" | "refused" | "absent" | "by-hand";
  readonly code: string;
}): Reason {
  switch (end.how) {
    case "expired":
      return "confirmation-expired";
    case "refused":
      return end.code === "technical" ? "not-sent" : "our-fault";
    case "absent":
      return "not-sent";
    case "by-hand":
      return "decided-by-hand";
  }
}
