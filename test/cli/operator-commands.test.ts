import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAdaptorServer } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommandLine } from "../../cli/run.ts";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "../api/support/api-under-test.ts";
import { challenge, oweBill, see } from "../api/support/situations.ts";

let under: ApiUnderTest;
let server: ReturnType<typeof createAdaptorServer>;
let url: string;
let folder: string;
let anna: Person;
let olga: Person;
let boris: Person;

beforeAll(async () => {
  under = await startApi();
  server = createAdaptorServer({ fetch: (request, bindings) => under.api.fetch(request, bindings) });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), "kvitok-cli-"));
  anna = await signIn(under, "anna");
  olga = await signIn(under, "olga", { roles: ["operator"] });
  boris = await signIn(under, "boris", { roles: ["operator"] });
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await under.close();
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command as its process runs it, without the seconds that a process takes to start. */
async function kvitok(
  who: Person | null,
  line: readonly string[],
  change: Record<string, string> = {},
): Promise<Ended> {
  const token = who === null ? {} : { KVITOK_TOKEN: who.token };
  const ended = await runCommandLine(line, { KVITOK_API: url, ...token, ...change });
  return { code: ended.code, out: ended.out ?? "", err: ended.complaint ?? "" };
}

/** A charge that the gateway has, and of which nobody can find out more. */
async function pendingCharge(account: string): Promise<string> {
  const billId = await oweBill(under, anna, { account });
  const { rows } = await under.database.pool.query<{ answer: { paymentId: string } }>(
    `select pay_now(jsonb_build_object('billId', b.id, 'residentId', r.id, 'methodId', null, 'amountMinor', b.amount_minor,
       'payeeHash', b.payee_hash, 'route', 'manual', 'channel', 'web', 'signIn', 'oidc', 'ip', null)) as answer
     from bills b, residents r where b.id = $1 and r.subject = 'anna'`,
    [billId],
  );
  const chargeId = await challenge(under, rows[0]?.answer.paymentId ?? "");
  await see(under, chargeId, { outcome: "pending" });
  return chargeId;
}

test("two operators decide a charge with one document; the second one fetches and reads it first", async () => {
  const chargeId = await pendingCharge("cli-1");
  const file = join(folder, "statement.txt");
  await writeFile(file, "The bank says: never debited.");
  const listed = await kvitok(olga, ["charges", "--undecided"]);
  expect(listed.out).toContain(chargeId);
  expect(listed.out).toContain("RUB 5,123.45");

  const line = ["resolve", chargeId, "--not-charged", "--document", file];
  const proposed = await kvitok(olga, [...line, "--json"]);
  expect([proposed.code, proposed.err]).toEqual([0, ""]);
  const { id, state } = JSON.parse(proposed.out) as { id: string; state: string };
  expect(state).toBe("open");
  const alone = await kvitok(olga, line);
  expect([alone.code, alone.err]).toEqual([1, expect.stringContaining("two-operators-needed")]);

  const copy = join(folder, "copy.txt");
  expect((await kvitok(boris, ["document", id, "--out", copy])).code).toBe(0);
  expect(await readFile(copy, "utf8")).toBe("The bank says: never debited.");
  const confirmed = await kvitok(boris, ["resolve", chargeId, "--not-charged", "--document", copy]);
  expect([confirmed.code, confirmed.out.trim()]).toEqual([0, `${chargeId} is decided: not-charged`]);
  expect((await kvitok(olga, ["charge", chargeId])).out).toContain("not-charged");
});

test("a proposal is withdrawn; a case is taken and closed; a hold is placed and lifted; health is told", async () => {
  const chargeId = await pendingCharge("cli-2");
  const file = join(folder, "letter.txt");
  await writeFile(file, "letter");
  const proposed = await kvitok(olga, ["resolve", chargeId, "--charged", "--document", file, "--json"]);
  const { id } = JSON.parse(proposed.out) as { id: string };
  expect((await kvitok(boris, ["withdraw", id])).out).toContain("withdrawn");

  await under.database.pool.query("select open_case('gateway-alarm', 'KV-1', 100, 'RUB', '{}')");
  const cases = JSON.parse((await kvitok(olga, ["cases", "--json"])).out) as { id: string; kind: string }[];
  const alarm = cases.find(({ kind }) => kind === "gateway-alarm")?.id ?? "";
  expect((await kvitok(olga, ["case", alarm, "--take"])).code).toBe(0);
  expect((await kvitok(olga, ["case", alarm, "--close", "it was a test"])).out).toContain("it was a test");

  const elsewhere = await kvitok(olga, ["hold", "gateway", "stripe", "--reason", "drill"]);
  expect(elsewhere.out).toContain("Nothing was under way: nothing more will be charged.");
  expect((await kvitok(olga, ["release", "gateway", "stripe", "--rate", "unlimited"])).code).toBe(0);
  const held = await kvitok(olga, ["hold", "gateway", "yookassa", "--reason", "drill"]);
  expect([held.code, held.out]).toEqual([0, expect.stringContaining(chargeId)]);
  expect((await kvitok(olga, ["holds"])).out).toContain("drill");
  const lifted = await kvitok(olga, ["release", "gateway", "yookassa", "--rate", "30"]);
  expect(lifted.out).toContain("lifted, 30 payments a minute go out");
  expect((await kvitok(olga, ["holds"])).out).toMatch(
    /^none\n\nreleased, at a rate:\n.*\ngateway +yookassa +30 /,
  );
  const changed = await kvitok(olga, ["release", "gateway", "yookassa", "--rate", "unlimited"]);
  expect(changed.out.trim()).toBe("gateway yookassa: everybody goes out at once");
  expect((await kvitok(olga, ["health"])).out).toMatch(/^degraded: .*temporal-not-connected/);
});

test("a ghost protects a debt: no operator closes it by hand", async () => {
  await under.database.pool.query("select open_case('ghost', 'KV-2', 100, 'RUB', '{}')");
  const { rows } = await under.database.pool.query<{ id: string }>(
    "select id from cases where kind = 'ghost'",
  );
  const answer = await kvitok(olga, ["case", rows[0]?.id ?? "", "--close", "go away"]);
  expect([answer.code, answer.err]).toEqual([1, expect.stringContaining("move-not-allowed")]);
});

describe("a wrong command line does nothing, ends with 2 and says how it is written", () => {
  const file = fileURLToPath(import.meta.url);
  test.each<[string, string[], Record<string, string>]>([
    ["neither verdict", ["resolve", "KV-1-1", "--document", "x.txt"], {}],
    ["both verdicts", ["resolve", "KV-1-1", "--charged", "--not-charged", "--document", "x.txt"], {}],
    ["no document", ["resolve", "KV-1-1", "--charged"], {}],
    ["a document of another kind", ["resolve", "KV-1-1", "--charged", "--document", file], {}],
    ["an option that is not there", ["cases", "--all"], {}],
    ["a word too many", ["cases", "x"], {}],
    ["a rate of nothing", ["release", "all", "--rate", "0"], {}],
    ["a rate that is no number", ["release", "all", "--rate", "fast"], {}],
    ["charges without saying which", ["charges"], {}],
    ["a token in the clear over the network", ["cases"], { KVITOK_API: "http://pay.city.example" }],
  ])("%s", async (_, line, change) => {
    const answer = await kvitok(olga, line, change);
    expect([answer.code, answer.out]).toEqual([2, ""]);
  });

  test("no token; and one in a file is taken from there", async () => {
    expect(await kvitok(null, ["cases"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("KVITOK_TOKEN"),
    });
    const tokenFile = join(folder, "token");
    await writeFile(tokenFile, `${olga.token}\n`);
    expect((await kvitok(null, ["holds", "--token-file", tokenFile])).code).toBe(0);
  });
});

test("a person is signed out of every browser, with a reason and not without one", async () => {
  const id = String((await ask(under, anna, "GET /v1/me")).body["id"]);
  expect(await kvitok(olga, ["sign-out", id])).toMatchObject({ code: 2 });
  const done = await kvitok(olga, ["sign-out", id, "--reason", "the phone was stolen"]);
  expect(done).toMatchObject({ code: 0, out: "No session was open." });
  const absent = await kvitok(olga, ["sign-out", "KV-0000-0000-0000", "--reason", "x"]);
  expect([absent.code, absent.err]).toEqual([1, expect.stringContaining("resident-not-found")]);
});

test("somebody who is no operator is refused, in words", async () => {
  const answer = await kvitok(anna, ["cases"]);
  expect([answer.code, answer.err]).toEqual([1, expect.stringContaining("forbidden")]);
});

describe("registry files", () => {
  test("one of this computer is sent by its name, and its way is told; what is no file sends nothing", async () => {
    const path = join(folder, "march.txt");
    await writeFile(path, "1|2026-03|1200.50|2026-04-15|Содержание двора|1-03\n");
    const sent = await kvitok(olga, [
      "registry-files",
      "home-partnership",
      "--send",
      path,
      "--file-version",
      "3",
      "--json",
    ]);
    expect([sent.code, sent.err]).toEqual([0, ""]);
    expect(JSON.parse(sent.out)).toMatchObject({ name: "march.txt", version: 3, state: "received" });
    const listed = await kvitok(olga, ["registry-files", "home-partnership"]);
    expect(listed.out).toContain("march.txt");
    expect((await kvitok(olga, ["registry-files", "home-partnership", "--send", `${path}.none`])).code).toBe(
      1,
    );
    for (const wrong of [
      ["--file-version", "0"],
      ["--file-version", "x"],
    ]) {
      expect(
        (await kvitok(olga, ["registry-files", "home-partnership", "--send", path, ...wrong])).code,
      ).toBe(2);
    }
    const { rows } = await under.database.pool.query("select name from registry_files");
    expect(rows).toEqual([{ name: "march.txt" }]);
    const refused = await kvitok(anna, ["registry-files", "home-partnership", "--send", path]);
    expect([refused.code, refused.out]).toEqual([1, ""]);
  });
});
