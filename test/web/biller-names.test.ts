import { beforeEach, expect, test } from "vitest";
import { archived, rub, template } from "./fake-archive.ts";
import { bill, code, mandate, method, payment } from "./fake-engine.ts";
import { withdrawal } from "./fake-methods.ts";
import { Visitor } from "./visitor.ts";

/** As the engine names the biller to somebody who reads English: `name` is what consents and requisites say. */
const biller = {
  id: "gorod-zhkh",
  name: "Городские коммунальные услуги",
  title: "City utilities",
  category: "utilities",
};
const legalPayee = "ГКУ «Городские коммунальные услуги»";
const ofPayment = (over: Parameters<typeof payment>[0] = {}) =>
  payment({ bill: { id: code("1"), purpose: "Payment without a bill: City utilities", biller }, ...over });

let visitor: Visitor;

beforeEach(async () => {
  visitor = await new Visitor().signIn({ locale: "en" });
  const { engine } = visitor;
  engine.billers.splice(0, 1, { ...engine.billers[0]!, ...biller });
  engine.methods = [method()];
  engine.mandates = [mandate({ biller })];
  engine.payments = [
    ofPayment(),
    ofPayment({ id: code("R"), state: "paid", paidAt: "2026-11-20T06:00:05Z" }),
  ];
  engine.bills = [bill({ biller })];
  engine.archive = [archived({ biller }), archived({ biller, kind: "bill", paymentId: null, state: "owed" })];
  engine.templates = [template({ biller }), template({ id: code("U"), biller, amount: rub(50_000) })];
  engine.withdrawal = withdrawal({
    follows: [{ ...withdrawal().follows[0]!, biller: biller.title }],
  });
});

const everyPage = [
  "/",
  `/bills/${code("1")}`,
  `/bills/${code("1")}/pay`,
  "/billers?for=account&q=city",
  "/accounts/new?biller=gorod-zhkh",
  `/methods/${code("C")}/withdraw`,
  "/mandates",
  "/mandates/new?biller=gorod-zhkh",
  `/mandates/${code("M")}`,
  `/mandates/${code("M")}/cancel`,
  "/payments",
  `/payments/${code("P")}`,
  `/payments/${code("P")}/skip`,
  `/payments/${code("R")}/receipt`,
  "/archive",
  "/templates",
  "/templates/new?biller=gorod-zhkh",
  `/templates/new?bill=${code("1")}`,
  `/templates/${code("T")}`,
  `/templates/${code("U")}/pay`,
];

test.each(everyPage)(
  "%s calls the biller what its reader calls it, and nothing but requisites says otherwise",
  async (path) => {
    const html = await visitor.page(path);
    expect(html).toContain(biller.title);
    expect(html.replaceAll(legalPayee, "")).not.toContain(biller.name);
  },
);

test("a consent names the payee as it is registered, and the step before it does not", async () => {
  await visitor.get(`/mandates/new?bill=${code("1")}`);
  const terms = await visitor.page("/mandates/new/terms");
  expect(terms).toContain(`${biller.title}, 7700123456`);
  expect(terms).not.toContain(biller.name);
  await visitor.submit(terms, "/mandates/new/terms", {
    method: code("C"),
    perPayment: "unlimited",
    perPeriod: "unlimited",
    overLimit: "ask",
    lateBill: "ask",
    noticePack: "RU",
  });
  expect(await visitor.page("/mandates/new/consent")).toContain(biller.name);
});

test.each(["ru", "en"] as const)(
  "in %s a paid bill says when it was paid, one that others paid says no day, and one that is owed until when",
  async (locale) => {
    const words = {
      ru: { due: "Оплатить до", paid: "Оплачено", day: "20 ноября 2026" },
      en: { due: "Pay by", paid: "Paid", day: "20 November 2026" },
    }[locale];
    await visitor.signIn({ locale });
    const factsOf = async (over: Parameters<typeof bill>[0]) => {
      visitor.engine.bills = [bill(over)];
      const html = await visitor.page(`/bills/${code("1")}`);
      return /<dl class="facts">([\s\S]*?)<\/dl>/.exec(html)?.[1] ?? "";
    };
    const paid = await factsOf({ state: "paid", paidAt: "2026-11-20T06:00:05Z" });
    expect(paid).toContain(`<dt>${words.paid}</dt><dd>${words.day}`);
    expect(paid).not.toContain(words.due);
    expect(await visitor.page("/")).not.toContain(words.due);
    const elsewhere = await factsOf({ state: "paid-elsewhere" });
    expect(elsewhere).not.toContain(words.due);
    expect(elsewhere).not.toContain(`<dt>${words.paid}`);
    expect(await factsOf({})).toContain(`<dt>${words.due}</dt>`);
    // all of it went back: it is to be paid once more
    expect(await factsOf({ state: "paid", givenBack: true, paidAt: "2026-11-20T06:00:05Z" })).toContain(
      words.due,
    );
    visitor.engine.archive = [archived({ kind: "bill", paymentId: null, state: "paid-elsewhere" })];
    expect(await visitor.page("/archive")).toContain(locale === "ru" ? "Срок был" : "Was due on");
  },
);
