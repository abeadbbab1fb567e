/** Where a process may be told to die: before a statement, behind it (and behind its commit, where it stands in a transaction), or at a boundary of a request to a gateway. */
export type CrashPoint = {
  readonly name: string;
  /** The kind of process that passes it. */
  readonly kind: "worker" | "api";
} & (
  | { readonly at: "before" | "behind"; readonly statement: RegExp }
  | { readonly at: "unsent" | "sent" | "answered"; readonly method: string; readonly path: RegExp }
);

const CHARGES = /^\/(?:v3\/payments|v1\/payment_intents\/[^/]+\/confirm)$/;
const LOOK_UPS = /^\/(?:v3\/payments\/|v1\/payment_intents\/)[^/]+$/;
const REFUNDS = /^\/(?:v3|v1)\/refunds$/;

/** Every boundary at which half of something is done. */
export const CRASH_POINTS: readonly CrashPoint[] = [
  { name: "gate-uncommitted", kind: "worker", at: "before", statement: /select gate\(/ },
  { name: "gate-committed", kind: "worker", at: "behind", statement: /select gate\(/ },
  { name: "charge-unsent", kind: "worker", at: "unsent", method: "POST", path: CHARGES },
  { name: "charge-sent", kind: "worker", at: "sent", method: "POST", path: CHARGES },
  { name: "charge-answered", kind: "worker", at: "answered", method: "POST", path: CHARGES },
  { name: "evidence-unwritten", kind: "worker", at: "before", statement: /select record_evidence\(/ },
  { name: "evidence-written", kind: "worker", at: "behind", statement: /select record_evidence\(/ },
  { name: "looked-up", kind: "worker", at: "answered", method: "GET", path: LOOK_UPS },
  { name: "object-prepared", kind: "worker", at: "before", statement: /select note_prepared\(/ },
  { name: "local-activity", kind: "worker", at: "behind", statement: /real_ms_until\(y\.next_look_at\)/ },
  { name: "bill-unplanned", kind: "worker", at: "before", statement: /select plan_write\(/ },
  { name: "bill-planned", kind: "worker", at: "behind", statement: /select plan_write\(/ },
  { name: "outbox-leased", kind: "worker", at: "behind", statement: /update outbox o set not_before/ },
  {
    name: "outbox-told",
    kind: "worker",
    at: "before",
    statement: /update outbox set done_at = business_now\(\), last_error/,
  },
  { name: "messages-leased", kind: "worker", at: "behind", statement: /from lease_notifications\(/ },
  { name: "messages-sent", kind: "worker", at: "before", statement: /select settle_notifications\(/ },
  { name: "push-sent", kind: "worker", at: "before", statement: /select settle_push\(/ },
  { name: "given-up", kind: "worker", at: "behind", statement: /select (?:give_up|close)_payment\(/ },
  { name: "refund-gate-committed", kind: "worker", at: "behind", statement: /select refund_gate\(/ },
  { name: "refund-sent", kind: "worker", at: "sent", method: "POST", path: REFUNDS },
  { name: "refund-answered", kind: "worker", at: "answered", method: "POST", path: REFUNDS },
  { name: "cancel-committed", kind: "api", at: "behind", statement: /select stop_mandate\(/ },
  { name: "skip-committed", kind: "api", at: "behind", statement: /select skip_payment\(/ },
  { name: "pay-committed", kind: "api", at: "behind", statement: /select pay_now\(/ },
  { name: "confirm-committed", kind: "api", at: "behind", statement: /select confirm_payment\(/ },
  { name: "webhook-kept", kind: "api", at: "behind", statement: /select keep_nudge\(/ },
  { name: "bill-kept", kind: "api", at: "behind", statement: /select receive_bill_as_stop\(/ },
  { name: "command-claimed", kind: "api", at: "behind", statement: /insert into idempotency_keys as k/ },
];
