import { randomUUID } from "node:crypto";
import type { ChargeRecord } from "./charge-record.ts";
import type { RegistryBook } from "./registry-book.ts";
import { writeNotice } from "./wire-answer.ts";

const answerWithinMs = 10_000;

/** One notice and what came of every attempt to deliver it. */
export interface SentNotice {
  readonly id: string;
  readonly uins: readonly string[];
  readonly body: string;
  readonly deliveries: { readonly url: string; readonly status: number | null; readonly answer: string }[];
}

/** Tells the subscriber of changes, once each; a test may have a notice delivered again, as it was. */
export class NoticeDesk {
  readonly #book: RegistryBook;
  readonly #recipient: string;
  readonly #notices = new Map<string, SentNotice>();

  constructor(book: RegistryBook, recipient: string) {
    this.#book = book;
    this.#recipient = recipient;
  }

  list(): readonly SentNotice[] {
    return [...this.#notices.values()];
  }

  find(id: string): SentNotice | undefined {
    return this.#notices.get(id);
  }

  /** Writes a notice about charges and delivers it where somebody has subscribed. */
  async tell(charges: readonly ChargeRecord[]): Promise<SentNotice> {
    const id = `N_${randomUUID()}`;
    const head = { id, atMs: this.#book.nowMs(), recipient: this.#recipient, version: "2.2.0" };
    const uins = charges.map(({ uin }) => uin);
    const notice: SentNotice = { id, uins, body: writeNotice(charges, head), deliveries: [] };
    this.#notices.set(id, notice);
    if (this.#book.subscription !== "") await this.deliver(notice);
    return notice;
  }

  /** One attempt. A subscriber that does not answer is noted, not tried again. */
  async deliver(notice: SentNotice): Promise<void> {
    const url = this.#book.subscription;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/xml; charset=utf-8" },
        body: notice.body,
        redirect: "manual",
        signal: AbortSignal.timeout(answerWithinMs),
      });
      notice.deliveries.push({ url, status: response.status, answer: await response.text() });
    } catch (cause) {
      notice.deliveries.push({ url, status: null, answer: String(cause) });
    }
  }
}
