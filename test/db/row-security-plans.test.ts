import { CompiledQuery } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenDatabase, openDatabase } from "../../db/database.ts";
import { listBills } from "../../db/queries/bills.ts";
import { listMandates } from "../../db/queries/mandates.ts";
import { listMethods } from "../../db/queries/methods.ts";
import { readTimeline } from "../../db/queries/payment-record.ts";
import { findPayment, listPayments } from "../../db/queries/payments.ts";
import { actingFor } from "../../db/rights/acting.ts";
import { type MoneyCore, openMoneyCore } from "./support/money-core.ts";
import { anna, plantRows, tablesOf } from "./support/two-people.ts";

/** Of other people's rows, in each table that grows with the city. */
const OTHERS = 20_000;
const grown = [
  "bills",
  "payments",
  "charges",
  "payer_accounts",
  "notices",
  "evidence",
  "gate_passes",
  "audit",
  "notifications",
];

let core: MoneyCore;
let person: OpenDatabase;
beforeAll(async () => {
  core = await openMoneyCore();
  person = openDatabase({ url: core.url, applicationName: "plans", rights: "person", maxConnections: 1 });
  await plantRows(core.pool);
  await plantCity();
});
afterAll(async () => {
  await person.close();
  await core.close();
});

/** Copies of a row of the other person's, each under a name and an owner of its own. */
async function plantCity(): Promise<void> {
  const client = await core.pool.connect();
  try {
    await client.query("set session_replication_role = replica");
    for (const table of await tablesOf(core.pool)) {
      if (!grown.includes(table.name)) continue;
      const columns = table.columns
        .filter(({ generated }) => !generated)
        .map(({ name, type }) => {
          if (type === "text" && name !== "actor") return `t."${name}" || '/' || n as "${name}"`;
          return name === "id" ? `t.id + n` : `t."${name}"`;
        });
      const names = table.columns.filter(({ generated }) => !generated).map(({ name }) => `"${name}"`);
      await client.query(`insert into ${table.name} (${names.join(", ")}) overriding system value
        select ${columns.join(", ")} from ${table.name} t, generate_series(1, ${OTHERS}) n where t::text like '%boris8%'`);
    }
    await client.query("analyze");
  } finally {
    await client.query("reset session_replication_role");
    client.release();
  }
}

/** The plans of what a piece of work asks of the database, as text. */
async function plansOf(work: () => Promise<unknown>): Promise<string> {
  const asked: CompiledQuery[] = [];
  const client = await person.pool.connect();
  const { query } = client;
  client.query = ((text: unknown, values: unknown[]) => {
    if (/^\s*(with|select)/i.test(String(text))) asked.push(CompiledQuery.raw(String(text), values));
    return (query as (...of: unknown[]) => unknown).call(client, text, values);
  }) as typeof query;
  client.release();
  await actingFor(anna, work);
  client.query = query;
  const plans = asked.map(({ sql: text, parameters }) =>
    actingFor(anna, () => person.db.executeQuery(CompiledQuery.raw(`explain ${text}`, [...parameters]))),
  );
  return JSON.stringify((await Promise.all(plans)).map(({ rows }) => rows));
}

test.each<[string, () => Promise<unknown>]>([
  ["bills", () => listBills(person.db, { residentId: anna.subject, state: "owed", limit: 20 })],
  ["payments", () => listPayments(person.db, { residentId: anna.subject, limit: 20 })],
  ["mandates", () => listMandates(person.db, { residentId: anna.subject, limit: 20 })],
  ["methods", () => listMethods(person.db, anna.subject)],
  ["one payment", () => findPayment(person.db, { residentId: anna.subject, paymentId: "payments-anna7" })],
  ["a timeline", () => readTimeline(person.db, "payments-anna7")],
])(
  "a person's list of %s makes no sequential scan over a table that grows with the city",
  async (_, work) => {
    const plans = await plansOf(work);
    expect(plans).not.toBe("[]");
    for (const table of grown) expect(plans).not.toContain(`Seq Scan on ${table} `);
  },
);
