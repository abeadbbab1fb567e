import type { ChannelRow, MuteRow, SettingsRow } from "../../db/queries/preferences.ts";
import type { Currency } from "../../domain/money.ts";
import { isLegalMinimum, type NotificationEvent } from "../../domain/notification.ts";
import { CHANNEL_DEFAULTS, type ChannelName } from "../../domain/notifications/channels.ts";
import {
  ALL_CATEGORIES,
  eventsOf,
  minimumOf,
  TOPICS_OF_CATEGORIES,
  writtenMinute,
} from "../../domain/notifications/choosing.ts";
import { type Topic, TOPICS } from "../../domain/notifications/event-rules.ts";
import { type ChoiceRow, choiceOf, ruleOf, WHOLE_TOPIC } from "../../domain/notifications/verdict.ts";
import type { ProblemLocale } from "../problem-words.ts";
import type { Mute, Preferences } from "../schemas/preferences.ts";
import { billerNameView, purposeView } from "./biller.ts";
import { instant } from "./in-flight.ts";

type Grid = Preferences["grids"][number];

/** What a resident has chosen, and what holds of it. */
export function preferencesView(of: {
  readonly settings: SettingsRow;
  readonly channels: readonly ChannelRow[];
  readonly choices: readonly ChoiceRow[];
  /** Categories to be shown beside `*`, in their order, with their titles. */
  readonly categories: readonly { readonly id: string; readonly title: string }[];
  readonly mutes: readonly Mute[];
}): Preferences {
  const { settings, channels, choices, categories } = of;
  return {
    channels: channels.map((channel) => ({ ...channel, quiet: quietOf(settings, channel.name) })),
    topics: TOPICS.map((topic) => ({ topic, events: [...eventsOf(topic)], always: [...minimumOf(topic)] })),
    grids: [
      gridOf({ channels, choices, topics: TOPICS }, { id: ALL_CATEGORIES, title: null }),
      ...categories.map((category) => gridOf({ channels, choices, topics: TOPICS_OF_CATEGORIES }, category)),
    ],
    quiet: { kind: settings.quiet, from: settings.quietFrom, to: settings.quietTo },
    digestAt: settings.digestAt,
    pushAmounts: settings.pushAmounts,
    zone: settings.zone,
    mutes: [...of.mutes],
  };
}

function gridOf(
  from: {
    readonly channels: readonly ChannelRow[];
    readonly choices: readonly ChoiceRow[];
    readonly topics: readonly Topic[];
  },
  { id, title }: { readonly id: string; readonly title: string | null },
): Grid {
  const { channels, choices, topics } = from;
  const cells = topics.flatMap((topic) =>
    channels.map((channel) => cellOf({ choices, category: id, topic }, channel)),
  );
  const events = topics.flatMap((topic) =>
    eventsOf(topic).flatMap((event) =>
      channels.map((channel) => eventCellOf({ choices, category: id, topic, event }, channel)),
    ),
  );
  return { category: id, title, cells, events };
}

/** Where nothing was chosen for an event itself, what holds for its topic here comes before what holds for all categories. */
function eventCellOf(
  of: {
    readonly choices: readonly ChoiceRow[];
    readonly category: string;
    readonly topic: Topic;
    readonly event: NotificationEvent;
  },
  { name, reachable, carriesMinimum }: ChannelRow,
): Grid["events"][number] {
  const { choices, category, topic, event } = of;
  const place = { topic, event, channel: name, category };
  const choice = choiceOf({ choices }, place);
  const rule = ruleOf({ choices }, place);
  return {
    topic,
    event,
    channel: name,
    choice,
    from: sourceOf(rule, category),
    minimumStays: isLegalMinimum(event) && reachable && (choice !== "off" || carriesMinimum),
  };
}

function sourceOf(rule: ChoiceRow | undefined, category: string): Grid["events"][number]["from"] {
  if (rule === undefined) return "default";
  if (rule.category !== category) return "all";
  return rule.event === WHOLE_TOPIC ? "topic" : "own";
}

function cellOf(
  of: { readonly choices: readonly ChoiceRow[]; readonly category: string; readonly topic: Topic },
  { name, reachable, carriesMinimum }: ChannelRow,
): Grid["cells"][number] {
  const { choices, category, topic } = of;
  const choice = choiceOf({ choices }, { topic, event: WHOLE_TOPIC, channel: name, category });
  const isChosenFor = (wanted: string) =>
    choices.some(
      (row) =>
        row.category === wanted && row.topic === topic && row.event === WHOLE_TOPIC && row.channel === name,
    );
  const everywhere = isChosenFor(ALL_CATEGORIES) ? "all" : "default";
  return {
    topic,
    channel: name,
    choice,
    from: isChosenFor(category) ? "own" : everywhere,
    minimumStays: minimumOf(topic).length > 0 && reachable && (choice !== "off" || carriesMinimum),
  };
}

function quietOf(
  { quiet, quietFrom, quietTo }: SettingsRow,
  channel: ChannelName,
): { from: string; to: string } | null {
  if (quiet === "none") return null;
  if (quietFrom !== null && quietTo !== null) return { from: quietFrom, to: quietTo };
  const own = CHANNEL_DEFAULTS[channel].quiet;
  return own && { from: writtenMinute(own.fromMinute), to: writtenMinute(own.toMinute) };
}

/** A mute in the reader's language. */
export function muteView(row: MuteRow, locale: ProblemLocale): Mute {
  const { kind, id, purpose, amountMinor, currency } = row;
  return {
    kind,
    id,
    mutedAt: instant(row.mutedAt),
    biller: billerNameView(row, locale),
    bill:
      purpose === null || amountMinor === null || currency === null
        ? null
        : {
            purpose: purposeView({ ...row, purpose, unasked: row.unasked === true }, locale),
            amount: { amountMinor, currency: currency as Currency },
            owed: row.owed === true,
          },
  };
}
