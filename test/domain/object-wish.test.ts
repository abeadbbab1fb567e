import { describe, expect, test } from "vitest";
import { secondsToNextLook } from "../../domain/ladder.ts";
import {
  NOT_RUN_AFTER_MS,
  type UnfinishedObject,
  VOID_REASONS,
  wishForObject,
} from "../../domain/object-wish.ts";

const everything = { captureHeld: true, voidHeld: true, voidPending: true, absenceBy: "void" } as const;
const nothing = { captureHeld: false, voidHeld: false, voidPending: false, absenceBy: "list" } as const;

function object(change: Partial<UnfinishedObject> & Pick<UnfinishedObject, "shows">): UnfinishedObject {
  return {
    stopped: false,
    voidWhy: null,
    confirmationOver: false,
    sinceLastSentMs: 0,
    attemptSeen: false,
    ...change,
  };
}

const shown = ["held", "challenged", "pending", "not-run"] as const;

describe("what is done with an object that is not final", () => {
  test.each(shown)("%s at a gateway that can end nothing: only waited for", (shows) => {
    for (const stopped of [true, false]) {
      const wish = wishForObject(object({ shows, stopped, confirmationOver: true }), nothing);
      expect(wish).toBeNull();
    }
  });

  test("held: taken while it is wanted, given back after a stop, never taken after a void was asked for", () => {
    expect(wishForObject(object({ shows: "held" }), everything)).toBe("capture");
    expect(wishForObject(object({ shows: "held", stopped: true }), everything)).toBe("stopped");
    for (const voidWhy of VOID_REASONS) {
      expect(wishForObject(object({ shows: "held", voidWhy }), everything)).toBe(voidWhy);
    }
  });

  test("challenged: ended by a stop, by another method, or when the confirmation is over; else the payer has the word", () => {
    expect(wishForObject(object({ shows: "challenged" }), everything)).toBeNull();
    expect(wishForObject(object({ shows: "challenged", stopped: true }), everything)).toBe("stopped");
    expect(wishForObject(object({ shows: "challenged", confirmationOver: true }), everything)).toBe(
      "challenge-over",
    );
    expect(wishForObject(object({ shows: "challenged", voidWhy: "other-method" }), everything)).toBe(
      "other-method",
    );
  });

  test("not run: waited for, ended after five minutes, at once after a stop", () => {
    const late = { sinceLastSentMs: NOT_RUN_AFTER_MS };
    expect(wishForObject(object({ shows: "not-run" }), everything)).toBeNull();
    expect(wishForObject(object({ shows: "not-run", ...late }), everything)).toBe("not-run");
    expect(wishForObject(object({ shows: "not-run", stopped: true }), everything)).toBe("not-run");
    const byList = { ...everything, absenceBy: "list" } as const;
    expect(wishForObject(object({ shows: "not-run", ...late }), byList)).toBeNull();
  });

  test("not run after its attempt was seen: an old view, waited for; a stop may still end it, which proves what became of it", () => {
    const seen = { shows: "not-run", sinceLastSentMs: NOT_RUN_AFTER_MS, attemptSeen: true } as const;
    expect(wishForObject(object(seen), everything)).toBeNull();
    expect(wishForObject(object({ ...seen, stopped: true }), everything)).toBe("not-run");
    expect(wishForObject(object({ ...seen, voidWhy: "other-method" }), everything)).toBe("other-method");
  });

  test("pending: nobody can hurry it, a stop neither", () => {
    expect(wishForObject(object({ shows: "pending", stopped: true }), everything)).toBeNull();
  });
});

describe("the ladder's daily rung", () => {
  const daily = (chargeId: string) =>
    secondsToNextLook({ state: "pending", looks: 50, objectKnown: true, chargeId });

  test("is moved by up to a tenth, the same charge always by the same share, different ones differently", () => {
    const ids = Array.from({ length: 200 }, (_, index) => `KV-7F3K-9Q2M-X${index}-1`);
    const waits = ids.map(daily);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0.9 * 86_400);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1.1 * 86_400);
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(0.15 * 86_400);
    expect(ids.map(daily)).toEqual(waits);
  });

  test("the earlier rungs are exact", () => {
    const at = (looks: number) =>
      secondsToNextLook({ state: "pending", looks, objectKnown: true, chargeId: "KV-1-1" });
    expect([0, 1, 2, 3, 4, 5, 6].map(at)).toEqual([5, 15, 60, 300, 900, 3_600, 21_600]);
  });
});
