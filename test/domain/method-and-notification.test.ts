import { describe, expect, test } from "vitest";
import {
  evolveMethod,
  METHOD_EVENTS,
  METHOD_MOVES,
  METHOD_STATES,
  type MethodEvent,
  type MethodState,
} from "../../domain/method.ts";
import {
  evolveNotification,
  isLegalMinimum,
  LEGAL_MINIMUM,
  NOTIFICATION_EVENTS,
  NOTIFICATION_MOVE_EVENTS,
  NOTIFICATION_MOVES,
  NOTIFICATION_STATES,
  type NotificationMove,
  type NotificationState,
} from "../../domain/notification.ts";

test.each(METHOD_STATES.flatMap((state) => METHOD_EVENTS.map((event) => ({ state, event }))))(
  "a method: $state + $event is answered as the table says",
  ({ state, event }) => {
    const listed = (METHOD_MOVES[state] as Partial<Record<MethodEvent, MethodState>>)[event];
    const answer = evolveMethod(state, event);
    if (listed === undefined) expect(answer.kind === "moved" ? "" : answer.reason).not.toBe("");
    else expect(answer).toMatchObject({ kind: "moved", to: listed });
  },
);

test("a withdrawn method never comes back", () => {
  for (const event of METHOD_EVENTS) expect(evolveMethod("withdrawn", event).kind).not.toBe("moved");
});

describe("a notification", () => {
  test.each(
    NOTIFICATION_STATES.flatMap((state) => NOTIFICATION_MOVE_EVENTS.map((event) => ({ state, event }))),
  )("$state + $event is answered, and moves only as the table says", ({ state, event }) => {
    const listed = (NOTIFICATION_MOVES[state] as Partial<Record<NotificationMove, NotificationState>>)[event];
    const answers = [0, 1].map((resends) =>
      evolveNotification({ state, resends, legalMinimum: false }, event),
    );
    for (const answer of answers) {
      if (answer.kind === "moved") expect(answer.to).toBe(listed);
      else expect(answer.reason).not.toBe("");
    }
    expect(answers.some((answer) => answer.kind === "moved")).toBe(listed !== undefined);
  });

  test("the legal minimum is dropped only when it is superseded or no channel is left", () => {
    const notice = { state: "queued", legalMinimum: true, resends: 0 } as const;
    for (const drop of ["preference", "expired"] as const) {
      expect(evolveNotification(notice, "dropped", drop).kind).toBe("rejected");
      expect(evolveNotification({ ...notice, legalMinimum: false }, "dropped", drop).kind).toBe("moved");
    }
    for (const drop of ["collapsed", "no-channel"] as const)
      expect(evolveNotification(notice, "dropped", drop)).toMatchObject({ to: "dropped" });
  });

  test("silence of the provider leads to one more sending, never to two", () => {
    const sending = { state: "sending", legalMinimum: false } as const;
    expect(evolveNotification({ ...sending, resends: 0 }, "unanswered")).toMatchObject({ to: "queued" });
    expect(evolveNotification({ ...sending, resends: 1 }, "unanswered").kind).toBe("rejected");
    expect(evolveNotification({ ...sending, resends: 1 }, "unanswered-again")).toMatchObject({
      to: "bounced",
    });
    expect(evolveNotification({ ...sending, resends: 0 }, "unanswered-again").kind).toBe("rejected");
  });

  test("the legal minimum: notice, confirmation, failure, charge after a stop, refund, changed terms", () => {
    expect(NOTIFICATION_EVENTS.filter(isLegalMinimum).toSorted()).toEqual([...LEGAL_MINIMUM].toSorted());
    expect(new Set(NOTIFICATION_EVENTS).size).toBe(NOTIFICATION_EVENTS.length);
  });
});
