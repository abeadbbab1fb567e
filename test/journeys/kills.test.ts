import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { identifyProcess } from "../../processes/dev/process-identity.ts";
import { payByPage } from "../sandbox/bank/page-visitor.ts";
import { endLauncher, startLauncher, type TestLauncher, untilUp } from "../support/launcher.ts";
import {
  armFault,
  beginStory,
  debitsOf,
  pushBill,
  type StackBoard,
  type Story,
  untilPayment,
  whenUp,
} from "../support/resident-story.ts";
import { until } from "../support/until.ts";

let launcher: TestLauncher;
const board = () => launcher.board() as unknown as StackBoard;

beforeAll(async () => {
  launcher = await startLauncher({ program: "kvitok", flags: ["--no-story"] });
  await untilUp(launcher);
}, 180_000);
afterAll(() => endLauncher(launcher), 60_000);

describe("a payment that waits for 3-D Secure settles with one debit", () => {
  test.each([
    ["worker", "anna"],
    ["api", "anna"],
    ["temporal", "boris"],
    ["postgres", "boris"],
    ["bank", "clara"],
  ])(
    "after kill -9 of %s",
    async (victim, login) => {
      const { story, billId, url, paymentId } = await challenged(login);
      const pid = board().pids[victim] ?? 0;
      process.kill(pid, "SIGKILL");
      await until(() => (board().pids[victim] ?? pid) !== pid, 60);
      await finishAtBank(story, url, paymentId);
      const payment = await untilPayment(story, billId, ["paid"], 90);
      expect(payment.amount.amountMinor).toBe(512_345);
      expect(await debitsOf(board(), paymentId)).toHaveLength(1);
    },
    180_000,
  );

  test("after kill -9 of the launcher, started again on the same data: nothing orphaned, no second server", async () => {
    const { story, billId, url, paymentId } = await challenged("clara");
    const before = board().pids;
    process.kill(before.launcher ?? 0, "SIGKILL");
    await launcher.ended;
    launcher = await startLauncher({
      program: "kvitok",
      flags: ["--no-story"],
      dataDirectory: launcher.dataDirectory,
      portBase: launcher.portBase,
    });
    await untilUp(launcher);
    for (const [name, pid] of Object.entries(before)) expect(identifyProcess(pid), name).toBeUndefined();
    await finishAtBank(story, url, paymentId);
    await untilPayment(story, billId, ["paid"], 90);
    expect(await debitsOf(board(), paymentId)).toHaveLength(1);
  }, 240_000);
});

test("while no worker answers, a payment is taken with 202 and its address, and finished when a worker is back", async () => {
  const story = await beginStory(board(), "boris");
  await story.api.cancelMandate(story.mandateId, {});
  const billId = await pushBill(board(), story);
  const worker = board().pids.worker ?? 0;
  process.kill(worker, "SIGSTOP");
  const answer = await fetch(`${board().api}/v1/payments`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${board().users.find((user) => user.login === "boris")?.token}`,
      "content-type": "application/json",
      "idempotency-key": billId,
    },
    body: JSON.stringify({ billId, methodId: null, amount: { amountMinor: 512_345, currency: "RUB" } }),
  });
  process.kill(worker, "SIGCONT");
  const { id } = (await answer.json()) as { id: string };
  expect(answer.status).toBe(202);
  expect(answer.headers.get("location")).toContain(`/v1/payments/${id}`);
  let url: string | undefined;
  await until(async () => (url = (await story.api.getPayment(id)).confirmation?.url) !== undefined, 60);
  await finishAtBank(story, url ?? "", id);
  await untilPayment(story, billId, ["paid"]);
  expect(await debitsOf(board(), id)).toHaveLength(1);
}, 180_000);

/** A bill whose charge was declined for want of 3-D Secure and whose payer stands on the bank's page. */
async function challenged(login: string) {
  const story = await beginStory(board(), login);
  await armFault(board(), { kind: "decline", reason: "3d_secure_failed" });
  const billId = await pushBill(board(), story);
  const waiting = await untilPayment(story, billId, ["needs-payer"]);
  expect(waiting.need).toBe("confirm-again");
  const { amountMinor } = waiting.amount;
  await story.api.confirmPayment(waiting.id, { amount: { amountMinor, currency: "RUB" }, methodId: null });
  let url: string | undefined;
  await until(async () => {
    url = (await story.api.getPayment(waiting.id)).confirmation?.url;
    return url !== undefined;
  });
  return { story, billId, paymentId: waiting.id, url: url ?? "" };
}

async function finishAtBank(story: Story, url: string, paymentId: string): Promise<void> {
  await until(async () => (await whenUp(() => payByPage(url))) !== undefined, 60);
  await until(async () => (await whenUp(() => story.api.returnFromBank(paymentId))) !== undefined, 60);
}
