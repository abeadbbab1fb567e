import { z } from "zod";
import { RETURN_KINDS, type ReturnKind } from "./returned-mail.ts";

/**
 * What a test may arm at the mailbox.
 * - `4xx`, `5xx`: the reply to RCPT or (default) to the end of DATA; nothing is stored.
 * - `slow`: the reply to the end of DATA comes `ms` later.
 * - `drop-after-data`: the whole message was read, then the connection dies without a reply; `keep` says whether it was stored.
 * - `bounce`, `expire`, `delay`, `complain`: taken with 250, and then a report about it comes back (see `returned-mail.ts`).
 * - `refuse-connection`: the connection dies before the greeting.
 */
export const smtpFaultRequest = z.strictObject({
  kind: z.enum(["4xx", "5xx", "slow", "drop-after-data", "refuse-connection", ...RETURN_KINDS]),
  times: z.int().min(1).max(1_000_000).default(1),
  /** Only for this recipient; a connection has none yet, so `refuse-connection` takes no `to`. */
  to: z.string().min(1).optional(),
  ms: z.int().min(0).max(600_000).default(1000),
  stage: z.enum(["rcpt", "data"]).default("data"),
  /** The reply code for `4xx` and `5xx`; by default 451 and 550. */
  code: z.int().min(400).max(599).optional(),
  keep: z.boolean().default(true),
});

export type SmtpFault = z.output<typeof smtpFaultRequest>;
type Stage = "connect" | "rcpt" | "data";

function stageOf(fault: SmtpFault): Stage {
  if (fault.kind === "refuse-connection") return "connect";
  return fault.kind === "4xx" || fault.kind === "5xx" ? fault.stage : "data";
}

/** How a message that is taken comes back; undefined where the fault is another one. */
export function returnOf(fault: SmtpFault | undefined): ReturnKind | undefined {
  return RETURN_KINDS.find((kind) => kind === fault?.kind);
}

/** The reply code an armed `4xx` or `5xx` gives. */
export function replyCodeOf(fault: SmtpFault): number {
  return fault.code ?? (fault.kind === "4xx" ? 451 : 550);
}

/** The faults armed now, each with the times it still has. First armed, first used. */
export class FaultBoard {
  #armed: SmtpFault[] = [];

  arm(fault: SmtpFault): void {
    this.#armed.push({ ...fault });
  }

  clear(): void {
    this.#armed = [];
  }

  list(): readonly SmtpFault[] {
    return this.#armed;
  }

  /** Uses up one time of the first fault that fits, or gives nothing. */
  take(stage: Stage, recipients: readonly string[]): SmtpFault | undefined {
    const fault = this.#armed.find(
      (one) => stageOf(one) === stage && (one.to === undefined || recipients.includes(one.to.toLowerCase())),
    );
    if (!fault) return undefined;
    fault.times -= 1;
    if (fault.times === 0) this.#armed = this.#armed.filter((one) => one !== fault);
    return fault;
  }
}
