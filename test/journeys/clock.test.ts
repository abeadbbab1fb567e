import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "../../api/client.ts";
import { endLauncher, startLauncher, type TestLauncher, untilUp } from "../support/launcher.ts";
import { beginStory, debitsOf, pushBill, type StackBoard, untilPayment } from "../support/resident-story.ts";
import { until } from "../support/until.ts";

let launcher: TestLauncher;
let board: StackBoard;

beforeAll(async () => {
  launcher = await startLauncher({ program: "kvitok", flags: ["--no-story"] });
  await untilUp(launcher);
  board = launcher.board() as unknown as StackBoard;
}, 180_000);
afterAll(() => endLauncher(launcher), 60_000);

const DAY_SECONDS = 86_400;

test("a mandate with the Russian notice is debited the day after, once, when the sandbox's clock jumps", async () => {
  const operator = createClient({
    baseUrl: board.api,
    token: board.users.find((user) => user.role === "operator")?.token ?? "",
  });
  const story = await beginStory(board, "anna", { noticePack: "RU" });
  const billId = await pushBill(board, story);
  const planned = await untilPayment(story, billId, ["scheduled"]);
  await until(async () => (await story.api.getPayment(planned.id)).notice?.state === "accepted");
  const { notBefore, notice } = await story.api.getPayment(planned.id);
  // an earlier calendar day and at least twelve hours, between 08:00 and 22:00 in Moscow
  expect(Date.parse(notBefore) - Date.parse(notice?.acceptedAt ?? "")).toBeGreaterThanOrEqual(12 * 3_600_000);
  expect(await debitsOf(board, planned.id)).toHaveLength(0);

  const left = Math.ceil((Date.parse(notBefore) - Date.now()) / 1000);
  await operator.moveClock({ advanceSeconds: left - 600 });
  expect((await story.api.getPayment(planned.id)).state).toBe("scheduled");
  // the debits of one morning are spread over its first ninety minutes
  await operator.moveClock({ advanceSeconds: 600 + 91 * 60 });
  await untilPayment(story, billId, ["paid"]);
  await operator.moveClock({ advanceSeconds: 3 * DAY_SECONDS });
  expect(await debitsOf(board, planned.id)).toHaveLength(1);
});

test("a payer who never confirms is told at the deadline, and nothing is taken", async () => {
  const operator = createClient({
    baseUrl: board.api,
    token: board.users.find((user) => user.role === "operator")?.token ?? "",
  });
  const story = await beginStory(board, "boris", { limitPerPayment: { amountMinor: 100, currency: "RUB" } });
  const billId = await pushBill(board, story);
  const waiting = await untilPayment(story, billId, ["needs-payer"]);
  expect(waiting.need).toBe("over-limit");
  await operator.moveClock({ advanceSeconds: 40 * DAY_SECONDS });
  const ended = await untilPayment(story, billId, ["closed"]);
  expect(ended.outcome).toBe("skipped");
  expect(await debitsOf(board, waiting.id)).toHaveLength(0);
});
