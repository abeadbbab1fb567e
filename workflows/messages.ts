/**
 * Names on the wire between our processes and Temporal: workflow types, ids, signals, updates, task queues, search attributes.
 * They stand under a snapshot test; a running workflow outlives the code that started it.
 */

export const mainTaskQueue = "kvitok";

/** A gateway's charges have their own queue, so that its contract limits one queue and nothing else. */
export const gatewayTaskQueue = (gateway: string): string => `gateway-${gateway}`;

/** Requests to integrators have their own queue: receivers that hang take none of the places in which the engine works. */
export const webhookTaskQueue = "webhooks";

export const workflowTypes = {
  payment: "payment",
  mandate: "mandate",
  bill: "bill",
  refund: "refund",
  digest: "digest",
  webhook: "webhook-delivery",
} as const;

export const paymentWorkflowId = (paymentId: string): string => `payment/${paymentId}`;
export const mandateWorkflowId = (mandateId: string): string => `mandate/${mandateId}`;
export const billWorkflowId = (billId: string): string => `bill/${billId}`;
export const refundWorkflowId = (refundId: string): string => `refund/${refundId}`;
/** One object's events at one endpoint; the id is `endpoint/object`. */
export const webhookWorkflowId = (id: string): string => `webhook/${id}`;

/** `digestId` is `<resident>/<instant of its closing>`, so one digest is one run. */
export const digestWorkflowId = (digestId: string): string => `digest/${digestId}`;

/** "Read your rows again": something committed that may change what you wait for. Carries nothing. */
export const wakeSignal = "wake";

/** The payer's return from 3-D Secure: looks the charge up now and answers what the rows say then. */
export const payerReturnedUpdate = "payerReturned";

/** Start argument of `payment/<id>`; `waitMs` is the real time until its first look, known when it was planned. */
export type PaymentInput = {
  readonly paymentId: string;
  readonly waitMs: number;
  readonly gateway: string;
};
export type MandateInput = { readonly mandateId: string };
export type RefundInput = { readonly refundId: string; readonly gateway: string };
/** `waitMs`: the real time until it closes, known when it was opened. */
export type DigestInput = { readonly digestId: string; readonly waitMs: number };
export type BillInput = { readonly billId: string };
/** The object is named by its public id, whatever kind it is. */
export type WebhookInput = { readonly endpointId: string; readonly objectId: string };

/** What the payer's browser is told after its return. */
export type PaymentView = { readonly payment: string; readonly charge: string | null };

export const searchAttributes = {
  payer: "KvitokPayer",
  biller: "KvitokBiller",
  category: "KvitokCategory",
  gateway: "KvitokGateway",
  due: "KvitokDue",
  attention: "KvitokAttention",
} as const;
