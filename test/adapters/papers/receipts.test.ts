import fs from "node:fs";
import { expect, test, vi } from "vitest";
import { pdfmakePapers } from "../../../adapters/papers/pdfmake/maker.ts";
import { receiptPaper } from "../../../api/receipt-paper.ts";
import type { Receipt } from "../../../api/schemas/payments.ts";
import type { Locale } from "../../../words/locale.ts";
import { tellReceipt } from "../../../words/receipt.ts";
import { readPaper, readPaperCode } from "../../support/read-paper.ts";

const papers = pdfmakePapers();
const zone = "Europe/Moscow";

const receipt: Receipt = {
  paymentId: "01jd8v3q6m2y5k7x9b4c1n0f8r",
  billId: "01jd8v3q6m2y5k7x9b4c1n0f8s",
  biller: {
    id: "gorod-zhkh",
    name: "Городские коммунальные услуги",
    title: "Городские коммунальные услуги",
    category: "utilities",
  },
  payee: {
    name: "ГКУ «Городские коммунальные услуги»",
    inn: "7700990010",
    kpp: "770001001",
    bic: "044525225",
    account: "40702810900000000301",
  },
  purpose: "Коммунальные услуги за октябрь 2026",
  account: "7700123456",
  period: "2026-10",
  amount: { amountMinor: 512_345, currency: "RUB" },
  returned: { amountMinor: 0, currency: "RUB" },
  fee: { amountMinor: 0, currency: "RUB" },
  paidAt: "2026-11-24T21:30:00Z",
  method: "MasterCard *4477",
  kind: "bank_card",
  chargeId: "01jd8v3q6m2y5k7x9b4c1n0f8t",
  gatewayObjectId: "2e0a1c3f-000f-5000-8000-1b2c3d4e5f60",
  acknowledgement: "awaited",
  livemode: true,
};

function make(change: Partial<Receipt> = {}, locale: Locale = "ru"): Promise<Uint8Array> {
  const by = { locale, zone, publicUrl: "https://pay.city.example" };
  return papers.make(receiptPaper({ ...receipt, ...change }, by));
}

/** Without white space: where lines break is the layout's business. */
const dense = (text: string) => text.replace(/\s+/g, "");

test.each(["ru", "en"] as const)(
  "in %s the paper says every word that the page says, as text that can be searched",
  async (locale) => {
    const { pages } = await readPaper(await make({ livemode: false }, locale));
    const told = tellReceipt({ locale, zone }, { ...receipt, livemode: false });
    expect(told.facts).toHaveLength(15);
    expect(pages).toHaveLength(1);
    const said = dense(pages.join(" "));
    const words = [told.title, told.amount, told.paid, told.unreal ?? "", ...told.facts.flat()];
    expect(words.filter((word) => !said.includes(dense(word)))).toEqual([]);
  },
);

test("a Russian and an English receipt are each in their language, with times in the payer's zone", async () => {
  const [russian, english] = await Promise.all([readPaper(await make()), readPaper(await make({}, "en"))]);
  expect(russian.pages[0]).toContain("Оплачено: 25 ноября 2026 года, 00:30");
  expect(russian.pages[0]).toContain("5 123,45 ₽");
  expect(russian.pages[0]).toContain("Страница 1 из 1");
  expect(english.pages[0]).toContain("Paid: 25 November 2026, 00:30");
  expect(english.pages[0]).toContain("RUB 5,123.45");
  expect(english.pages[0]).toContain("Page 1 of 1");
  expect(russian.info).toMatchObject({ Title: `Квитанция ${receipt.paymentId}`, Language: "ru" });
  expect(english.info).toMatchObject({ Title: `Receipt ${receipt.paymentId}`, Language: "en" });
});

test("what a payment does not have is no line, and only an unreal receipt says so", async () => {
  const kpp = "КПП";
  const unreal = "ненастоящая";
  const [full] = (await readPaper(await make())).pages;
  expect(full).toContain(kpp);
  expect(full).not.toContain(unreal);
  const payee = { ...receipt.payee, kpp: null };
  const [less] = (await readPaper(await make({ payee, gatewayObjectId: null, livemode: false }))).pages;
  expect(less).not.toContain(kpp);
  expect(less).not.toContain("Номер у банка");
  expect(less).toContain(unreal);
});

test("the code on the paper leads to the receipt's page", async () => {
  expect(await readPaperCode(await make())).toEqual([
    `https://pay.city.example/payments/${receipt.paymentId}/receipt`,
  ]);
});

test("one payment in one language is one file, byte for byte, made at the instant of the payment", async () => {
  const [first, second, other] = [await make(), await make(), await make({}, "en")];
  expect(Buffer.compare(first, second)).toBe(0);
  expect(Buffer.compare(first, other)).not.toBe(0);
  const { info } = await readPaper(first);
  expect(info).toMatchObject({ CreationDate: "D:20261124213000Z", ModDate: "D:20261124213000Z" });
});

test("the longest names and purposes wrap inside the sheet, go on on a second page, and lose nothing", async () => {
  const name = "Щ".repeat(300);
  const purpose = "Взнос на капитальный ремонт общего имущества. ".repeat(5).slice(0, 210).trim();
  const payee = {
    ...receipt.payee,
    name: "Государственное казённое учреждение ".repeat(9).slice(0, 300).trim(),
  };
  const paper = await readPaper(
    await make({ biller: { ...receipt.biller, name, title: name }, purpose, payee }),
  );
  expect(paper.pages).toHaveLength(2);
  expect(paper.pages[1]).toContain("Страница 2 из 2");
  const said = dense(paper.pages.join(" "));
  expect([name, purpose, payee.name].filter((text) => !said.includes(dense(text)))).toEqual([]);
  expect(paper.rightmost).toBeLessThanOrEqual(595 - 56 + 1);
  expect(paper.lowest).toBeGreaterThan(20);
});

test("texts that nobody bounded are cut, say so, and take no unbounded time", async () => {
  const flood = "Щ".repeat(1_000_000);
  const biller = { ...receipt.biller, title: flood };
  const paper = await readPaper(await make({ biller, purpose: "слово ".repeat(100_000), method: flood }));
  expect(paper.pages.length).toBeLessThan(5);
  expect(paper.pages.join(" ").match(/Щ/g)).toHaveLength(1200);
  expect(paper.pages.join(" ").match(/…/g)).toHaveLength(3);
  expect(paper.rightmost).toBeLessThanOrEqual(595 - 56 + 1);
});

test.each([
  ["control characters and line ends", "Плата\u0000\u0007 за\r\n\n\tсвет", "Плата за свет"],
  ["signs that turn the direction of writing", "счёт \u202E321\u202C и \u2066это\u2069", "счёт 321 и это"],
  ["emoji and flags", "Дом 😀🇷🇺 10", "Дом ��� 10"],
  ["letters that the font cannot draw", "Счёт שלום 7", "Счёт ���� 7"],
  ["half a character", "Дом \uD83D 10", "Дом � 10"],
  ["markup and templates", "<b>&amp;</b> {{x}} (\\) %PDF endobj", "<b>&amp;</b> {{x}} (\\) %PDF endobj"],
  ["composed in two", "Чаи\u0306ная", "Чайная"],
])("a purpose with %s is shown and breaks nothing", async (_, purpose, shown) => {
  const bytes = await make({ purpose });
  const [page] = (await readPaper(bytes)).pages;
  expect(page).toContain(`Назначение ${shown} Лицевой счёт`);
  expect(await readPaperCode(bytes)).toHaveLength(1);
});

test("accents upon accents stay in their line", async () => {
  const [page = ""] = (await readPaper(await make({ purpose: `Дом${"\u0301".repeat(5_000)} 7` }))).pages;
  expect(page.match(/\u0301/g)).toHaveLength(3);
});

test("nothing is read to make a paper, whatever its texts name: no file, no address", async () => {
  const reads = [
    vi.spyOn(fs, "readFileSync"),
    vi.spyOn(fs, "openSync"),
    vi.spyOn(fs, "createReadStream"),
    vi.spyOn(globalThis, "fetch"),
  ];
  const names = [
    "https://bank.example/logo.png",
    "/etc/passwd",
    "file:///etc/passwd",
    "data:image/png;base64,AA==",
  ];
  for (const name of names) {
    const [page] = (await readPaper(await make({ purpose: name, method: name }))).pages;
    expect(page).toContain(name);
  }
  for (const read of reads) expect(read).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});
