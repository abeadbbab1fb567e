import { CHANNEL_DEFAULTS, type ChannelName, type QuietHours } from "./channels.ts";
import type { NotificationEvent } from "../notification.ts";
import type { Topic } from "./event-rules.ts";

/** What a resident has chosen for a row of the settings; `digest`: gathered and sent once a day. */
export type Choice = "on" | "off" | "digest";

/** The event that stands for every event of its topic without a choice of its own. */
export const WHOLE_TOPIC = "*";

/** One choice; the category `*` stands for every category that has none of its own, the event `*` for every event of the topic. */
export type ChoiceRow = {
  readonly category: string;
  readonly topic: Topic;
  readonly event: NotificationEvent | typeof WHOLE_TOPIC;
  readonly channel: ChannelName;
  readonly choice: Choice;
};

/** What decides about one message on one channel when its turn comes. */
export type MessageFacts = {
  readonly topic: Topic | null;
  readonly event: NotificationEvent | typeof WHOLE_TOPIC;
  readonly category: string | null;
  readonly channel: ChannelName;
  readonly legalMinimum: boolean;
  /** It carries the legal minimum although it is off: the first that can be reached, those whose provider's word proves the arrival before others, or the one that stands in for it. */
  readonly carriesMinimum: boolean;
  readonly reachable: boolean;
  /** The resident has muted the biller or the bill. */
  readonly muted: boolean;
  readonly expired: boolean;
  /** Another message has made it out of date; said by its notice. */
  readonly superseded: boolean;
  /** Its reader has to act within the hour, so it does not wait for the morning. */
  readonly withinTheHour: boolean;
  /** It comes out of a digest that has closed: what gathers messages does not gather it again. */
  readonly released: boolean;
  /** Messages that went to this recipient by this channel within the last hour. */
  readonly sentWithinHour: number;
};

/** A recipient's settings; null `quiet`: never chosen. */
export type RecipientSettings = {
  readonly choices: readonly ChoiceRow[];
  readonly quiet: QuietHours | "none" | null;
  readonly digestAtMinute: number;
  /** What the operator allows in an hour; {@link MESSAGES_AN_HOUR} where left out. */
  readonly messagesAnHour?: number;
};

/** `wait`: for that civil minute of the day, today or tomorrow. `gather`: the same, in one message with others. */
export type Verdict =
  | { readonly do: "send" }
  | { readonly do: "drop"; readonly why: "preference" | "collapsed" | "expired" | "no-channel" }
  | { readonly do: "gather"; readonly until: "quiet-end" | "digest" | "next-hour" };

/** So many messages an hour come one by one where the operator has said nothing else; what is more comes as one. */
export const MESSAGES_AN_HOUR = 30;

const send: Verdict = { do: "send" };

/** A place of the grid: an event, or its whole topic, in a category, on a channel. */
export type Place = Pick<MessageFacts, "topic" | "event" | "category" | "channel">;

/** The choice that holds: see {@link ruleOf}; else the channel's default. */
export function choiceOf(settings: Pick<RecipientSettings, "choices">, place: Place): Choice {
  return ruleOf(settings, place)?.choice ?? (CHANNEL_DEFAULTS[place.channel].isOn ? "on" : "off");
}

/**
 * The row that decides: the one for the event in its category, else for the topic there, else for the event in all categories, else for the topic in all. Undefined:
 * nothing was chosen.
 */
export function ruleOf(
  { choices }: Pick<RecipientSettings, "choices">,
  { topic, event, category, channel }: Place,
): ChoiceRow | undefined {
  const rows = choices.filter((row) => row.topic === topic && row.channel === channel);
  const places = [category, "*"].flatMap((wanted) =>
    [event, WHOLE_TOPIC].map((one) => [wanted, one] as const),
  );
  for (const [wanted, one] of places) {
    const row = rows.find((each) => each.category === wanted && each.event === one);
    if (row !== undefined) return row;
  }
  return undefined;
}

/** Quiet hours of a channel: those that were chosen for all, else its own. */
export function quietHoursOf(
  { quiet }: Pick<RecipientSettings, "quiet">,
  channel: ChannelName,
): QuietHours | null {
  if (quiet === "none") return null;
  return quiet ?? CHANNEL_DEFAULTS[channel].quiet;
}

/** True within the hours; equal ends are no hours at all. */
export function isQuiet({ fromMinute, toMinute }: QuietHours, minute: number): boolean {
  if (fromMinute === toMinute) return false;
  return fromMinute < toMinute
    ? minute >= fromMinute && minute < toMinute
    : minute >= fromMinute || minute < toMinute;
}

/**
 * What happens to a message whose turn has come, at a civil minute of its recipient's day (payment rules §13). The legal minimum beats preferences, not
 * quiet hours; what must be answered within the hour beats both. A test message was asked for this minute: its reader is awake.
 */
export function judgeMessage(facts: MessageFacts, settings: RecipientSettings, minute: number): Verdict {
  const dropped = reasonToDrop(facts, settings);
  if (dropped !== null) return { do: "drop", why: dropped };
  if (facts.event === "test-message") return send;
  const quiet = quietHoursOf(settings, facts.channel);
  if (quiet !== null && !facts.withinTheHour && isQuiet(quiet, minute))
    return { do: "gather", until: "quiet-end" };
  if (facts.released || facts.legalMinimum || facts.topic === null) return send;
  if (choiceOf(settings, facts) === "digest") return { do: "gather", until: "digest" };
  const most = settings.messagesAnHour ?? MESSAGES_AN_HOUR;
  return facts.sentWithinHour >= most ? { do: "gather", until: "next-hour" } : send;
}

function reasonToDrop(
  facts: MessageFacts,
  settings: RecipientSettings,
): "preference" | "collapsed" | "expired" | "no-channel" | null {
  if (facts.superseded) return "collapsed";
  if (!facts.reachable) return "no-channel";
  if (facts.event === "test-message") return facts.expired ? "expired" : null;
  if (facts.topic === null) return null;
  const isOff = choiceOf(settings, facts) === "off";
  if (facts.legalMinimum) return isOff && !facts.carriesMinimum ? "preference" : null;
  if (isOff || facts.muted) return "preference";
  return facts.expired ? "expired" : null;
}
