/**
 * What a decline allows (payment rules §9.1), by the gateways' own codes, written down from the rules and the vendors' lists. `none`: nothing is tried without a person;
 * `dead`: nothing is ever tried with that method again without the payer.
 */
export type DeclineClass = "funds" | "technical" | "soft" | "none" | "dead";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** All times are moved by up to a tenth. */
const EARLIEST_SHARE = 0.9;

/** How often a class may be tried after its first failure, and how soon. */
export const RETRIES: Readonly<Record<DeclineClass, { readonly most: number; readonly apartMs: number }>> = {
  // next day, payday, last safe day; at least a day apart
  funds: { most: 3, apartMs: DAY_MS * EARLIEST_SHARE },
  // a quarter of an hour, two hours, next day
  technical: { most: 3, apartMs: 15 * MINUTE_MS * EARLIEST_SHARE },
  // the next day comes soonest after a late evening
  soft: { most: 2, apartMs: 8 * HOUR_MS },
  none: { most: 0, apartMs: 0 },
  dead: { most: 0, apartMs: 0 },
};

/** The vendor of this code asks for the next try after a minute. */
const SOON: ReadonlySet<string> = new Set(["internal_timeout"]);

const CLASS_OF: Readonly<Record<string, DeclineClass>> = {
  ...of(
    "funds",
    "insufficient_funds payment_method_limit_exceeded card_velocity_exceeded withdrawal_count_limit_exceeded",
  ),
  ...of(
    "technical",
    "issuer_unavailable internal_timeout processing_error issuer_not_available reenter_transaction approve_with_id",
  ),
  ...of("soft", "general_decline do_not_honor generic_decline no_action_taken try_again_later"),
  ...of(
    "none",
    "3d_secure_failed authentication_required identification_required call_issuer authentication_not_handled mobile_device_authentication_required expired_on_confirmation abandoned",
  ),
  ...of(
    "dead",
    "card_expired expired_card payment_method_restricted restricted_card lost_card stolen_card pickup_card invalid_card_number invalid_csc country_forbidden",
  ),
  ...of(
    "dead",
    "fraud_suspected fraudulent merchant_blacklist permission_revoked revocation_of_authorization revocation_of_all_authorizations stop_payment_order do_not_try_again invalid_account card_not_supported",
  ),
};

function of(declineClass: DeclineClass, codes: string): Readonly<Record<string, DeclineClass>> {
  return Object.fromEntries(codes.split(" ").map((code) => [code, declineClass]));
}

/** How a charge ended: a refusal of its sending is technical or our own; a code that nobody knows is tried by nobody alone. */
export function classOf(end: { readonly how: string | null; readonly reason: string | null }): DeclineClass {
  if (end.how === "absent") return "technical";
  if (end.how === "refused") return end.reason === "technical" ? "technical" : "none";
  if (end.how !== "declined") return "none";
  return CLASS_OF[end.reason ?? ""] ?? "none";
}

/** How soon the next try may come after this end, in milliseconds of the city's clock. */
export function soonestMs(end: { readonly how: string | null; readonly reason: string | null }): number {
  if (SOON.has(end.reason ?? "")) return MINUTE_MS * EARLIEST_SHARE;
  return RETRIES[classOf(end)].apartMs;
}

/** Of one card, all mandates and payers: so many declined tries without the payer in a day and in thirty (§9.2). */
export const DECLINED_WITHOUT_PAYER = [
  { most: 2, withinMs: DAY_MS },
  { most: 8, withinMs: 30 * DAY_MS },
] as const;
