import { setTimeout as pause } from "node:timers/promises";
import { ApiProblem } from "../../../api/client.ts";
import { type CityJournal, openCityJournal } from "../../../sandbox/city-journal.ts";
import { monotonicMs } from "../run/durable-lines.ts";

const AGAIN_AFTER_MS = 250;
const ANSWER_WITHIN_MS = 20_000;
/** Nobody repeats for ever: what was not answered by then is left for the checker to see. */
const GIVE_UP_AFTER_MS = 180_000;

/** What a call is about: its name in `intents.ndjson`, and what is asked for. */
export type Intent = { readonly client: string; readonly op: string; readonly request: object };

/** What a caller hears: `undefined` when nobody ever answered. */
export type Heard<Answer> = {
  readonly status: number;
  readonly answer: Answer | undefined;
  readonly code?: string;
};

/** One try of a call: through which API, and under which key. */
export type Try = { readonly api: string; readonly key: string; readonly signal: AbortSignal };

/**
 * Calls the APIs as a careful client does: every intent is on the disk before it is sent, and a call whose answer was lost is repeated with the same key, at whichever API, until it
 * is answered.
 */
export class Caller {
  readonly #apis: readonly string[];
  readonly #journal: CityJournal<object>;
  readonly #name: string;
  #count = 0;
  #turn = 0;
  underWay = 0;

  constructor(order: { readonly apis: readonly string[]; readonly intents: string; readonly seed: number }) {
    this.#apis = order.apis;
    this.#journal = openCityJournal<object>(order.intents, () => undefined);
    this.#name = `chaos-${order.seed}`;
  }

  async call<Answer>(
    intent: Intent,
    run: (attempt: Try) => Promise<{ readonly status: number; readonly answer: Answer }>,
  ): Promise<Heard<Answer> | undefined> {
    this.#count += 1;
    const id = `i${this.#count}`;
    const key = `${this.#name}-${id}`;
    const deadline = Date.now() + GIVE_UP_AFTER_MS;
    this.underWay += 1;
    try {
      for (;;) {
        const heard = await this.#once(intent, { id, key }, run);
        if (heard !== undefined && !isPassing(heard)) return heard;
        if (Date.now() > deadline) return heard;
        await pause(AGAIN_AFTER_MS);
      }
    } finally {
      this.underWay -= 1;
    }
  }

  async #once<Answer>(
    intent: Intent,
    { id, key }: { readonly id: string; readonly key: string },
    run: (attempt: Try) => Promise<{ readonly status: number; readonly answer: Answer }>,
  ): Promise<Heard<Answer> | undefined> {
    const api = this.#apis[this.#turn++ % this.#apis.length] ?? "";
    const { client, op, request } = intent;
    await this.#write({ id, client, op, key, phase: "sent", request, api });
    try {
      const { status, answer } = await run({ api, key, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
      await this.#write({ id, client, op, key, phase: "answered", status, answer });
      return { status, answer };
    } catch (error) {
      if (error instanceof ApiProblem) {
        const { status, code, paymentId } = error;
        await this.#write({ id, client, op, key, phase: "answered", status, answer: { code, paymentId } });
        return { status, answer: undefined, code };
      }
      await this.#write({ id, client, op, key, phase: "lost", answer: { error: String(error) } });
      return undefined;
    }
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  #write(line: object): Promise<void> {
    return this.#journal.append({ at: new Date().toISOString(), monoMs: monotonicMs(), ...line });
  }
}

/** Answers that a client repeats: the server is not itself, or the same key is still under way. */
function isPassing({ status, code }: Heard<unknown>): boolean {
  return status >= 500 || status === 429 || code === "command-under-way" || code === "in-flight";
}
