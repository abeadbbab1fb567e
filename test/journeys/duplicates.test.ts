import { randomUUID } from "node:crypto";
import { Client, Connection } from "@temporalio/client";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenDatabase, openDatabase } from "../../db/database.ts";
import { paymentWorkflowId } from "../../workflows/messages.ts";
import { payByPage } from "../sandbox/bank/page-visitor.ts";
import { beginStory, debitsOf, pushBill, type StackBoard, untilPayment } from "../support/resident-story.ts";
import { runningStack } from "../support/stack.ts";
import { until } from "../support/until.ts";

let board: StackBoard;
let database: OpenDatabase;

beforeAll(async () => {
  ({ board } = await runningStack());
  database = openDatabase({ url: board.database, applicationName: "test" });
}, 240_000);
afterAll(() => database.close());

test("a bill pushed three times and a webhook told five times make one bill, one payment, one workflow, one debit, one mail", async () => {
  const story = await beginStory(board, "boris");
  const bill = { period: "2026-11", amount: { amountMinor: 77_701, currency: "RUB" } };
  const ids = await Promise.all([1, 2, 3].map(() => pushBill(board, story, bill)));
  const [billId = ""] = ids;
  expect(new Set(ids).size).toBe(1);
  const payment = await untilPayment(story, billId, ["paid"]);

  for (let again = 0; again < 5; again += 1) await tellAgain(payment.id);
  // the bank's own word about the success, and five repeats of it: all delivered, kept as one reason to look or two, never as six
  await until(async () => (await deliveredAbout(payment.id)) === 6);
  const nudges = await count(`gateway_nudges where charge_id like '${payment.id}-%'`);
  expect(nudges).toBeGreaterThanOrEqual(1);
  expect(nudges).toBeLessThanOrEqual(2);
  await until(async () => (await count(`gateway_nudges where done_at is null`)) === 0);

  expect(await count(`bills where account = '${story.account}'`)).toBe(1);
  expect(await count(`payments where bill_id = '${billId}'`)).toBe(1);
  expect(await count(`charges where payment_id = '${payment.id}'`)).toBe(1);
  expect(await debitsOf(board, payment.id)).toEqual([expect.objectContaining({ amountMinor: 77_701 })]);
  expect(await runsOf(payment.id)).toBe(1);
  const paid = () => mailsAbout(payment.id, "paid");
  await until(async () => (await paid()).length > 0);
  expect(await paid()).toHaveLength(1);
  expect(await mailsAbout(payment.id, "notice")).toHaveLength(1);
});

test("one API call sent ten times at once with one key gives ten identical answers and one debit", async () => {
  const story = await beginStory(board, "clara");
  await story.api.pauseMandate(story.mandateId, {});
  const billId = await pushBill(board, story, { amount: { amountMinor: 33_301, currency: "RUB" } });
  const token = board.users.find((user) => user.login === "clara")?.token ?? "";
  const key = randomUUID();
  const call = () =>
    fetch(`${board.api}/v1/payments`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "idempotency-key": key,
      },
      body: JSON.stringify({
        billId,
        methodId: story.methodId,
        amount: { amountMinor: 33_301, currency: "RUB" },
      }),
    });
  const answers = await Promise.all(Array.from({ length: 10 }, call));
  const bodies = await Promise.all(answers.map((answer) => answer.text()));
  expect(new Set(answers.map((answer) => answer.status)).size).toBe(1);
  expect(new Set(bodies).size).toBe(1);
  expect(await count(`payments where bill_id = '${billId}' and route <> 'mandate'`)).toBe(1);

  const waiting = await untilPayment(story, billId, ["charging", "paid"]);
  await until(async () => (await story.api.getPayment(waiting.id)).confirmation !== null);
  await answerBank(story, waiting.id);
  const payment = await untilPayment(story, billId, ["paid"]);
  expect(await debitsOf(board, payment.id)).toHaveLength(1);
  expect(await runsOf(payment.id)).toBe(1);
});

async function answerBank(story: Awaited<ReturnType<typeof beginStory>>, paymentId: string): Promise<void> {
  const { confirmation } = await story.api.getPayment(paymentId);
  if (confirmation === null) throw new Error("the payment has no page at the bank");
  await payByPage(confirmation.url);
  await Promise.all([1, 2, 3].map(() => story.api.returnFromBank(paymentId)));
}

/** Lets the bank tell the newest object of a payment's charge once more. */
async function tellAgain(paymentId: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select object_id as id from charges where payment_id = ${paymentId}`.execute(database.db);
  const answer = await fetch(`${board.bank.control}/payments/${rows[0]?.id}/notify`, { method: "POST" });
  if (!answer.ok) throw new Error(`the bank does not tell: ${await answer.text()}`);
}

/** Notifications about a payment that the bank has delivered, by its own journal. */
async function deliveredAbout(paymentId: string): Promise<number> {
  const lines = (await (await fetch(`${board.bank.control}/journal`)).json()) as readonly {
    readonly kind: string;
    readonly record?: { readonly id: string; readonly chargeId?: string; readonly state: string };
  }[];
  const delivered = lines.flatMap(({ kind, record }) =>
    kind === "notification" && record?.state === "delivered" && record.chargeId?.startsWith(`${paymentId}-`)
      ? [record.id]
      : [],
  );
  return new Set(delivered).size;
}

async function count(from: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.raw(from)}`.execute(
    database.db,
  );
  return rows[0]?.n ?? -1;
}

/** Runs of the payment's workflow, by the server's own list. */
async function runsOf(paymentId: string): Promise<number> {
  const connection = await Connection.connect({ address: board.temporal });
  const client = new Client({ connection, namespace: "kvitok" });
  const query = `WorkflowId = "${paymentWorkflowId(paymentId)}"`;
  await until(async () => (await client.workflow.count(query)).count > 0);
  const { count: runs } = await client.workflow.count(query);
  await connection.close();
  return runs;
}

/** Raw deliveries in the mailbox of one event's message, by its Message-ID. */
async function mailsAbout(paymentId: string, event: string): Promise<readonly unknown[]> {
  const { rows } = await sql<{ message_id: string }>`
    select message_id from notifications where payment_id = ${paymentId} and event = ${event}`.execute(
    database.db,
  );
  expect(rows.length).toBeLessThanOrEqual(1);
  const messages = (await (await fetch(`${board.mailbox.http}/messages`)).json()) as readonly {
    messageId?: string;
  }[];
  return messages.filter((message) => rows.some((row) => message.messageId?.includes(row.message_id)));
}
