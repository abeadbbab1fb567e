import type { Binding, MethodKind } from "../port.ts";
import { demandText } from "./field-limits.ts";
import { LOCALES, LONGEST_RETURN_URL } from "./charge-request.ts";
import { errorShape, read, savedMethodShape } from "./shapes.ts";
import { seenMethod, USUAL_CONFIRMATION_MINUTES } from "./sighting.ts";
import type { Answer, Exchange } from "../exchange.ts";

/** Kinds that the vendor binds without a payment (protocol facts §1.9). */
export const BINDABLE = ["bank_card", "sbp"] as const satisfies readonly MethodKind[];

/** The body of `POST /payment_methods`: a card or a bank account is bound on the gateway's or the bank's page, without a payment. */
export function buildBinding(request: {
  readonly bindingId: string;
  readonly returnUrl: string;
  readonly locale: "ru" | "en";
  readonly methodKind?: MethodKind;
}): Uint8Array {
  const return_url = demandText(request.returnUrl, "confirmation.return_url", LONGEST_RETURN_URL);
  const body = {
    type: request.methodKind ?? "bank_card",
    confirmation: { type: "redirect", return_url, locale: LOCALES[request.locale] },
    metadata: { binding_id: request.bindingId, engine: "kvitok" },
  };
  return new TextEncoder().encode(JSON.stringify(body));
}

/** What must agree in an answer about a method. */
export type BindingChecks = { readonly shopId: string; readonly objectId?: string };

/** What the end of a binding's creation or look-up means. No money moves here, so a refusal is simply told. */
export function bindingOf(ended: Exchange, checks: BindingChecks): Binding {
  if (ended.kind !== "answered") return { kind: "unanswered", detail: ended.detail };
  const { answer } = ended;
  if (answer.status === 200) return boundOf(answer, checks);
  const error = read(errorShape, answer.body);
  if (answer.status < 400 || answer.status === 429 || answer.status >= 500 || error === null) {
    return { kind: "unanswered", detail: `status ${answer.status}` };
  }
  const detail = [`status ${answer.status}`, error.parameter].filter((part) => part !== undefined).join(" ");
  return { kind: "refused", code: error.code, detail };
}

function boundOf(answer: Answer, checks: BindingChecks): Binding {
  const method = read(savedMethodShape, answer.body);
  if (method === null) return { kind: "unanswered", detail: "the answer cannot be read" };
  if (checks.objectId !== undefined && method.id !== checks.objectId) return disagrees("id");
  if (method.holder !== undefined && method.holder.account_id !== checks.shopId)
    return disagrees("holder.account_id");
  switch (method.status) {
    case "active":
      if (!method.saved) return disagrees("saved");
      return { kind: "active", objectId: method.id, method: seenMethod(method) };
    case "inactive":
      // The manual names no reason of a failed binding; one that comes all the same is passed on.
      return {
        kind: "failed",
        objectId: method.id,
        reason: method.cancellation_details?.reason ?? "inactive",
      };
    case "pending": {
      const confirmationUrl = method.confirmation?.confirmation_url;
      if (confirmationUrl === undefined) return { kind: "unanswered", detail: "waiting without a link" };
      return { kind: "waiting", objectId: method.id, confirmationUrl, confirmBy: confirmBy(answer) };
    }
  }
}

function disagrees(about: string): Binding {
  return { kind: "unanswered", detail: `the answer disagrees about ${about}` };
}

/** The vendor gives methods no dates: the answer's own date is the nearest thing to the moment of creation. */
function confirmBy(answer: Answer): string {
  const dated = Date.parse(answer.date ?? "");
  const from = Number.isNaN(dated) ? Date.now() : dated;
  return new Date(from + USUAL_CONFIRMATION_MINUTES * 60_000).toISOString();
}
