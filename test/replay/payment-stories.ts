import { sql } from "kysely";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import { paymentWorkflowId, payerReturnedUpdate } from "../../workflows/messages.ts";
import {
  confirmPayment,
  livingNotice,
  makePayer,
  payNow,
  payment,
  paymentOf,
  type Payer,
  pushBill,
  skipPayment,
  stopMandate,
} from "../support/rows.ts";
import { until } from "../support/until.ts";
import {
  endOf,
  jump,
  type Stage,
  type Story,
  untilCharge,
  untilEvent,
  untilPayment,
  untilStarted,
} from "./stage.ts";

type Planned = Payer & { readonly paymentId: string; readonly billId: string };

/** A mandate with a notice window of three seconds, and a bill that the engine's loops have announced. */
export async function announced(stage: Stage, terms: Parameters<typeof makePayer>[1] = {}): Promise<Planned> {
  const { db } = stage.engine;
  const payer = await makePayer(stage.engine, { terms: { noticePack: NOTICE_PACKS.demo, ...terms.terms } });
  const { billId } = await pushBill(db, { account: payer.account });
  await until(
    async () =>
      (await db.selectFrom("payments").select("id").where("bill_id", "=", billId).execute()).length > 0,
  );
  const { id: paymentId } = await paymentOf(db, billId);
  await untilStarted(stage, paymentWorkflowId(paymentId));
  return { ...payer, billId, paymentId };
}

const hourOfNotice = { terms: { noticePack: { ...NOTICE_PACKS.demo, leadSeconds: 3_600 } } };

/** The payer confirms at the bank and comes back to us. */
async function confirmAtBank(stage: Stage, paymentId: string, chargeId: string): Promise<void> {
  const objectId = await untilCharge(stage, chargeId, "challenged");
  await stage.engine.bank.settle(objectId, "succeeded");
  await stage.temporal.client.workflow
    .getHandle(paymentWorkflowId(paymentId))
    .executeUpdate(payerReturnedUpdate);
}

export const paymentStories: readonly Story[] = [
  {
    name: "payment-happy",
    async play(stage) {
      const { paymentId } = await announced(stage);
      return endOf(stage, paymentId);
    },
  },
  {
    name: "payment-three-d-secure",
    async play(stage) {
      const { db } = stage.engine;
      const payer = await makePayer(stage.engine);
      const { billId } = await pushBill(db, { account: `${payer.account}-by-hand` });
      const { paymentId = "" } = await payNow(db, {
        billId,
        residentId: payer.residentId,
        methodId: payer.methodId,
      });
      await confirmAtBank(stage, paymentId, `${paymentId}-1`);
      return endOf(stage, paymentId);
    },
  },
  {
    name: "payment-declined-then-confirmed",
    async play(stage) {
      await stage.engine.bank.arm({ kind: "decline", reason: "3d_secure_failed" });
      const { paymentId, residentId, methodId } = await announced(stage);
      await untilPayment(stage, paymentId, "needs-payer");
      await confirmPayment(stage.engine.db, { paymentId, residentId, methodId });
      await confirmAtBank(stage, paymentId, `${paymentId}-2`);
      return endOf(stage, paymentId);
    },
  },
  {
    name: "payment-declined-then-retried",
    async play(stage) {
      await stage.engine.bank.arm({ kind: "decline", reason: "issuer_unavailable" });
      const { paymentId } = await announced(stage);
      await untilCharge(stage, `${paymentId}-1`, "not-charged");
      await until(async () => (await livingNotice(stage.engine.db, paymentId))?.state === "accepted");
      await jump(stage, { minutes: 17 });
      return endOf(stage, paymentId);
    },
  },
  {
    name: "payment-stopped",
    async play(stage) {
      const { paymentId, mandateId } = await announced(stage, hourOfNotice);
      await stopMandate(stage.engine.db, { mandateId, kind: "cancel" });
      return endOf(stage, paymentId);
    },
  },
  {
    name: "payment-skipped",
    async play(stage) {
      const { paymentId, residentId } = await announced(stage, hourOfNotice);
      await skipPayment(stage.engine.db, paymentId, residentId);
      return endOf(stage, paymentId);
    },
  },
  {
    name: "payment-unknown-then-found",
    async play(stage) {
      await stage.engine.bank.arm({ kind: "commit-then-drop" });
      const { paymentId } = await announced(stage);
      return endOf(stage, paymentId);
    },
  },
  {
    name: "payment-unknown-when-stopped",
    async play(stage) {
      await stage.engine.bank.arm({ kind: "commit-then-500" });
      const { paymentId, mandateId } = await announced(stage);
      await untilCharge(stage, `${paymentId}-1`, "unknown");
      await stopMandate(stage.engine.db, { mandateId, kind: "cancel" });
      return endOf(stage, paymentId);
    },
  },
  {
    name: "payment-amended-in-the-window",
    async play(stage) {
      const { paymentId, account } = await announced(stage, hourOfNotice);
      const { db } = stage.engine;
      const old = await livingNotice(db, paymentId);
      await pushBill(db, { account, version: 2, amountMinor: 600_000 });
      await until(async () => {
        const notice = await livingNotice(db, paymentId);
        return notice?.id !== old?.id && notice?.state === "accepted";
      });
      await jump(stage, { minutes: 61 });
      return endOf(stage, paymentId);
    },
  },
  {
    name: "payment-held-then-released",
    async play(stage) {
      const { db } = stage.engine;
      await sql`insert into holds (scope, reason, placed_by) values ('all', 'story', 'story')`.execute(db);
      const { paymentId } = await announced(stage);
      await until(async () => {
        const { remark } = await db
          .selectFrom("payments")
          .select("remark")
          .where("id", "=", paymentId)
          .executeTakeFirstOrThrow();
        return remark === "held:all";
      });
      await sql`delete from holds`.execute(db);
      await jump(stage, { minutes: 11 });
      return endOf(stage, paymentId);
    },
  },
  {
    name: "payment-waits-for-its-source",
    async play(stage) {
      const { db } = stage.engine;
      const { account } = await makePayer(stage.engine, {
        terms: { noticePack: hourOfNotice.terms.noticePack },
      });
      const billId = await stage.source.tell(stage.engine, account);
      await until(
        async () =>
          (await db.selectFrom("payments").select("id").where("bill_id", "=", billId).execute()).length > 0,
      );
      const { id: paymentId } = await paymentOf(db, billId);
      await untilStarted(stage, paymentWorkflowId(paymentId));
      await until(async () => (await livingNotice(db, paymentId))?.state === "accepted", 120);
      stage.source.away = true;
      await jump(stage, { minutes: 61 });
      await until(async () => (await payment(db, paymentId)).remark === "source silent", 120);
      await untilEvent(stage, paymentWorkflowId(paymentId), "timerStartedEventAttributes", 2);
      stage.source.away = false;
      await jump(stage, { minutes: 1 });
      return endOf(stage, paymentId);
    },
  },
  {
    name: "payment-given-up",
    async play(stage) {
      const { paymentId } = await announced(stage, {
        terms: { limitPerPayment: { amountMinor: 100, currency: "RUB" } },
      });
      await untilPayment(stage, paymentId, "needs-payer");
      await jump(stage, { hours: 24 * 22 });
      return endOf(stage, paymentId);
    },
  },
];
