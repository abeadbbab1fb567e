import type { MethodLook } from "../port.ts";
import { commonEnd, refusal, unexpected } from "./answers.ts";
import type { Ask } from "./calling.ts";
import type { Answer, Exchange } from "../exchange.ts";
import { type MethodParts, partsOf } from "./method-token.ts";
import { savedMethod } from "./seen-method.ts";
import { idIn, mandateShape, paymentMethodShape, read } from "./shapes.ts";

/**
 * Reads a saved method. Taken from its owner it can never be charged again, whoever took it. A mandate that has ended ends the permission; one for a single
 * use ends with its use and says nothing.
 */
export async function lookUpMethod(
  ask: Ask,
  { token, permissionId }: { readonly token: string; readonly permissionId?: string },
  livemode: boolean,
): Promise<MethodLook> {
  const parts = partsOf(token);
  if (parts === null) return { kind: "missing", detail: "not a token of this gateway" };
  const ended = await ask((sdk) => sdk.paymentMethods.retrieve(parts.paymentMethod));
  const look = lookOf(ended, (answer) => shown(answer, parts, livemode));
  if (look.kind !== "usable" || permissionId === undefined) return look;
  const permission = await ask((sdk) => sdk.mandates.retrieve(permissionId));
  const ends = lookOf(permission, (answer) => permitted(answer, parts, permissionId, livemode));
  return ends ?? look;
}

/** Null: the permission stands. */
type Permission = Exclude<MethodLook, { kind: "usable" }> | null;

function lookOf<Seen extends MethodLook | null>(
  ended: Exchange,
  seen: (answer: Answer) => Seen,
): Seen | Extract<MethodLook, { kind: "missing" | "unanswered" }> {
  if (ended.kind !== "answered") return { kind: "unanswered", detail: ended.detail };
  const { answer } = ended;
  if (answer.status === 200) return seen(answer);
  const common = commonEnd(answer);
  if (common !== null)
    return common.kind === "refused" ? { kind: "unanswered", detail: common.detail } : common;
  const { status, detail } = refusal(answer, "ours");
  // a key that is refused says nothing about the method
  return status === 404 ? { kind: "missing", detail } : { kind: "unanswered", detail };
}

function shown(answer: Answer, parts: MethodParts, livemode: boolean): MethodLook {
  const method = read(paymentMethodShape, answer.body);
  if (method === null) return unexpected("the answer cannot be read");
  if (method.id !== parts.paymentMethod) return disagrees("id");
  if (method.livemode !== livemode) return disagrees("livemode");
  const saved = savedMethod(method);
  if (saved === null) return { kind: "gone", why: "unlinked" };
  return idIn(method.customer) === parts.customer ? { kind: "usable", method: saved } : disagrees("customer");
}

function permitted(answer: Answer, parts: MethodParts, permissionId: string, livemode: boolean): Permission {
  const mandate = read(mandateShape, answer.body);
  if (mandate === null) return unexpected("the answer cannot be read");
  if (mandate.id !== permissionId) return disagrees("id");
  if (mandate.livemode !== livemode) return disagrees("livemode");
  if (idIn(mandate.payment_method) !== parts.paymentMethod) return disagrees("payment_method");
  const ended = mandate.status === "inactive" && mandate.type === "multi_use";
  return ended ? { kind: "gone", why: "permission-withdrawn" } : null;
}

function disagrees(about: string): Extract<MethodLook, { kind: "unanswered" }> {
  return unexpected(`the answer disagrees about ${about}`);
}
