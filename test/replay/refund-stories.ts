import { sql } from "kysely";
import { refundWorkflowId } from "../../workflows/messages.ts";
import { payment, pushBill } from "../support/rows.ts";
import { until } from "../support/until.ts";
import { announced } from "./payment-stories.ts";
import { jump, type Stage, type Story, untilCharge, untilPayment } from "./stage.ts";

/** Money taken for a bill that was withdrawn while the answer was lost: a refund follows by itself. Answers the refund's id. */
async function owedBack(stage: Stage): Promise<{ readonly refundId: string; readonly paymentId: string }> {
  const { engine } = stage;
  await engine.bank.arm({ kind: "commit-then-drop" });
  const { paymentId, account } = await announced(stage);
  await untilCharge(stage, `${paymentId}-1`, "unknown");
  await pushBill(engine.db, { account, version: 2, status: "annulled" });
  await until(async () => (await payment(engine.db, paymentId)).stop_mark !== null);
  await jump(stage, { seconds: 60 });
  const found = async () =>
    engine.db.selectFrom("refunds").select("id").where("payment_id", "=", paymentId).executeTakeFirst();
  await until(async () => (await found()) !== undefined);
  return { refundId: (await found())?.id ?? "", paymentId };
}

async function untilRefund({ engine }: Stage, refundId: string, state: string): Promise<void> {
  await until(async () => {
    const { rows } = await sql<{ state: string }>`select state from refunds where id = ${refundId}`.execute(
      engine.db,
    );
    return rows[0]?.state === state;
  });
}

export const refundStories: readonly Story[] = [
  {
    name: "refund-returned",
    async play(stage) {
      const { refundId, paymentId } = await owedBack(stage);
      await untilPayment(stage, paymentId, "closed");
      const workflowId = refundWorkflowId(refundId);
      await stage.temporal.client.workflow.getHandle(workflowId).result();
      return workflowId;
    },
  },
  {
    name: "refund-unknown-then-found",
    async play(stage) {
      await stage.engine.bank.arm({ kind: "commit-then-drop" }, { operation: "create_refund" });
      const { refundId } = await owedBack(stage);
      await untilRefund(stage, refundId, "unknown");
      await jump(stage, { seconds: 30 });
      await stage.temporal.starter.wake("refund", refundId);
      await untilRefund(stage, refundId, "done");
      const workflowId = refundWorkflowId(refundId);
      await stage.temporal.client.workflow.getHandle(workflowId).result();
      return workflowId;
    },
  },
];
