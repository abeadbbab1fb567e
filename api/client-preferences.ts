import type { Command } from "./client.ts";
import { type ClientOptions, createRequester } from "./client-request.ts";
import type { Page } from "./schemas/fields.ts";
import type { TestMessage, TestMessageWish } from "./schemas/test-messages.ts";
import type { ChooseCells, ChoosePreferences, Mute, MuteWish, Preferences } from "./schemas/preferences.ts";

type Cell = Pick<ChooseCells["choices"][number], "topic" | "event" | "channel" | "category">;

/** What a person wants to hear of, by which channel and when. */
export function preferences(options: ClientOptions) {
  const { get, send } = createRequester(options);
  const all = "/v1/me/notifications";
  return {
    /** `category`: shows the choices of this category also where it has none of its own. */
    getPreferences: (query: { readonly category?: string } = {}) => get<Preferences>(all, query),
    /** What is left out stays as it is. */
    choosePreferences: (body: ChoosePreferences, command: Command = {}) =>
      send<Preferences>("PATCH", all, { body, ...command }),
    /** All of them or none; `choice` null takes one back. */
    chooseMessages: (body: ChooseCells, command: Command = {}) =>
      send<Preferences>("PUT", `${all}/choices`, { body, ...command }),
    /** One topic, or one event of it, on one channel. */
    chooseMessage: (
      { topic, channel, ...body }: Cell & { readonly choice: "on" | "off" | "digest" },
      command: Command = {},
    ) => send<Preferences>("PUT", `${all}/choices/${topic}/${channel}`, { body, ...command }),
    /** The choice for its topic holds again, or the one for all categories, or the channel's default. */
    takeChoiceBack: ({ topic, channel, ...place }: Cell, command: Command = {}) => {
      const given = Object.entries(place).filter(([, value]) => value !== undefined);
      const query = new URLSearchParams(given).toString();
      return send<Preferences>("DELETE", `${all}/choices/${topic}/${channel}?${query}`, command);
    },
    /** The newest to each channel and browser. */
    listTestMessages: () => get<Page<TestMessage>>(`${all}/tests`),
    /** Leaves at once, in quiet hours too; a few an hour. */
    sendTestMessage: (body: TestMessageWish, command: Command = {}) =>
      send<TestMessage>("POST", `${all}/tests`, { body, ...command }),
    listMutes: () => get<Page<Mute>>(`${all}/mutes`),
    /** Reminders of it end at once; the legal minimum still comes. */
    mute: (body: MuteWish, command: Command = {}) =>
      send<Page<Mute>>("POST", `${all}/mutes`, { body, ...command }),
    unmute: ({ kind, id }: MuteWish, command: Command = {}) =>
      send<Page<Mute>>("DELETE", `${all}/mutes/${kind}/${encodeURIComponent(id)}`, command),
  };
}
