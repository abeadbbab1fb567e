import { randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import type { Channel, ChannelDelivery } from "../port.ts";
import { smsText } from "../short-words.ts";

export type FileDropOptions = {
  /** The folder that the operator's own program empties; made when missing, readable for its owner only. */
  readonly folder: string;
};

/**
 * Short messages as files: one JSON a message, whole or not there, named by the message, so that a repetition is the same file. It is the reference of how an operator of short messages is
 * reached (docs/channels.md): what stands behind the folder is the operator's. `accepted` means that the file is there.
 */
export function fileDropChannel({ folder }: FileDropOptions): Channel {
  return {
    name: "sms",
    can: {
      acceptance: "provider",
      bouncesLater: false,
      foldsRepeats: true,
      links: false,
      answersWithinSeconds: 10,
    },
    deliver: async (message) => {
      const name = nameOf(message.messageId);
      if (!/^\+[1-9]\d{6,14}$/.test(message.to))
        throw new RangeError("a short message needs a number as +79161234567");
      const { locale, zone, livemode, amountsHidden = false } = message;
      const text = smsText(message.event, message.facts, { locale, zone, livemode, amountsHidden });
      return drop(folder, name, { id: message.messageId, to: message.to, text, livemode: message.livemode });
    },
    close: async () => {},
  };
}

function nameOf(messageId: string): string {
  if (!/^[\w./-]+$/.test(messageId))
    throw new RangeError("a message id is made of letters, digits, '.', '-', '_' and '/'");
  return `sms-${messageId.replaceAll("/", "~")}.json`;
}

async function drop(folder: string, name: string, content: object): Promise<ChannelDelivery> {
  const half = `${folder}/.${name}.${randomUUID()}.part`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(half, `${JSON.stringify(content)}\n`, { mode: 0o600, flush: true });
    await rename(half, `${folder}/${name}`);
    return { outcome: "accepted", providerAnswer: name };
  } catch (cause) {
    // nothing is there under the name: whoever empties the folder has seen nothing
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown-error";
    return { outcome: "later", providerAnswer: code };
  }
}
