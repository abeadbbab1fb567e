import { z } from "zod";
import { flag, integer, metadata, paging, parameters } from "./parameters.ts";

/** What the API reads from requests. Parameters that change nothing in this bank are accepted where clients send them. */

const id = z.string().min(1).max(255);
const text = z.string().max(1000);
const url = z.url({ protocol: /^https?$/ }).max(2048);
const currency = z
  .string()
  .regex(/^[A-Za-z]{3}$/, "must be a currency of three letters")
  .transform((code) => code.toLowerCase());
const automaticMethods = z.strictObject({
  enabled: flag,
  allow_redirects: z.enum(["always", "never"]).optional(),
});
const cardOptions = z.strictObject({
  card: z
    .strictObject({
      request_three_d_secure: z.enum(["any", "automatic", "challenge"]).optional(),
      setup_future_usage: z.enum(["off_session", "on_session", "none"]).optional(),
    })
    .optional(),
});
const mandateData = z.strictObject({
  customer_acceptance: z.strictObject({
    type: z.enum(["online", "offline"]),
    accepted_at: integer.optional(),
    online: z.strictObject({ ip_address: text.optional(), user_agent: text.optional() }).optional(),
    offline: z.union([z.literal(""), z.strictObject({})]).optional(),
  }),
});
const offSession = z.enum(["true", "false", "one_off", "recurring"]).transform((word) => word !== "false");
const futureUsage = z.enum(["off_session", "on_session"]);

export type MandateData = z.infer<typeof mandateData>;

export const nothing = parameters({});

export const createCustomer = parameters({
  email: text.optional(),
  name: text.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
});
export type CreateCustomer = z.infer<typeof createCustomer>;

export const listCustomers = parameters({ ...paging, email: text.optional() });

const card = z.strictObject({
  token: text.optional(),
  number: z.string().optional(),
  exp_month: integer.optional(),
  exp_year: integer.optional(),
  cvc: z.string().optional(),
});
export const createPaymentMethod = parameters({
  type: z.enum(["card"]),
  card,
  billing_details: z.record(z.string(), z.unknown()).optional(),
  allow_redisplay: text.optional(),
  metadata: metadata.optional(),
});
export type CreatePaymentMethod = z.infer<typeof createPaymentMethod>;

export const attachPaymentMethod = parameters({ customer: id });
export const listPaymentMethods = parameters({
  limit: integer.optional(),
  starting_after: id.optional(),
  ending_before: id.optional(),
  customer: id.optional(),
  type: z.enum(["card"]).optional(),
});

/** What a confirmation says, alone or within the creation. */
const confirming = {
  payment_method: id.optional(),
  allowed_payment_method_types: z.array(z.enum(["card"])).optional(),
  payment_method_options: cardOptions.optional(),
  off_session: offSession.optional(),
  return_url: url.optional(),
  mandate: id.optional(),
  mandate_data: mandateData.optional(),
  setup_future_usage: z.union([z.literal(""), futureUsage]).optional(),
  error_on_requires_action: flag.optional(),
  receipt_email: text.optional(),
  use_stripe_sdk: flag.optional(),
} as const;

export const confirmIntent = parameters(confirming);
export type ConfirmIntent = z.infer<typeof confirmIntent>;

export const createIntent = parameters({
  ...confirming,
  amount: integer,
  currency,
  automatic_payment_methods: automaticMethods.optional(),
  capture_method: z.enum(["automatic", "automatic_async", "manual"]).optional(),
  confirm: flag.optional(),
  confirmation_method: z.enum(["automatic"]).optional(),
  customer: id.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
  statement_descriptor: z.string().max(22).optional(),
  statement_descriptor_suffix: z.string().max(22).optional(),
});
export type CreateIntent = z.infer<typeof createIntent>;

export const updateIntent = parameters({
  customer: id.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
});
export type UpdateIntent = z.infer<typeof updateIntent>;

export const cancelIntent = parameters({
  cancellation_reason: z.enum(["duplicate", "fraudulent", "requested_by_customer", "abandoned"]).optional(),
});
export type CancelIntent = z.infer<typeof cancelIntent>;

export const captureIntent = parameters({
  amount_to_capture: integer.optional(),
  metadata: metadata.optional(),
  final_capture: flag.optional(),
});
export type CaptureIntent = z.infer<typeof captureIntent>;

/** A browser sends it with the secret; the merchant may. */
export const retrieveIntent = parameters({ client_secret: text.optional() });
export const listIntents = parameters({ ...paging, customer: id.optional() });
export const listCharges = parameters({
  ...paging,
  customer: id.optional(),
  payment_intent: id.optional(),
});

export const createRefund = parameters({
  payment_intent: id.optional(),
  charge: id.optional(),
  amount: integer.optional(),
  currency: currency.optional(),
  reason: z.enum(["duplicate", "fraudulent", "requested_by_customer"]).optional(),
  metadata: metadata.optional(),
});
export type CreateRefund = z.infer<typeof createRefund>;
export const listRefunds = parameters({
  ...paging,
  charge: id.optional(),
  payment_intent: id.optional(),
});

const setupConfirming = {
  payment_method: id.optional(),
  payment_method_options: cardOptions.optional(),
  return_url: url.optional(),
  mandate_data: mandateData.optional(),
  use_stripe_sdk: flag.optional(),
} as const;
export const confirmSetup = parameters(setupConfirming);
export type ConfirmSetup = z.infer<typeof confirmSetup>;
export const createSetup = parameters({
  ...setupConfirming,
  automatic_payment_methods: automaticMethods.optional(),
  confirm: flag.optional(),
  customer: id.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
  allowed_payment_method_types: z.array(z.enum(["card"])).optional(),
  usage: futureUsage.optional(),
});
export type CreateSetup = z.infer<typeof createSetup>;
export const cancelSetup = parameters({
  cancellation_reason: z.enum(["abandoned", "requested_by_customer", "duplicate"]).optional(),
});
export const listSetups = parameters({ ...paging, customer: id.optional(), payment_method: id.optional() });

export const createSession = parameters({
  mode: z.enum(["setup"]),
  success_url: z.string().min(1).max(5000),
  cancel_url: z.string().max(5000).optional(),
  client_reference_id: z.string().max(200).optional(),
  currency: currency.optional(),
  customer: id.optional(),
  expires_at: integer.optional(),
  locale: text.optional(),
  metadata: metadata.optional(),
  allowed_payment_method_types: z.array(z.enum(["card"])).optional(),
  setup_intent_data: z
    .strictObject({ description: text.optional(), metadata: metadata.optional() })
    .optional(),
  ui_mode: z.enum(["hosted_page", "hosted"]).optional(),
});
export type CreateSession = z.infer<typeof createSession>;
export const listSessions = parameters({
  ...paging,
  customer: id.optional(),
  setup_intent: id.optional(),
  status: z.enum(["open", "complete", "expired"]).optional(),
});

export const listEvents = parameters({
  ...paging,
  type: text.optional(),
  types: z.array(text).max(20).optional(),
});
export const listDisputes = parameters({
  ...paging,
  charge: id.optional(),
  payment_intent: id.optional(),
});
export const listBalance = parameters({
  ...paging,
  source: id.optional(),
  type: text.optional(),
  currency: currency.optional(),
});
