import { z } from "zod";

/**
 * What a test may arm at the push service.
 * - `404`, `410`: the subscription is gone, for this message and every later one.
 * - `413`, `429`, `500`: the answer; nothing is kept. `retryAfterSeconds` goes with 429 and 500.
 * - `slow`: the message is kept, the answer comes `ms` later.
 * - `drop`: the message is kept (or not), and the connection dies without an answer.
 */
export const pushFaultRequest = z.strictObject({
  kind: z.enum(["404", "410", "413", "429", "500", "slow", "drop"]),
  times: z.int().min(1).max(1_000_000).default(1),
  /** Only at this browser. */
  subscription: z.string().min(1).optional(),
  retryAfterSeconds: z.int().min(0).max(86_400).optional(),
  ms: z.int().min(0).max(600_000).default(1000),
  keep: z.boolean().default(true),
});

export type PushFault = z.output<typeof pushFaultRequest>;

/** The faults armed now, each with the times it still has. First armed, first used. */
export class PushFaults {
  #armed: PushFault[] = [];

  arm(fault: PushFault): void {
    this.#armed.push({ ...fault });
  }

  clear(): void {
    this.#armed = [];
  }

  list(): readonly PushFault[] {
    return this.#armed;
  }

  /** Uses up one time of the first fault that fits, or gives nothing. */
  take(subscription: string): PushFault | undefined {
    const fault = this.#armed.find(
      (one) => one.subscription === undefined || one.subscription === subscription,
    );
    if (!fault) return undefined;
    fault.times -= 1;
    if (fault.times === 0) this.#armed = this.#armed.filter((one) => one !== fault);
    return fault;
  }
}
