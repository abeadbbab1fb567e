import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "../../api/client.ts";
import { openDatabase } from "../../db/database.ts";
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
let board: StackBoard;
beforeAll(async () => {
  launcher = await startLauncher({ program: "kvitok", flags: ["--no-story"] });
  await untilUp(launcher);
  board = launcher.board() as unknown as StackBoard;
}, 180_000);
afterAll(() => endLauncher(launcher), 60_000);

const FROZEN_MS = 20_000;

test("worker frozen after the gate, woken after 20 s: no byte written, or found by look-up; one debit", async () => {
  const database = openDatabase({ url: launcher.board().database, applicationName: "frozen-worker" });
  const story = await beginStory(board, "anna");
  const operator = createClient({
    baseUrl: board.api,
    token: board.users.find((user) => user.role === "operator")?.token ?? "",
  });
  const worker = launcher.board().pids["worker"] ?? 0;
  try {
    // the bank takes its time, so that the moment after the gate's commit can be met
    await armFault(board, { kind: "delay", ms: 3_000, when: "before" });
    const billId = await pushBill(board, story);
    await until(async () => {
      const { rows } = await sql<{ id: string }>`
        select c.id from charges c join payments y on y.id = c.payment_id
        where y.bill_id = ${billId} and c.state = 'sending'`.execute(database.db);
      if (rows.length > 0) process.kill(worker, "SIGSTOP");
      return rows.length > 0;
    }, 60);
    await pause(FROZEN_MS);
    process.kill(worker, "SIGCONT");
    const woken = await untilPayment(story, billId, ["paid", "scheduled"], 120);
    if (woken.state === "scheduled") {
      // frozen before its first byte: none left, and the debit is tried again a quarter of an hour later
      expect(woken.charges).toMatchObject([{ state: "not-charged", how: "refused" }]);
      expect(await debitsOf(board, woken.id)).toEqual([]);
      await operator.moveClock({ advanceSeconds: 1_200 });
    }
    const payment = await untilPayment(story, billId, ["paid"], 60);
    expect(await debitsOf(board, payment.id)).toHaveLength(1);
    const { rows } = await sql<{ passes: number; transmissions: number }>`
      select (select count(*) from gate_passes g join charges c on c.id = g.charge_id where c.payment_id = ${payment.id})::int as passes,
        (select sum(transmissions) from charges where payment_id = ${payment.id})::int as transmissions`.execute(
      database.db,
    );
    expect(rows[0]?.passes).toBe(rows[0]?.transmissions);
  } finally {
    process.kill(worker, "SIGCONT");
    await database.close();
  }
}, 240_000);
