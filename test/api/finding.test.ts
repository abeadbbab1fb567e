import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { demoCharges, demoPayers } from "../../sandbox/registry/demo-charges.ts";
import { type Answered, ask, billOf, type Person, push, signIn } from "./support/api-under-test.ts";
import { type FindingWorld, loadDemo, startFinding } from "./support/finding-world.ts";

let world: FindingWorld;
let anna: Person;
let uins: readonly string[] = [];
beforeAll(async () => {
  world = await startFinding();
  anna = await signIn(world.under, "anna");
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.under.database.pool.query("delete from rate_limits");
  uins = await loadDemo(world);
});

const lookUp = (body: object, who: Person = anna): Promise<Answered> =>
  ask(world.under, who, "POST /v1/bills/look-up", { body, key: null });
const add = (body: object, who: Person = anna): Promise<Answered> =>
  ask(world.under, who, "POST /v1/bills/added", { body });

describe("bills by somebody's number", () => {
  test("a car's certificate shows its fines with what is due today, and who is paid", async () => {
    const answer = await lookUp({ kind: "sts", text: "77 ун 123456" });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        found: [
          { state: "owed", billerId: "traffic-police", billId: null },
          { state: "owed", billerId: "traffic-police" },
        ],
        sources: [{ source: "gis-gmp", outcome: "complete", missing: [], unreadable: 0 }],
      },
    });
    const found = answer.body["found"] as { uin: string; amount: { amountMinor: number } }[];
    const fresh = found.find(({ uin }) => uin === uins[0]);
    const old = found.find(({ uin }) => uin === uins[1]);
    expect(fresh?.amount.amountMinor, "a quarter off while the discount holds").toBe(56_250);
    expect(old?.amount.amountMinor, "its discount is over").toBe(75_000);
  });

  test("a company's INN finds a part and says so; with the branch's KPP it is all", async () => {
    const { inn, kpps } = demoPayers.organisation;
    const part = await lookUp({ kind: "inn", text: inn });
    expect(part.body).toMatchObject({ sources: [{ outcome: "partial", missing: ["in-part"] }] });
    expect(part.body["found"]).toHaveLength(1);
    const whole = await lookUp({ kind: "inn", text: inn, kpp: kpps[1] });
    expect(whole.body).toMatchObject({ sources: [{ outcome: "complete" }], found: [{ uin: uins[6] }] });
  });

  test.each([
    [{ kind: "sts", text: "77УН12345" }, "text", "identifier-misshapen"],
    [{ kind: "driving-licence", text: "50 12 34567Ж" }, "text", "identifier-misshapen"],
    [{ kind: "inn", text: "7736000011" }, "text", "check-digit-wrong"],
    [{ kind: "inn", text: "7736000010", kpp: "77360100" }, "kpp", "identifier-misshapen"],
  ])("%o is refused beside its own field, in words, and asks nobody", async (body, field, code) => {
    const answer = await lookUp(body);
    expect(answer).toMatchObject({ status: 422, body: { code, errors: [{ field, code }] } });
    const [error] = answer.body["errors"] as { detail: string }[];
    expect(error?.detail.length).toBeGreaterThan(10);
    expect(await world.registry.bench.requests()).toBe(0);
  });

  test("a registry that does not answer is no empty list", async () => {
    await world.registry.bench.arm({ kind: "dead" });
    const answer = await lookUp({ kind: "sts", text: "77УН123456" });
    expect(answer.body).toMatchObject({ found: [], sources: [{ outcome: "unreachable", asOf: null }] });
  });

  test("numbers cannot be tried one after another", async () => {
    for (let index = 0; index < 20; index += 1) {
      expect((await lookUp({ kind: "sts", text: `77УН1000${10 + index}` })).status).toBe(200);
    }
    expect(await lookUp({ kind: "sts", text: "77УН123456" })).toMatchObject({
      status: 429,
      body: { code: "look-up-limit" },
    });
  });
});

describe("a bill by its UIN", () => {
  test("is fetched, becomes mine, and may be paid; adding it twice is adding it once", async () => {
    const uin = uins[0] ?? "";
    const answer = await add({ uin: `${uin.slice(0, 4)} ${uin.slice(4)}`, label: "За папу" });
    expect(answer).toMatchObject({
      status: 201,
      body: {
        bills: [{ uin, state: "owed", seenBy: ["added"], amount: { amountMinor: 56_250 } }],
        sources: [{ outcome: "complete" }],
      },
    });
    const [bill] = answer.body["bills"] as { id: string }[];
    const again = await add({ uin });
    expect((again.body["bills"] as { id: string }[]).map(({ id }) => id)).toEqual([bill?.id]);
    expect((await ask(world.under, anna, `GET /v1/bills/${bill?.id}`)).status).toBe(200);
    const boris = await signIn(world.under, "boris");
    expect((await ask(world.under, boris, `GET /v1/bills/${bill?.id}`)).status).toBe(404);
  });

  test("a UIN that no source has is said to be nowhere; a silent source is said to be silent", async () => {
    const nobodys = "18810177261129000009";
    const proved = await ask(world.under, anna, "POST /v1/identify", { body: { text: nobodys }, key: null });
    const [uin] = (proved.body["candidates"] as { kind: string; valid: boolean }[]).filter(
      ({ kind }) => kind === "uin",
    );
    const mistyped = await add({ uin: nobodys });
    if (uin?.valid === false) {
      expect(mistyped.body).toMatchObject({ code: "check-digit-wrong", errors: [{ field: "uin" }] });
    }
    const gone = uins[2] ?? "";
    await world.registry.bench.clear();
    expect(await add({ uin: gone })).toMatchObject({ status: 404, body: { code: "bill-not-at-sources" } });
    await world.registry.bench.arm({ kind: "dead" });
    expect(await add({ uin: gone })).toMatchObject({ status: 503, body: { code: "sources-silent" } });
  });

  test("a bill whose payee is not in the catalogue is named, and not kept", async () => {
    const [first] = demoCharges(Date.now());
    if (first === undefined) throw new Error("the demonstration holds no charge");
    const { uin: _, ...fine } = first;
    const payee = { ...fine.payee, inn: "7706012716", account: "03100643000000017300" };
    const [uin] = await world.registry.bench.issue({ ...fine, payee });
    expect(await add({ uin })).toMatchObject({ status: 422, body: { code: "payee-unknown" } });
  });
});

test("a bill of a pushing biller is added by account and period; a wrong number is refused by its own rule", async () => {
  const pushed = await push(world.under, billOf({ account: "7700654321", period: "2026-05" }));
  const [{ billId }] = pushed.body["results"] as [{ billId: string }];
  const body = { billerId: "gorod-zhkh", account: "7700654321" };
  expect((await add({ ...body, period: "2026-05" })).body).toMatchObject({ bills: [{ id: billId }] });
  expect(await add({ ...body, period: "2026-06" })).toMatchObject({ status: 404 });
});

describe("bills by payer code and month", () => {
  const code = "7700777001";
  const coded = (over: object = {}) =>
    lookUp({ kind: "epd-payer-code", text: code, period: "2026-05", ...over });
  const told = (change: Record<string, unknown>, biller = "gorod-zhkh") =>
    push(world.under, billOf({ account: code, period: "2026-05", ...change }), { biller });

  test("show what every biller has told for it, without adding anything; the one that is added is mine and no other", async () => {
    await world.under.database.pool.query(
      "update billers set webhook_secret = webhook_secret, reference = (select reference from billers where id = 'zhilishchnik-north') where id = 'gorod-zhkh'",
    );
    const pushed = await told({});
    await told({ period: "2026-06" });
    const [{ billId }] = pushed.body["results"] as [{ billId: string }];
    const answer = await coded({ text: "7700 777-001" });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        sources: [],
        found: [
          {
            source: "biller",
            billId: null,
            billerId: "gorod-zhkh",
            uin: null,
            period: "2026-05",
            state: "owed",
            amount: { amountMinor: 512_345 },
            dueOn: "2027-03-15",
            payee: { inn: "7700990010" },
          },
        ],
      },
    });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect((await ask(world.under, anna, `GET /v1/bills/${billId}`)).status).toBe(404);
    const added = await add({ billerId: "gorod-zhkh", account: code, period: "2026-05" });
    expect(added.body).toMatchObject({ bills: [{ id: billId, seenBy: ["added"] }] });
    expect((await coded()).body).toMatchObject({ found: [{ billId }] });
  });

  test("are told apart by their kind where a biller has several for one month: only the one that is chosen is added", async () => {
    const account = "7700777019";
    const insurance = { account, kind: "insurance", amount: { amountMinor: 99_900, currency: "RUB" } };
    await told({ account });
    await told(insurance);
    const found = (await coded({ text: account })).body["found"] as { kind: string }[];
    expect(found.map(({ kind }) => kind).toSorted()).toEqual(["charge", "insurance"]);
    const wish = { billerId: "gorod-zhkh", account, period: "2026-05" };
    const chosen = await add({ ...wish, kind: "charge" });
    expect(chosen.body["bills"]).toMatchObject([{ amount: { amountMinor: 512_345 } }]);
    expect(await add({ ...wish, kind: "penalty" })).toMatchObject({ status: 404 });
    const left = (await coded({ text: account })).body["found"] as { kind: string; billId: string | null }[];
    expect(left.find(({ kind }) => kind === "insurance")?.billId, "is nobody's").toBeNull();
    expect((await add(wish)).body["bills"], "as before: without a kind all").toHaveLength(2);
  });

  test("name the biller in the reader's language", async () => {
    await told({});
    const inEnglish = await ask(world.under, anna, "POST /v1/bills/look-up", {
      body: { kind: "epd-payer-code", text: code, period: "2026-05" },
      key: null,
      headers: { "accept-language": "en" },
    });
    expect(inEnglish.body).toMatchObject({ found: [{ billerTitle: "City utilities (demonstration)" }] });
  });

  test("show nothing that is paid, from a paper, of another month, or of a biller that counts its payers otherwise", async () => {
    await told({ account: code, period: "2026-05" }, "mgts");
    expect((await coded({ period: "2026-07" })).body).toMatchObject({ found: [] });
    await told({ period: "2026-08" });
    await world.under.database.pool.query(
      "update bills set state = 'paid' where account = $1 and period = '2026-08'",
      [code],
    );
    expect((await coded({ period: "2026-08" })).body).toMatchObject({ found: [] });
    const found = (await coded()).body["found"] as { billerId: string }[];
    expect(found.map(({ billerId }) => billerId)).toEqual(["gorod-zhkh"]);
  });

  test.each([
    [{ text: "770077700" }, "identifier-misshapen"],
    [{ text: "77007770О1" }, "identifier-misshapen"],
    [{ period: "2026-13" }, "payload-invalid"],
    [{ period: undefined }, "payload-invalid"],
  ])("%o is refused and costs no look-up", async (over, failure) => {
    expect(await coded(over)).toMatchObject({ status: 422, body: { code: failure } });
    const { rows } = await world.under.database.pool.query("select 1 from rate_limits");
    expect(rows).toEqual([]);
  });

  test("cost look-ups like every other number, and the audit holds no code", async () => {
    for (let index = 0; index < 20; index += 1) {
      expect((await coded({ text: `77008880${10 + index}` })).status).toBe(200);
    }
    expect(await coded()).toMatchObject({ status: 429, body: { code: "look-up-limit" } });
    expect(await lookUp({ kind: "sts", text: "77УН123456" })).toMatchObject({ status: 429 });
    const { rows } = await world.under.database.pool.query<{ action: string; line: string }>(
      "select action, a::text as line from audit a where detail->>'what' = 'epd-payer-code' order by at desc limit 2",
    );
    expect(rows.map(({ action }) => action)).toContain("look-up.refused");
    expect(rows.map(({ line }) => line).join()).not.toMatch(/7700777001|77008880/);
  });
});

test("how many of those who came use a widget is counted, and nobody is named", async () => {
  const olga = await signIn(world.under, "olga", { roles: ["operator"] });
  await lookUp({ kind: "sts", text: "77УН123456" });
  await lookUp({ kind: "sts", text: "77УН123456" });
  const clara = await signIn(world.under, "clara");
  await add({ uin: uins[3] }, clara);
  const { body } = await ask(world.under, olga, "GET /v1/operator/widget-uses");
  expect(body).toMatchObject({ visitors: 2 });
  const shares = Object.fromEntries(
    (body["widgets"] as { widget: string; users: number; share: number }[]).map(({ widget, ...rest }) => [
      widget,
      rest,
    ]),
  );
  expect(shares["sts"]).toEqual({ users: 1, share: 0.5 });
  expect(shares["uin"]).toEqual({ users: 2, share: 1 });
  expect((await ask(world.under, anna, "GET /v1/operator/widget-uses")).status).toBe(403);
});
