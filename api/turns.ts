import type { Turn } from "../db/queries/rate-limits.ts";
import { Refusal } from "./problems.ts";

/** @throws Refusal with `Retry-After` where there was no turn left (`takeTurn`) */
export function mustBeTurn(
  turn: Turn,
  code: "rate-limited" | "look-up-limit" | "test-message-limit" = "rate-limited",
): void {
  if (turn.taken) return;
  throw new Refusal(code, { headers: { "retry-after": String(turn.retryAfterSeconds) } });
}
