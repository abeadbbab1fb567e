import { beforeEach, describe, expect, test } from "vitest";
import { savingParagraphs } from "../../web/consent.ts";
import { writtenPhone } from "../../web/written-phone.ts";
import { bill, charge, code, method, payment } from "./fake-engine.ts";
import { problem } from "./fake-problem.ts";
import { Visitor } from "./visitor.ts";

let visitor: Visitor;
const payPath = `/bills/${code("1")}/pay`;
const why = [{ code: "amount-above-most" as const, detail: "Сумма больше наибольшей для этого способа." }];

beforeEach(async () => {
  visitor = await new Visitor().signIn();
  visitor.engine.bills = [bill()];
  visitor.engine.methods = [method()];
  visitor.engine.choice = {
    once: [
      { kind: "bank_card", allowed: true, whyNot: [], needsPhone: false, savable: true },
      { kind: "sbp", allowed: true, whyNot: [], needsPhone: false, savable: true },
      { kind: "yoo_money", allowed: false, whyNot: why, needsPhone: false, savable: true },
      { kind: "mobile_balance", allowed: true, whyNot: [], needsPhone: true, savable: false },
    ],
  };
  const paid = payment({ state: "charging", mandateId: null, route: "manual", once: "sbp" });
  visitor.engine.answers.set("POST /v1/payments", () => ({ status: 201, body: paid }));
});

const sent = () => visitor.engine.commands().at(-1)?.body;

describe("paying once without saving anything", () => {
  test("beside the saved cards stands what this bill takes, in both languages, and the rest with its reason", async () => {
    const ru = await visitor.page(payPath);
    expect(ru).toContain('value="once:sbp"');
    expect(ru).toContain('value="once:mobile_balance"');
    expect(ru).not.toContain('value="once:yoo_money"');
    expect(ru).toContain("Сумма больше наибольшей для этого способа.");
    expect(ru).toContain('<label for="phone">Номер для оплаты со счёта телефона</label>');
    const en = await (await visitor.get(`${payPath}?lang=en`)).text();
    expect(en).toContain("Phone account");
    expect(en).toContain("The operator asks you by SMS");
  });

  test("a gateway without phone accounts asks for no number", async () => {
    visitor.engine.choice = { once: [] };
    expect(await visitor.page(payPath)).not.toContain('name="phone"');
  });

  test("the chosen kind is sent, a number only with the phone account, as programs write it", async () => {
    const page = await visitor.page(payPath);
    await visitor.submit(page, payPath, { method: "once:sbp", phone: "8 (916) 123-45-67" });
    expect(sent()).toMatchObject({ methodId: null, kind: "sbp" });
    expect(sent()).not.toHaveProperty("phone");
    await visitor.submit(page, payPath, { method: "once:mobile_balance", phone: "8 (916) 123-45-67" });
    expect(sent()).toMatchObject({ methodId: null, kind: "mobile_balance", phone: "+79161234567" });
    await visitor.submit(page, payPath, { method: "other-card" });
    expect(sent()).not.toHaveProperty("kind");
  });

  test("what is wrong with the number stands at the number, and what was chosen and written is still there", async () => {
    const detail = "Для оплаты со счёта телефона нужен номер.";
    visitor.engine.answers.set("POST /v1/payments", () => ({
      status: 422,
      body: problem(422, "phone-needed", { errors: [{ field: "phone", code: "phone-needed", detail }] }),
    }));
    const fields = { method: "once:mobile_balance", phone: "пять" };
    const answer = await visitor.submit(await visitor.page(payPath), payPath, fields);
    expect(answer.status).toBe(422);
    const html = await answer.text();
    expect(html).toContain('<a href="#phone">');
    expect(html).toMatch(/id="phone-problem">Для оплаты/);
    expect(html).toContain('value="пять"');
    expect(html).toMatch(/value="once:mobile_balance" checked/);
  });
});

describe("saving what a payment is paid with", () => {
  test("nothing is ticked by itself; what can be saved is named, and the text that is agreed to stands there, in both languages", async () => {
    const ru = await visitor.page(payPath);
    expect(ru).toContain('<legend id="save">Сохранить на будущее</legend>');
    expect(ru).toContain("Можно сохранить: Банковская карта, СБП.");
    expect(ru).not.toMatch(/type="checkbox"[^>]*checked/);
    for (const paragraph of savingParagraphs("ru")) expect(ru).toContain(paragraph);
    const en = await (await visitor.get(`${payPath}?lang=en`)).text();
    expect(en).toContain("For payments that I start myself");
    for (const paragraph of savingParagraphs("en")) expect(en).toContain(paragraph);
  });

  test("where nothing can be saved nobody is asked", async () => {
    visitor.engine.choice = {
      once: [{ kind: "mobile_balance", allowed: true, whyNot: [], needsPhone: true, savable: false }],
    };
    expect(await visitor.page(payPath)).not.toContain('name="save"');
  });

  test("what is ticked is sent with the very text that was shown; nothing ticked, nothing sent", async () => {
    const page = await visitor.page(payPath);
    await visitor.submit(page, payPath, { method: "once:sbp", save: "mandate" });
    expect(sent()).toMatchObject({
      kind: "sbp",
      save: {
        uses: ["mandate"],
        consent: {
          locale: "ru",
          version: "saving-2026-11",
          text: ["Сохранить на будущее", "☑ Для автоплатежа", ...savingParagraphs("ru")].join("\n\n"),
        },
      },
    });
    await visitor.submit(page, payPath, { method: "other-card", save: "pay-now" });
    expect(sent()).toMatchObject({ methodId: null, save: { uses: ["pay-now", "batch"] } });
    await visitor.submit(page, payPath, { method: "once:sbp" });
    expect(sent()).not.toHaveProperty("save");
    await visitor.submit(page, payPath, { method: code("C"), save: "mandate" });
    expect(sent(), "a saved card is not saved once more").not.toHaveProperty("save");
  });

  test("why it cannot be saved stands at the box, and what was ticked is still ticked", async () => {
    const detail = "Этот способ не сохраняется, поэтому для автоплатежа он не годится.";
    visitor.engine.answers.set("POST /v1/payments", () => ({
      status: 422,
      body: problem(422, "not-saved-there", { errors: [{ field: "save", code: "not-saved-there", detail }] }),
    }));
    const answer = await visitor.submit(await visitor.page(payPath), payPath, {
      method: "once:sbp",
      save: "mandate",
    });
    const html = await answer.text();
    expect(html).toContain('<a href="#save">');
    expect(html).toMatch(/id="save-problem">Этот способ не сохраняется/);
    expect(html).toMatch(/value="mandate" checked/);
  });

  test.each([
    ["binding", "Сохраним, как только платёж пройдёт", "Saved as soon as the payment went through"],
    ["active", "Сохранено: ЮMoney 4100", "Saved: ЮMoney 4100"],
    ["withdrawn", "Не сохранено", "Not saved"],
  ] as const)("the payment's page tells what became of it: %s", async (state, ru, en) => {
    const title = state === "active" ? "ЮMoney 4100" : null;
    const saving = { methodId: code("S"), state, title, uses: ["mandate" as const] };
    visitor.engine.payments = [payment({ state: "paid", mandateId: null, once: "yoo_money", saving })];
    const path = `/payments/${code("P")}`;
    expect(await visitor.page(path)).toContain(ru);
    expect(await (await visitor.get(`${path}?lang=en`)).text()).toContain(en);
  });
});

describe("a payment from a phone account", () => {
  test("waits for an SMS until its deadline: no button to a bank, in both languages", async () => {
    visitor.engine.payments = [
      payment({
        state: "charging",
        mandateId: null,
        once: "mobile_balance",
        charges: [charge({ state: "challenged", kind: "mobile_balance", confirmBy: "2026-11-24T10:00:00Z" })],
      }),
    ];
    const path = `/payments/${code("P")}`;
    const ru = await visitor.page(path);
    expect(ru).toContain("Подтвердите платёж в СМС");
    expect(ru).toContain("Подтвердить можно до");
    expect(ru).toContain("Счёт телефона");
    expect(ru).not.toContain(`${path}/bank`);
    const en = await (await visitor.get(`${path}?lang=en`)).text();
    expect(en).toContain("Confirm the payment by SMS");
  });
});

test.each([
  ["8 (916) 123-45-67", "+79161234567"],
  ["+7 916 123 45 67", "+79161234567"],
  ["916 1234567", "+79161234567"],
  ["+49 170 1234567", "+491701234567"],
  ["пять", "пять"],
  ["", ""],
])("the number %j is written %j", (text, written) => {
  expect(writtenPhone(text)).toBe(written);
});
