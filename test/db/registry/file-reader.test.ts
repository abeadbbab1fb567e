import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LONGEST_LINE_BYTES } from "../../../db/registry/lines.ts";
import { READER_BEGINS } from "../../../db/registry/file-reader.ts";
import { biller, formatOf, in1251, lineOf, readAll, readText, streamOf } from "./files.ts";

const formatOf1251 = (change: object = {}) => formatOf({ encoding: "windows-1251", ...change });

describe("lines become bills", () => {
  test("each value is read from its column, amounts as kopecks, days as civil days", async () => {
    const { bills, refused } = await readText(`${lineOf()}\r\n${lineOf({ account: "8", status: "2" })}\n`);
    expect(refused).toEqual([]);
    expect(bills.map(({ line }) => line)).toEqual([1, 2]);
    expect(bills[0]?.bill).toMatchObject({
      source: "file",
      biller: { id: "gorod-zhkh", payeeInn: "7700990010", category: "housing" },
      account: "7700123456",
      period: "2026-02",
      kind: "charge",
      totalMinor: 512_345,
      dueMinor: null,
      dueOn: "2026-03-15",
      purpose: "Коммунальные услуги",
      status: "issued",
      version: 1,
      payee: biller.payee,
    });
    expect(bills[1]?.bill).toMatchObject({ account: "8", status: "paid" });
  });

  test("headings and empty lines are no bills, but they are counted", async () => {
    const { bills, refused } = await readText(
      `счёт;месяц\n\n  \n${lineOf()}\n\n`,
      formatOf({ skipLines: 1 }),
    );
    expect([bills.map(({ line }) => line), refused]).toEqual([[4], []]);
  });

  test("a quoted value may hold separators and quotes; equal quotes across lines mend nothing", async () => {
    const lines = [
      lineOf({ purpose: '"Дом 5; кв. ""б"""' }),
      lineOf({ purpose: '"не закрыта' }),
      lineOf({ purpose: 'закрыта"' }),
      lineOf({ purpose: '"а"б"' }),
      lineOf({ account: "x1", purpose: 'ООО "Ромашка"' }),
    ];
    const { bills, refused } = await readText(`${lines.join("\n")}\n`);
    expect(bills.map(({ line, bill }) => [line, bill.purpose])).toEqual([
      [1, 'Дом 5; кв. "б"'],
      [3, 'закрыта"'],
      [5, 'ООО "Ромашка"'],
    ]);
    expect(refused).toEqual([
      [2, "quotes-unbalanced"],
      [4, "quotes-unbalanced"],
    ]);
  });

  test("where no quotes are declared a quote is a sign like any other", async () => {
    const { bills } = await readText(`${lineOf({ purpose: '"не закрыта' })}\n`, formatOf({ quote: null }));
    expect(bills[0]?.bill.purpose).toBe('"не закрыта');
  });

  test("a payee in the file is proved by its check digits, else it is the one on file", async () => {
    const payee = { payeeName: 8, payeeInn: 9, payeeBic: 10, payeeAccount: 11 };
    const format = formatOf({ width: 11, columns: { ...formatOf().columns, ...payee } });
    const withPayee = (inn: string, account: string) => `${lineOf()};АНО;${inn};044525225;${account}`;
    const { bills, refused } = await readText(
      `${withPayee("7700990010", "40702 810 9 0000 0000301")}\n${withPayee("7700990011", "40702810900000000302")}\n${withPayee("", "")}\n`,
      format,
    );
    expect(bills[0]?.bill.payee).toMatchObject({ inn: "7700990010", account: "40702810900000000301" });
    expect(refused).toEqual([
      [2, "check-digit-wrong payeeInn", "check-digit-wrong payeeAccount"],
      [3, "field-missing payeeAccount"],
    ]);
  });
});

describe("a line that is no bill is refused by its number, with every field that is wrong", () => {
  test.each([
    [{ amount: "5123.45" }, "amount-invalid amount"],
    [{ amount: "0" }, "amount-invalid amount"],
    [{ amount: "100000000,01" }, "amount-invalid amount"],
    [{ amount: "" }, "field-missing amount"],
    [{ dueOn: "31.02.2026" }, "date-invalid dueOn"],
    [{ period: "2026-02" }, "date-invalid period"],
    [{ period: "" }, "field-missing period"],
    [{ account: "" }, "field-missing account"],
    [{ account: "=7700" }, "text-not-allowed account"],
    [{ status: "9" }, "status-unknown status"],
    [{ status: "toString" }, "status-unknown status"],
    [{ version: "1.5" }, "version-invalid version"],
    [{ purpose: "" }, "field-missing purpose"],
    [{ purpose: "=HYPERLINK(A1)" }, "formula-refused purpose"],
    [{ purpose: "@SUM(A1)" }, "formula-refused purpose"],
    [{ purpose: "у\u0007слуги" }, "text-not-allowed purpose"],
    [{ purpose: "к; у" }, "line-columns-wrong"],
  ])("%j: %s", async (change, fault) => {
    const { bills, refused } = await readText(
      `${lineOf()}\n${lineOf(change)}\n${lineOf({ account: "3" })}\n`,
    );
    expect(refused).toEqual([[2, fault]]);
    expect(bills.map(({ line }) => line)).toEqual([1, 3]);
  });

  test("a zero byte is named, and its neighbours are bills", async () => {
    const { bills, refused } = await readText(
      `${lineOf()}\n${lineOf({ purpose: "у\u0000" })}\n${lineOf()}\n`,
    );
    expect([bills.length, refused]).toEqual([2, [[2, "line-not-text"]]]);
  });

  test("a line of 64 KB is read, one byte more is refused by its number", async () => {
    const padding = (bytes: number) => "x".repeat(bytes);
    const longest = padding(LONGEST_LINE_BYTES);
    const { refused } = await readText(`${longest}\n${longest}x\n${lineOf()}\n`);
    expect(refused).toEqual([
      [1, "line-columns-wrong"],
      [2, "line-too-long"],
    ]);
  });

  test("a line of a gigabyte goes by without being held", async () => {
    const part = Buffer.alloc(1024 * 1024, 0x78);
    async function* gigabyte() {
      yield Buffer.from(`${lineOf()}\n`);
      for (let count = 0; count < 1024; count += 1) yield await Promise.resolve(part);
      yield Buffer.from(`\n${lineOf({ account: "2" })}\n`);
    }
    const before = process.memoryUsage().rss;
    const { bills, refused } = await readAll(gigabyte());
    expect([bills.map(({ line }) => line), refused]).toEqual([[1, 3], [[2, "line-too-long"]]]);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });
});

describe("a file in another encoding than declared is refused as a whole", () => {
  const cyrillic = (count: number) =>
    Array.from({ length: count }, (_, index) => `${lineOf({ account: String(index + 1) })}\n`).join("");

  test("both declared encodings are read", async () => {
    const utf8 = await readText(cyrillic(3));
    const cp1251 = await readAll(streamOf(in1251(cyrillic(3))), formatOf1251());
    expect(cp1251.bills).toEqual(utf8.bills);
    expect(cp1251.refused).toEqual([]);
  });

  test("the mark of UTF-8 at the beginning is no part of the first value", async () => {
    expect((await readText(`\ufeff${lineOf()}\n`)).bills[0]?.bill.account).toBe("7700123456");
  });

  test.each([
    ["Windows-1251 declared as UTF-8", in1251(cyrillic(5)), formatOf()],
    ["UTF-8 declared as Windows-1251", Buffer.from(cyrillic(5)), formatOf1251()],
    [
      "UTF-8 with its mark, declared as Windows-1251",
      Buffer.from(`\ufeff${lineOf({ purpose: "x" })}\n`),
      formatOf1251(),
    ],
    ["UTF-16", Buffer.from(`\ufeff${cyrillic(5)}`, "utf16le"), formatOf()],
    ["CP866", inCp866(cyrillic(5)), formatOf1251()],
  ])("%s", async (_, bytes, format) => {
    await expect(readAll(streamOf(bytes), format)).rejects.toMatchObject({
      failure: { code: "file-encoding-wrong" },
    });
  });

  test("a long file is refused as soon as that is certain", async () => {
    const line = in1251(`${lineOf()}\n`);
    let parts = 0;
    async function* endless() {
      for (;;) {
        parts += 1;
        yield await Promise.resolve(Buffer.concat(Array.from({ length: 50 }, () => line)));
      }
    }
    await expect(readAll(endless())).rejects.toMatchObject({ failure: { code: "file-encoding-wrong" } });
    expect(parts).toBeLessThan(10);
  });

  test("a single line with a broken letter does not condemn its file", async () => {
    const broken = Buffer.concat([
      Buffer.from(lineOf().slice(0, -4)),
      Buffer.from([0xd0]),
      Buffer.from("\n"),
    ]);
    const { bills, refused } = await readAll(streamOf(cyrillic(5), broken, cyrillic(1)));
    expect([bills.length, refused]).toEqual([6, [[6, "line-encoding-wrong"]]]);
  });
});

describe("a file that was cut off or does not fit its own totals is refused as a whole", () => {
  const last = { at: "last", begins: "=", count: 1, sum: 2 };

  test("a last line without its end may be half an amount", async () => {
    const cut = readText(`${lineOf()}\n${lineOf()}`);
    await expect(cut).rejects.toMatchObject({ failure: { code: "file-truncated" } });
    expect((await readText(lineOf(), formatOf({ lastLineOpen: true }))).bills).toHaveLength(1);
  });

  test("declared count and sum count refused lines too", async () => {
    const lines = `${lineOf()}\n${lineOf({ dueOn: "soon" })}\n`;
    const { bills, refused, state } = await readText(`${lines}=2;10246,90`, formatOf({ totals: last }));
    expect([bills.length, refused.length]).toEqual([1, 1]);
    expect(state).toMatchObject({
      billLines: 2,
      sumMinor: "1024690",
      totals: { count: 2, sumMinor: 1_024_690 },
    });
  });

  test.each([
    ["a bill is missing", `${lineOf()}\n=2;10246,90\n`, "file-totals-wrong"],
    ["a kopeck is missing", `${lineOf()}\n=1;5123,46\n`, "file-totals-wrong"],
    ["the totals are missing", `${lineOf()}\n`, "file-truncated"],
    ["the totals cannot be read", `${lineOf()}\n=one;5123,45\n`, "file-totals-wrong"],
    ["a bill follows the totals", `=1;5123,45\n${lineOf()}\n`, "file-totals-wrong"],
    ["two lines of totals", `${lineOf()}\n=1;5123,45\n=1;5123,45\n`, "file-totals-wrong"],
  ])("%s", async (_, text, code) => {
    await expect(readText(text, formatOf({ totals: last }))).rejects.toMatchObject({ failure: { code } });
  });

  test("an amount that cannot be read leaves the sum unproved, the count still holds", async () => {
    const { refused } = await readText(
      `${lineOf({ amount: "x" })}\n=1;5123,45\n`,
      formatOf({ totals: last }),
    );
    expect(refused).toEqual([[1, "amount-invalid amount"]]);
  });

  test("totals at the beginning must be there, and may name the version of the file", async () => {
    const first = formatOf({
      totals: { at: "first", begins: "ИТОГО", count: 2, version: 3 },
      columns: { account: 1, period: 2, amount: 3, dueOn: 4, purpose: 5 },
    });
    const read = await readText(`ИТОГО;1;20261128\n${lineOf()}\n`, first);
    expect(read.state?.totals).toMatchObject({ count: 1, version: 20_261_128 });
    expect(read.bills[0]?.bill.version).toBe(20_261_128);
    const without = readText(`${lineOf()}\n`, first);
    await expect(without).rejects.toMatchObject({ failure: { code: "file-totals-wrong" } });
  });
});

test("however the bytes are cut into parts, and wherever a reading was interrupted, the file says the same", async () => {
  const lines = [
    lineOf(),
    lineOf({ amount: "x" }),
    "",
    lineOf({ purpose: '"а;б"' }),
    "x".repeat(LONGEST_LINE_BYTES + 1),
    lineOf({ account: "9" }),
    "=5;20493,80",
  ];
  const format = formatOf({ totals: { at: "last", begins: "=", count: 1 } });
  const bytes = Buffer.from(`${lines.join("\r\n")}\r\n`);
  const whole = await readAll(streamOf(bytes), format);
  expect(whole.bills.map(({ line }) => line)).toEqual([1, 4, 6]);
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(cuts, async (places) => {
      const sorted = [0, ...places.toSorted((a, b) => a - b), bytes.length];
      const parts = sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
      expect(await readAll(streamOf(...parts), format)).toEqual(whole);
      // The first run dies after its last complete part; the second begins where that part ended.
      const dying = streamOf(...parts.slice(0, -1));
      const before = await readAll(dying, formatOf({ lastLineOpen: true, totals: null }));
      const begun = before.state ?? READER_BEGINS;
      if (begun.open) return;
      const after = await readAll(streamOf(bytes.subarray(begun.place.offset)), format, { state: begun });
      expect([...before.bills, ...after.bills]).toEqual(whole.bills);
      expect([...before.refused, ...after.refused]).toEqual(whole.refused);
      expect(after.state).toEqual(whole.state);
    }),
    { numRuns: 60 },
  );
});

function inCp866(text: string): Buffer {
  const code = (sign: string): number => {
    const at = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмноп".indexOf(sign);
    if (at >= 0) return 0x80 + at;
    const late = "рстуфхцчшщъыьэюя".indexOf(sign);
    return late >= 0 ? 0xe0 + late : sign.charCodeAt(0);
  };
  return Buffer.from(Array.from(text, code));
}
