import { statSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { identifyProcess } from "../../processes/dev/process-identity.ts";
import { endLauncher, startLauncher, type TestLauncher, untilUp } from "../support/launcher.ts";
import { until } from "../support/until.ts";

const boardShape = z.object({
  temporalUi: z.url(),
  temporalMetrics: z.url(),
  bank: z.object({ url: z.url(), shopId: z.string(), secretKey: z.string() }),
  mailbox: z.object({ http: z.url() }),
  users: z.array(z.object({ login: z.string(), role: z.string(), token: z.string(), expiresAt: z.string() })),
});
let launcher: TestLauncher;

beforeAll(async () => {
  const environment = { STAND_IN_REAL: "postgres,temporal,bank,city,migrate,seed" };
  launcher = await startLauncher({ flags: ["--no-story"], environment });
  await untilUp(launcher);
});

afterAll(() => endLauncher(launcher));

const board = (): z.infer<typeof boardShape> => boardShape.parse(launcher.board());
const temporalApi = (path: string, body?: object): Promise<Response> =>
  fetch(`http://127.0.0.1:${launcher.portBase + 12}/api/v1/namespaces/kvitok${path}`, {
    ...(body && { method: "POST", body: JSON.stringify(body) }),
    headers: { "content-type": "application/json" },
  });

test("the board names three residents, two operators and a biller with tokens of a day", () => {
  const { users } = board();
  expect(users.map(({ login, role }) => `${login}: ${role}`)).toEqual([
    "anna: resident",
    "boris: resident",
    "clara: resident",
    "olga: operator",
    "pavel: operator",
    "zhkh: biller",
  ]);
  for (const { token, expiresAt } of users) {
    expect(token.split(".")).toHaveLength(3);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(23 * 3_600_000);
  }
});

test("bank, mailbox, Temporal's page and its metrics answer where the board says", async () => {
  const { bank, mailbox, temporalMetrics, temporalUi } = board();
  const authorization = `Basic ${btoa(`${bank.shopId}:${bank.secretKey}`)}`;
  expect((await fetch(`${bank.url}/payments`, { headers: { authorization } })).status).toBe(200);
  expect(await (await fetch(`${mailbox.http}/messages`)).json()).toEqual([]);
  expect((await fetch(temporalMetrics)).status).toBe(200);
  const settings = await (await fetch(`${temporalUi}/api/v1/settings`)).json();
  expect(JSON.stringify(settings)).toContain(`http://127.0.0.1:${launcher.portBase + 3}`);
});

test("a workflow outlives a kill -9 of Temporal, and closed ones are kept for seven days", async () => {
  const workflow = { workflowType: { name: "payment" }, taskQueue: { name: "nobody" } };
  expect((await temporalApi("/workflows/payment-1", workflow)).status).toBe(200);
  const before = launcher.board().pids["temporal"] ?? 0;
  process.kill(before, "SIGKILL");
  await until(() => /temporal is back/.test(launcher.output()));
  const described = await (await temporalApi("/workflows/payment-1")).json();
  expect(described).toMatchObject({
    workflowExecutionInfo: { status: "WORKFLOW_EXECUTION_STATUS_RUNNING" },
  });
  expect(await (await temporalApi("")).json()).toMatchObject({
    config: { workflowExecutionRetentionTtl: "604800s" },
  });
});

test("SIGTERM ends every process, and nobody but the owner can read the data folder's secrets", async () => {
  const pids = Object.values(launcher.board().pids);
  expect(pids.length).toBeGreaterThan(5);
  expect(statSync(`${launcher.dataDirectory}/secrets.json`).mode & 0o777).toBe(0o600);
  launcher.child.kill("SIGTERM");
  expect(await launcher.ended).toBe(0);
  expect(pids.filter((pid) => identifyProcess(pid) !== undefined)).toEqual([]);
});
