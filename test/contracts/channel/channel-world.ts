import { mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Channel, ChannelMessage } from "../../../adapters/channels/port.ts";
import { fileDropChannel } from "../../../adapters/channels/sms/file-drop.ts";
import type { MessageEvent } from "../../../words/message-events.ts";
import { messageAbout } from "../../adapters/channels/messages.ts";
import { openCityMail } from "../../support/city.ts";
import { openCityPush } from "../../support/city-push.ts";

/** How a provider can be unwell; `gone`: the recipient is there no more. */
export type Trouble = "not-now" | "gone" | "no-answer";

/** What a recipient has: `repeats` is equal for sendings that their program takes for one. */
export type Received = { readonly repeats: string; readonly text: string };

/** A channel with the provider and the recipient behind it. */
export type ChannelWorld = {
  readonly channel: Channel;
  /** A message for a recipient of its own. */
  readonly message: (event: MessageEvent, over?: Partial<ChannelMessage>) => Promise<ChannelMessage>;
  readonly received: (message: ChannelMessage) => Promise<readonly Received[]>;
  /** False: such a trouble does not exist there. */
  readonly arm: (trouble: Trouble) => Promise<boolean>;
  readonly disarm: () => Promise<void>;
  readonly close: () => Promise<void>;
};

let numbers = 0;
const nextNumber = (): number => {
  numbers += 1;
  return numbers;
};

export async function mailWorld(): Promise<ChannelWorld> {
  const city = await openCityMail();
  const faults = {
    "not-now": { kind: "4xx" },
    gone: { kind: "5xx", stage: "rcpt" },
    "no-answer": { kind: "drop-after-data" },
  };
  return {
    channel: city.channel,
    message: async (event, over = {}) => ({
      ...messageAbout(event),
      messageId: `contract.${nextNumber()}`,
      to: `reader-${nextNumber()}@city.example`,
      ...over,
    }),
    received: async ({ to }) => {
      const letters = await city.letters(to);
      return letters.map((letter) => ({ repeats: letter.messageId, text: JSON.stringify(letter) }));
    },
    arm: async (trouble) => {
      await city.arm(faults[trouble]);
      return true;
    },
    disarm: city.disarm,
    close: city.close,
  };
}

export async function pushWorld(): Promise<ChannelWorld> {
  const city = await openCityPush({ totalMs: 2_000 });
  const faults = { "not-now": { kind: "500" }, gone: { kind: "410" }, "no-answer": { kind: "drop" } };
  return {
    channel: city.channel,
    message: async (event, over = {}) => {
      const { endpoint, keys } = await city.subscribe();
      const device = { ...keys, shownToken: String(nextNumber()).padStart(43, "t") };
      const messageId = `contract.${nextNumber()}`;
      return { ...messageAbout(event), messageId, to: endpoint, device, ...over };
    },
    received: async ({ to }) => {
      const id = to.split("/").at(-1) ?? "";
      const messages = await city.messages({ id, endpoint: to, keys: { p256dh: "", auth: "" } });
      return messages.map(({ headers, payload }) => ({
        repeats: headers.topic ?? "",
        text: JSON.stringify(payload),
      }));
    },
    arm: async (trouble) => {
      await city.arm(faults[trouble]);
      return true;
    },
    disarm: city.disarm,
    close: city.close,
  };
}

export async function smsWorld(): Promise<ChannelWorld> {
  const home = await mkdtemp(join(tmpdir(), "kvitok-sms-"));
  const folder = join(home, "drop");
  const channel = fileDropChannel({ folder });
  return {
    channel,
    message: async (event, over = {}) => ({
      ...messageAbout(event),
      messageId: `contract.${nextNumber()}`,
      to: `+7916${String(nextNumber()).padStart(7, "0")}`,
      ...over,
    }),
    received: async ({ to }) => {
      const names = await readdir(folder).catch(() => []);
      const whole = names.filter((name) => !name.startsWith("."));
      const files = await Promise.all(whole.map((name) => readFile(join(folder, name), "utf8")));
      const texts = files.map((file) => JSON.parse(file) as { id: string; to: string; text: string });
      return texts.filter((one) => one.to === to).map(({ id, text }) => ({ repeats: id, text }));
    },
    arm: async (trouble) => {
      if (trouble !== "not-now") return false;
      // a file stands where the folder should be
      await rename(folder, `${folder}.away`).catch(() => undefined);
      await writeFile(folder, "");
      return true;
    },
    disarm: async () => {
      await rm(folder, { force: true }).catch(() => undefined);
      await rename(`${folder}.away`, folder).catch(() => undefined);
    },
    close: async () => {
      await channel.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
