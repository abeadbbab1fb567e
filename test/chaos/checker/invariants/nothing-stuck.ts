import { readFileSync } from "node:fs";
import type { CaseFile } from "../case-file.ts";
import { Inquiry, type Outcome } from "../inquiry.ts";

/** How far a moment may be past while somebody is still at it. */
const GRACE_MS = 120_000;
const OPEN: readonly string[] = ["scheduled", "needs-payer", "charging", "returning"];
/** A workflow task that failed for these fails again. */
const HOPELESS = /NON_DETERMINISTIC|WORKFLOW_WORKER_UNHANDLED_FAILURE|BAD_/;
/** But not the worker that was cut off from the server while it read a history: the next try has it. */
const UNREAD = /^Fetching history failed: .*transport error/;

type HistoryEvent = {
  readonly eventType: string;
  readonly workflowExecutionStartedEventAttributes?: { readonly workflowId?: string };
  readonly workflowTaskFailedEventAttributes?: {
    readonly cause?: string;
    readonly failure?: { readonly message?: string };
  };
};

/** I7: nothing is left that nobody will look at again. */
export function nothingStuck(file: CaseFile): Outcome {
  const inquiry = new Inquiry();
  const { quiescence } = file.record.run;
  if (quiescence !== undefined) {
    inquiry.expect(quiescence.reached, {
      about: "the run",
      words: `it did not come to rest in ${quiescence.seconds} s: ${quiescence.left.join(", ")}`,
    });
  }
  judgePayments(file, inquiry);
  judgeUnknown(file, inquiry);
  judgeQueues(file, inquiry);
  for (const path of file.record.histories) judgeHistory(file, inquiry, path);
  return inquiry.outcome();
}

function judgePayments(file: CaseFile, inquiry: Inquiry): void {
  const { cityNowMs, payments, refunds } = file.rows;
  for (const payment of payments) {
    inquiry.look();
    if (OPEN.includes(payment.state) && payment.next_look_at + GRACE_MS < cityNowMs) {
      inquiry.find({
        about: payment.id,
        words: `it is ${payment.state}, and its next look was due ${Math.round((cityNowMs - payment.next_look_at) / 1_000)} s ago`,
        paymentId: payment.id,
      });
    }
  }
  for (const refund of refunds) {
    inquiry.look();
    const isOpen = ["requested", "sending", "unknown", "pending"].includes(refund.state);
    if (
      isOpen &&
      (refund.next_look_at ?? 0) + GRACE_MS < cityNowMs &&
      !hasCase(file, [refund.id, refund.payment_id])
    ) {
      inquiry.find({
        about: refund.id,
        words: `it is ${refund.state} and nobody looks at it`,
        paymentId: refund.payment_id,
      });
    }
  }
}

function judgeUnknown(file: CaseFile, inquiry: Inquiry): void {
  for (const charge of file.rows.charges) {
    if (charge.state !== "unknown" && charge.state !== "sending") continue;
    inquiry.expect(hasCase(file, [charge.id, charge.payment_id]), {
      about: charge.id,
      words: `it is ${charge.state} at the end, and no operator has a case about it`,
      paymentId: charge.payment_id,
    });
  }
}

function hasCase(file: CaseFile, subjects: readonly string[]): boolean {
  return file.rows.cases.some(
    (row) => row.closed_at === null && subjects.some((one) => row.subject.includes(one)),
  );
}

function judgeQueues(file: CaseFile, inquiry: Inquiry): void {
  const { outbox, notifications, nudges, realNowMs, cityNowMs } = file.rows;
  for (const item of outbox) {
    inquiry.expect(item.done_at !== null || item.not_before + GRACE_MS > realNowMs, {
      about: `outbox ${item.kind} ${item.subject_id}`,
      words: `it waits since long after ${item.attempts} tries: ${item.last_error ?? "no error"}`,
    });
  }
  for (const nudge of nudges) {
    inquiry.expect(nudge.done_at !== null || nudge.not_before + GRACE_MS > realNowMs, {
      about: `news ${nudge.event} ${nudge.object_id}`,
      words: "nobody followed it",
    });
  }
  for (const row of notifications) {
    const isLeft = row.state === "sending" || (row.state === "queued" && row.carried_by === null);
    inquiry.expect(!isLeft || row.due_at + GRACE_MS > cityNowMs, {
      about: row.event_key,
      words: `the message is ${row.state} although its time is over`,
      ...(row.payment_id === null ? {} : { paymentId: row.payment_id }),
    });
  }
}

function judgeHistory(file: CaseFile, inquiry: Inquiry, path: string): void {
  const { events = [] } = JSON.parse(readFileSync(path, "utf8")) as {
    readonly events?: readonly HistoryEvent[];
  };
  const workflowId = events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? path;
  inquiry.look();
  const failed = events.find(
    ({ workflowTaskFailedEventAttributes: task }) =>
      HOPELESS.test(task?.cause ?? "") && !UNREAD.test(task?.failure?.message ?? ""),
  );
  if (failed !== undefined) {
    inquiry.find({
      about: workflowId,
      words: `a workflow task failed: ${failed.workflowTaskFailedEventAttributes?.cause}`,
    });
  }
  const paymentId = /^payment\/(.+)$/.exec(workflowId)?.[1];
  const isOpen =
    !/WORKFLOW_EXECUTION_(?:COMPLETED|FAILED|TERMINATED|CANCELED|TIMED_OUT|CONTINUED_AS_NEW)$/.test(
      events.at(-1)?.eventType ?? "",
    );
  if (paymentId === undefined || !isOpen) return;
  const payment = file.by.payments.get(paymentId);
  if (payment === undefined || !OPEN.includes(payment.state)) {
    inquiry.find({
      about: workflowId,
      words: `it still runs, and its payment is ${payment?.state ?? "not there"}`,
      paymentId,
    });
  }
}
