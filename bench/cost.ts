import { randomUUID } from "node:crypto";
import { Client, Connection } from "@temporalio/client";
import { sql } from "kysely";
import { Webhook } from "standardwebhooks";
import { createClient } from "../api/client.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { createSealer, readKeyRing } from "../db/sealed.ts";
import { firstVisit } from "../scripts/demo/first-visit.ts";
import { readTemporalCounters } from "../scripts/proofs/world/temporal-counters.ts";
import { paymentWorkflowId } from "../workflows/messages.ts";
import { type BenchBoard, startBenchStack } from "./stack.ts";

/** What one paid bill cost, arrival → notice → debit → receipt, background subtracted. */
export type Cost = {
  readonly bills: number;
  readonly perSecond: number;
  readonly events: { readonly perBill: number; readonly most: number };
  readonly actions: number;
  readonly visibilityWrites: number;
  readonly engineStatements: number;
  readonly backgroundStatementsPerSecond: number;
  readonly byStatement: readonly { readonly calls: number; readonly text: string }[];
};

/** The design's budget for the happy path (architecture, "What a payment may cost"). */
export const budget = { events: 20, visibilityWrites: 3, engineStatements: 14, actions: 7 } as const;

const WARM_UP_BILLS = 5;
const IDLE_MS = 8_000;
const PAID_WITHIN_MS = 120_000;

/** Measures on a stack of its own; counts repeat, times are not asked. */
export async function measureCost(options: {
  readonly bills: number;
  readonly perSecond: number;
  readonly portBase: number;
  readonly say: (line: string) => void;
}): Promise<Cost> {
  const stack = await startBenchStack(options.portBase);
  const { db, close } = openDatabase({ url: stack.board.database, applicationName: "kvitok-bench" });
  try {
    const account = await setUpPayer({ db, board: stack.board, dataKeys: stack.secrets.dataKeys });
    options.say(`warming up with ${WARM_UP_BILLS} bills`);
    await payBills({ db, board: stack.board, account, from: 0, count: WARM_UP_BILLS, perSecond: 1 });
    const background = await idleStatements(db);
    options.say(`measuring ${options.bills} bills at ${options.perSecond}/s`);
    return await measure({ ...options, db, board: stack.board, account, background });
  } finally {
    await close();
    await stack.stop();
  }
}

async function measure(parts: {
  readonly db: Database;
  readonly board: BenchBoard;
  readonly account: string;
  readonly background: number;
  readonly bills: number;
  readonly perSecond: number;
  readonly portBase: number;
}): Promise<Cost> {
  const { db, bills } = parts;
  const before = await readMetrics(parts.portBase);
  await sql`select pg_stat_statements_reset()`.execute(db);
  const startedAt = Date.now();
  const payments = await payBills({ ...parts, from: WARM_UP_BILLS, count: bills });
  const seconds = (Date.now() - startedAt) / 1000;
  const statements = await readStatements(db);
  const after = await readMetrics(parts.portBase);
  const events = await countEvents(parts.board.temporal, payments);
  const calls = statements.reduce((sum, row) => sum + row.calls, 0) - parts.background * seconds;
  return {
    bills,
    perSecond: parts.perSecond,
    events: { perBill: round(mean(events)), most: Math.max(...events) },
    actions: round((after.actions - before.actions) / bills),
    visibilityWrites: round((after.visibilityWrites - before.visibilityWrites) / bills),
    engineStatements: round(calls / bills),
    backgroundStatementsPerSecond: round(parts.background),
    byStatement: statements.slice(0, 25).map(({ calls: n, text }) => ({ calls: round(n / bills), text })),
  };
}

/** A resident with a card that needs no 3-D Secure, and a mandate with the sandbox's short notice. */
async function setUpPayer(parts: {
  readonly db: Database;
  readonly board: BenchBoard;
  readonly dataKeys: string;
}): Promise<string> {
  const { db, board } = parts;
  const token = board.users.find((user) => user.role === "resident")?.token;
  const biller = board.billers[0];
  if (token === undefined || biller === undefined)
    throw new Error("the board names no resident or no biller");
  const api = createClient({ baseUrl: board.api, token });
  const residentId = await firstVisit(api);
  const methodId = (await sql<{ id: string }>`select new_code() as id`.execute(db)).rows[0]?.id ?? "";
  const saved = await saveCard(board);
  const sealed = createSealer(readKeyRing(parts.dataKeys)).seal(saved, methodId);
  await sql`insert into methods (id, resident_id, gateway, state, token, title, last4, livemode)
    values (${methodId}, ${residentId}, 'yookassa', 'active', ${sealed}, 'Bank card *4444', '4444', false)`.execute(
    db,
  );
  const account = String(Date.now()).slice(-10);
  await api.createMandate({
    billerId: biller.id,
    account,
    methods: [methodId],
    limitPerPayment: "unlimited",
    limitPerPeriod: "unlimited",
    overLimit: "ask",
    lateBill: "ask",
    noticePack: "demo",
    consent: { text: "benchmark", locale: "en", version: "1" },
  });
  return account;
}

async function saveCard({ bank }: BenchBoard): Promise<string> {
  const response = await fetch(`${bank.url}/payments`, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`${bank.shopId}:${bank.secretKey}`).toString("base64")}`,
      "content-type": "application/json",
      "idempotence-key": randomUUID(),
    },
    body: JSON.stringify({
      amount: { value: "1.00", currency: "RUB" },
      capture: true,
      save_payment_method: true,
      payment_method_data: {
        type: "bank_card",
        card: { number: "5555555555554444", expiry_month: "12", expiry_year: "2030", csc: "123" },
      },
    }),
  });
  const payment = (await response.json()) as { payment_method?: { id?: string; saved?: boolean } };
  if (payment.payment_method?.saved !== true || payment.payment_method.id === undefined) {
    throw new Error(`the bank saved no card: ${JSON.stringify(payment)}`);
  }
  return payment.payment_method.id;
}

/** Pushes bills at a steady rate and waits until all are paid; answers their payments. */
async function payBills(parts: {
  readonly db: Database;
  readonly board: BenchBoard;
  readonly account: string;
  readonly from: number;
  readonly count: number;
  readonly perSecond: number;
}): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let index = 0; index < parts.count; index += 1) {
    const [bill] = await Promise.all([
      pushBill(parts.board, parts.account, parts.from + index),
      new Promise((resolve) => setTimeout(resolve, 1000 / parts.perSecond)),
    ]);
    ids.push(bill);
  }
  const until = Date.now() + PAID_WITHIN_MS;
  for (;;) {
    const { rows } = await sql<{
      id: string;
    }>`select id from payments where bill_id = any(${ids}) and state = 'paid'`.execute(parts.db);
    const told = await sql<{ n: number }>`select count(*)::int as n from notifications where event = 'paid'
      and state = 'accepted' and payment_id = any(${rows.map((row) => row.id)})`.execute(parts.db);
    if (rows.length === ids.length && told.rows[0]?.n === ids.length) return rows.map((row) => row.id);
    if (Date.now() > until) throw new Error(`only ${rows.length} of ${ids.length} bills were paid in time`);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

async function pushBill(board: BenchBoard, account: string, index: number): Promise<string> {
  const biller = board.billers[0];
  if (!biller) throw new Error("the board names no biller");
  const period = `${2000 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}`;
  const body = JSON.stringify({
    account,
    period,
    version: 1,
    amount: { amountMinor: 100_000 + index, currency: "RUB" },
    dueOn: new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10),
    purpose: `benchmark ${period}`,
    payee: await payeeOf(board, biller.id),
    status: "issued",
  });
  const id = `msg_${randomUUID()}`;
  const at = new Date();
  const response = await fetch(`${board.api}/v1/billers/${biller.id}/bills`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(biller.secret).sign(id, at, body),
    },
    body,
  });
  const answer = (await response.json()) as { results?: readonly { billId?: string }[] };
  const billId = answer.results?.[0]?.billId;
  if (billId === undefined)
    throw new Error(`the bill was not taken: ${response.status} ${JSON.stringify(answer)}`);
  return billId;
}

const payees = new Map<string, unknown>();

async function payeeOf(board: BenchBoard, billerId: string): Promise<unknown> {
  const known = payees.get(billerId);
  if (known !== undefined) return known;
  const { db, close } = openDatabase({ url: board.database, applicationName: "kvitok-bench" });
  const { rows } = await sql<{ payee: unknown }>`select payee from billers where id = ${billerId}`.execute(
    db,
  );
  await close();
  payees.set(billerId, rows[0]?.payee);
  return rows[0]?.payee;
}

async function idleStatements(db: Database): Promise<number> {
  await sql`select pg_stat_statements_reset()`.execute(db);
  const startedAt = Date.now();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const rows = await readStatements(db);
  return rows.reduce((sum, row) => sum + row.calls, 0) / ((Date.now() - startedAt) / 1000);
}

/** Calls that our processes made, BEGIN and COMMIT included; statements inside functions are theirs, not calls. */
async function readStatements(db: Database) {
  const { rows } = await sql<{ calls: number; text: string }>`
    select sum(s.calls)::bigint as calls, left(regexp_replace(s.query, '\\s+', ' ', 'g'), 110) as text
    from pg_stat_statements s join pg_database d on d.oid = s.dbid
    where s.toplevel and d.datname = current_database() and s.query not like '%pg_stat_statements%'
      -- deferred constraint triggers run at COMMIT and count as top level, but nobody called them
      and not exists (select 1 from pg_proc f where f.pronamespace = 'public'::regnamespace and strpos(f.prosrc, left(regexp_replace(s.query, '\\$[0-9]+', '1', 'g'), 30)) > 0)
      and s.query not like '%/* bench */%' and s.query not like 'select id from payments where bill_id = any%'
      and s.query not like 'select count(*)::int as n from notifications%'
    group by 2 order by 1 desc`.execute(db);
  return rows;
}

async function countEvents(address: string, payments: readonly string[]): Promise<readonly number[]> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace: "kvitok" });
  const counts: number[] = [];
  for (const id of payments) {
    const history = await client.workflow.getHandle(paymentWorkflowId(id)).fetchHistory();
    counts.push(history.events?.length ?? 0);
  }
  await connection.close();
  return counts;
}

const readMetrics = (portBase: number) =>
  readTemporalCounters({ url: `http://127.0.0.1:${portBase + 9}/metrics`, namespace: "kvitok" });

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
const round = (value: number) => Math.round(value * 10) / 10;
