import type { Channel, ChannelDelivery, ChannelMessage } from "../adapters/channels/port.ts";
import type { Delivery, QueuedNotification } from "../db/queries/notifications.ts";
import type { PushSettlement } from "../db/queries/push-devices.ts";
import type { MessageAddress, MessageAddresses } from "./message-addresses.ts";

/** How a message ended as a whole, and at each browser that it went to. */
export type Sent = { readonly delivery: Delivery; readonly devices: readonly PushSettlement[] };

type Sending = {
  readonly queued: QueuedNotification;
  readonly message: Omit<ChannelMessage, "to">;
  readonly found: MessageAddresses;
  /** The pause after "not now", where the provider names none, in business seconds. */
  readonly again: number;
};

type Answered = { readonly address: MessageAddress; readonly ended: ChannelDelivery };

/**
 * Sends a message to every address that its channel has for it, side by side. Taken over anywhere is taken over; where nobody has taken it, an answer that is missing weighs more than "not now", and
 * "not now" more than a refusal. A channel that is off, and a person without an address, refuse.
 */
export async function sendEverywhere(channel: Channel | undefined, sending: Sending): Promise<Sent> {
  const { queued, message, found } = sending;
  if (!channel) return whole(sending, { outcome: "refused", providerAnswer: `no channel ${queued.channel}` });
  const answered = await Promise.all(
    found.to.map(async (address): Promise<Answered> => {
      const { to, device } = address;
      const ended = await channel.deliver({ ...message, to, ...(device === undefined ? {} : { device }) });
      return { address, ended };
    }),
  );
  const devices = answered.flatMap(({ address, ended }) => settlementOf(queued.id, address, ended));
  return { ...whole(sending, together(answered, found.isTaken)), devices };
}

function whole({ queued, again }: Sending, ended: ChannelDelivery): Sent {
  const { outcome, providerAnswer: answer, againSeconds = 0 } = ended;
  const { id, attempts: attempt } = queued;
  const delivery = { id, attempt, outcome, answer, againSeconds: Math.max(again, againSeconds) };
  return { delivery, devices: [] };
}

function settlementOf(
  notificationId: string,
  { subscriptionId }: MessageAddress,
  { outcome, providerAnswer: answer, gone }: ChannelDelivery,
): readonly PushSettlement[] {
  return subscriptionId === undefined
    ? []
    : [{ notificationId, subscriptionId, outcome, answer, gone: gone === true }];
}

const WEIGHT = ["accepted", "unknown", "later", "refused"] as const;

function together(answered: readonly Answered[], isTaken: boolean): ChannelDelivery {
  if (isTaken) return { outcome: "accepted", providerAnswer: "taken over before" };
  const all = answered.map(({ ended }) => ended);
  for (const outcome of WEIGHT) {
    const these = all.filter((ended) => ended.outcome === outcome);
    const [first] = these;
    if (!first) continue;
    // as soon as the first of them wants to be asked again
    const waits = these.map(({ againSeconds = 0 }) => againSeconds);
    return { ...first, againSeconds: Math.min(...waits) };
  }
  return { outcome: "refused", providerAnswer: "no address" };
}
