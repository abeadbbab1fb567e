import { tell } from "./events.ts";
import { type Face, born, save, seconds } from "./face.ts";
import type { MandateRecord } from "./records.ts";
import type { MandateData } from "./request-shapes.ts";
import { invalidRequest, missing } from "./stripe-error.ts";

/** The payer's permission for charges of a method without him. */
export function giveMandate(face: Face, paymentMethod: string, data: MandateData | undefined): MandateRecord {
  const acceptance = data?.customer_acceptance;
  return save(face, "given", {
    ...born(face, "mandate"),
    object: "mandate",
    status: "active",
    paymentMethod,
    acceptedAt: acceptance?.accepted_at ?? seconds(face),
    online:
      acceptance?.type === "online"
        ? {
            ipAddress: acceptance.online?.ip_address ?? "0.0.0.0",
            userAgent: acceptance.online?.user_agent ?? "",
          }
        : undefined,
  });
}

/** Checks a mandate named by a confirmation; throws 400. */
export function checkMandate(face: Face, id: string, paymentMethod: string): void {
  const mandate = face.shelf.find("mandate", id);
  if (!mandate) throw missing("mandate", id, "mandate", 400);
  if (mandate.status === "active" && mandate.paymentMethod === paymentMethod) return;
  throw invalidRequest(
    "The mandate provided is invalid for this PaymentIntent.",
    "mandate",
    "payment_intent_mandate_invalid",
  );
}

/** The payer withdraws at the issuer: the method's mandates end, charges without the payer are declined. */
export function revokeMethod(face: Face, id: string): void {
  const method = face.shelf.find("payment_method", id);
  if (!method) throw missing("PaymentMethod", id, "payment_method");
  save(face, "revoked", { ...method, revoked: true });
  for (const mandate of face.shelf.all("mandate").values()) {
    if (mandate.paymentMethod !== id || mandate.status !== "active") continue;
    tell(face, "mandate.updated", save(face, "revoked", { ...mandate, status: "inactive" }));
  }
}
