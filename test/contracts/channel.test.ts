import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Channel, ChannelDelivery, ChannelMessage } from "../../adapters/channels/port.ts";
import { type ChannelWorld, mailWorld, pushWorld, smsWorld } from "./channel/channel-world.ts";
import { PROMISES } from "./channel/promises.ts";

describe.each([
  ["mail", mailWorld],
  ["web push", pushWorld],
  ["short messages as files", smsWorld],
] as const)("what every channel promises: %s", (_name, open) => {
  let world: ChannelWorld;
  beforeAll(async () => {
    world = await open();
  });
  afterEach(() => world.disarm());
  afterAll(() => world.close());

  test.each([...PROMISES])("$name", ({ run }) => run(world, world.channel));
});

/** Channels that break one promise each. */
const WRONG: readonly {
  readonly mistake: string;
  readonly noticedBy: string;
  readonly deliver: (right: Channel, message: ChannelMessage) => Promise<ChannelDelivery>;
}[] = [
  {
    mistake: "says accepted and sends nothing",
    noticedBy: "accepted: the recipient",
    deliver: async () => ({ outcome: "accepted", providerAnswer: "" }),
  },
  {
    mistake: "takes silence for acceptance",
    noticedBy: "no answer",
    deliver: async (right, message) => {
      const ended = await right.deliver(message);
      return ended.outcome === "unknown" ? { ...ended, outcome: "accepted" } : ended;
    },
  },
  {
    mistake: "takes a rest for an end",
    noticedBy: "not now",
    deliver: async (right, message) => {
      const ended = await right.deliver(message);
      return ended.outcome === "later" ? { ...ended, outcome: "refused" } : ended;
    },
  },
  {
    mistake: "repeats by itself under another name",
    noticedBy: "a repetition under one message id",
    deliver: async (right, message) => {
      await right.deliver({ ...message, messageId: `${message.messageId}.again` });
      return right.deliver(message);
    },
  },
  {
    mistake: "shows amounts whatever its reader said",
    noticedBy: "amounts that are hidden",
    deliver: (right, message) => right.deliver({ ...message, amountsHidden: false }),
  },
];

describe("a wrong channel is noticed", () => {
  let world: ChannelWorld;
  beforeAll(async () => {
    world = await pushWorld();
  });
  afterEach(() => world.disarm());
  afterAll(() => world.close());

  test.each([...WRONG])("$mistake → $noticedBy", async ({ noticedBy, deliver }) => {
    const [promise, ...others] = PROMISES.filter(({ name }) => name.includes(noticedBy));
    if (!promise || others.length > 0) throw new TypeError(`not one promise is named: ${noticedBy}`);
    const wrong = { ...world.channel, deliver: (message: ChannelMessage) => deliver(world.channel, message) };
    await expect(promise.run(world, wrong)).rejects.toThrow(/./);
  });
});
