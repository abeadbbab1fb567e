import { z } from "zod";

/**
 * What may be armed at the receiver of webhooks.
 * - `status`: answers so (500, 410, 429 …), with `Retry-After` where asked; nothing is taken.
 * - `redirect`: 302 to `location`; nothing is taken.
 * - `slow`: takes the event, and answers `ms` later.
 * - `hang`: never answers; nothing is taken.
 * - `drop`: the connection dies without an answer; `keep` says whether the event was taken before.
 */
export const hookFaultRequest = z.strictObject({
  kind: z.enum(["status", "redirect", "slow", "hang", "drop"]),
  times: z.int().min(1).max(1_000_000).default(1),
  /** Only events whose body holds this text: the id of an object, a type. */
  about: z.string().min(1).optional(),
  /** Only events that come to this address of the receiver: its last part. */
  name: z.string().min(1).optional(),
  status: z.int().min(300).max(599).default(500),
  retryAfter: z.string().min(1).optional(),
  location: z.string().min(1).default("http://127.0.0.1:1/"),
  ms: z.int().min(0).max(600_000).default(1_000),
  keep: z.boolean().default(true),
});

export type HookFault = z.output<typeof hookFaultRequest>;

/** The faults armed now, each with the times it still has. First armed, first used. */
export class HookFaults {
  #armed: HookFault[] = [];

  arm(fault: HookFault): void {
    this.#armed.push({ ...fault });
  }

  clear(): void {
    this.#armed = [];
  }

  list(): readonly HookFault[] {
    return this.#armed;
  }

  /** Uses up one time of the first fault that fits, or gives nothing. */
  take(name: string, body: string): HookFault | undefined {
    const fault = this.#armed.find(
      (one) =>
        (one.name === undefined || one.name === name) &&
        (one.about === undefined || body.includes(one.about)),
    );
    if (!fault) return undefined;
    fault.times -= 1;
    if (fault.times === 0) this.#armed = this.#armed.filter((one) => one !== fault);
    return fault;
  }
}
