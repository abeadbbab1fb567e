import { createHmac } from "node:crypto";
import type { Face } from "./face.ts";
import type { StripeDelivery } from "./records.ts";
import { toWire } from "./wire.ts";

/** Transport runs on real time, whatever the bank's clock does. */
const answerTimeoutMs = 10_000;
const firstPauseMs = 1_000;
const longestPauseMs = 30 * 60_000;
const lookEveryMs = 200;
const atOnce = 8;

/**
 * Sends queued events to the merchant until it answers with a 2xx, with growing pauses. The queue is in the journal, so
 * a killed bank goes on where it was; a delivery whose answer was lost is repeated. Up to eight go at once, so their
 * order is not promised.
 */
export class Webhooks {
  readonly #face: Face;
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(face: Face) {
    this.#face = face;
    this.#timer = setInterval(() => this.look(), lookEveryMs);
  }

  /** Starts every delivery whose time has come. */
  look(): void {
    if (this.#stopping.signal.aborted || this.#face.shelf.webhookUrl === "") return;
    for (const delivery of this.#face.shelf.deliveries.values()) {
      if (this.#underWay.size >= atOnce) return;
      if (!this.#isDue(delivery) || this.#underWay.has(delivery.id)) continue;
      const sending = this.#deliver(delivery).finally(() => this.#underWay.delete(delivery.id));
      this.#underWay.set(delivery.id, sending);
    }
  }

  /** Stops; deliveries under way are abandoned and will be repeated by the next start. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await Promise.allSettled(this.#underWay.values());
  }

  #isDue({ nextAttemptRealMs, notBeforeMs = 0 }: StripeDelivery): boolean {
    return nextAttemptRealMs <= Date.now() && notBeforeMs <= this.#face.bank.book.now();
  }

  async #deliver(delivery: StripeDelivery): Promise<void> {
    const { book } = this.#face.bank;
    if (book.now() >= delivery.giveUpAtMs) {
      book.record({
        kind: "stripe",
        what: "delivery",
        change: "given up",
        record: { ...delivery, state: "given-up" },
      });
      return book.durable();
    }
    // The merchant must never hear of something that a kill could still undo.
    await book.durable();
    const status = await this.#send(delivery);
    if (this.#stopping.signal.aborted) return;
    const accepted = typeof status === "number" && status >= 200 && status < 300;
    book.record({
      kind: "stripe",
      what: "delivery",
      change: accepted ? "accepted" : `not accepted: ${status}`,
      record: afterAttempt(delivery, accepted),
    });
    await book.durable();
  }

  async #send(delivery: StripeDelivery): Promise<number | string> {
    const { options, shelf } = this.#face;
    const body = JSON.stringify(toWire(this.#face, shelf.get("event", delivery.event)), null, 2);
    try {
      const answer = await fetch(shelf.webhookUrl, {
        method: "POST",
        headers: {
          "Content-Type": "application/json; charset=utf-8",
          "Stripe-Signature": signature(options.webhookSecret, Date.now(), body),
          "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        },
        body,
        redirect: "manual",
        signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(answerTimeoutMs)]),
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch (error) {
      // The merchant cannot be reached: the reason goes to the journal, the delivery is repeated.
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return cause instanceof Error ? cause.message || cause.name : String(cause);
    }
  }
}

/** The signature of one delivery: time and body under the endpoint's secret. Each attempt is signed anew, by real time. */
export function signature(secret: string, realMs: number, body: string): string {
  const time = Math.floor(realMs / 1000);
  const mac = createHmac("sha256", secret).update(`${time}.${body}`).digest("hex");
  return `t=${time},v1=${mac}`;
}

function afterAttempt(delivery: StripeDelivery, accepted: boolean): StripeDelivery {
  const attempts = delivery.attempts + 1;
  if (!accepted) {
    const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(delivery.attempts, 20), longestPauseMs);
    return { ...delivery, attempts, nextAttemptRealMs: Date.now() + pauseMs };
  }
  const copies = delivery.copies - 1;
  return { ...delivery, attempts, copies, state: copies > 0 ? "queued" : "delivered" };
}
