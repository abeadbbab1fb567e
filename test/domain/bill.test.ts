import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BILL_EVENTS,
  BILL_MOVES,
  BILL_STATES,
  type BillEvent,
  type BillFacts,
  type BillState,
  billEventOf,
  evolveBill,
} from "../../domain/bill.ts";

const bill = (state: BillState, more: Partial<BillFacts> = {}): BillFacts => ({
  state,
  newer: true,
  undecidedCharge: false,
  foreignProof: false,
  settled: true,
  ...more,
});
const anyFacts = fc.record({
  state: fc.constantFrom(...BILL_STATES),
  newer: fc.boolean(),
  undecidedCharge: fc.boolean(),
  foreignProof: fc.boolean(),
  settled: fc.boolean(),
});

describe("every state × every event of a bill", () => {
  test.each(BILL_STATES.flatMap((state) => BILL_EVENTS.map((event) => ({ state, event }))))(
    "$state + $event is answered, and moves only as the table says",
    ({ state, event }) => {
      const listed = (BILL_MOVES[state] as Partial<Record<BillEvent, BillState>>)[event];
      let everMoved = false;
      for (let bits = 0; bits < 16; bits += 1) {
        const answer = evolveBill(
          bill(state, {
            newer: (bits & 1) > 0,
            undecidedCharge: (bits & 2) > 0,
            foreignProof: (bits & 4) > 0,
            settled: (bits & 8) > 0,
          }),
          event,
        );
        if (answer.kind === "moved") {
          everMoved = true;
          expect(answer.to).toBe(listed);
          expect(answer.follows).toBeDefined();
        } else {
          expect(answer.reason).not.toBe("");
        }
      }
      expect(everMoved).toBe(listed !== undefined);
    },
  );
});

test("an older version moves nothing, however late it arrives", () => {
  for (const event of ["amended", "annulled"] as const) {
    expect(evolveBill(bill("owed", { newer: false }), event).kind).toBe("kept");
  }
  expect(evolveBill(bill("annulled", { newer: false }), "reinstated").kind).toBe("kept");
});

describe("the echo trap: the source may show our own payment before we know of it", () => {
  test("nothing due while a charge of ours is undecided is no foreign payment", () => {
    const waiting = bill("owed", { undecidedCharge: true });
    expect(billEventOf(waiting, { withdrawn: false, dueMinor: 0 })).toBe("echo");
    expect(evolveBill(waiting, "nothing-due").kind).toBe("rejected");
    expect(evolveBill(waiting, "echo")).toMatchObject({ to: "owed", follows: "mark-echo" });
  });

  test("with proof of a foreign payment it is paid elsewhere, and open payments stop", () => {
    const proved = bill("owed", { undecidedCharge: true, foreignProof: true });
    expect(evolveBill(proved, "nothing-due")).toMatchObject({
      to: "paid-elsewhere",
      follows: "stop-payments",
    });
    expect(evolveBill(proved, "echo").kind).toBe("rejected");
  });
});

test("a bill annulled after it was paid stays paid, and a refund is proposed", () => {
  expect(evolveBill(bill("paid"), "annulled")).toMatchObject({ to: "paid", follows: "propose-refund" });
});

test("more due on a paid bill opens a new part only when the source has seen our payment", () => {
  expect(evolveBill(bill("paid", { settled: false }), "more-due").kind).toBe("kept");
  expect(evolveBill(bill("paid"), "more-due")).toMatchObject({ to: "owed", follows: "open-next-part" });
});

test("an alias takes no event of its own", () => {
  for (const event of BILL_EVENTS) expect(evolveBill(bill("merged"), event).kind).toBe("rejected");
});

test("every reading of a source names an event that is legal in that state, or none", () => {
  fc.assert(
    fc.property(anyFacts, fc.boolean(), fc.integer({ min: -10, max: 10 }), (facts, withdrawn, dueMinor) => {
      const event = billEventOf(facts, { withdrawn, dueMinor });
      if (event !== null) expect(evolveBill(facts, event).kind).not.toBe("rejected");
    }),
  );
});
