import { beforeEach, expect, test } from "vitest";
import { code, mandate, method } from "./fake-engine.ts";
import { Visitor } from "./visitor.ts";

let visitor: Visitor;

beforeEach(async () => {
  visitor = await new Visitor().signIn();
  visitor.engine.methods = [method()];
  visitor.engine.mandates = [mandate()];
});

const limits = { method: code("C"), perPayment: "limited", perPaymentLimit: "10000", perPeriod: "unlimited" };
const bounds = { leastMinor: 1_000, mostMinor: 1_500_000 };

/** The biller takes sums without a bill, and tells balances. */
function takesSums(balances: { confirmsTopUps: boolean } | null = null): void {
  visitor.engine.billerChange = { withoutBill: bounds, balances };
}

async function toTerms(): Promise<string> {
  const what = await visitor.page("/mandates/new?biller=gorod-zhkh");
  const given = { billerId: "gorod-zhkh", "ref-payerCode": "7700123456" };
  await visitor.submit(what, "/mandates/new", given);
  return visitor.page("/mandates/new/terms");
}

/** Goes through the terms to the yes; answers the consent as it was shown and what was sent. */
async function agree(choice: Record<string, string>) {
  const terms = await toTerms();
  const answer = await visitor.submit(terms, "/mandates/new/terms", { ...limits, ...choice });
  expect(answer.headers.get("location")).toBe("/mandates/new/consent");
  const consent = await visitor.page("/mandates/new/consent");
  visitor.engine.answers.set("POST /v1/mandates", () => ({ status: 201, body: mandate() }));
  await visitor.submit(consent, "/mandates/new/consent");
  const { consent: sent, trigger } = visitor.engine.commands().at(-1)!.body as {
    consent: { text: string };
    trigger: unknown;
  };
  return { shown: consent.replaceAll("\u00a0", " "), text: sent.text.replaceAll("\u00a0", " "), trigger };
}

test("what is due, monthly: the day, the days off, the bills that cannot wait and the discounts stand in the consent", async () => {
  const { text, trigger } = await agree({ when: "month", day: "31", dayOff: "previous", lateBill: "pay" });
  expect(trigger).toEqual({
    kind: "on-schedule",
    schedule: { kind: "monthly", day: 31 },
    pays: "due",
    nonWorkingDay: { rule: "previous", country: "RU" },
  });
  for (const said of [
    "31-го числа каждого месяца (если месяц короче — в его последний день)",
    "в последний рабочий день перед ним",
    "счёт не ждёт",
    "Если раньше этого дня заканчивается скидка",
    "О счёте мне говорят, когда он пришёл",
  ]) {
    expect(text).toContain(said);
  }
});

test("a sum of one's own, weekly: sum and weekday stand in the consent, nothing of bills does", async () => {
  takesSums();
  const { text, trigger } = await agree({
    when: "week",
    weekday: "5",
    dayOff: "same",
    pays: "own",
    amount: "500",
  });
  expect(trigger).toMatchObject({
    schedule: { kind: "weekly", weekday: 5 },
    pays: { amountMinor: 50_000, currency: "RUB" },
  });
  expect(text).toContain("платить 500,00 ₽");
  expect(text).toContain("по пятницам");
  expect(text).not.toContain("Каждый счёт оплачивается");
});

test("a low balance: all its sums, the wait, the biller's word and that it does not come at once stand in the consent", async () => {
  takesSums({ confirmsTopUps: true });
  const page = await toTerms();
  expect(page).toContain("Пополнение приходит не сразу");
  const { text, trigger } = await agree({
    when: "balance",
    below: "100",
    topUp: "300",
    perDay: "600",
    coolDown: "360",
    noticePack: "RU",
  });
  expect(trigger).toEqual({
    kind: "on-balance",
    below: { amountMinor: 10_000, currency: "RUB" },
    topUp: { amountMinor: 30_000, currency: "RUB" },
    perDay: { amountMinor: 60_000, currency: "RUB" },
    coolDownMinutes: 360,
  });
  for (const said of [
    "меньше 100,00 ₽",
    "на 300,00 ₽",
    "не больше 600,00 ₽",
    "6 часов",
    "не раньше следующего дня",
    "деньги дошли",
  ])
    expect(text).toContain(said);
  expect(text).not.toMatch(/(?<!лицев\S{2,3} )счёт/iu);
});

test("a top-up without limits promises nothing about what bills say", async () => {
  takesSums({ confirmsTopUps: true });
  const wish = { when: "balance", below: "100", topUp: "300", perDay: "600", coolDown: "360" };
  const { text } = await agree({ ...wish, perPayment: "unlimited" });
  expect(text).toContain("каждый раз списывается названная выше сумма");
  expect(text).not.toMatch(/(?<!лицев\S{2,3} )счёт/iu);
});

test("only what the biller allows is offered, and nothing else is taken", async () => {
  const page = await toTerms();
  expect(page).not.toContain('value="balance"');
  expect(page).not.toContain('name="amount"');
  const asked = { when: "balance", below: "1", topUp: "1", perDay: "1", coolDown: "60", pays: "own" };
  const { trigger } = await agree(asked);
  expect(trigger).toEqual({ kind: "on-bill" });
});

test("what is wrong with a sum, a cap or a day is named at its field", async () => {
  takesSums({ confirmsTopUps: false });
  const terms = await toTerms();
  const wrong = async (choice: Record<string, string>) => {
    const answer = await visitor.submit(terms, "/mandates/new/terms", { ...limits, ...choice });
    expect(answer.status).toBe(422);
    return answer.text();
  };
  const cap = { when: "balance", below: "100", topUp: "300", perDay: "200", coolDown: "60" };
  expect(await wrong(cap)).toContain('href="#perDay"');
  expect(await wrong({ when: "month", day: "10", pays: "own", amount: "9" })).toContain('href="#amount"');
  expect(await wrong({ when: "month", day: "32", pays: "due" })).toContain('href="#day"');
});

test("the mandate's page tells what makes it pay, and the balance as the biller told it", async () => {
  takesSums({ confirmsTopUps: true });
  const { terms } = mandate();
  const money = (amountMinor: number) => ({ amountMinor, currency: "RUB" as const });
  const trigger = {
    kind: "on-balance" as const,
    below: money(10_000),
    topUp: money(30_000),
    perDay: money(60_000),
    coolDownMinutes: 1440,
  };
  visitor.engine.mandates = [
    mandate({
      terms: { ...terms, trigger },
      balanceToldAt: "2026-11-24T06:00:00.000Z",
    }),
  ];
  const page = (await visitor.page(`/mandates/${code("M")}`)).replaceAll("\u00a0", " ");
  expect(page).toContain("Когда остаток меньше 100,00 ₽: пополнение на 300,00 ₽");
  expect(page, "what only bills raise is no term of it").not.toMatch(/если счёт|обычной/iu);
  expect(page).toContain("Получатель сообщил его");
  const edit = await visitor.page(`/mandates/${code("M")}/edit`);
  expect(edit).toContain('value="300"');
  expect(edit).not.toContain('name="when" value="month"');
});

test("bills may be moved to another day by an edit, with the day in what is sent", async () => {
  const path = `/mandates/${code("M")}/edit`;
  visitor.engine.answers.set(`PATCH /v1/mandates/${code("M")}`, () => ({ status: 200, body: mandate() }));
  await visitor.submit(await visitor.page(path), path, {
    ...limits,
    when: "month",
    day: "20",
    dayOff: "next",
  });
  expect(visitor.engine.commands().at(-1)?.body).toMatchObject({
    trigger: { kind: "on-schedule", schedule: { kind: "monthly", day: 20 }, pays: "due" },
  });
});
