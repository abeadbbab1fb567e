import { Stripe } from "stripe";
import { z } from "zod";
import type { NotificationReading, NotificationRequest } from "../port.ts";

/** How far a signature's time may be from ours, in either direction. */
const TOLERANCE_SECONDS = 300;

const id = z.string().regex(/^[\x21-\x7e]{1,255}$/);
const link = z.union([id, z.object({ id })]).nullish();

/** What is read of an event: which object to look up. Everything else in it is hearsay. */
const shape = z.object({
  id,
  object: z.literal("event"),
  type: id,
  livemode: z.boolean(),
  account: id.nullish(),
  data: z.object({ object: z.object({ id, payment_intent: link, payment_method: link }) }),
});

type Event = z.infer<typeof shape>;
type Subject = Extract<NotificationReading, { kind: "look" }>["subject"];
type Aim = {
  readonly subject: Subject;
  readonly objectId: string;
  readonly ofObjectId?: string;
  readonly permissionId?: string;
};

export type NotificationChecks = {
  /** More than one while a secret is being changed. */
  readonly secrets: readonly string[];
  readonly account: string;
  readonly livemode: boolean;
};

/** Says what an event is about, once its signature holds and it speaks of this very account. */
export function readNotification(
  { headers, body, nowSeconds }: NotificationRequest,
  checks: NotificationChecks,
): NotificationReading {
  const why = forgery(headers["stripe-signature"], body, checks.secrets, nowSeconds);
  if (why !== null) return { kind: "forged", why };
  const parsed = shape.safeParse(jsonOf(body));
  if (!parsed.success) return { kind: "unreadable", why: "not an event of API v1" };
  const event = parsed.data;
  if (event.livemode !== checks.livemode) return { kind: "forged", why: "livemode" };
  if (typeof event.account === "string" && event.account !== checks.account)
    return { kind: "forged", why: "account" };
  const aim = aimOf(event);
  if (aim === null) return { kind: "ignored", event: event.type };
  return { kind: "look", eventId: event.id, event: event.type, ...aim, chargeId: null };
}

/** Why a signature does not hold; `null` when it does. */
function forgery(
  header: string | undefined,
  body: string,
  secrets: readonly string[],
  nowSeconds: number,
): string | null {
  if (header === undefined) return "no signature";
  if (!secrets.some((secret) => isSigned(header, body, secret, nowSeconds))) return "signature";
  // The vendor's verifier refuses old times only; a time from the future would make a caught event good for as long as its sender likes.
  return signedAt(header) > nowSeconds + TOLERANCE_SECONDS ? "signed in the future" : null;
}

function isSigned(header: string, body: string, secret: string, nowSeconds: number): boolean {
  const { signature } = Stripe.webhooks;
  if (signature === null) throw new Error("stripe: the SDK has no verifier");
  try {
    signature.verifyHeader(body, header, secret, TOLERANCE_SECONDS, undefined, nowSeconds * 1_000);
    return true;
  } catch (cause) {
    // The vendor's way to say no; its message quotes the body, so it goes no further.
    if (cause instanceof Stripe.errors.StripeSignatureVerificationError) return false;
    throw cause;
  }
}

/** The time that the verifier used: the last one of the header. */
function signedAt(header: string): number {
  const times = header.split(",").filter((part) => part.startsWith("t="));
  const seconds = Number(times.at(-1)?.slice(2));
  return Number.isSafeInteger(seconds) ? seconds : Number.POSITIVE_INFINITY;
}

/** The object that an event's name asks to look up; `null` for what we do not follow. */
function aimOf({ type, data: { object } }: Event): Aim | null {
  if (type.startsWith("charge.dispute.")) {
    const ofObjectId = idOf(object.payment_intent);
    return {
      subject: "dispute",
      objectId: object.id,
      ...(ofObjectId === undefined ? {} : { ofObjectId }),
    };
  }
  if (type.startsWith("refund.") || type === "charge.refund.updated")
    return { subject: "refund", objectId: object.id };
  if (type.startsWith("payment_intent.")) return { subject: "charge", objectId: object.id };
  if (type.startsWith("charge.")) return aimAt("charge", object.payment_intent);
  if (/^(checkout\.session|setup_intent|payment_method)\./.test(type))
    return { subject: "binding", objectId: object.id };
  if (type !== "mandate.updated") return null;
  // known by the method that it is for; its own state is what has changed
  const aim = aimAt("binding", object.payment_method);
  return aim && { ...aim, permissionId: object.id };
}

function aimAt(subject: Subject, target: z.infer<typeof link>): Aim | null {
  const objectId = idOf(target);
  return objectId === undefined ? null : { subject, objectId };
}

function idOf(target: z.infer<typeof link>): string | undefined {
  return typeof target === "string" ? target : target?.id;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
