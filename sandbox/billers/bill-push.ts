import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import type { BillerAccount } from "./biller-book.ts";

/** How long a biller keeps trying to reach the API, and how long it waits for one answer. */
export interface PushPatience {
  readonly tryForMs: number;
  readonly answerWithinMs: number;
}

/** What came of one push. `status` is null when the API was never reached; `answer` is its JSON, or its text. */
export interface PushResult {
  readonly webhookId: string;
  readonly attempts: number;
  readonly status: number | null;
  readonly answer: unknown;
  /** Why the last attempt did not reach the API. */
  readonly problem: string | null;
}

const firstPauseMs = 200;
const longestPauseMs = 2000;

/**
 * Sends one bill to the API as the biller would: signed (Standard Webhooks), the same `webhook-id` on every attempt, which
 * also is the `Idempotency-Key`. Only a failed connection or a missing answer is tried again; any status is the answer.
 */
export async function pushBill(
  target: { readonly url: string; readonly biller: BillerAccount; readonly webhookId?: string },
  bill: unknown,
  patience: PushPatience,
): Promise<PushResult> {
  const webhookId = target.webhookId ?? `msg_${randomUUID().replaceAll("-", "")}`;
  const body = JSON.stringify(bill);
  const giveUpAt = performance.now() + patience.tryForMs;
  for (let attempt = 1; ; attempt += 1) {
    const tried = await attemptPush({ ...target, webhookId }, body, patience.answerWithinMs);
    const waitMs = Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs);
    if (tried.status !== null || performance.now() + waitMs > giveUpAt) {
      return { webhookId, attempts: attempt, ...tried };
    }
    await pause(waitMs);
  }
}

async function attemptPush(
  target: { readonly url: string; readonly biller: BillerAccount; readonly webhookId: string },
  body: string,
  answerWithinMs: number,
): Promise<Pick<PushResult, "status" | "answer" | "problem">> {
  const signedAt = new Date();
  const headers = {
    "content-type": "application/json",
    "idempotency-key": target.webhookId,
    "webhook-id": target.webhookId,
    "webhook-timestamp": String(Math.floor(signedAt.getTime() / 1000)),
    "webhook-signature": new Webhook(target.biller.secret).sign(target.webhookId, signedAt, body),
  };
  try {
    const response = await fetch(target.url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(answerWithinMs),
    });
    return { status: response.status, answer: readAnswer(await response.text()), problem: null };
  } catch (cause) {
    return { status: null, answer: null, problem: reasonOf(cause) };
  }
}

function readAnswer(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return text;
    throw cause;
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message;
}
