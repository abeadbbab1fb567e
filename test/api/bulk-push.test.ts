import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Answered,
  type ApiUnderTest,
  ask,
  billOf,
  countRows,
  push,
  signIn,
  startApi,
  webhookSecret,
} from "./support/api-under-test.ts";

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApi();
});
afterAll(() => under.close());

type Result = {
  readonly index: number;
  readonly billId: string | null;
  readonly result: string;
  readonly problem?: { readonly code: string; readonly errors: readonly { field: string; code: string }[] };
};

const path = "/v1/billers/gorod-zhkh/bills";

function headersFor(
  raw: string,
  how: { readonly id?: string; readonly secret?: string },
): Record<string, string> {
  const id = how.id ?? `msg_${randomUUID()}`;
  const at = new Date();
  return {
    "content-type": "application/x-ndjson",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(how.secret ?? webhookSecret).sign(id, at, raw),
  };
}

async function pushLines(
  lines: readonly string[],
  how: { readonly id?: string; readonly secret?: string } = {},
): Promise<Answered & { readonly results: readonly Result[] }> {
  const raw = `${lines.join("\n")}\n`;
  const answer = await ask(under, null, `POST ${path}`, { raw, key: null, headers: headersFor(raw, how) });
  const results = answer.text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Result);
  return { ...answer, results };
}

const lineOf = (change: Record<string, unknown>) => JSON.stringify(billOf(change));

test("each line gets its own answer, in order; a bad one stops nothing", async () => {
  const payee = { ...(billOf()["payee"] as object), inn: "7700990011" };
  const { status, headers, results } = await pushLines([
    lineOf({ account: "900" }),
    "{ no json",
    lineOf({ account: "901", payee }),
    `{"account": "${"9".repeat(70_000)}"}`,
    lineOf({ account: "902" }),
    lineOf({ account: "900" }),
  ]);
  expect([status, headers.get("content-type")]).toEqual([200, "application/x-ndjson"]);
  expect(results.map(({ index, result, problem }) => [index, result, problem?.errors[0]?.code])).toEqual([
    [0, "new", undefined],
    [1, "invalid", "body-not-json"],
    [2, "invalid", "check-digit-wrong"],
    [3, "invalid", "line-too-long"],
    [4, "new", undefined],
    // the same message once more says what it has said
    [5, "new", undefined],
  ]);
  expect(results[5]?.billId).toBe(results[0]?.billId);
});

test("the same message again is answered the same, to the letter", async () => {
  const id = `msg_${randomUUID()}`;
  const lines = [
    lineOf({ account: "910" }),
    lineOf({ account: "911", version: 0 }),
    lineOf({ account: "912" }),
  ];
  const first = await pushLines(lines, { id });
  expect((await pushLines(lines, { id })).text).toBe(first.text);
});

test("lines do what single pushes of the same bills do: versions, conflicts, withdrawals, other names", async () => {
  const uin = "18810177260217000013";
  const said = [
    { account: "920", version: 2, amount: { amountMinor: 200, currency: "RUB" } },
    { account: "920", version: 1, amount: { amountMinor: 100, currency: "RUB" } },
    { account: "920", version: 2, amount: { amountMinor: 201, currency: "RUB" } },
    { account: "920", version: 3, status: "annulled" },
    { account: "920", version: 4 },
    { account: "921", uin },
    { account: "921" },
    { account: "922", version: 1, discount: { kind: "percent", value: 25, until: "2027-03-01" } },
  ];
  const bulk = await pushLines(said.map((change) => lineOf(change)));
  const other = await startApi();
  try {
    const single: unknown[] = [];
    const id = `msg_${randomUUID()}`;
    for (const change of said) {
      const { body } = await push(other, billOf(change), { id });
      single.push((body["results"] as Result[])[0]?.result);
    }
    expect(bulk.results.map(({ result }) => result)).toEqual(single);
    expect(await stateOf(under)).toEqual(await stateOf(other));
  } finally {
    await other.close();
  }
});

async function stateOf({ database }: ApiUnderTest): Promise<unknown> {
  const { rows } = await database.pool.query(`
    select to_jsonb(b) - '{id,received_at,confirmed_at,last_delivery,merged_into}'::text[] as bill,
      (select jsonb_agg(to_jsonb(v) - '{bill_id,received_at}'::text[] order by v.version) from bill_versions v where v.bill_id = b.id) as versions,
      (select count(*) from bill_twins t where t.bill_id = b.id) as twins
    from bills b where account like '92_' order by identity_key`);
  return rows;
}

test("only bills that somebody follows are planned", async () => {
  const boris = await signIn(under, "boris");
  await ask(under, boris, "POST /v1/accounts", { body: { billerId: "gorod-zhkh", account: "930" } });
  const { results } = await pushLines([lineOf({ account: "930" }), lineOf({ account: "931" })]);
  const { rows } = await under.database.pool.query<{ subject_id: string }>(
    "select subject_id from outbox where kind = 'plan-bill' and subject_id = any ($1)",
    [results.map(({ billId }) => billId)],
  );
  expect(rows).toEqual([{ subject_id: results[0]?.billId }]);
});

test("nothing of a push is believed whose signature is another one, and nothing of it stays", async () => {
  const before = await countRows(under);
  const { status, results } = await pushLines([lineOf({ account: "940" })], {
    secret: `whsec_${Buffer.alloc(32, 9).toString("base64")}`,
  });
  expect([status, results.map(({ result }) => result)]).toEqual([401, [undefined]]);
  expect(await countRows(under)).toEqual(before);
});

test("thousands of lines are answered while they are applied, and leave nothing but their bills", async () => {
  const LINES = 5_000;
  const lines = Array.from({ length: LINES }, (_, index) => lineOf({ account: `95${index}` }));
  const raw = `${lines.join("\n")}\n`;
  const response = await under.api.request(path, { method: "POST", body: raw, headers: headersFor(raw, {}) });
  const reader = response.body?.getReader();
  const first = Buffer.from((await reader?.read())?.value ?? new Uint8Array()).toString();
  const told = first.trim().split("\n").length;
  expect(told, "before the rest is applied").toBeLessThan(LINES);
  const { rows } = await under.database.pool.query<{ n: number }>(
    "select count(*)::int as n from bills where account like '95%'",
  );
  expect(rows[0]?.n, "what is answered is committed").toBeGreaterThanOrEqual(told);
  let rest = "";
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
    rest += Buffer.from(part.value as Uint8Array).toString();
  expect(told + rest.trim().split("\n").length).toBe(LINES);
  const left = await under.database.pool.query("select 1 from registry_files where kind = 'push'");
  expect(left.rows).toEqual([]);
});

test("a caller that stops listening ends its push between two parts; the message again brings the rest", async () => {
  const lines = Array.from({ length: 5_000 }, (_, index) => lineOf({ account: `96${index}` }));
  const raw = `${lines.join("\n")}\n`;
  const headers = headersFor(raw, { id: `msg_${randomUUID()}` });
  const response = await under.api.request(path, { method: "POST", body: raw, headers });
  const reader = response.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  const again = await under.api.request(path, { method: "POST", body: raw, headers });
  const results = (await again.text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Result);
  expect(results.every(({ result }) => result === "new")).toBe(true);
  expect(new Set(results.map(({ billId }) => billId)).size).toBe(5_000);
});
