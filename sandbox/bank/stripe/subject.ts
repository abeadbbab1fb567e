import type { FaultSubject, Operation } from "../fault-order.ts";
import type { Face } from "./face.ts";
import type { Group, Tree } from "./form.ts";
import type { IntentRecord, Metadata } from "./records.ts";

/** What is known of a request before anything is checked. */
export interface Seen {
  readonly operation: Operation;
  /** The id in the path. */
  readonly id: string;
  readonly params: Group;
  readonly key?: string;
}

/**
 * What faults may be tied to: `chargeId` is the idempotency key (for a read, the key of the confirmation that made the
 * latest charge, before any the intent itself), `paymentId` the intent. Read leniently, because a fault may strike before anything is checked.
 */
export function subjectOf(face: Face, { operation, id, params, key }: Seen): FaultSubject {
  const intent = intentOf(face, id, params);
  const metadata = intent?.metadata ?? textsOf(params.metadata);
  const method = typeof params.payment_method === "string" ? params.payment_method : intent?.paymentMethod;
  return {
    operation,
    metadata,
    chargeId: key ?? chargeIdOf(face, intent),
    paymentId: intent?.id,
    paymentMethodId: method,
    amountMinor: amountOf(params.amount) ?? intent?.amount,
  };
}

function chargeIdOf(face: Face, intent: IntentRecord | undefined): string | undefined {
  if (!intent) return undefined;
  const latest =
    intent.latestCharge === undefined ? undefined : face.shelf.get("charge", intent.latestCharge);
  return intent.challenge?.key ?? latest?.key ?? intent.id;
}

function amountOf(tree: Tree | undefined): number | undefined {
  return typeof tree === "string" && /^\d{1,12}$/.test(tree) ? Number(tree) : undefined;
}

function intentOf(face: Face, id: string, params: Group): IntentRecord | undefined {
  const named = typeof params.payment_intent === "string" ? params.payment_intent : id;
  const behind = face.shelf.find("charge", named)?.intent ?? face.shelf.find("refund", named)?.intent;
  return face.shelf.find("payment_intent", behind ?? named);
}

function textsOf(tree: Tree | undefined): Metadata {
  if (tree === undefined || typeof tree === "string" || Array.isArray(tree)) return {};
  return Object.fromEntries(
    Object.entries(tree).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}
