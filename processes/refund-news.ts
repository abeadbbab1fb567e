import type { ChargingDependencies } from "../activities/charging.ts";
import { lookAtEndedRefund } from "../activities/refunding.ts";
import { findRefundByObject } from "../db/queries/refunding.ts";
import type { WorkflowStarter } from "../loops/workflow-starter.ts";

/**
 * A gateway's word about a refund of ours rings its workflow; one that has ended has nobody to ring and is looked at here, for money that arrived may
 * come back. False: it is no refund of ours. Throws when the gateway could not be asked now.
 */
export async function followRefundNews(
  parts: { readonly charging: ChargingDependencies; readonly starter: Pick<WorkflowStarter, "wake"> },
  about: { readonly gateway: string; readonly objectId: string },
): Promise<boolean> {
  const refundId = await findRefundByObject(parts.charging.db, about);
  if (refundId === undefined) return false;
  await parts.starter.wake("refund", refundId);
  // also where a ring was taken: the workflow may be at its last line, and does not look at a refund that is done
  await lookAtEndedRefund(parts.charging, { refundId });
  return true;
}
