import { randomInt, randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "../../api/client.ts";
import { type Database, openDatabase } from "../../db/database.ts";
import { demoCharges } from "../../sandbox/registry/demo-charges.ts";
import { endLauncher, startLauncher, type TestLauncher, untilUp } from "../support/launcher.ts";
import {
  beginStory,
  debitsOf,
  type StackBoard,
  type Story,
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

const tokenOf = (login: string) => board().users.find((user) => user.login === login)?.token ?? "";

async function atRegistry<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${board().registry.control}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

/** A mandate over a certificate that is saved, and a fine about it that the registry gives out after that. */
async function fineUnderMandate(db: Database, story: Story): Promise<{ uin: string; billId: string }> {
  const sts = `77УН${String(randomInt(10 ** 6)).padStart(6, "0")}`;
  const saved = await fetch(`${board().api}/v1/me/identifiers`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${tokenOf("anna")}`,
      "content-type": "application/json",
      "idempotency-key": randomUUID(),
    },
    body: JSON.stringify({ text: sts, kind: "sts" }),
  });
  expect(saved.status, await saved.text()).toBe(201);
  const { rows: keys } = await sql<{ key: string }>`
    select subject_key as key from saved_identifiers where kind = 'sts' order by created_at desc limit 1`.execute(
    db,
  );
  await story.api.createMandate({
    billerId: "traffic-police",
    account: `subject/${keys[0]?.key ?? ""}`,
    methods: [story.methodId],
    limitPerPayment: "unlimited",
    limitPerPeriod: "unlimited",
    overLimit: "ask",
    lateBill: "ask",
    noticePack: "demo",
    consent: { text: "I agree that fines of this car are paid from this card.", locale: "en", version: "1" },
  });
  const [demo] = demoCharges(Date.now());
  const [made] = await atRegistry<{ uin: string }[]>("POST", "/charges", [
    { ...demo, uin: undefined, payerIdentifier: `124${sts.padStart(19, "0")}` },
  ]);
  const uin = made?.uin ?? "";
  let billId = "";
  await until(async () => {
    const found = await sql<{ id: string }>`select id from bills where uin = ${uin}`.execute(db);
    billId = found.rows[0]?.id ?? "";
    return billId !== "";
  }, 60);
  return { uin, billId };
}

/** Questions to the registry about one charge alone. */
async function questionsAbout(uin: string): Promise<readonly { readonly fault?: string }[]> {
  const all = await atRegistry<{ question?: object; fault?: string }[]>("GET", "/requests?since=0");
  return all.filter(({ question }) => JSON.stringify(question ?? {}).includes(`["${uin}"]`));
}

test("a worker that is killed (-9) while it asks the registry before a debit: the next one asks again, one debit", async () => {
  const database = openDatabase({ url: launcher.board().database, applicationName: "reread-kills" });
  const { db } = database;
  try {
    const story = await beginStory(board(), "anna");
    // held until its reading is older than five minutes of the city's clock
    await sql`insert into holds (scope, reason, placed_by) values ('all', 'test', 'test')`.execute(db);
    const { uin, billId } = await fineUnderMandate(db, story);
    await until(async () => {
      const held =
        await sql`select 1 from payments where bill_id = ${billId} and remark like 'held%'`.execute(db);
      return held.rows.length > 0;
    }, 90);
    const before = (await questionsAbout(uin)).length;
    await sql`delete from holds`.execute(db);
    await atRegistry("POST", "/faults", { fault: { kind: "silent" }, times: 1, skip: 0 });
    const worker = board().pids["worker"] ?? 0;
    const operator = createClient({
      baseUrl: board().api,
      token: board().users.find((user) => user.role === "operator")?.token ?? "",
    });
    await operator.moveClock({ advanceSeconds: 660 });
    await until(async () => {
      const asked = (await questionsAbout(uin)).slice(before);
      if (asked.length > 0) process.kill(worker, "SIGKILL");
      return asked.length > 0;
    }, 90);
    await until(async () => (board().pids["worker"] ?? worker) !== worker, 90);
    const paid = await untilPayment(story, billId, ["paid"], 120);
    expect(await debitsOf(board(), paid.id)).toHaveLength(1);
    expect((await questionsAbout(uin)).slice(before).map(({ fault }) => fault ?? "answered")).toEqual([
      "silent",
      "answered",
    ]);
    const passes = await sql<{ reading: { ended: string }[] }>`
      select g.reading from gate_passes g join charges c on c.id = g.charge_id where c.payment_id = ${paid.id}`.execute(
      db,
    );
    expect(passes.rows.map(({ reading }) => reading.map(({ ended }) => ended))).toEqual([["read"]]);
  } finally {
    await database.close();
  }
}, 420_000);
