import type { Database } from "../db/database.ts";
import { nudgeGhosts, raiseUndecidedAlarms } from "../db/queries/charge-objects.ts";
import { endDiscounts, judgeKeptWords, mergeTwins, settleFollowUps } from "../db/queries/bill-changes.ts";
import { closePayment } from "../db/queries/looks.ts";
import { type DueNow, readDueNow, startReminders } from "../db/queries/due-instants.ts";
import { readOverdueDigests } from "../db/queries/digests.ts";
import { expireRefundLeases, readOverdueRefunds } from "../db/queries/refunding.ts";
import { pruneOldWork } from "../db/queries/outbox.ts";
import { readOverdueWebhooks } from "../db/queries/webhook-deliveries.ts";
import {
  dropUnreachable,
  endDormantMandates,
  expireLeases,
  expireNotifications,
  nudgeUnwatchedCharges,
  followWithdrawals,
  type Overdue,
  readOverdue,
  readStoppedPayments,
  readUntoldOutages,
  tellOfSilence,
} from "../db/queries/sweeping.ts";
import { sourceTitle } from "../words/sources.ts";
import { type Loop, type LoopLog, startLoop } from "./loop.ts";
import type { WorkflowStarter } from "./workflow-starter.ts";

/** A workflow gets this long to look by itself before the sweeper rings it. */
const GRACE_MS = 10_000;

/** What was told a week ago is removed from the outbox; once an hour is often enough. */
const PRUNE_EVERY_MS = 3_600_000;

/** Objects at gateways that nobody will use are looked for this often; each is asked about once a day at most. */
const IDLE_EVERY_MS = 600_000;

type Parts = { readonly db: Database; readonly starter: WorkflowStarter; readonly log: LoopLog };

/**
 * Sees to it that nothing ends in silence: transmissions past their lease become unknown, stops are carried out, and every open payment or
 * mandate whose next look has passed is rung, or its workflow started again.
 */
export function startSweeper(
  parts: Parts & {
    /** The loops' port to the gateways: ends objects of payments that are over (payment rules §8.3). */
    readonly voidIdleObjects?: () => Promise<number>;
  },
): Loop {
  let prunedAt = 0;
  let idleAt = 0;
  return startLoop({
    name: "sweeper",
    everyMs: 2_000,
    log: parts.log,
    work: async () => {
      await sweep(parts, GRACE_MS);
      if (Date.now() - prunedAt > PRUNE_EVERY_MS) {
        await pruneOldWork(parts.db);
        prunedAt = Date.now();
      }
      if (parts.voidIdleObjects && Date.now() - idleAt > IDLE_EVERY_MS) {
        await parts.voidIdleObjects();
        idleAt = Date.now();
      }
      return false;
    },
  });
}

/** One sweep; `graceMs` 0 after the sandbox's clock has jumped. Answers how many were rung. */
export async function sweep(parts: Parts, graceMs: number): Promise<number> {
  const { db, starter, log } = parts;
  for (const step of STEPS) await attempt(log, step.name, () => step(db));
  const overdue = await readOverdue(db, { graceMs, limit: 200 });
  for (const item of overdue) await wakeOrRevive(starter, item);
  const refunds = await readOverdueRefunds(db, { graceMs, limit: 200 });
  for (const { id, gateway } of refunds) {
    if (!(await starter.wake("refund", id))) await starter.revive("refund", id, gateway);
  }
  const digests = await readOverdueDigests(db, { graceMs, limit: 200 });
  for (const id of digests) await ringDigest(starter, id);
  const webhooks = await readOverdueWebhooks(db, { graceMs, limit: 200 });
  for (const id of webhooks) await starter.ringOrStart("webhook", id);
  return overdue.length + refunds.length + digests.length + webhooks.length;
}

async function ringDigest(starter: WorkflowStarter, id: string): Promise<void> {
  if (!(await starter.wake("digest", id))) await starter.revive("digest", id, null);
}

/** A workflow that was rung for an instant gets this long to do what is due, then it is rung again. */
const RING_AGAIN_MS = 5_000;

/**
 * Sees to what the hour makes due after the sandbox's clock has jumped, with no grace: workflows sleep by the real clock, which did not jump. Each is rung once for
 * an instant, however often this is asked for.
 */
export function createHourSweep(parts: Parts): () => Promise<void> {
  const rung = new Map<string, number>();
  return async () => {
    const { db, log } = parts;
    for (const step of STEPS) await attempt(log, step.name, () => step(db));
    const now = Date.now();
    for (const [name, at] of rung) if (now - at > RING_AGAIN_MS) rung.delete(name);
    const due = (await readDueNow(db, MOST_RUNG)).map((one) => ({
      ...one,
      name: `${one.kind}/${one.id}/${one.at}`,
    }));
    const silent = due.filter(({ name }) => !rung.has(name));
    for (const { name } of silent) rung.set(name, now);
    await Promise.all(silent.map((one) => attempt(log, "ring", () => ringDue(parts, one))));
  };
}

const MOST_RUNG = 1_000;

async function ringDue({ db, starter }: Parts, { kind, id, gateway }: DueNow): Promise<void> {
  if (kind === "bill") {
    if (!(await starter.wake(kind, id))) await startReminders(db, id);
  } else if (kind === "digest") {
    await ringDigest(starter, id);
  } else if (kind === "webhook") {
    await starter.ringOrStart(kind, id);
  } else if (kind === "payment" || kind === "mandate" || kind === "refund") {
    if (!(await starter.wake(kind, id))) await starter.revive(kind, id, gateway);
  }
}

/** What one sweep sees to before it rings. */
const STEPS: readonly ((db: Database) => Promise<unknown>)[] = [
  expireLeases,
  settleFollowUps,
  endDiscounts,
  judgeKeptWords,
  mergeTwins,
  expireRefundLeases,
  expireNotifications,
  dropUnreachable,
  nudgeUnwatchedCharges,
  nudgeGhosts,
  raiseUndecidedAlarms,
  endDormantMandates,
  closeStopped,
  followWithdrawals,
  tellSilences,
];

async function tellSilences(db: Database): Promise<void> {
  for (const source of await readUntoldOutages(db)) {
    const title = { ru: sourceTitle("ru", source), en: sourceTitle("en", source) };
    await tellOfSilence(db, { source, title });
  }
}

async function closeStopped(db: Database): Promise<void> {
  for (const { paymentId, outcome } of await readStoppedPayments(db)) {
    await closePayment(db, { paymentId, outcome, reason: "stopped" });
  }
}

/** One bad row keeps its own step from going on, and nothing else: a payment that is due is rung whatever stands before it. */
async function attempt(log: LoopLog, step: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error({ loop: "sweeper", error }, `a sweep could not ${step}`);
  }
}

async function wakeOrRevive(starter: WorkflowStarter, { kind, id, gateway }: Overdue): Promise<void> {
  if (!(await starter.wake(kind, id))) await starter.revive(kind, id, gateway);
}
