import { expect, test } from "vitest";
import {
  evolveRefund,
  REFUND_EVENTS,
  REFUND_MOVES,
  REFUND_STATES,
  type RefundEvent,
  type RefundState,
} from "../../domain/refund.ts";

test.each(REFUND_STATES.flatMap((state) => REFUND_EVENTS.map((event) => ({ state, event }))))(
  "a refund: $state + $event moves as the table says, or says why not",
  ({ state, event }) => {
    const listed = (REFUND_MOVES[state] as Partial<Record<RefundEvent, RefundState>>)[event];
    const answer = evolveRefund(state, event);
    if (listed === undefined) expect(answer.kind === "moved" ? "" : answer.reason).not.toBe("");
    else expect(answer).toMatchObject({ kind: "moved", to: listed });
  },
);

test("what was sent is never withdrawn, and nothing goes back to the start but what provably did not run", () => {
  for (const state of ["sending", "unknown", "pending", "done"] as const)
    expect(evolveRefund(state, "withdrawn").kind).toBe("rejected");
  const back = REFUND_STATES.flatMap((state) =>
    REFUND_EVENTS.filter((event) => {
      const answer = evolveRefund(state, event);
      return answer.kind === "moved" && answer.to === "requested";
    }).map((event) => `${state} ${event}`),
  );
  expect(back).toEqual(["sending credentials-refused", "unknown proved-absent"]);
});
