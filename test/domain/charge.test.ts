import { describe, expect, test } from "vitest";
import {
  CHARGE_EVENTS,
  CHARGE_MOVES,
  CHARGE_RANK,
  CHARGE_STATES,
  type ChargeEvent,
  type ChargeFacts,
  type ChargeState,
  evolveCharge,
  isUndecided,
  UNDECIDED,
} from "../../domain/charge.ts";

const first = (state: ChargeState, more: Partial<ChargeFacts> = {}): ChargeFacts => ({
  state,
  transmissions: 1,
  unanswered: 0,
  byHand: false,
  ...more,
});

const pairs = CHARGE_STATES.flatMap((state) => CHARGE_EVENTS.map((event) => ({ state, event })));

describe("every state × every event of a charge", () => {
  test.each(pairs)("$state + $event is answered", ({ state, event }) => {
    for (const byHand of [false, true]) {
      for (const unanswered of [0, 1]) {
        const charge = first(state, { byHand, unanswered, transmissions: unanswered + 1 });
        const answer = evolveCharge(charge, event);
        const listed = (CHARGE_MOVES[state] as Partial<Record<ChargeEvent, ChargeState>>)[event];
        if (answer.kind !== "moved") expect(answer.reason).not.toBe("");
        if (answer.kind === "moved") expect([listed, "unknown"]).toContain(answer.to);
        if (listed === undefined) expect(answer.kind).not.toBe("moved");
      }
    }
  });

  test.each(pairs)("$state + $event never turns proof of money back", ({ state, event }) => {
    const answer = evolveCharge(first(state), event);
    if (state === "charged") expect(answer.kind).not.toBe("moved");
  });

  test.each(pairs)(
    "$state + $event never moves to a lower rank, but for the refused first transmission's own",
    ({ state, event }) => {
      const answer = evolveCharge(first(state), event);
      if (answer.kind === "moved") expect(CHARGE_RANK[answer.to]).toBeGreaterThanOrEqual(CHARGE_RANK[state]);
    },
  );
});

test("undecided is everything but charged and not charged", () => {
  expect(CHARGE_STATES.filter(isUndecided).toSorted()).toEqual([...UNDECIDED].toSorted());
  expect(CHARGE_STATES.filter((state) => !isUndecided(state)).toSorted()).toEqual(["charged", "not-charged"]);
});

describe("a refusal speaks only of its own transmission", () => {
  test("the first transmission refused: nothing was charged", () => {
    expect(evolveCharge(first("sending"), "refused")).toMatchObject({ kind: "moved", to: "not-charged" });
  });

  test("a replay refused while the first went unanswered: unknown", () => {
    const charge = first("sending", { transmissions: 2, unanswered: 1 });
    expect(evolveCharge(charge, "refused")).toMatchObject({ kind: "moved", to: "unknown" });
  });

  test.each(["unknown", "challenged", "pending", "held", "charged", "not-charged"] as const)(
    "%s stays as it is",
    (state) => {
      expect(evolveCharge(first(state, { transmissions: 2, unanswered: 1 }), "refused")).toMatchObject({
        kind: "kept",
        state,
      });
    },
  );
});

test("a stale look-up after the end is stored and moves nothing", () => {
  for (const event of ["payer-asked", "accepted", "reserved", "unanswered"] as const) {
    expect(evolveCharge(first("charged"), event).kind).toBe("kept");
  }
});

test("money found for a charge that counted as not charged wins, with an alarm", () => {
  const answer = evolveCharge(first("not-charged"), "money-taken");
  expect(answer).toMatchObject({ kind: "moved", to: "charged", alarm: expect.any(String) });
});

test("an unfinished object of a charge that counted as not charged is a ghost: kept, with an alarm", () => {
  for (const event of ["payer-asked", "accepted", "reserved"] as const) {
    expect(evolveCharge(first("not-charged"), event)).toMatchObject({
      kind: "kept",
      alarm: expect.any(String),
    });
  }
});

test("a gateway that denies money it had shown raises an alarm and undoes nothing", () => {
  expect(evolveCharge(first("charged"), "ended-without-money")).toMatchObject({
    kind: "kept",
    alarm: expect.any(String),
  });
});

test("absence is proved only of an unknown charge", () => {
  for (const state of ["sending", "challenged", "pending", "held"] as const) {
    expect(evolveCharge(first(state), "absence-proved").kind).toBe("rejected");
  }
});

test("by hand: only what evidence cannot settle, and only a decision by hand is taken back by hand", () => {
  for (const state of ["sending", "challenged"] as const) {
    expect(evolveCharge(first(state), "decided-charged").kind).toBe("rejected");
    expect(evolveCharge(first(state), "decided-not-charged").kind).toBe("rejected");
  }
  expect(evolveCharge(first("charged"), "decided-not-charged").kind).toBe("rejected");
  expect(evolveCharge(first("charged", { byHand: true }), "decided-not-charged")).toMatchObject({
    to: "not-charged",
  });
  expect(evolveCharge(first("not-charged"), "decided-charged").kind).toBe("rejected");
});
