import type { Database } from "../db/database.ts";
import { openCase } from "../db/queries/charging.ts";
import { type GatewayEvent, leaseGatewayEvents } from "../db/queries/nudges.ts";
import { finishNudges } from "../db/queries/sweeping.ts";
import { type Loop, type LoopLog, startLoop } from "./loop.ts";

/** Looks a binding or a saved method up at its gateway and keeps what it shows; throws when the gateway could not be asked now. */
export type LookAtMethod = (news: {
  readonly residentId: string;
  readonly methodId: string;
  readonly permissionId: string | null;
}) => Promise<unknown>;

/** Looks at a refund of ours by the gateway's id; false: it is none of ours. Throws when the gateway could not be asked now. */
export type LookAtRefund = (about: {
  readonly gateway: string;
  readonly objectId: string;
}) => Promise<boolean>;

/** What could not be looked at for most of a day is a person's business. */
const MOST_ATTEMPTS = 20;
const STRANGER_AFTER_ATTEMPTS = 3;

/**
 * Follows gateways' news of what is no charge. A binding is looked up, so that a card is there although its payer never came back from the bank; so is a
 * saved method, which may have been taken away or renewed; a refund is looked up; a refund that nobody here made, and a dispute, are cases for a person.
 * Nothing in the news itself is believed.
 */
export function startGatewayEvents(parts: {
  readonly db: Database;
  readonly lookAtMethod: LookAtMethod;
  readonly lookAtRefund: LookAtRefund;
  readonly log: LoopLog;
}): Loop {
  const { db, lookAtMethod, lookAtRefund, log } = parts;
  return startLoop({
    name: "gateway-events",
    everyMs: 1_000,
    log,
    work: async () => {
      const events = await leaseGatewayEvents(db);
      const followed = await Promise.all(events.map((event) => tried(event)));
      const done = events.filter(({ attempts }, index) => followed[index] || attempts >= MOST_ATTEMPTS);
      for (const event of events.filter((one, index) => !followed[index] && done.includes(one)))
        await giveUp(event);
      if (done.length > 0)
        await finishNudges(
          db,
          done.map(({ id }) => id),
        );
      return false;
    },
  });

  async function giveUp({ gateway, event, objectId, method }: GatewayEvent): Promise<void> {
    await openCase(db, {
      kind: "news-unfollowed",
      subject: method?.methodId ?? `${gateway}/${objectId}`,
      detail: { gateway, event, objectId },
    });
  }

  async function tried(event: GatewayEvent): Promise<boolean> {
    try {
      return await follow(event);
    } catch (error) {
      log.error({ loop: "gateway-events", error }, `could not follow the notification ${event.id}`);
      return false;
    }
  }

  async function follow(told: GatewayEvent): Promise<boolean> {
    const { gateway, event, subject, objectId, permissionId, disputed, method, attempts } = told;
    if (subject === "binding") {
      // the row may not have its object's id yet; one that stays unknown was begun by somebody else
      if (method === null) return attempts >= STRANGER_AFTER_ATTEMPTS;
      await lookAtMethod({ ...method, permissionId });
      return true;
    }
    if (subject === "refund" && (await lookAtRefund({ gateway, objectId }))) return true;
    await openCase(db, {
      kind: subject === "dispute" ? "dispute" : "refund-at-gateway",
      // about our charge it keeps refunds of that charge back; about nobody's it is a task all the same
      subject: disputed ?? `${gateway}/${objectId}`,
      detail: { gateway, event, objectId },
    });
    return true;
  }
}
