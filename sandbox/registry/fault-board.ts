import { z } from "zod";

const milliseconds = z.number().int().min(0).max(600_000);

const fault = z.discriminatedUnion("kind", [
  // Nothing, or not yet
  z.strictObject({ kind: z.literal("dead") }),
  z.strictObject({ kind: z.literal("silent") }),
  z.strictObject({ kind: z.literal("delay"), ms: milliseconds }),
  // The answer is formed at once and sent late: it tells of the past
  z.strictObject({ kind: z.literal("late"), ms: milliseconds }),
  z.strictObject({
    kind: z.literal("slow"),
    piecesMs: milliseconds.default(200),
    pieces: z.number().int().min(2).default(20),
  }),
  // Another status than 200
  z.strictObject({ kind: z.literal("status"), status: z.number().int().min(201).max(599) }),
  // Not the whole document
  z.strictObject({ kind: z.literal("truncated") }),
  z.strictObject({ kind: z.literal("broken-off") }),
  // Another document than it should be
  z.strictObject({ kind: z.literal("html") }),
  z.strictObject({ kind: z.literal("encoding"), as: z.enum(["windows-1251", "utf-16", "broken-utf-8"]) }),
  z.strictObject({ kind: z.literal("document-type") }),
  z.strictObject({ kind: z.literal("packed") }),
  z.strictObject({ kind: z.literal("endless"), megabytes: z.number().int().min(1).max(1024) }),
  // A document that says something else
  z.strictObject({ kind: z.literal("need-re-request") }),
  z.strictObject({ kind: z.literal("more-for-ever") }),
  z.strictObject({ kind: z.literal("other-answer") }),
  z.strictObject({ kind: z.literal("strangers-bill") }),
  z.strictObject({ kind: z.literal("code"), code: z.string().max(10) }),
  z.strictObject({ kind: z.literal("rejected"), reason: z.string().max(40) }),
]);

/** The body of `POST /control/faults`: what happens to the next `times` requests after `skip` others. */
export const faultOrder = z.strictObject({
  times: z.number().int().min(1).default(1),
  skip: z.number().int().min(0).default(0),
  fault,
});

export type RegistryFault = z.output<typeof fault>;
export type FaultOrder = z.output<typeof faultOrder>;

/** Faults that wait for requests, in the order in which they were armed; a request meets at most one. */
export class FaultBoard {
  #armed: FaultOrder[] = [];

  arm(order: FaultOrder): void {
    this.#armed.push(order);
  }

  list(): readonly FaultOrder[] {
    return this.#armed;
  }

  clear(): void {
    this.#armed = [];
  }

  /** The fault that the next request meets, if any; it is counted. */
  meet(): RegistryFault | undefined {
    const [first, ...others] = this.#armed;
    if (first === undefined) return undefined;
    if (first.skip > 0) {
      this.#armed = [{ ...first, skip: first.skip - 1 }, ...others];
      return undefined;
    }
    this.#armed = first.times > 1 ? [{ ...first, times: first.times - 1 }, ...others] : others;
    return first.fault;
  }
}
