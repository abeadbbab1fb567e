import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Client, createClient } from "../../api/client.ts";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";

let under: ApiUnderTest;
let anna: Person;
beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
});
afterAll(() => under.close());

function clientOf(locale: "ru" | "en"): Client {
  const fetch = async (request: Request) => under.api.fetch(request);
  return createClient({ baseUrl: "https://pay.city.example", token: anna.token, locale, fetch });
}

async function everyBiller(query: Parameters<Client["listBillers"]>[0] = {}) {
  const found: Awaited<ReturnType<Client["listBillers"]>>["items"] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const page = await clientOf("en").listBillers({
      limit: 7,
      ...query,
      ...(cursor === "" ? {} : { cursor }),
    });
    found.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  }
  return found;
}

describe("the catalogue is data that anybody signed in can read", () => {
  test("every category has its title in the language of the request, and says how many billers it has", async () => {
    const [ru, en] = await Promise.all([clientOf("ru").listCategories(), clientOf("en").listCategories()]);
    expect(ru.items[0]).toMatchObject({
      id: "housing",
      title: "Коммунальные услуги (ЕПД)",
      section: "main",
      billers: 3,
    });
    expect(en.items[0]).toMatchObject({ title: "Housing and utilities (single payment document)" });
    expect(en.items.find(({ id }) => id === "charity")).toMatchObject({ section: "additional", billers: 30 });
    expect(en.items.find(({ id }) => id === "gas")).toMatchObject({ region: "50" });
  });

  test("pages of billers follow one another by name, without gaps and repetitions", async () => {
    const found = await everyBiller();
    expect(found).toHaveLength(90);
    expect(new Set(found.map(({ id }) => id)).size).toBe(90);
  });

  test("a biller is found by words of its Russian or English name in any order, by ё or е, and by its INN", async () => {
    const ids = async (q: string) => (await everyBiller({ q })).map(({ id }) => id);
    expect(await ids("ТЁПЛЫЙ дом")).toEqual(["fund-01"]);
    expect(await ids("дом теплый")).toEqual(["fund-01"]);
    expect(await ids("warm home")).toEqual(["fund-01"]);
    expect(await ids("7720990026")).toEqual(["school-1507"]);
    expect(await ids("«Глобус»")).toEqual(["globus"]);
    expect(await ids("100%_")).toEqual([]);
  });

  test("people are not shown what is for organisations only, and organisations not what is for people only", async () => {
    const ids = async (audience: "person" | "organisation") =>
      new Set((await everyBiller({ audience })).map(({ id }) => id));
    const [people, organisations] = [await ids("person"), await ids("organisation")];
    expect(["school-1507", "mobile-volna"].map((id) => people.has(id))).toEqual([true, true]);
    expect(people.has("trade-levy")).toBe(false);
    expect(["trade-levy", "mobile-volna"].map((id) => organisations.has(id))).toEqual([true, true]);
    expect(organisations.has("school-1507")).toBe(false);
    expect((await everyBiller({ category: "tax" })).map(({ category }) => category)).toEqual([
      "tax",
      "tax",
      "tax",
    ]);
  });

  test("a biller says what it asks its payer for, in the language of the request", async () => {
    expect(await clientOf("en").getBiller("city-premises")).toMatchObject({
      title: "Rent of city premises (demonstration)",
      categoryTitle: "Rent of non-residential premises",
      reference: {
        period: "none",
        fields: [
          { key: "inn", identifier: "inn", pattern: null, title: "INN of the organisation", optional: false },
          { key: "kpp", identifier: "kpp", optional: true },
          { key: "contract", identifier: null, pattern: "[А-Я]\\d?-\\d{2}-\\d{6}", example: "Н-02-000417" },
        ],
      },
    });
    expect(await clientOf("ru").getBiller("traffic-police")).toMatchObject({
      title: "Дорожная полиция (демо)",
      discount: { kind: "percent", value: 25, withinDays: 30 },
    });
    expect(await ask(under, anna, "GET /v1/billers/nobody")).toMatchObject({ status: 404 });
    expect(await ask(under, anna, "GET /v1/billers/%00")).toMatchObject({ status: 404 });
    expect(await ask(under, null, "GET /v1/categories")).toMatchObject({ status: 401 });
  });

  test("a cursor that is none, an audience that is none: 422 with the field", async () => {
    for (const [query, field] of [
      ["cursor=x", "cursor"],
      ["audience=both", "audience"],
      ["limit=101", "limit"],
    ]) {
      const { status, body } = await ask(under, anna, `GET /v1/billers?${query}`);
      expect([status, body["errors"]]).toEqual([422, [expect.objectContaining({ field })]]);
    }
  });
});

describe("an account is connected when the number of its payer is proved, and refused with words that help", () => {
  const connect = (body: object, locale: "ru" | "en" = "en") =>
    ask(under, anna, "POST /v1/accounts", { body, headers: { "accept-language": locale } });

  test("a slip is named by its field, its character and an example", async () => {
    const uin = "18810123456789012346";
    expect(await connect({ billerId: "traffic-police", account: uin })).toMatchObject({
      status: 422,
      body: {
        code: "reference-wrong",
        errors: [
          {
            field: "account",
            code: "check-digit-wrong",
            detail: expect.stringMatching(/^“UIN”\. [^.]+$/),
          },
        ],
      },
    });
    const russian = await connect({ billerId: "region-gas", reference: { account: "50001234567x" } }, "ru");
    expect(russian).toMatchObject({
      status: 422,
      body: {
        errors: [
          {
            field: "reference.account",
            code: "identifier-misshapen",
            detail: "«Лицевой счёт». Знак 12 — «X», такого здесь быть не может. Пример: 500012345678",
          },
        ],
      },
    });
  });

  test("every field that is asked is named when it is missing, and a stranger among them", async () => {
    const { body } = await connect({
      billerId: "city-premises",
      reference: { kpp: "773601001", colour: "red" },
    });
    expect((body["errors"] as { field: string }[]).map(({ field }) => field)).toEqual([
      "reference.inn",
      "reference.contract",
      "reference.colour",
    ]);
  });

  test("fields and the joined account are one number, however it is written", async () => {
    const reference = { inn: "7701 234 560", kpp: "773601001", contract: "н-02-000417" };
    const first = await connect({ billerId: "city-premises", reference, label: "Склад" });
    expect(first).toMatchObject({ status: 201, body: { account: "7701234560/773601001/Н-02-000417" } });
    const again = await connect({ billerId: "city-premises", account: "7701234560/773601001/Н-02-000417" });
    expect(again).toMatchObject({ status: 201, body: { label: "Склад" } });
    const mine = (await clientOf("en").listAccounts()).items.filter(
      ({ biller }) => biller.id === "city-premises",
    );
    expect(mine).toHaveLength(1);
  });

  test("both at once, or neither, is no number", async () => {
    for (const body of [
      { billerId: "traffic-police" },
      {
        billerId: "traffic-police",
        account: "18810123456789012345",
        reference: { uin: "18810123456789012345" },
      },
    ]) {
      expect(await connect(body)).toMatchObject({ status: 422, body: { code: "payload-invalid" } });
    }
  });

  test("a mandate for a number with a slip would pay somebody else's bills: it is refused like that", async () => {
    const body = {
      billerId: "region-gas",
      account: "50001234567",
      methods: ["KV-7F3K-9Q2M-X4TB"],
      limitPerPayment: "unlimited",
      limitPerPeriod: "unlimited",
      overLimit: "ask",
      lateBill: "ask",
      consent: { text: "да", locale: "ru", version: "1" },
    };
    expect(await ask(under, anna, "POST /v1/mandates", { body })).toMatchObject({
      status: 422,
      body: { code: "reference-wrong", errors: [{ field: "account" }] },
    });
  });
});
