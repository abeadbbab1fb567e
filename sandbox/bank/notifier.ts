import type { Bank } from "./bank.ts";
import type { NotificationRecord } from "./records.ts";

/** Transport runs on real time, whatever the bank's clock does. */
const answerTimeoutMs = 10_000;
const firstPauseMs = 1_000;
const longestPauseMs = 30 * 60_000;
const lookEveryMs = 200;
const atOnce = 8;

/**
 * Delivers queued notifications to the shop until it answers 200, with growing pauses, for 24 hours of bank time.
 * The queue is in the journal, so a killed bank goes on where it was; a delivery whose answer was lost is repeated.
 */
export class Notifier {
  readonly #bank: Bank;
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(bank: Bank) {
    this.#bank = bank;
    this.#timer = setInterval(() => this.look(), lookEveryMs);
  }

  /** Starts every delivery whose time has come. */
  look(): void {
    if (this.#stopping.signal.aborted) return;
    const now = { real: Date.now(), bank: this.#bank.book.now() };
    for (const notification of this.#bank.book.notifications.values()) {
      if (this.#underWay.size >= atOnce) return;
      if (!isDue(notification, now) || this.#underWay.has(notification.id)) continue;
      const delivery = this.#deliver(notification).finally(() => this.#underWay.delete(notification.id));
      this.#underWay.set(notification.id, delivery);
    }
  }

  /** Stops; deliveries under way are abandoned and will be repeated by the next start. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await Promise.allSettled(this.#underWay.values());
  }

  async #deliver(notification: NotificationRecord): Promise<void> {
    const { book } = this.#bank;
    if (book.now() >= notification.giveUpAtMs) {
      book.record({
        kind: "notification",
        change: "given up",
        record: { ...notification, state: "given-up" },
      });
      return book.durable();
    }
    // The shop must never hear of something that a kill could still undo.
    await book.durable();
    const status = await this.#send(notification);
    if (this.#stopping.signal.aborted) return;
    book.record({
      kind: "notification",
      change: status === 200 ? "accepted" : `not accepted: ${status}`,
      record: afterAttempt(notification, status === 200),
    });
    await book.durable();
  }

  async #send(notification: NotificationRecord): Promise<number | string> {
    const { event, object } = notification;
    try {
      const answer = await fetch(this.#bank.book.notifyUrl, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ type: "notification", event, object }),
        redirect: "manual",
        signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(answerTimeoutMs)]),
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch (error) {
      // The shop cannot be reached: the reason goes to the journal, the delivery is repeated.
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return cause instanceof Error ? cause.message || cause.name : String(cause);
    }
  }
}

function isDue(
  { nextAttemptRealMs, notBeforeMs = 0 }: NotificationRecord,
  now: { readonly real: number; readonly bank: number },
): boolean {
  return nextAttemptRealMs <= now.real && notBeforeMs <= now.bank;
}

function afterAttempt(notification: NotificationRecord, accepted: boolean): NotificationRecord {
  const attempts = notification.attempts + 1;
  if (!accepted) {
    const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(notification.attempts, 20), longestPauseMs);
    return { ...notification, attempts, nextAttemptRealMs: Date.now() + pauseMs };
  }
  const copies = notification.copies - 1;
  return { ...notification, attempts, copies, state: copies > 0 ? "queued" : "delivered" };
}
