import type { ChannelMessage } from "../adapters/channels/port.ts";
import type { Database } from "../db/database.ts";
import { shownToken } from "../db/push-tokens.ts";
import { beginPush, provedPhones, pushTargets, type Unopened } from "../db/queries/push-devices.ts";
import type { QueuedNotification } from "../db/queries/notifications.ts";
import type { Sealer } from "../db/sealed.ts";

/** Where one sending of a message goes; `subscriptionId` of a browser. */
export type MessageAddress = Pick<ChannelMessage, "to" | "device"> & {
  readonly subscriptionId?: string;
};

/** Where a message goes now. `isTaken`: somewhere it was taken over at an earlier try, and does not go there again. */
export type MessageAddresses = { readonly to: readonly MessageAddress[]; readonly isTaken: boolean };

type Parts = {
  readonly db: Database;
  /** Opens browsers' addresses and phone numbers; without it nobody is reached there. */
  readonly sealer?: Pick<Sealer, "open"> | undefined;
  readonly linkKey: Uint8Array;
  readonly unopened: Unopened;
};

/** The addresses of a batch, by message. What leaves for a browser is noted first: its receipt may be faster than its push service's answer. */
export async function findAddresses(
  { db, sealer, linkKey, unopened }: Parts,
  batch: readonly QueuedNotification[],
): Promise<ReadonlyMap<string, MessageAddresses>> {
  const by = (channel: QueuedNotification["channel"]) => batch.filter((queued) => queued.channel === channel);
  const push = sealer
    ? await pushTargets(
        db,
        { sealer, unopened },
        by("push").map(({ id }) => id),
      )
    : [];
  const phones = sealer
    ? await provedPhones(
        db,
        { sealer, unopened },
        by("sms").map(({ residentId }) => residentId),
      )
    : new Map<string, string>();
  const sendings = push
    .filter(({ isTaken }) => !isTaken)
    .map((target) => ({ ...target, token: shownToken(linkKey, target) }));
  await beginPush(
    db,
    sendings.map(({ notificationId, subscriptionId, token }) => ({ notificationId, subscriptionId, token })),
  );
  const addressesOf = (queued: QueuedNotification): MessageAddresses => {
    if (queued.channel === "email") return { to: [{ to: queued.to }], isTaken: false };
    const phone = queued.channel === "sms" ? phones.get(queued.residentId) : undefined;
    if (queued.channel === "sms") return { to: phone === undefined ? [] : [{ to: phone }], isTaken: false };
    const isOwn = ({ notificationId }: { readonly notificationId: string }) => notificationId === queued.id;
    return {
      to: sendings.filter(isOwn).map(({ address, subscriptionId, token }) => ({
        to: address.endpoint,
        device: { p256dh: address.p256dh, auth: address.auth, shownToken: token },
        subscriptionId,
      })),
      isTaken: push.some((target) => isOwn(target) && target.isTaken),
    };
  };
  return new Map(batch.map((queued) => [queued.id, addressesOf(queued)]));
}
