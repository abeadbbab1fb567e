import { dayOf, DAY, minuteOfCivil } from "./clock.ts";
import type { Seen, Verdict } from "./seen.ts";
import { type Timed, zoneOf } from "./story.ts";

const TOPIC: Readonly<Record<string, "payments" | "debits" | "bills">> = {
  paid: "payments",
  "over-limit-skipped": "debits",
  "question-unanswered": "debits",
  "bill-arrived": "bills",
  "bill-annulled": "bills",
};

/** Whom the ends of payments are told to, as a function of how they stand and of what their payer wants. */
export function judgeTold(seen: Seen, verdict: Verdict): void {
  const delivered = new Map<string, number>();
  for (const { key } of seen.deliveries) delivered.set(key, (delivered.get(key) ?? 0) + 1);
  for (const delivery of seen.deliveries)
    judgeDelivery(seen, verdict, { delivery, times: delivered.get(delivery.key) ?? 0 });
  for (const keys of expectedOf(seen)) {
    const told = keys.filter((key) => delivered.has(key)).length;
    const troubled = keys.some((key) => seen.troubles.some((trouble) => trouble.key === key));
    const mayBeSilent =
      troubled || (keys.some((key) => key.startsWith("paid/")) && wasEverOff(seen, "payments"));
    verdict.check(
      "I6",
      told === 1 || (told === 0 && mayBeSilent),
      () => `${told} of ${keys.join(" or ")} reached their reader`,
    );
  }
}

/** Each inner list: exactly one of these is told. */
function expectedOf(seen: Seen): readonly (readonly string[])[] {
  const charged = seen.charges.filter(({ state }) => state === "charged");
  const failed = seen.payments.filter(({ state, outcome }) => state === "closed" && outcome === "gave-up");
  return [
    ...charged.map(({ id, kept }) =>
      kept ? [`paid/${id}`, `charged-after-stop/${id}`] : [`money-returning/${id}`],
    ),
    ...failed.map(({ id }) => [`failed/${id}`]),
    ...seen.refunds.filter(({ state }) => state === "done").map(({ id }) => [`money-returned/${id}`]),
  ];
}

function judgeDelivery(
  seen: Seen,
  verdict: Verdict,
  { delivery, times }: { delivery: Seen["deliveries"][number]; times: number },
): void {
  const { key, event, payer, at } = delivery;
  const silent = seen.troubles.some((trouble) => trouble.key === key && trouble.how === "silence-delivered");
  verdict.check("I6", times === 1 || silent, () => `${key} came ${times} times`);
  const topic = TOPIC[event];
  if (topic === undefined) return;
  const wish = seen.operations.findLast(
    (one): one is Extract<Timed, { do: "wish" }> =>
      one.do === "wish" && one.payer === payer && one.topic === topic && one.at <= at,
  );
  verdict.check("I6", wish?.choice !== "off", () => `${key} was told although ${topic} are switched off`);
  const charge = key.split("/")[1];
  if (event === "paid")
    verdict.check(
      "I6",
      seen.charges.some(({ id, kept, state }) => id === charge && kept && state === "charged"),
      () => `${key} was told, and nothing is paid`,
    );
}

function wasEverOff({ operations }: Seen, topic: string): boolean {
  return operations.some((one) => one.do === "wish" && one.topic === topic && one.choice === "off");
}

const FUNDS = new Set(["insufficient_funds", "payment_method_limit_exceeded"]);
const HARD = new Set([
  "card_expired",
  "fraud_suspected",
  "permission_revoked",
  "payment_method_restricted",
  "invalid_card_number",
  "a_code_of_next_year",
]);
const TEN_PAST = "10:15";
const MOST_TRIES: Readonly<Record<string, number>> = { funds: 3, soft: 2, technical: 3 };

type Planned = Seen["plannedTries"][number];

/** Tries by the table of payment rules §9.1, written down anew. */
export function judgeTries(seen: Seen, verdict: Verdict): void {
  for (const planned of seen.plannedTries) {
    const { chargeId, reason, at, next, attempt } = planned;
    const sent = seen.sendings.find((one) => one.chargeId === chargeId);
    // another sum is another debit, announced anew with a clock of its own
    const after = seen.sendings.filter(
      (one) =>
        one.transmission === 1 &&
        one.initiatedBy === "mit" &&
        one.amountMinor === sent?.amountMinor &&
        isLater(one.chargeId, chargeId),
    );
    if (planned.how === "declined" && HARD.has(reason)) {
      verdict.check(
        "I11",
        next !== "again" && !after.some((one) => one.card === sent?.card),
        () => `${chargeId}: tried again after ${reason}`,
      );
      continue;
    }
    const kind = kindOf(planned);
    if (kind === null) continue;
    if (at !== null) {
      verdict.check(
        "I11",
        attempt <= (MOST_TRIES[kind] ?? 0),
        () => `${chargeId}: try ${attempt} after ${reason} is followed by another`,
      );
      const first = after[0];
      verdict.check(
        "I11",
        first === undefined || first.at >= at - 10 || next !== "again",
        () => `${chargeId}: tried again before its day`,
      );
    }
    judgeDay(seen, verdict, { planned, kind });
  }
}

function isLater(chargeId: string, than: string): boolean {
  const [payment, ordinal] = chargeId.split("-");
  const [thanPayment, thanOrdinal] = than.split("-");
  return payment === thanPayment && Number(ordinal) > Number(thanOrdinal);
}

function kindOf({ reason, how }: Planned): "funds" | "soft" | "technical" | null {
  if (how === "absent" || (how === "refused" && reason === "technical")) return "technical";
  if (how !== "declined") return null;
  if (FUNDS.has(reason)) return "funds";
  if (reason === "general_decline") return "soft";
  return reason === "issuer_unavailable" ? "technical" : null;
}

/** The day of the next try, where the table names one and the bill leaves room for it. */
function judgeDay(
  seen: Seen,
  verdict: Verdict,
  { planned, kind }: { planned: Planned; kind: "funds" | "soft" | "technical" },
): void {
  const { chargeId, attempt, failedAt, giveUpAt, at } = planned;
  const payer = seen.sendings.find((one) => one.chargeId === chargeId)?.payer;
  if (payer === undefined || attempt > 2) return;
  const zone = zoneOf(payer);
  if (kind === "technical") {
    const wait = attempt === 1 ? 15 : 120;
    if (failedAt + wait * 1.2 > giveUpAt) return;
    verdict.check(
      "I11",
      at !== null && at >= failedAt + wait * 0.9 && at <= failedAt + wait * 1.2,
      () => `${chargeId}: not tried again ${wait} minutes later`,
    );
    return;
  }
  if (kind === "funds" && attempt > 1) return;
  const days = attempt === 1 ? 1 : 3;
  const due = minuteOfCivil({ date: dayOf(failedAt + days * DAY, zone), time: TEN_PAST }, zone);
  const expected = kind === "funds" ? Math.max(due, failedAt + DAY) : due;
  if (expected > giveUpAt || dayOf(expected, zone) > dayOf(giveUpAt, zone)) return;
  if (seen.plannedTries.some((one) => isLater(chargeId, one.chargeId) && one.failedAt < failedAt - 10 * DAY))
    return;
  verdict.check(
    "I11",
    at === expected,
    () => `${chargeId}: the table's next try is at minute ${expected}, planned for ${at ?? "never"}`,
  );
}
