import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "../../api/client.ts";
import { nodeCommand, repositoryFolder } from "../../processes/dev/process-command.ts";
import { firstVisit } from "../../scripts/demo/first-visit.ts";
import { endLauncher, startLauncher, type TestLauncher, untilUp } from "../support/launcher.ts";
import {
  armFault,
  beginStory,
  debitsOf,
  pushBill,
  type StackBoard,
  untilPayment,
} from "../support/resident-story.ts";
import { until } from "../support/until.ts";

let launcher: TestLauncher;
const board = () => launcher.board() as unknown as StackBoard;

beforeAll(async () => {
  launcher = await startLauncher({ program: "kvitok", flags: ["--no-story"] });
  await untilUp(launcher);
}, 180_000);
afterAll(() => endLauncher(launcher), 60_000);

const DAY_MS = 86_400_000;
const tokenOf = (role: string) => board().users.find((user) => user.role === role)?.token ?? "";

/** `kvitok` as a process of its own, so that it can be killed. */
function kvitok(...line: readonly string[]): {
  child: ChildProcess;
  said: () => string;
  ended: Promise<number | null>;
} {
  const command = nodeCommand("cli/main.ts", line, {});
  const child = spawn(command.file, command.args, {
    cwd: repositoryFolder,
    env: { ...process.env, KVITOK_API: board().api, KVITOK_TOKEN: tokenOf("operator") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
    });
  }
  return { child, said: () => said, ended: new Promise((resolve) => child.on("close", resolve)) };
}

/** A resident who pays on the bank's page and leaves it open. */
async function leavesTheBankPage(login: string) {
  const api = createClient({
    baseUrl: board().api,
    token: board().users.find((user) => user.login === login)?.token ?? "",
  });
  await firstVisit(api);
  const story = {
    api,
    billerId: board().billers[0]?.id ?? "",
    account: String(randomInt(1e9, 1e10)),
    methodId: "",
    mandateId: "",
  };
  await api.connectAccount({ billerId: story.billerId, account: story.account });
  const billId = await pushBill(board(), story);
  const payment = await api.payBill({
    billId,
    methodId: null,
    amount: { amountMinor: 512_345, currency: "RUB" },
  });
  expect((await untilPayment(story, billId, ["charging"])).confirmation).not.toBeNull();
  return { story, billId, paymentId: payment.id };
}

async function clockAt(address: string): Promise<number> {
  const { now } = (await (await fetch(address)).json()) as { now: string };
  return Date.parse(now);
}

test("a month in the city, its walk and the worker killed in the middle: each debit once, a refused one again, an unconfirmed one never", async () => {
  const operator = createClient({ baseUrl: board().api, token: tokenOf("operator") });
  const { businessNow } = await operator.clockStand();
  const to = new Date(Date.parse(businessNow) + 31 * DAY_MS).toISOString();
  const inTenDays = new Date(Date.parse(businessNow) + 10 * DAY_MS + 3 * 3_600_000).getUTCDate();

  const clara = await leavesTheBankPage("clara");
  const boris = await beginStory(board(), "boris", {
    billerId: "fund-01",
    account: "001",
    noticePack: "RU",
    trigger: {
      kind: "on-schedule",
      schedule: { kind: "monthly", day: inTenDays },
      pays: { amountMinor: 77_700, currency: "RUB" },
    },
  });
  const anna = await beginStory(board(), "anna", { noticePack: "RU" });
  await armFault(board(), { kind: "decline", reason: "insufficient_funds" });
  const annasBill = await pushBill(board(), anna);
  const { id: annasPayment } = await untilPayment(anna, annasBill, ["scheduled"]);

  const first = kvitok("clock", "advance", "--to", to);
  await until(() => {
    if (first.child.exitCode !== null) throw new Error(`the walk ended: ${first.said()}`);
    return /refusals 1/.test(first.said());
  }, 120);
  first.child.kill("SIGKILL");
  const worker = board().pids["worker"] ?? 0;
  process.kill(worker, "SIGKILL");
  await first.ended;
  expect(Date.parse((await operator.clockStand()).businessNow)).toBeLessThan(Date.parse(to));

  const second = kvitok("clock", "advance", "--to", to, "--patience", "150");
  expect([await second.ended, second.said()]).toEqual([0, expect.stringContaining("nothing is due")]);
  expect(second.said()).toMatch(/debits 1/);

  expect((await anna.api.getPayment(annasPayment)).state).toBe("paid");
  expect(await debitsOf(board(), annasPayment)).toHaveLength(1);
  const { items } = await boris.api.listPayments();
  expect(items.map(({ state }) => state)).toEqual(["paid"]);
  expect(await debitsOf(board(), items[0]?.id ?? "")).toHaveLength(1);
  expect(await debitsOf(board(), clara.paymentId)).toHaveLength(0);
  expect((await clara.story.api.getPayment(clara.paymentId)).state).toBe("closed");
  expect((await operator.trialBalance()).balanced).toBe(true);

  const stand = await operator.clockStand();
  expect(stand.waitingFor).toEqual([]);
  for (const address of [
    `${board().bank.control}/clock`,
    `${board().registry.control}/clock`,
    `${board().mailbox.http}/control/clock`,
  ])
    expect(Math.abs((await clockAt(address)) - Date.parse(stand.businessNow)), address).toBeLessThan(10_000);
  const mails = (await (await fetch(`${board().mailbox.http}/messages`)).json()) as { receivedAt: string }[];
  expect(mails.some(({ receivedAt }) => Date.parse(receivedAt) > Date.parse(businessNow) + 5 * DAY_MS)).toBe(
    true,
  );
}, 420_000);
