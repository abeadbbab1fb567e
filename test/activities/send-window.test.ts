import { expect, test } from "vitest";
import { openSendWindow } from "../../activities/send-window.ts";

/** A machine whose clocks the test moves. */
function machine() {
  const moved = { monotonic: 0, wall: 0 };
  const clocks = { monotonic: () => 1_000 + moved.monotonic, wall: () => 1_700_000_000_000 + moved.wall };
  return { moved, clocks };
}

test.each([
  ["both clocks run as they should", { monotonic: 4_999, wall: 4_999 }, true],
  ["five seconds are over", { monotonic: 5_000, wall: 5_000 }, false],
  ["suspended for three hours: only the wall clock knows", { monotonic: 12, wall: 3 * 3_600_000 }, false],
  ["the wall clock was set back: the monotonic one ends it", { monotonic: 5_000, wall: -3_600_000 }, false],
  ["the wall clock was set back, in time all the same", { monotonic: 100, wall: -3_600_000 }, true],
])("%s", (_, moves, may) => {
  const { moved, clocks } = machine();
  const mayStillSend = openSendWindow(clocks);
  Object.assign(moved, moves);
  expect(mayStillSend()).toBe(may);
});

test("without being told a clock it reads this machine's", () => {
  expect(openSendWindow()()).toBe(true);
});
