import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { importUploads } from "../../db/registry/uploads.ts";
import {
  type Answered,
  type ApiUnderTest,
  ask,
  countRows,
  type Person,
  signIn,
  startApi,
  webhookSecret,
} from "./support/api-under-test.ts";

let under: ApiUnderTest;
let olga: Person;
let anna: Person;
beforeAll(async () => {
  under = await startApi();
  olga = await signIn(under, "olga", { roles: ["operator"] });
  anna = await signIn(under, "anna");
  await ask(under, anna, "GET /v1/me");
  await ask(under, olga, "GET /v1/me");
});
afterAll(() => under.close());

/** The files of this biller of the demonstration: UTF-8, bars, dots; their versions are those of the files. */
const BILLER = "home-partnership";
const line = (account: string, amount = "1200.50") =>
  `${account}|2026-02|${amount}|2026-03-15|Содержание двора|${account}-02`;
const csv = (...lines: readonly string[]) => `${lines.join("\n")}\n`;
const files = `/v1/billers/${BILLER}/registry-files`;

async function upload(
  who: Person | null,
  text: string,
  how: { readonly version: number; readonly headers?: Record<string, string>; readonly biller?: string },
): Promise<Answered> {
  const path = `/v1/billers/${how.biller ?? BILLER}/registry-files?name=february.txt&version=${how.version}`;
  const headers = { "content-type": "text/csv", ...how.headers };
  return ask(under, who, `POST ${path}`, { raw: text, key: null, headers });
}

function signed(text: string, secret = webhookSecret): Record<string, string> {
  const id = `msg_${randomUUID()}`;
  const at = new Date();
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, at, text),
  };
}

const work = () =>
  importUploads({
    db: under.database.db,
    pool: under.database.pool,
    sealer: under.sealer,
    claimKey: Buffer.alloc(32, 2),
  });
const stateOf = async (id: unknown) => (await ask(under, olga, `GET ${files}/${String(id)}`)).body;

test("an operator sends a file, sees how far it is, and reads every refused line with its reason", async () => {
  const sent = await upload(olga, csv(line("1"), line("2", "1,00"), line("=SUM(A1)"), line("3")), {
    version: 1,
  });
  expect(sent.status).toBe(202);
  expect(sent.body).toMatchObject({
    billerId: BILLER,
    name: "february.txt",
    state: "received",
    percent: 0,
    sentBy: "operator:olga",
  });
  expect(sent.headers.get("location")).toBe(`${files}/${String(sent.body["id"])}`);
  expect(await work()).toBe(true);
  expect(await stateOf(sent.body["id"])).toMatchObject({
    state: "done",
    percent: 100,
    lines: 4,
    refusedLines: 2,
    results: { new: 2 },
    failure: null,
  });
  const listed = await ask(under, olga, `GET ${files}?limit=1`);
  expect((listed.body["items"] as { id: unknown }[])[0]?.id).toBe(sent.body["id"]);
  const report = await ask(under, olga, `GET ${files}/${String(sent.body["id"])}/report?locale=en`);
  expect(report.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  const rows = report.text.trim().split("\r\n");
  expect(rows.map((row) => row.split(";").slice(0, 3))).toEqual([
    ["line", "field", "code"],
    ["2", "amount", "amount-invalid"],
    ["3", "account externalId", "text-not-allowed formula-refused"],
  ]);
  // never what the line said, and no cell that a spreadsheet would run
  expect(report.text).not.toContain("SUM");
  for (const cell of report.text.split(/[;\r\n]+/)) expect(cell).not.toMatch(/^"?[=+\-@\t]/);
});

test("a file that cannot be believed is refused as a whole, in words", async () => {
  const cut = `${line("10")}\n${line("11")}`;
  const { body } = await upload(olga, cut, { version: 2 });
  await work();
  expect(await stateOf(body["id"])).toMatchObject({
    state: "refused",
    failure: { code: "file-truncated", detail: expect.stringMatching(/\S/) },
  });
  const { rows } = await under.database.pool.query("select 1 from bills where account in ('10', '11')");
  expect(rows).toEqual([]);
});

test("the biller's own program sends and looks with its signature; a wrong one leaves nothing", async () => {
  const body = csv(`20;01.2026;100,00;10.02.2026;За воду`);
  const biller = "gorod-zhkh";
  await under.database.pool.query("update billers set file_format = $2 where id = $1", [
    biller,
    {
      encoding: "utf-8",
      separator: ";",
      decimal: ",",
      width: 5,
      columns: { account: 1, period: 2, amount: 3, dueOn: 4, purpose: 5 },
    },
  ]);
  const before = await countRows(under);
  const strange = signed(body, `whsec_${Buffer.alloc(32, 9).toString("base64")}`);
  const refused = await upload(null, body, { version: 1, biller, headers: strange });
  expect([refused.status, refused.body["code"]]).toEqual([401, "signature-invalid"]);
  expect(await countRows(under)).toEqual(before);

  const sent = await upload(null, body, { version: 1, biller, headers: signed(body) });
  expect([sent.status, sent.body["sentBy"]]).toEqual([202, `biller:${biller}`]);
  const again = await upload(null, body, { version: 1, biller, headers: signed(body) });
  expect(again.body["id"], "the same file, while it is under way").toBe(sent.body["id"]);
  await work();
  const looked = await ask(
    under,
    null,
    `GET /v1/billers/${biller}/registry-files/${String(sent.body["id"])}`,
    {
      headers: signed(""),
    },
  );
  expect(looked.body).toMatchObject({ state: "done", results: { new: 1 } });
});

test("residents, strangers and other billers hear the same on every address of files, and leave nothing", async () => {
  const { body } = await upload(olga, csv(line("30")), { version: 3 });
  await work();
  const id = String(body["id"]);
  const addresses = [`GET ${files}`, `GET ${files}/${id}`, `GET ${files}/${id}/report`];
  const before = await countRows(under);
  for (const address of addresses) {
    const [ours, unknown] = [address, address.replace(BILLER, "no-such-biller")];
    const answers = await Promise.all([
      ask(under, anna, ours),
      ask(under, anna, unknown),
      ask(under, null, ours, { headers: signed("") }),
      ask(under, null, unknown, { headers: signed("") }),
      ask(under, null, ours),
    ]);
    // a biller that pushes nothing has no secret: a signature of it is like one of nobody
    expect([address, ...answers.map(({ status }) => status)]).toEqual([address, 403, 403, 404, 404, 401]);
  }
  expect((await upload(anna, csv(line("31")), { version: 4 })).status).toBe(403);
  expect((await ask(under, olga, `GET ${files}/KV-0000-0000-0000`)).status).toBe(404);
  // a file is a biller's own: by the address of another one it is not there
  expect((await ask(under, olga, `GET /v1/billers/mgts/registry-files/${id}`)).status).toBe(404);
  expect(await countRows(under)).toEqual(before);
});

test("what is no file, and what the catalogue cannot read, is told at once", async () => {
  const json = await upload(olga, "{}", { version: 5, headers: { "content-type": "application/json" } });
  expect(json.body["code"]).toBe("content-type-wrong");
  const { body } = await upload(olga, csv(line("40")), { version: 5, biller: "mgts" });
  expect(body["code"]).toBe("file-format-missing");
  const unversioned = await ask(under, olga, `POST ${files}`, {
    raw: csv(line("40")),
    key: null,
    headers: { "content-type": "text/plain" },
  });
  expect(unversioned.body["code"]).toBe("file-version-missing");
});

test("of an upload nothing stays in the clear, and nothing of a person in its row", async () => {
  const account = "7700000077";
  const { body } = await upload(olga, csv(line(account)), { version: 6 });
  const kept = await under.database.pool.query<{ row: string }>(
    `select (f::text || coalesce(string_agg(encode(p.sealed, 'escape'), ''), '')) as row
       from registry_files f join registry_parts p on p.file_no = f.no where f.id = $1 group by f.*`,
    [body["id"]],
  );
  expect(kept.rows[0]?.row).toBeTruthy();
  expect(kept.rows[0]?.row).not.toContain(account);
  await work();
  const left = await under.database.pool.query(
    `select 1 from registry_files f left join registry_parts p on p.file_no = f.no left join registry_lines l on l.file_no = f.no
      where f.id = $1 and (p.part is not null or l.line is not null)`,
    [body["id"]],
  );
  expect(left.rows, "what it said is gone once it is applied").toEqual([]);
});
