import type { BillState } from "../../../../domain/bill.ts";
import type { ChargeState } from "../../../../domain/charge.ts";
import { type Entry, whyUnbalanced } from "../../../../domain/ledger.ts";
import type { MandateState, PausedBy } from "../../../../domain/mandate.ts";
import type { MethodState } from "../../../../domain/method.ts";
import type { NotificationEvent, NotificationState } from "../../../../domain/notification.ts";
import type { VoidWhy } from "../../../../domain/object-wish.ts";
import type { Need, PaymentOutcome, PaymentState } from "../../../../domain/payment.ts";
import type { RefundState } from "../../../../domain/refund.ts";
import type { Terms } from "../../../../domain/terms.ts";
import type { Bank } from "../outside/bank.ts";
import type { Clock } from "../outside/clock.ts";
import type { Faults } from "../outside/faults.ts";
import type { PostOffice } from "../outside/post-office.ts";
import type { Shape } from "../outside/story.ts";

/** Rows as the database holds them; instants are minutes of the engine's clock. */
export type MethodRow = { readonly id: string; readonly payer: number; state: MethodState };

export type MandateRow = {
  readonly id: string;
  readonly payer: number;
  readonly account: number;
  state: MandateState;
  pauses: PausedBy[];
  readonly versions: { readonly terms: Terms; readonly narrowing: boolean }[];
  readonly skipped: Set<number>;
  /** Payments planned before this place in the order of everything are stopped. */
  lastStop: number;
};

export type BillRow = {
  readonly id: number;
  readonly account: number;
  state: BillState;
  version: number;
  amountMinor: number;
  readonly lastSafe: number;
  givenBack: boolean;
  echo: boolean;
};

export type NoticeRow = {
  readonly id: string;
  state: "queued" | "accepted" | "void";
  readonly amountMinor: number;
  readonly methodId: string;
  readonly version: number;
  readonly plannedAt: number;
  /** The clock of an earlier notice runs on: the sum only went down. */
  readonly runsOn: boolean;
  notBefore: number;
  notAfter: number;
};

export type ChargeRow = {
  readonly id: string;
  readonly payment: PaymentRow;
  readonly initiatedBy: "mit" | "cit";
  readonly methodId: string;
  readonly amountMinor: number;
  readonly firstSentAt: number;
  readonly attemptBefore: string | null;
  objectId: string | null;
  state: ChargeState;
  how: string | null;
  transmissions: number;
  unanswered: number;
  looks: number;
  lastSentAt: number;
  leaseUntil: number;
  firstEmptyScanAt: number | null;
  voidWhy: VoidWhy | null;
  decidedAt: number;
  kept: boolean;
};

export type PaymentRow = {
  readonly id: string;
  readonly bill: BillRow;
  readonly route: "mandate" | "manual";
  readonly payer: number;
  readonly mandate: MandateRow | null;
  readonly order: number;
  state: PaymentState;
  outcome: PaymentOutcome | null;
  need: Need | null;
  stopMark: boolean;
  /** The payer is present and has confirmed: the next charge is a CIT. */
  instructed: boolean;
  billVersion: number;
  amountMinor: number;
  methodId: string;
  nextLookAt: number;
  giveUpAt: number;
  firstFailedAt: number | null;
  readonly notices: NoticeRow[];
  readonly charges: ChargeRow[];
};

export type RefundRow = {
  readonly id: string;
  readonly charge: ChargeRow;
  readonly amountMinor: number;
  state: RefundState;
  nextAt: number;
  tries: number;
};

export type MessageRow = {
  readonly key: string;
  readonly payer: number;
  readonly event: NotificationEvent;
  readonly bill: number;
  readonly notice: { readonly payment: PaymentRow; readonly row: NoticeRow } | null;
  state: NotificationState;
  dueAt: number;
  resends: number;
  leaseUntil: number | null;
  bouncesAt: number | null;
};

/** One move of one row, as the audit trail keeps it. */
export type Move = {
  readonly machine: string;
  readonly id: string;
  readonly from: string;
  readonly event: string;
  readonly to: string;
  readonly at: number;
};

/** What a permission stood on, written down when its bytes are about to leave. */
export type Sending = {
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
};

/** A next try, as it was planned after a charge without money. */
export type PlannedTry = {
  readonly chargeId: string;
  readonly attempt: number;
  readonly reason: string;
  readonly how: string;
  readonly next: string;
  readonly at: number | null;
  readonly failedAt: number;
  readonly giveUpAt: number;
};

/** Entries under their names: one of a kind for each piece of evidence. */
export class Ledger {
  readonly entries = new Map<string, Entry>();

  /** False when this very entry stands already. */
  post(entry: Entry): boolean {
    const name = `${entry.kind}/${entry.evidenceObject}`;
    if (this.entries.has(name)) return false;
    const wrong = whyUnbalanced(entry);
    if (wrong !== null) throw new Error(`ledger ${name}: ${wrong}`);
    this.entries.set(name, entry);
    return true;
  }
}

/** Everything that the engine knows, and the world that it talks to. */
export class Engine {
  readonly methods: MethodRow[] = [];
  readonly mandates: MandateRow[] = [];
  readonly bills = new Map<number, BillRow>();
  readonly claims = new Map<number, { readonly payment: PaymentRow; readonly state: "held" | "spent" }>();
  readonly payments: PaymentRow[] = [];
  readonly refunds: RefundRow[] = [];
  readonly messages: MessageRow[] = [];
  readonly messageKeys = new Set<string>();
  readonly ledger = new Ledger();
  readonly wishes = new Map<string, "on" | "off">();
  readonly newsSeen = new Set<string>();
  readonly audit: Move[] = [];
  readonly sendings: Sending[] = [];
  readonly plannedTries: PlannedTry[] = [];
  readonly requests = new Map<number, number>();
  /** Messages that still have something before them. */
  liveMessages: MessageRow[] = [];
  forgedAccepted = 0;
  order = 0;
  readonly clock: Clock;
  readonly banks: Readonly<Record<Shape, Bank>>;
  readonly post: PostOffice;
  readonly faults: Faults;

  constructor(world: {
    clock: Clock;
    banks: Readonly<Record<Shape, Bank>>;
    post: PostOffice;
    faults: Faults;
  }) {
    this.clock = world.clock;
    this.banks = world.banks;
    this.post = world.post;
    this.faults = world.faults;
  }

  /** The engine's own clock, right or wrong. */
  get now(): number {
    return this.clock.minutes + this.clock.skewMinutes;
  }

  written(move: Omit<Move, "at">): void {
    this.audit.push({ ...move, at: this.clock.minutes });
  }
}
