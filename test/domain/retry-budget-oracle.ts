import type { BankAnswer } from "./retry-budget-bank.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** One request that left, and how it ended. */
export type Sent = {
  readonly card: number;
  readonly network: string;
  readonly atMs: number;
  readonly initiatedBy: "mit" | "cit";
  readonly amountMinor: number;
  readonly payment: number;
  readonly method: number;
  end: (BankAnswer & { readonly atMs: number }) | null;
};

type Limit = {
  readonly name: string;
  readonly most: number;
  readonly withinMs: number;
  readonly of: (one: Sent, last: Sent) => boolean;
};

const sameAmount = (one: Sent, last: Sent) => one.amountMinor === last.amountMinor;
/** Written down from payment rules §9.2 anew: what is judged here must not share the numbers of what it judges. */
const LIMITS: readonly Limit[] = [
  {
    name: "2 declined charges without the payer a day",
    most: 2,
    withinMs: DAY,
    of: (one, last) => one.initiatedBy === "mit" && last.initiatedBy === "mit",
  },
  {
    name: "8 of them in 30 days",
    most: 8,
    withinMs: 30 * DAY,
    of: (one, last) => one.initiatedBy === "mit" && last.initiatedBy === "mit",
  },
  {
    name: "5 declined charges with the payer a day",
    most: 5,
    withinMs: DAY,
    of: (one, last) => one.initiatedBy === "cit" && last.initiatedBy === "cit",
  },
  {
    name: "Visa, 20 in 30 days, same amount",
    most: 20,
    withinMs: 30 * DAY,
    of: (one, last) => last.network === "visa" && sameAmount(one, last),
  },
  { name: "Mastercard, 10 a day", most: 10, withinMs: DAY, of: (_, last) => last.network === "mastercard" },
  {
    name: "Mastercard, 35 in 30 days, same amount",
    most: 35,
    withinMs: 30 * DAY,
    of: (one, last) => last.network === "mastercard" && sameAmount(one, last),
  },
];

/** Every rule that the requests of one world broke, in words. */
export function brokenCaps(sent: readonly Sent[]): readonly string[] {
  const declined = sent.filter(counts);
  return [
    ...declined.flatMap((last) => overCaps(last, declined)),
    ...sent.flatMap((one) => afterBan(one, sent)),
    ...sent.flatMap((one) => tooSoon(one, sent)),
  ];
}

/** What ended as a decline, or is not known to have ended otherwise. */
function counts({ end }: Sent): boolean {
  return end === null || !(end.how === "charged" || end.how === "refused" || end.how === "absent");
}

function overCaps(last: Sent, declined: readonly Sent[]): readonly string[] {
  const onCard = declined.filter((one) => one.card === last.card && one.atMs <= last.atMs);
  return LIMITS.filter(({ most, withinMs, of }) => {
    const inWindow = onCard.filter((one) => one.atMs > last.atMs - withinMs && of(one, last));
    return of(last, last) && inWindow.length > most;
  }).map(({ name }) => `card ${last.card} at ${last.atMs}: more than ${name}`);
}

/** Codes that forbid the card itself, as the networks name them. */
const FOREVER = new Set(["03", "04", "07", "12", "14", "15", "41", "43", "46", "57", "do_not_try_again"]);
const WITHOUT_PAYER = new Set([
  "21",
  "R0",
  "R1",
  "R3",
  "revocation_of_authorization",
  "revocation_of_all_authorizations",
  "stop_payment_order",
]);

function afterBan(one: Sent, sent: readonly Sent[]): readonly string[] {
  return sent
    .filter((earlier) => earlier.card === one.card && earlier.end !== null && earlier.end.atMs < one.atMs)
    .flatMap(({ end }) => {
      if (end === null || end.how !== "declined") return [];
      const { advice } = end;
      const said = [end.reason, advice.code, advice.networkAdviceCode, advice.networkDeclineCode].map(
        (code) => code ?? "",
      );
      const where = `card ${one.card} at ${one.atMs}`;
      if (said.some((code) => FOREVER.has(code))) return [`${where}: a charge after ${said.join("/")}`];
      const revoked = said.some((code) => WITHOUT_PAYER.has(code)) && one.initiatedBy === "mit";
      return revoked ? [`${where}: a charge without its payer after ${said.join("/")}`] : [];
    });
}

/** Mastercard's shortest waits, in hours. */
const WAITS: Readonly<Record<string, number>> = {
  "24": 1,
  "25": 24,
  "26": 48,
  "27": 96,
  "28": 144,
  "29": 192,
  "30": 240,
};
const DEBITS_OF_A_DEBT = 4;

/** A debt's own tries without its payer: at most four, and never before the wait that the network asked for. */
function tooSoon(one: Sent, sent: readonly Sent[]): readonly string[] {
  if (one.initiatedBy === "cit") return [];
  const earlier = sent.filter(
    (other) => other.payment === one.payment && other.initiatedBy === "mit" && other.atMs < one.atMs,
  );
  // a fallback to another card is no further try of the first one
  const sameMethod = earlier.filter((other) => other.method === one.method);
  if (sameMethod.length >= DEBITS_OF_A_DEBT)
    return [`payment ${one.payment}: more than ${DEBITS_OF_A_DEBT} debits`];
  return sameMethod.flatMap(({ end }) => {
    if (end === null || end.how !== "declined") return [];
    const hours = WAITS[end.advice.networkAdviceCode ?? ""] ?? 0;
    return one.atMs < end.atMs + hours * HOUR
      ? [
          `payment ${one.payment}: tried ${one.atMs - end.atMs} ms after advice ${end.advice.networkAdviceCode}`,
        ]
      : [];
  });
}
