import { expect } from "vitest";
import type { Channel } from "../../../adapters/channels/port.ts";
import type { ChannelWorld, Trouble } from "./channel-world.ts";

/** One promise of the port (adapters/channels/port.ts), by name. Plain data, so that it can be run against a channel that breaks it on purpose. */
export type ChannelPromise = {
  readonly name: string;
  /** Throws when the promise is broken. */
  readonly run: (world: ChannelWorld, channel: Channel) => Promise<void>;
};

/** What must be true whenever a provider is unwell in some way, and what the recipient then has. */
function inTrouble(trouble: Trouble, outcome: string, seen: readonly number[]): ChannelPromise["run"] {
  return async (world, channel) => {
    const message = await world.message("notice");
    if (!(await world.arm(trouble))) return;
    const ended = await channel.deliver(message);
    await world.disarm();
    expect(ended.outcome).toBe(outcome);
    expect(seen).toContain((await world.received(message)).length);
  };
}

export const PROMISES: readonly ChannelPromise[] = [
  {
    name: "accepted: the recipient has the message, once, in words",
    run: async (world, channel) => {
      const message = await world.message("notice");
      expect(await channel.deliver(message)).toMatchObject({ outcome: "accepted" });
      const received = await world.received(message);
      expect(received).toHaveLength(1);
      expect(received[0]?.text).toMatch(/\p{Script=Cyrillic}/u);
    },
  },
  {
    name: "every language has words of its own",
    run: async (world, channel) => {
      const message = await world.message("paid", { locale: "en" });
      await channel.deliver(message);
      const [received] = await world.received(message);
      expect(received?.text).toMatch(/paid/i);
    },
  },
  {
    name: "a repetition under one message id is one message to the recipient's program",
    run: async (world, channel) => {
      if (!channel.can.foldsRepeats) return;
      const message = await world.message("notice");
      for (const _ of [1, 2]) expect((await channel.deliver(message)).outcome).toBe("accepted");
      const names = (await world.received(message)).map(({ repeats }) => repeats);
      expect(names.length).toBeGreaterThan(0);
      expect(new Set(names).size).toBe(1);
    },
  },
  {
    name: "two messages are never taken for one",
    run: async (world, channel) => {
      const first = await world.message("mandate-paused");
      const second = { ...first, messageId: `${first.messageId}.other` };
      await channel.deliver(first);
      await channel.deliver(second);
      const names = (await world.received(first)).map(({ repeats }) => repeats);
      expect(new Set(names).size).toBe(2);
    },
  },
  {
    name: "facts that do not fit are a defect: it rejects, and nothing has left",
    run: async (world, channel) => {
      const message = await world.message("notice", { facts: {} });
      await expect(channel.deliver(message)).rejects.toThrow(/./);
      expect(await world.received(message)).toEqual([]);
    },
  },
  { name: "not now: later, and the recipient has nothing", run: inTrouble("not-now", "later", [0]) },
  { name: "gone for good: refused, and the recipient has nothing", run: inTrouble("gone", "refused", [0]) },
  {
    name: "no answer: unknown, never accepted and never refused",
    run: inTrouble("no-answer", "unknown", [0, 1]),
  },
  {
    name: "after a trouble the next message goes through",
    run: async (world, channel) => {
      await world.arm("not-now");
      await channel.deliver(await world.message("notice"));
      await world.disarm();
      expect((await channel.deliver(await world.message("notice"))).outcome).toBe("accepted");
    },
  },
  {
    name: "in the sandbox the message says that it is one",
    run: async (world, channel) => {
      const [real, pretended] = await Promise.all(
        [true, false].map(async (livemode) => {
          const message = await world.message("paid", { livemode });
          await channel.deliver(message);
          return (await world.received(message))[0]?.text ?? "";
        }),
      );
      expect(real).not.toMatch(/песочниц/i);
      expect(pretended).toMatch(/песочниц/i);
    },
  },
  {
    name: "amounts that are hidden stand nowhere on a small screen",
    run: async (world, channel) => {
      if (channel.name === "email") return;
      const hidden = await world.message("notice", { amountsHidden: true });
      await channel.deliver(hidden);
      const text = (await world.received(hidden))[0]?.text ?? "";
      expect(text).not.toMatch(/5\s?123|Городские услуги|1234567890|4477/);
      const open = await world.message("notice", { amountsHidden: false });
      await channel.deliver(open);
      expect((await world.received(open))[0]?.text).toMatch(/5\s?123/);
    },
  },
];
