import {
  type DropReason,
  evolveNotification,
  isLegalMinimum,
  type NotificationEvent,
  type NotificationMove,
  type NotificationState,
} from "../../../../domain/notification.ts";
import { CHANNEL_DEFAULTS, CHANNELS, type ChannelName } from "../../../../domain/notifications/channels.ts";
import { EVENT_RULES, type EventRule } from "../../../../domain/notifications/event-rules.ts";
import {
  choiceOf,
  judgeMessage,
  type MessageFacts,
  type Verdict,
} from "../../../../domain/notifications/verdict.ts";
import type { Mutant } from "./mutants.ts";
import type { Cause, Wishes } from "./story.ts";

/** A message as the engine keeps it; `cause` null: a digest. */
export type Row = {
  readonly cause: Cause | null;
  readonly event: NotificationEvent;
  readonly rule: EventRule;
  readonly channel: ChannelName;
  readonly messageId: string;
  readonly legalMinimum: boolean;
  readonly standsIn: boolean;
  state: NotificationState;
  why: DropReason | null;
  dueAt: number;
  digestAt: number | null;
  carriedBy: Row | null;
  released: boolean;
  superseded: boolean;
  resends: number;
  leaseUntil: number | null;
  /** The answer that is on its way. */
  answer: { readonly at: number; readonly is: "accepted"; readonly bouncesAfter: number | null } | null;
  bouncesAt: number | null;
  sentAt: number | null;
};

/** Makes the first state of a message; nothing else makes one. */
export function newRow(
  of: Pick<Row, "cause" | "event" | "rule" | "channel" | "messageId" | "legalMinimum"> &
    Partial<Pick<Row, "standsIn">>,
  now: number,
): Row {
  return {
    standsIn: false,
    ...of,
    state: "queued",
    why: null,
    dueAt: now,
    digestAt: null,
    carriedBy: null,
    released: false,
    superseded: false,
    resends: 0,
    leaseUntil: null,
    answer: null,
    bouncesAt: null,
    sentAt: null,
  };
}

/**
 * Moves a message as the rules allow it; what they reject is a defect of whoever asks. `carries`: it is the message that carries the legal minimum, not one more of it on a
 * channel that its recipient may switch off.
 */
export function move(row: Row, event: NotificationMove, drop?: DropReason, carries = row.legalMinimum): void {
  const evolved = evolveNotification({ ...row, legalMinimum: carries }, event, drop);
  if (evolved.kind !== "moved")
    throw new Error(`${event} of ${row.messageId} while ${row.state}: ${evolved.reason}`);
  row.state = evolved.to;
  row.why = drop ?? null;
  row.leaseUntil = null;
  row.answer = null;
}

/** The channel that carries the legal minimum although it is off. */
export function carrierOfMinimum({ reachable }: Wishes): ChannelName | undefined {
  const there = CHANNELS.filter((channel) => reachable.includes(channel));
  return there.find((channel) => CHANNEL_DEFAULTS[channel].carriesNotices) ?? there[0];
}

/** Muted, the biller or the bill. */
export function isMuted(cause: Cause | null, { mutes }: Wishes): boolean {
  return (
    cause !== null &&
    (mutes.includes(`bill/${cause.billId ?? ""}`) || mutes.includes(`biller/${cause.billerId ?? ""}`))
  );
}

/** What is written down when a cause is told: null stays queued. */
export function whyNotWritten(
  told: Pick<Row, "event" | "rule" | "channel"> & { readonly cause: Cause },
  wishes: Wishes,
  mutant: Mutant | undefined,
): DropReason | null {
  const { cause, event, rule, channel } = told;
  const place = { topic: rule.topic, event, category: cause.category, channel };
  const isOff = choiceOf(wishes, place) === "off";
  if (isLegalMinimum(cause.event) && mutant !== "switches the legal minimum off")
    return isOff && channel !== carrierOfMinimum(wishes) ? "preference" : null;
  if (isOff && mutant !== "sends what is switched off") return "preference";
  return isMuted(cause, wishes) && mutant !== "does not know mutes" ? "preference" : null;
}

/** Asks the rules about a message whose turn has come. */
export function judge(
  row: Row,
  at: {
    readonly now: number;
    readonly wishes: Wishes;
    readonly sentWithinHour: number;
    readonly lines: readonly Row[];
  },
  mutant: Mutant | undefined,
): Verdict {
  const { now, wishes, sentWithinHour, lines } = at;
  const { cause, rule, event } = row;
  const facts: MessageFacts = {
    topic: rule.topic,
    event,
    category: cause?.category ?? null,
    channel: row.channel,
    legalMinimum: row.legalMinimum,
    carriesMinimum: row.standsIn || row.channel === carrierOfMinimum(wishes),
    reachable: wishes.reachable.includes(row.channel),
    muted: isMuted(cause, wishes),
    expired: rule.expiry !== "never" && cause !== null && now >= cause.endsAt,
    superseded: row.superseded,
    withinTheHour: [row, ...lines].some((one) => asksWithinTheHour(one, now)),
    released: row.released,
    sentWithinHour,
  };
  const verdict = judgeMessage(facts, wishes, now % 1_440);
  return mutant === undefined ? verdict : spoil(verdict, row, mutant);
}

function asksWithinTheHour({ event, cause }: Row, now: number): boolean {
  return event === "needs-confirmation" && cause !== null && now >= cause.endsAt - 60;
}

const SENDS_WHAT_IS_DROPPED: Partial<Record<Mutant, DropReason>> = {
  "sends what is switched off": "preference",
  "does not know mutes": "preference",
  "sends what is too late": "expired",
  "sends to addresses that are gone": "no-channel",
  "sends what is out of date": "collapsed",
};

function spoil(verdict: Verdict, row: Row, mutant: Mutant): Verdict {
  const ignored = SENDS_WHAT_IS_DROPPED[mutant];
  if (verdict.do === "drop" && verdict.why === ignored) return { do: "send" };
  if (verdict.do === "gather" && verdict.until === "quiet-end" && mutant === "wakes people")
    return { do: "send" };
  if (row.resends > 0 && mutant === "repeats at night" && verdict.do === "gather") return { do: "send" };
  return verdict;
}

export const DIGEST_RULE: EventRule = EVENT_RULES.digest;
