import { newSecret } from "../identifiers.ts";
import { namedCustomer } from "./customers.ts";
import { tell } from "./events.ts";
import { type Face, born, save, seconds } from "./face.ts";
import type { SessionRecord } from "./records.ts";
import type { CreateSession } from "./request-shapes.ts";
import { createSetup, endSetup } from "./setups.ts";
import { StripeError, invalidRequest, missing } from "./stripe-error.ts";

const day = 86_400;
const halfHour = 1_800;

/** `POST /v1/checkout/sessions` of mode `setup`: a hosted page where the payer saves a card. */
export function createSession(face: Face, order: CreateSession, key?: string): SessionRecord {
  const now = seconds(face);
  const expiresAt = order.expires_at ?? now + day;
  if (expiresAt < now + halfHour - 60 || expiresAt > now + day) {
    throw invalidRequest(
      "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
      "expires_at",
    );
  }
  if (!isHttp(order.success_url)) throw invalidRequest("Not a valid URL", "success_url", "url_invalid");
  const cancelUrl = order.cancel_url || undefined;
  if (cancelUrl !== undefined && !isHttp(cancelUrl))
    throw invalidRequest("Not a valid URL", "cancel_url", "url_invalid");
  const customer = order.customer === undefined ? undefined : namedCustomer(face, order.customer).id;
  const setup = createSetup(
    face,
    {
      customer,
      metadata: order.setup_intent_data?.metadata,
      description: order.setup_intent_data?.description,
      allowed_payment_method_types: ["card"],
      usage: "off_session",
    },
    key,
  );
  return save(face, "created", {
    ...born(face, "cs_test"),
    object: "checkout.session",
    status: "open",
    setupIntent: setup.id,
    customer,
    clientReferenceId: order.client_reference_id,
    successUrl: order.success_url,
    cancelUrl,
    currency: order.currency,
    locale: order.locale,
    expiresAt,
    metadata: order.metadata ?? {},
    page: newSecret(),
    formToken: newSecret(),
  });
}

function isHttp(text: string): boolean {
  return /^https?:\/\/[^/]/.test(text) && URL.canParse(text);
}

/** The session with this id; throws 404. */
export function findSession(face: Face, id: string): SessionRecord {
  const session = face.shelf.find("checkout.session", id);
  if (!session) throw missing("checkout.session", id, "session");
  return session;
}

/** `POST /v1/checkout/sessions/{id}/expire` */
export function expireSession(face: Face, id: string, key?: string): SessionRecord {
  const session = findSession(face, id);
  if (session.status !== "open") {
    throw new StripeError(
      400,
      "invalid_request_error",
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status}.`,
      { kept: true },
    );
  }
  return endSession(face, session, key);
}

/** The payer can no longer use the page; its setup ends with it. */
export function endSession(face: Face, session: SessionRecord, key?: string): SessionRecord {
  const expired = save(face, "expired", { ...session, status: "expired" });
  const setup = face.shelf.get("setup_intent", session.setupIntent);
  if (setup.status !== "succeeded" && setup.status !== "canceled") endSetup(face, setup, "abandoned", key);
  tell(face, "checkout.session.expired", expired, key);
  return expired;
}

/** The card is saved: the page has done its work. */
export function completeSession(face: Face, session: SessionRecord): SessionRecord {
  const complete = save(face, "complete", { ...session, status: "complete" });
  tell(face, "checkout.session.completed", complete);
  return complete;
}

/** Where the page leads in the end: the vendor puts the session's id in the place of a fixed mark. */
export function successAddress(session: SessionRecord): string {
  return session.successUrl.replaceAll("{CHECKOUT_SESSION_ID}", session.id);
}
