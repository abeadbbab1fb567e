import type { MethodLook } from "../port.ts";
import { type BindingChecks, bindingOf } from "./binding.ts";
import type { Exchange } from "../exchange.ts";

/** What the look-up of a saved method shows. The token is the vendor's id of the method, and a method that works no more is `inactive`. */
export function methodLookOf(ended: Exchange, checks: Required<BindingChecks>): MethodLook {
  const seen = bindingOf(ended, checks);
  switch (seen.kind) {
    case "active":
      return { kind: "usable", method: seen.method };
    case "failed":
      return { kind: "gone", why: "inactive" };
    case "waiting":
      return {
        kind: "unanswered",
        detail: "a saved method waits for its payer",
        alarm: "yookassa: a saved method waits for its payer",
      };
    case "refused":
      // a key that is refused says nothing about the method
      return ended.kind === "answered" && ended.answer.status === 404
        ? { kind: "missing", detail: seen.detail }
        : { kind: "unanswered", detail: seen.detail };
    case "unanswered":
      return seen;
  }
}
