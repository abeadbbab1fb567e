import type { Capture } from "./bank.ts";
import type { Delivery, Trouble } from "./post-office.ts";
import type { Operation } from "./story.ts";

/** A stop, or its end, that the engine has acknowledged to whoever asked for it. */
export type Acknowledged = {
  readonly what: "pause" | "resume" | "cancel" | "skip" | "unlink" | "annul" | "owed";
  readonly of: string;
  readonly at: number;
};

/** Everything that a judge may look at: what happened outside, and what the engine says about itself. Plain data; instants are true minutes. */
export type Seen = {
  readonly operations: readonly Operation[];
  readonly captures: readonly Capture[];
  readonly deliveries: readonly Delivery[];
  readonly troubles: readonly Trouble[];
  readonly acknowledged: readonly Acknowledged[];
  /** Effects of news that nobody of the gateway sent, or that came again. */
  readonly forgedTold: number;
  readonly forgedEffects: readonly string[];
  readonly repeatedTold: number;
  readonly repeatedEffects: readonly string[];
  /** What still moved when everything should have ended. */
  readonly unfinished: readonly string[];
  readonly audit: readonly {
    readonly machine: string;
    readonly id: string;
    readonly from: string;
    readonly event: string;
    readonly to: string;
    readonly at: number;
  }[];
  readonly sendings: readonly {
    readonly chargeId: string;
    readonly bill: number;
    readonly payer: number;
    readonly account: number;
    readonly initiatedBy: "mit" | "cit";
    readonly amountMinor: number;
    readonly card: string;
    readonly transmission: number;
    readonly noticeKey: string | null;
    readonly at: number;
  }[];
  readonly plannedTries: readonly {
    readonly chargeId: string;
    readonly attempt: number;
    readonly reason: string;
    readonly how: string;
    readonly next: string;
    readonly at: number | null;
    readonly failedAt: number;
    readonly giveUpAt: number;
  }[];
  readonly payments: readonly {
    readonly id: string;
    readonly bill: number;
    readonly payer: number;
    readonly state: string;
    readonly outcome: string | null;
  }[];
  readonly charges: readonly { readonly id: string; readonly state: string; readonly kept: boolean }[];
  readonly refunds: readonly { readonly id: string; readonly state: string }[];
  readonly entries: readonly {
    readonly kind: string;
    readonly paymentId: string;
    readonly gatewayMinor: number;
    readonly balanced: boolean;
  }[];
};

export const INVARIANTS = {
  I1: "at most once: no debt keeps more than one capture, and the engine knows each",
  I2: "owed and able is paid exactly once; every other end has its name",
  I3: "each debit lies inside a living mandate and its limits, and is of what is due",
  I4: "nothing is sent after a stop was acknowledged",
  I5: "the ledger equals the bank",
  I6: "everybody is told what their payment's end asks for, and nothing they switched off",
  I7: "nothing is stuck",
  I8: "only legal moves",
  I10: "news is a bell: forged has no effect, repeated has none, late moves nothing back",
  I11: "tries and their days are those of the table; a hard decline is not tried again",
  I14: "no debit before its moment",
} as const satisfies Readonly<Record<string, string>>;

export type Invariant = keyof typeof INVARIANTS;

export const INVARIANT_NAMES = Object.keys(INVARIANTS) as readonly Invariant[];

/** What a judge found of one story. */
export class Verdict {
  readonly checked: Record<Invariant, number>;
  readonly broken: { readonly invariant: Invariant; readonly words: string }[] = [];

  constructor() {
    this.checked = { I1: 0, I2: 0, I3: 0, I4: 0, I5: 0, I6: 0, I7: 0, I8: 0, I10: 0, I11: 0, I14: 0 };
  }

  check(invariant: Invariant, holds: boolean, words: () => string): void {
    this.checked[invariant] += 1;
    if (!holds) this.broken.push({ invariant, words: words() });
  }
}
