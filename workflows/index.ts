export { bill } from "./bill.ts";
export { digest } from "./digest.ts";
export { mandate } from "./mandate.ts";
export { payment } from "./payment.ts";
export { refund } from "./refund.ts";
export { webhookDelivery as "webhook-delivery" } from "./webhook-delivery.ts";
