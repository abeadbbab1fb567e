import { type ChargeDependencies, chargePayment, type ChargingDependencies } from "./charging.ts";
import { whileBeating } from "./heartbeat.ts";
import { endPayment, lookAtBill, lookAtDigest, lookAtMandate, lookAtPayment } from "./looking.ts";
import { lookAtRefund, lookUpRefund, sendRefund } from "./refunding.ts";
import { lookUpCharge } from "./looking-up.ts";
import { deliverWebhook, lookAtWebhook, type WebhookDependencies } from "./webhooks.ts";

/** Activities that speak to a gateway; they run on that gateway's own task queue, never as local activities. */
export function createGatewayActivities(dependencies: ChargeDependencies) {
  return {
    chargePayment: (request: { readonly paymentId: string }) =>
      whileBeating(() => chargePayment(dependencies, request)),
    lookUpCharge: (request: { readonly chargeId: string }) =>
      whileBeating(() => lookUpCharge(dependencies, request)),
    sendRefund: (request: { readonly refundId: string }) =>
      whileBeating(() => sendRefund(dependencies, request)),
    lookUpRefund: (request: { readonly refundId: string }) =>
      whileBeating(() => lookUpRefund(dependencies, request)),
  };
}

/** Short, idempotent SQL of our own; local activities of the main queue. */
export function createLocalActivities({ db }: Pick<ChargingDependencies, "db">) {
  return {
    lookAtPayment: (request: Parameters<typeof lookAtPayment>[1]) => lookAtPayment(db, request),
    endPayment: (request: Parameters<typeof endPayment>[1]) => endPayment(db, request),
    lookAtMandate: (request: Parameters<typeof lookAtMandate>[1]) => lookAtMandate(db, request),
    lookAtRefund: (request: Parameters<typeof lookAtRefund>[1]) => lookAtRefund(db, request),
    lookAtDigest: (request: Parameters<typeof lookAtDigest>[1]) => lookAtDigest(db, request),
    lookAtBill: (request: Parameters<typeof lookAtBill>[1]) => lookAtBill(db, request),
    lookAtWebhook: (request: Parameters<typeof lookAtWebhook>[1]) => lookAtWebhook(db, request),
  };
}

/** Activities that speak to integrators; they run on their own task queue, for a receiver may take its twenty seconds. */
export function createWebhookActivities(dependencies: WebhookDependencies) {
  return {
    deliverWebhook: (request: Parameters<typeof deliverWebhook>[1]) =>
      whileBeating(() => deliverWebhook(dependencies, request)),
  };
}

export type WebhookActivities = ReturnType<typeof createWebhookActivities>;
export type GatewayActivities = ReturnType<typeof createGatewayActivities>;
export type LocalActivities = ReturnType<typeof createLocalActivities>;
