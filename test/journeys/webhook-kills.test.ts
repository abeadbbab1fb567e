import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "../../api/client.ts";
import { endLauncher, startLauncher, type TestLauncher, untilUp } from "../support/launcher.ts";
import type { StackBoard } from "../support/resident-story.ts";
import { until } from "../support/until.ts";

type Arrival = {
  readonly id: string;
  readonly body: string;
  readonly repeated: boolean;
  readonly taken: boolean;
};

let launcher: TestLauncher;
const board = () => launcher.board() as unknown as StackBoard;
beforeAll(async () => {
  launcher = await startLauncher({ program: "kvitok", flags: ["--no-story"] });
  await untilUp(launcher);
}, 180_000);
afterAll(() => endLauncher(launcher), 60_000);

async function tell(path: string, body: object): Promise<void> {
  const response = await fetch(`${board().hooks.control}${path}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  expect(response.ok).toBe(true);
}

const arrivals = async (): Promise<readonly Arrival[]> =>
  (await (await fetch(`${board().hooks.page}/deliveries?name=killed`)).json()) as readonly Arrival[];

test("a worker that is killed (-9) while a receiver works: the next one sends again by the same id, what follows comes after it", async () => {
  const token = board().users.find(({ role }) => role === "operator")?.token ?? "";
  const operator = createClient({ baseUrl: board().api, token });
  const { id, secret } = await operator.createWebhook({ url: `${board().hooks.page}/in/killed` });
  await tell("/secrets", { name: "killed", secrets: [secret] });
  // it takes the event, and nobody hears that it did
  await tell("/faults", { kind: "slow", ms: 600_000 });
  const first = await operator.testWebhook(id);
  await until(async () => (await arrivals()).length === 1, 60);
  const second = await operator.testWebhook(id);
  const worker = board().pids["worker"] ?? 0;
  process.kill(worker, "SIGKILL");
  await until(async () => (await arrivals()).length >= 3, 150);
  const came = await arrivals();
  expect(came.map((one) => one.id)).toEqual([first.eventId, first.eventId, second.eventId]);
  expect(came.map(({ taken, repeated }) => [taken, repeated])).toEqual([
    [true, false],
    [true, true],
    [true, false],
  ]);
  await until(async () => {
    const { items } = await operator.listWebhookDeliveries({ endpointId: id, state: "delivered" });
    return items.length === 2;
  }, 30);
}, 300_000);
