import { describe, expect, test } from "vitest";
import {
  evolveMandate,
  MANDATE_EVENTS,
  MANDATE_MOVES,
  MANDATE_STATES,
  type MandateEvent,
  type MandateFacts,
  type MandateState,
} from "../../domain/mandate.ts";

const mandate = (state: MandateState, more: Partial<MandateFacts> = {}): MandateFacts => ({
  state,
  by: "payer",
  methodUsable: true,
  consentComplete: true,
  narrowing: false,
  ...more,
});

test.each(MANDATE_STATES.flatMap((state) => MANDATE_EVENTS.map((event) => ({ state, event }))))(
  "$state + $event is answered, and moves only as the table says",
  ({ state, event }) => {
    const listed = (MANDATE_MOVES[state] as Partial<Record<MandateEvent, MandateState>>)[event];
    const answers = (["payer", "operator", "system"] as const).map((by) =>
      evolveMandate(mandate(state, { by }), event),
    );
    for (const answer of answers) {
      if (answer.kind === "moved") expect(answer.to).toBe(listed);
      else expect(answer.reason).not.toBe("");
    }
    expect(answers.some((answer) => answer.kind === "moved")).toBe(listed !== undefined);
  },
);

test("no mandate without a complete consent and an active method", () => {
  expect(evolveMandate(mandate("proposed", { consentComplete: false }), "consented").kind).toBe("rejected");
  expect(evolveMandate(mandate("proposed", { methodUsable: false }), "consented").kind).toBe("rejected");
});

describe("an edit", () => {
  test("that narrows works at once, without consent", () => {
    const facts = { consentComplete: false, narrowing: true };
    expect(evolveMandate(mandate("active", facts), "edited")).toMatchObject({ kind: "moved", to: "active" });
    expect(evolveMandate(mandate("paused", facts), "edited")).toMatchObject({ kind: "moved", to: "paused" });
  });

  test("that widens waits for a fresh consent", () => {
    expect(evolveMandate(mandate("active", { consentComplete: false }), "edited").kind).toBe("rejected");
    expect(evolveMandate(mandate("active"), "edited").kind).toBe("moved");
  });
});

describe("resuming", () => {
  test("only by who paused it", () => {
    const paused = mandate("paused", { pauses: ["operator"] });
    expect(evolveMandate({ ...paused, by: "payer" }, "resumed").kind).toBe("rejected");
    expect(evolveMandate({ ...paused, by: "operator" }, "resumed").kind).toBe("moved");
  });

  test.each([
    { holding: ["payer", "system"], by: "system" },
    { holding: ["payer", "operator"], by: "operator" },
    { holding: ["payer", "operator"], by: "payer" },
  ] as const)("$by ends their own pause, the other one of $holding holds", ({ holding, by }) => {
    const answer = evolveMandate(mandate("paused", { pauses: holding, by }), "resumed");
    expect(answer).toMatchObject({ kind: "kept", state: "paused" });
  });

  test("a pause of the system ends only by a new method with consent", () => {
    const paused = mandate("paused", { pauses: ["system"], by: "system" });
    expect(evolveMandate({ ...paused, consentComplete: false }, "resumed").kind).toBe("rejected");
    expect(evolveMandate({ ...paused, methodUsable: false }, "resumed").kind).toBe("rejected");
    expect(evolveMandate(paused, "resumed").kind).toBe("moved");
  });
});

test("ended is final", () => {
  for (const event of MANDATE_EVENTS) expect(evolveMandate(mandate("ended"), event).kind).toBe("rejected");
});
