import type { Mute, Preferences } from "../../api/client.ts";
import { CHANNELS } from "../../domain/notifications/channels.ts";
import { eventsOf, minimumOf, TOPICS_OF_CATEGORIES } from "../../domain/notifications/choosing.ts";
import { type Topic, TOPICS } from "../../domain/notifications/event-rules.ts";
import { isLegalMinimum } from "../../domain/notification.ts";
import { biller } from "./fake-billers.ts";

type Grid = Preferences["grids"][number];

function gridOf(topics: readonly Topic[], category: string, title: string | null): Grid {
  const cells = topics.flatMap((topic) =>
    CHANNELS.map((channel): Grid["cells"][number] => ({
      topic,
      channel,
      choice: channel === "sms" ? "off" : "on",
      from: "default",
      minimumStays: channel === "email" && minimumOf(topic).length > 0,
    })),
  );
  const events = cells.flatMap((cell) =>
    eventsOf(cell.topic).map((event) => ({
      ...cell,
      event,
      minimumStays: cell.minimumStays && isLegalMinimum(event),
    })),
  );
  return { category, title, cells, events };
}

/** A payee that somebody does not want to hear of. */
export const mutedBiller: Mute = {
  kind: "biller",
  id: biller.id,
  mutedAt: "2026-11-24T09:00:00.000Z",
  biller,
  bill: null,
};

/** Nothing was chosen; a category that is named has one choice of its own. */
export function preferencesOf(
  of: {
    readonly category?: string;
    readonly mutes?: readonly Mute[];
    readonly ownEvent?: string;
    readonly reachable?: readonly (typeof CHANNELS)[number][];
  } = {},
): Preferences {
  const { category, mutes = [], reachable = ["email"] } = of;
  const all = gridOf(TOPICS, "*", null);
  const events = all.events.map((cell): Grid["events"][number] =>
    cell.event === of.ownEvent && cell.channel === "email" ? { ...cell, choice: "off", from: "own" } : cell,
  );
  const grids = [{ ...all, events }];
  if (category !== undefined) {
    const own = gridOf(TOPICS_OF_CATEGORIES, category, "Образование");
    const cells = own.cells.map((cell): Grid["cells"][number] =>
      cell.topic === "reminders" && cell.channel === "email"
        ? { ...cell, choice: "digest", from: "own" }
        : cell,
    );
    grids.push({ ...own, cells });
  }
  return {
    channels: CHANNELS.map((name) => ({
      name,
      reachable: reachable.includes(name),
      carriesMinimum: name === "email",
      quiet: name === "email" ? null : { from: "22:00", to: "08:00" },
    })),
    topics: TOPICS.map((topic) => ({ topic, events: [...eventsOf(topic)], always: [...minimumOf(topic)] })),
    grids,
    quiet: { kind: "default", from: null, to: null },
    digestAt: "18:00",
    pushAmounts: false,
    zone: "Europe/Moscow",
    mutes: [...mutes],
  };
}
