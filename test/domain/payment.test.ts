import { describe, expect, test } from "vitest";
import {
  evolvePayment,
  PAYMENT_EVENTS,
  PAYMENT_MOVES,
  PAYMENT_STATES,
  type PaymentEvent,
  type PaymentState,
} from "../../domain/payment.ts";

const pairs = PAYMENT_STATES.flatMap((state) => PAYMENT_EVENTS.map((event) => ({ state, event })));

describe("every state × every event of a payment", () => {
  test.each(pairs)("$state + $event is answered as the table says", ({ state, event }) => {
    const listed = (PAYMENT_MOVES[state] as Partial<Record<PaymentEvent, PaymentState>>)[event];
    const answer = evolvePayment({ state, stopMark: false }, event);
    if (listed === undefined) {
      expect(answer).toMatchObject({ kind: "rejected", state });
      expect(answer.kind === "rejected" && answer.reason).not.toBe("");
    } else {
      expect(answer).toMatchObject({ kind: "moved", from: state, to: listed });
    }
  });

  test.each(pairs)("$state + $event with a stop mark sends nothing more", ({ state, event }) => {
    const answer = evolvePayment({ state, stopMark: true }, event);
    if (answer.kind !== "moved") return;
    if (state === "charging") expect(["charging", "closed", "paid", "returning"]).toContain(answer.to);
    if (state === "scheduled") expect(answer.to).not.toBe("charging");
  });
});

test("while a charge is undecided nobody takes the debt over and no second charge passes", () => {
  expect(evolvePayment({ state: "charging", stopMark: false }, "taken-over").kind).toBe("rejected");
  expect(evolvePayment({ state: "charging", stopMark: false }, "gate-passed").kind).toBe("rejected");
});

test("a stop during a charge leaves the payment to its charge", () => {
  for (const event of ["stopped", "deadline-passed"] as const) {
    expect(evolvePayment({ state: "charging", stopMark: false }, event)).toMatchObject({ to: "charging" });
  }
});

test("paid is final: a second sum becomes a refund beside it", () => {
  for (const event of PAYMENT_EVENTS) {
    expect(evolvePayment({ state: "paid", stopMark: false }, event).kind).toBe("rejected");
  }
});

test("money found after the end moves the payment, with an alarm", () => {
  for (const state of ["closed", "scheduled", "needs-payer"] as const) {
    expect(evolvePayment({ state, stopMark: false }, "money-kept")).toMatchObject({
      to: "paid",
      alarm: expect.any(String),
    });
    expect(evolvePayment({ state, stopMark: true }, "money-not-wanted")).toMatchObject({ to: "returning" });
  }
});
