import { beforeEach, expect, test } from "vitest";
import { mandateConsentVersion } from "../../web/consent.ts";
import { bill, code, mandate, method, payment } from "./fake-engine.ts";
import { problem } from "./fake-problem.ts";
import { Visitor } from "./visitor.ts";

let visitor: Visitor;

beforeEach(async () => {
  visitor = await new Visitor().signIn();
  const { engine } = visitor;
  engine.methods = [method(), method({ id: code("D"), title: "Mir *2987", mandates: [] })];
  engine.mandates = [mandate()];
  engine.payments = [payment()];
  engine.bills = [bill()];
});

test("a stop names each charge that was already sent, since when, and what becomes of it", async () => {
  visitor.engine.answers.set(`POST /v1/mandates/${code("M")}/cancel`, () => ({
    status: 200,
    body: {
      mandate: mandate({ state: "ended" }),
      stoppedAt: "2026-11-24T10:00:00Z",
      inFlight: [
        {
          payment: code("P"),
          charge: `${code("P")}-1`,
          amount: { amountMinor: 512_345, currency: "RUB" },
          payee: "ГКУ",
          method: null,
          sentAt: "2026-11-24T06:00:00Z",
          state: "unknown",
          next: null,
        },
      ],
    },
  }));
  const path = `/mandates/${code("M")}/cancel`;
  const cancelled = await visitor.submit(await visitor.page(path), path);
  expect(cancelled.headers.get("location")).toBe(`/mandates/${code("M")}`);
  const told = await visitor.page(`/mandates/${code("M")}`);
  expect(told).toContain("Одно списание на 5 123,45 ₽ уже было отправлено: 24 ноября 2026 года, 09:00.");
});

test("a debit whose rail promises a last moment to cancel it shows that moment, the others show none", async () => {
  const page = () => visitor.page(`/mandates/${code("M")}`);
  expect(await page()).not.toContain("позволяет отменить");
  const [debit] = mandate().upcoming;
  if (debit) {
    const upcoming = [{ ...debit, cancelUntil: "2026-11-24T20:59:00.000Z" }];
    visitor.engine.mandates = [mandate({ upcoming })];
  }
  expect(await page()).toContain("Банк позволяет отменить до 24 ноября 2026 года, 23:59.");
});

test("the signed consent is a link on the mandate's page; one of before says why there is none", async () => {
  const path = `/mandates/${code("M")}`;
  expect(await visitor.page(path)).toContain(`href="${path}/consent/1"`);
  visitor.engine.mandates = [mandate({ consent: { version: 1, signed: false } })];
  const page = await visitor.page(path);
  expect(page).not.toContain(`${path}/consent/`);
  expect(page).toContain("Согласие дано раньше, чем согласия стали подписывать.");
});

test("withdrawing a card first names every mandate that stops with it", async () => {
  const html = await visitor.page(`/methods/${code("C")}/withdraw`);
  expect(html).toContain("Вместе с ней остановятся");
  expect(html).toContain("Городские коммунальные услуги, 7700123456");
  expect(visitor.engine.commands()).toEqual([]);
});

function paragraphsOfConsent(page: string): readonly (string | undefined)[] {
  const [, consent = ""] = /id="consent">([\s\S]*?)<\/div>/.exec(page) ?? [];
  return [...consent.matchAll(/<p>([\s\S]*?)<\/p>/g)].map(([, paragraph]) => paragraph);
}

test("a mandate takes three steps; no account number stands in an address; the consent sent is the consent shown", async () => {
  const addresses: string[] = [];
  const follow = async (answer: Response): Promise<string> => {
    const location = answer.headers.get("location") ?? "";
    addresses.push(location);
    return visitor.page(location);
  };
  const what = await visitor.page("/mandates/new?biller=gorod-zhkh");
  const terms = await follow(
    await visitor.submit(what, "/mandates/new", { billerId: "gorod-zhkh", "ref-payerCode": "7700 123-456" }),
  );
  const consent = await follow(
    await visitor.submit(terms, "/mandates/new/terms", {
      method: code("C"),
      fallback: code("D"),
      perPayment: "limited",
      perPaymentLimit: "10 000,50 ₽",
      perPeriod: "month",
      perPeriodLimit: "30000",
      overLimit: "skip",
      lateBill: "pay",
      unusualAmount: "pay",
      noticePack: "demo",
    }),
  );
  visitor.engine.answers.set("POST /v1/mandates", () => ({ status: 201, body: mandate() }));
  const done = await visitor.submit(consent, "/mandates/new/consent");
  expect(done.headers.get("location")).toBe(`/mandates/${code("M")}`);
  expect(addresses.join(" ")).not.toContain("7700123456");
  const [command] = visitor.engine.commands();
  const { consent: sent, ...asked } = command!.body as {
    consent: { text: string; locale: string; version: string };
  };
  expect(asked).toEqual({
    billerId: "gorod-zhkh",
    account: "7700123456",
    methods: [code("C"), code("D")],
    limitPerPayment: { amountMinor: 1_000_050, currency: "RUB" },
    limitPerPeriod: { amount: { amountMinor: 3_000_000, currency: "RUB" }, period: "month" },
    overLimit: "skip",
    lateBill: "pay",
    unusualAmount: "pay",
    noticePack: "demo",
    trigger: { kind: "on-bill" },
  });
  const sentText = sent.text.replaceAll("\u00a0", " ");
  expect(sent).toMatchObject({ locale: "ru", version: mandateConsentVersion });
  const shown = paragraphsOfConsent(consent);
  expect(shown).toEqual(sentText.split("\n\n"));
  for (const promise of [
    "10 000,50 ₽",
    "30 000,00 ₽",
    "MasterCard *4477",
    "Mir *2987",
    "7700123456",
    "отключить",
  ]) {
    expect(sentText).toContain(promise);
  }
});

test("wrong terms are named at their fields and nothing is sent", async () => {
  await visitor.get(`/mandates/new?bill=${code("1")}`);
  const terms = await visitor.page("/mandates/new/terms");
  const answer = await visitor.submit(terms, "/mandates/new/terms", {
    method: "KV-0000-0000-0000",
    perPayment: "limited",
    perPaymentLimit: "много",
    perPeriod: "month",
    perPeriodLimit: "0",
  });
  expect(answer.status).toBe(422);
  const html = await answer.text();
  for (const field of ["method", "perPaymentLimit", "perPeriodLimit"])
    expect(html).toContain(`href="#${field}"`);
  expect(html).toContain('value="много"');
  expect(visitor.engine.commands()).toEqual([]);
});

test("wider terms ask for a fresh consent and are sent only with it", async () => {
  const path = `/mandates/${code("M")}/edit`;
  visitor.engine.answers.set(`PATCH /v1/mandates/${code("M")}`, () => ({
    status: 422,
    body: problem(422, "consent-missing"),
  }));
  const asked = await visitor.submit(await visitor.page(path), path, {
    method: code("C"),
    perPayment: "unlimited",
    perPeriod: "unlimited",
    overLimit: "ask",
    lateBill: "ask",
  });
  expect(asked.headers.get("location")).toBe(`/mandates/${code("M")}/consent`);
  const consent = await visitor.page(`/mandates/${code("M")}/consent`);
  expect(consent).toContain("Сумма одного списания не ограничена");
  visitor.engine.answers.set(`PATCH /v1/mandates/${code("M")}`, () => ({
    status: 200,
    body: mandate({ version: 2 }),
  }));
  await visitor.submit(consent, `/mandates/${code("M")}/consent`);
  expect(visitor.engine.commands().at(-1)?.body).toMatchObject({
    limitPerPayment: "unlimited",
    limitPerPeriod: "unlimited",
    consent: { version: mandateConsentVersion },
  });
});

test("a pause until a day ends at its midnight on the payer’s clock", async () => {
  const page = await visitor.page(`/mandates/${code("M")}`);
  const path = `/mandates/${code("M")}/pause`;
  visitor.engine.answers.set(`POST /v1${path}`, () => ({
    status: 200,
    body: { mandate: mandate({ state: "paused" }), stoppedAt: "2026-11-24T10:00:00Z", inFlight: [] },
  }));
  await visitor.submit(page, path, { until: "2027-01-15" });
  expect(visitor.engine.commands()[0]?.body).toEqual({ until: "2027-01-14T21:00:00.000Z" });
  expect((await visitor.submit(page, path, { until: "31.12.2026" })).status).toBe(422);
});

test("a mandate on a schedule says when, how much, what a day off means, and that a day is not decreed yet", async () => {
  const { engine } = visitor;
  const { terms } = mandate();
  const scheduled = (certainty: "decreed" | "not-decreed-yet") =>
    mandate({
      terms: {
        ...terms,
        trigger: {
          kind: "on-schedule",
          schedule: { kind: "monthly", day: 31 },
          pays: { amountMinor: 50_000, currency: "RUB" },
          nonWorkingDay: { rule: "next", country: "RU" },
        },
      },
      nextRun: {
        nominal: "2027-12-31",
        debitOn: "2028-01-10",
        certainty,
        announcedAt: "2028-01-09T05:00:00.000Z",
      },
    });
  engine.mandates = [scheduled("not-decreed-yet")];
  const uncertain = await visitor.page(`/mandates/${code("M")}`);
  for (const words of [
    "31-го числа каждого месяца, 500,00",
    "Списать в следующий рабочий день",
    "10 января 2028",
    "ещё не объявлены",
  ])
    expect(uncertain.replaceAll("\u00a0", " ")).toContain(words);
  engine.mandates = [scheduled("decreed")];
  const certain = await visitor.page(`/mandates/${code("M")}`);
  expect(certain).toContain("Следующее списание");
  expect(certain).not.toContain("ещё не объявлены");
  engine.mandates = [mandate()];
  expect(await visitor.page(`/mandates/${code("M")}`)).not.toContain("Следующее списание");
});
