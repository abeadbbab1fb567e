import type { Database } from "../db/database.ts";
import { openCase } from "../db/queries/charging.ts";
import { finishNudges, leaseNudges, type Nudge } from "../db/queries/sweeping.ts";
import { type Loop, type LoopLog, startLoop } from "./loop.ts";
import type { WorkflowStarter } from "./workflow-starter.ts";

/** The loops' port to the gateways: looks at an object of a charge that no workflow waits for; false: ask again later. */
export type LookAtUnwatchedCharge = (about: {
  readonly chargeId: string;
  readonly objectId: string;
}) => Promise<boolean>;

/** An object that could not be looked at for most of a day is a person's business. */
const MOST_ATTEMPTS = 20;

/**
 * Gateways' notifications: each rings the payment it speaks of, if that is still undecided. One about a charge that no workflow waits for has nobody
 * to ring: its object is looked at here. The look-up is the proof.
 */
export function startNudger(parts: {
  readonly db: Database;
  readonly starter: WorkflowStarter;
  readonly lookAtUnwatchedCharge: LookAtUnwatchedCharge;
  readonly log: LoopLog;
}): Loop {
  const { db, starter, lookAtUnwatchedCharge, log } = parts;
  return startLoop({
    name: "nudges",
    everyMs: 1_000,
    log,
    work: async () => {
      const nudges = await leaseNudges(db);
      const payments = new Map<string, Promise<boolean>>();
      const followed = await Promise.all(nudges.map((nudge) => follow(nudge, payments)));
      const done = nudges.filter(({ attempts }, index) => followed[index] || attempts >= MOST_ATTEMPTS);
      for (const nudge of nudges.filter((one, index) => !followed[index] && done.includes(one))) {
        await giveUp(nudge);
      }
      if (done.length > 0)
        await finishNudges(
          db,
          done.map(({ id }) => id),
        );
      return false;
    },
  });

  async function giveUp({ gateway, event, objectId, paymentId, unwatchedChargeId }: Nudge): Promise<void> {
    await openCase(db, {
      kind: "news-unfollowed",
      subject: unwatchedChargeId ?? paymentId ?? `${gateway}/${objectId}`,
      detail: { gateway, event, objectId },
    });
  }

  async function follow(nudge: Nudge, payments: Map<string, Promise<boolean>>): Promise<boolean> {
    const { paymentId, unwatchedChargeId, objectId } = nudge;
    try {
      if (paymentId !== null) {
        const ring = payments.get(paymentId) ?? starter.wake("payment", paymentId);
        payments.set(paymentId, ring);
        // no workflow runs: the sweeper starts it again
        await ring;
        return true;
      }
      return (
        unwatchedChargeId === null || (await lookAtUnwatchedCharge({ chargeId: unwatchedChargeId, objectId }))
      );
    } catch (error) {
      log.error({ loop: "nudges", error }, `could not follow the notification ${nudge.id}`);
      return false;
    }
  }
}
