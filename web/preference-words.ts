import type { Category, Preferences } from "../api/client.ts";
import { EDUCATION } from "../domain/notifications/choosing.ts";
import { formatList } from "../words/format.ts";
import type { Locale } from "../words/locale.ts";
import { isMessageKey, say } from "../words/say.ts";

type Channel = Preferences["channels"][number];
type Grid = Preferences["grids"][number];
export type Topic = Preferences["topics"][number]["topic"];

/** Channels that the page has a column for: those that anybody can connect here, and those that reach the reader. */
export function shownChannels({ channels }: Preferences): readonly Channel[] {
  return channels.filter(({ name, reachable }) => reachable || name === "email" || name === "push");
}

/** What always comes of a topic; null where all of it may be switched off. */
export function alwaysWords(locale: Locale, topic: Topic): string | null {
  const key = `preferences.always.${topic}`;
  return isMessageKey(key) ? say(locale, key as "preferences.always.debits") : null;
}

/** An event by its name in the settings; a carrier of other messages has none. */
export function eventWords(locale: Locale, event: Grid["events"][number]["event"]): string {
  const key = `preferences.event.${event}`;
  return isMessageKey(key) ? say(locale, key as "preferences.event.paid") : event;
}

/** Has anything been chosen for this kind of bills itself? */
export function hasOwnChoice({ cells, events }: Grid): boolean {
  return [...cells, ...events].some(({ from }) => from === "own");
}

/** Events of all bills that have a choice of their own, named once each. */
export function ownEventWords(locale: Locale, { grids }: Preferences): readonly string[] {
  const own = (grids[0]?.events ?? []).filter(({ from }) => from === "own");
  return [...new Set(own.map(({ event }) => eventWords(locale, event)))];
}

/** What the choices for all bills mean for each channel, a sentence or two each. */
export function previewOf(locale: Locale, preferences: Preferences): readonly string[] {
  const [grid] = preferences.grids;
  return shownChannels(preferences).map((channel) => {
    const name = say(locale, `preferences.channel.${channel.name}`);
    if (grid === undefined || !channel.reachable)
      return say(locale, "preferences.preview.nothing", { channel: name });
    const parts = partsOf(locale, preferences, { grid, channel });
    const line = say(locale, "preferences.preview.line", { channel: name, parts: parts.join("; ") });
    const quiet =
      channel.quiet === null
        ? say(locale, "preferences.preview.loud")
        : say(locale, "preferences.preview.quiet", channel.quiet);
    return `${line} ${quiet}`;
  });
}

function partsOf(
  locale: Locale,
  { digestAt }: Preferences,
  { grid, channel }: { readonly grid: Grid; readonly channel: Channel },
): readonly string[] {
  const cells = grid.cells.filter((cell) => cell.channel === channel.name);
  return (["on", "digest", "off"] as const).flatMap((choice) => {
    const chosen = cells.filter((cell) => cell.choice === choice);
    if (chosen.length === 0) return [];
    const words = chosen.map(({ topic }) => say(locale, `preferences.short.${topic}`));
    const all = chosen.length === cells.length && choice !== "off";
    const topics = all ? say(locale, "preferences.preview.everything") : formatList(locale, words);
    if (choice === "digest") return [say(locale, "preferences.preview.digest", { topics, time: digestAt })];
    return [say(locale, `preferences.preview.${choice}`, { topics })];
  });
}

/** Categories in the order of the page: what families pay for their children first. */
export function sortedCategories(categories: readonly Category[]): {
  readonly education: readonly Category[];
  readonly other: readonly Category[];
} {
  const isEducation = ({ id }: Category) => EDUCATION.some((one) => one === id);
  return {
    education: categories.filter(isEducation),
    other: categories.filter((category) => !isEducation(category)),
  };
}
