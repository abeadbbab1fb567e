import { z } from "zod";
import type { NotificationReading, NotificationRequest } from "../port.ts";

const id = z.string().regex(/^[\x21-\x7e]{1,128}$/);
/** Our own names of charges look like this; what does not is no charge of ours, and is not kept. */
const chargeName = z.string().regex(/^KV(?:-[0-9A-Z]{1,4}){1,5}$/);

/** What is read of a notification: which object to look up. Everything else in it is hearsay. */
const shape = z.object({
  event: id,
  object: z.object({
    id,
    metadata: z.object({ charge_id: chargeName.optional().catch(undefined) }).optional(),
  }),
});

/** The first word of the vendor's event names, in our words (protocol facts §1.10). */
const SUBJECTS: Readonly<Record<string, "charge" | "binding" | "refund">> = {
  payment: "charge",
  payment_method: "binding",
  refund: "refund",
};

/** Says what a notification of API v3 is about. The vendor neither signs nor numbers them. */
export function readNotification({ body }: NotificationRequest): NotificationReading {
  const parsed = shape.safeParse(jsonOf(body));
  if (!parsed.success) return { kind: "unreadable", why: "not a notification of API v3" };
  const { event, object } = parsed.data;
  const [word = ""] = event.split(".");
  // `constructor.…` is a word that every object knows
  const subject = Object.hasOwn(SUBJECTS, word) ? SUBJECTS[word] : undefined;
  if (subject === undefined) return { kind: "ignored", event };
  const chargeId = object.metadata?.charge_id ?? null;
  return { kind: "look", eventId: null, event, subject, objectId: object.id, chargeId };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
