import { archiveLine } from "../../api/archive-file.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "kysely";
import type { ArchivePage } from "../../api/schemas/archive.ts";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { oweBill } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
let boris: Person;
const bills: string[] = [];

/** Thirteen bills: one that somebody else paid, one annulled, eleven that Anna paid, a month after another from March 2025. */
beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
  boris = await signIn(under, "boris");
  for (let n = 0; n < 13; n += 1) {
    const month = `2025-${String((n % 12) + 1).padStart(2, "0")}`;
    const purpose = n === 3 ? '=HYPERLINK("http://evil.example";"Ёлка, 100 %")' : `Услуги за ${month}`;
    bills.push(await oweBill(under, anna, { account: `77${n}0123456`, period: month, purpose }));
  }
  await Promise.all(bills.slice(0, 11).map((billId, n) => pay(billId, n)));
  await sql`update bills set state = 'annulled' where id = ${bills[11]}`.execute(under.database.db);
  await sql`update bills set state = 'paid', paid_minor = amount_minor where id = ${bills[12]}`.execute(
    under.database.db,
  );
});
afterAll(() => under.close());

/** The last minute of the month in Moscow: in UTC still the day before, so that a year that is cut in UTC is cut wrongly. */
async function pay(billId: string, n: number): Promise<void> {
  const { body } = await ask(under, anna, "POST /v1/payments", {
    body: { billId, amount: { amountMinor: 512_345, currency: "RUB" } },
  });
  await sql`update payments set state = 'paid', paid_minor = amount_minor,
    paid_at = (make_date(2025, 3 + ${n}::int % 10, 1) + make_interval(years => ${n}::int / 10)) at time zone 'Europe/Moscow' where id = ${String(body["id"])}`.execute(
    under.database.db,
  );
  await sql`update bills set state = 'paid', paid_minor = amount_minor where id = ${billId}`.execute(
    under.database.db,
  );
}

async function page(query = "", person = anna): Promise<ArchivePage> {
  const answer = await ask(under, person, `GET /v1/archive${query === "" ? "" : `?${query}`}`);
  expect([query, answer.status]).toEqual([query, 200]);
  return answer.body as ArchivePage;
}

describe("the archive holds what a person paid and what they were asked to pay", () => {
  test("every payment and every bill without one stands there once, with its state, newest first", async () => {
    const { items } = await page("limit=100");
    expect(items.map(({ billId }) => billId).toSorted()).toEqual(bills.toSorted());
    expect(items.map(({ at }) => at)).toEqual(
      items
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
    const state = new Map(items.map((item) => [item.billId, `${item.kind} ${item.state}`]));
    expect(bills.map((id) => state.get(id))).toEqual([
      ...Array.from({ length: 11 }, () => "payment paid"),
      "bill annulled",
      "bill paid-by-others",
    ]);
  });

  test("nobody sees anything of it but its person", async () => {
    expect(await page("", boris)).toEqual({ items: [], nextCursor: null, previousCursor: null });
    expect((await ask(under, boris, "GET /v1/archive/sums")).body["items"]).toEqual([]);
    expect((await ask(under, boris, "GET /v1/archive.csv")).text.trim().split("\r\n")).toHaveLength(1);
    expect((await page(`q=${bills[0]}`, boris)).items).toEqual([]);
  });

  test("it is found by words of biller, purpose and number, and narrowed by category, state, days and sum", async () => {
    const count = async (query: string) => (await page(`limit=100&${query}`)).items.length;
    expect(await count("q=ЁЛКА")).toBe(1);
    expect(await count("q=елка+100+%25")).toBe(1);
    expect(await count("q=ёлка+апельсин")).toBe(0);
    expect(await count(`q=${bills[5]?.toLowerCase()}`)).toBe(1);
    expect(await count("q=7750123456")).toBe(1);
    expect(await count("category=housing")).toBe(13);
    expect(await count("category=school")).toBe(0);
    expect(await count("billerId=gorod-zhkh&state=paid")).toBe(11);
    expect(await count("state=annulled")).toBe(1);
    expect(await count("leastMinor=512345&mostMinor=512345")).toBe(13);
    expect(await count("leastMinor=512346")).toBe(0);
    expect(await count("from=2025-03-01&until=2025-03-01")).toBe(1);
    expect(await count("from=2025-03-02&until=2025-05-01")).toBe(2);
  });

  test("a year of sums is the person's own, and equals what the list shows", async () => {
    const { items } = (await ask(under, anna, "GET /v1/archive/sums")).body as {
      items: { year: number; category: string; payments: number; paid: { amountMinor: number } }[];
    };
    expect(items.map(({ year, category, payments }) => [year, category, payments])).toEqual([
      [2026, "housing", 1],
      [2025, "housing", 10],
    ]);
    for (const { year, paid } of items) {
      const { items: lines } = await page(`limit=100&state=paid&from=${year}-01-01&until=${year}-12-31`);
      expect(lines.reduce((sum, line) => sum + line.amount.amountMinor, 0)).toBe(paid.amountMinor);
    }
  });
});

describe("paging goes in both directions and holds still", () => {
  test("there and back again by cursors: the same pages, nothing twice, nothing left out", async () => {
    const there: ArchivePage[] = [await page("limit=4")];
    for (let next = there[0]?.nextCursor; next; next = there.at(-1)?.nextCursor) {
      there.push(await page(`limit=4&cursor=${next}`));
    }
    expect(there.map(({ items }) => items.length)).toEqual([4, 4, 4, 1]);
    const back: ArchivePage[] = [];
    for (let previous = there.at(-1)?.previousCursor; previous; previous = back.at(-1)?.previousCursor) {
      back.push(await page(`limit=4&cursor=${previous}`));
    }
    const ids = (pages: readonly ArchivePage[]) =>
      pages.map(({ items }) => items.map(({ billId }) => billId));
    expect(ids(back)).toEqual(ids(there.slice(0, 3)).toReversed());
    expect(new Set(ids(there).flat()).size).toBe(13);
  });

  test("a payment that comes while somebody reads moves no later page", async () => {
    const first = await page("limit=5");
    const expected = await page(`limit=5&cursor=${first.nextCursor}`);
    const fresh = await oweBill(under, anna, { account: "7799999999", dueOn: "2027-12-31" });
    expect(await page(`limit=5&cursor=${first.nextCursor}`)).toEqual(expected);
    expect((await page("limit=5")).items[0]?.billId).toBe(fresh);
    await sql`update bills set state = 'merged', merged_into = ${bills[12]} where id = ${fresh}`.execute(
      under.database.db,
    );
  });

  test("a cursor of another list, or one that was made up, is refused by its name", async () => {
    for (const cursor of ["abc", Buffer.from('["2026-01-01","x"]').toString("base64url")]) {
      const { status, body } = await ask(under, anna, `GET /v1/archive?cursor=${cursor}`);
      expect([status, body["errors"]]).toMatchObject([422, [{ field: "cursor" }]]);
    }
  });
});

describe("the file is what a spreadsheet reads", () => {
  const fileOf = async (locale: string, query = "") => {
    const headers = { "accept-language": locale };
    return ask(under, anna, `GET /v1/archive.csv${query}`, { headers });
  };

  test("UTF-8 with its mark, names of columns, sums and separator in the language of the request", async () => {
    const ru = await fileOf("ru");
    expect(ru.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(ru.headers.get("content-disposition")).toContain("attachment");
    expect(ru.text).toContain("Дата;Состояние;Получатель;");
    expect(ru.text).toContain(";5123,45;0,00;RUB;");
    const en = await fileOf("en");
    expect(en.text).toContain("Date,State,Biller,");
    expect(en.text).toContain(",5123.45,0.00,RUB,");
    const response = await under.api.request("/v1/archive.csv", {
      headers: { authorization: `Bearer ${anna.token}` },
    });
    expect([...new Uint8Array(await response.arrayBuffer()).slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  });

  test("nor is one where a spreadsheet of another language cuts the line", () => {
    const row = {
      kind: "bill",
      id: "b",
      bill_id: "b",
      payment_id: null,
      at: "2026-11-28T00:00:00Z",
      day: "2026-11-28",
      state: "owed",
      biller_id: "x",
      biller_name: "Biller",
      biller_name_en: null,
      category: "housing",
      category_title: { ru: "Дом", en: "Home" },
      purpose: "Water;=1+cmd|'/C calc'!A1",
      unasked: false,
      account: "1",
      period: "",
      uin: null,
      amount_minor: 100,
      returned_minor: 0,
      currency: "RUB",
      due_on: "2026-11-30",
      livemode: false,
    } as const;
    expect(archiveLine("en", row)).toContain(";'=1+cmd");
    expect(archiveLine("ru", { ...row, purpose: "Вода,=1+1" })).toContain(",'=1+1");
  });

  test("a purpose that begins like a formula is words, not a formula", async () => {
    const { text } = await fileOf("ru", "?q=ёлка");
    expect(text).toContain(`;"'=HYPERLINK(""http://evil.example"";""Ёлка, 100 %"")";`);
  });

  test("it holds every line once, also when it is longer than what is read at once", async () => {
    await sql`insert into bills (biller_id, identity_key, account, period, kind, state, version, amount_minor, full_minor, currency, due_on, purpose, payee,
        payee_hash, content_hash, livemode, source_version)
      select biller_id, 'many-' || n, account, 'm' || n, kind, 'annulled', 1, n, n, currency, due_on - n / 3, purpose, payee, payee_hash, content_hash, livemode, 1
        from bills, generate_series(1, 1234) n where id = ${bills[0]}`.execute(under.database.db);
    const { text } = await fileOf("ru");
    const lines = text.trim().split("\r\n").slice(1);
    expect(lines).toHaveLength(13 + 1234);
    expect(new Set(lines).size).toBe(lines.length);
  });
});
