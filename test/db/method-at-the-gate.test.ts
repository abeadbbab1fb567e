import * as fc from "fast-check";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  CAPABILITY_MATRIX,
  gateCapabilities,
  METHOD_KINDS,
  type MethodKind,
  METHOD_USES,
  WALLETS,
} from "../../domain/capability-matrix.ts";
import { judgeOneOff, judgeSavedMethod } from "../../domain/method.ts";
import { CURRENCIES } from "../../domain/money.ts";
import { confirmPayment, keepPhone } from "../../db/queries/payments.ts";
import { charge, makePayer, payment, payNow, pushBill } from "../support/rows.ts";
import { askGate, type Due, makeDue, type MoneyCore, openMoneyCore } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterEach(async () => {
  await sql`update billers set allowed_methods = '{bank_card}', section = 'main', gateway = 'yookassa'`.execute(
    core.db,
  );
});
afterAll(() => core.close());

/** The gate as the charge activity asks it: with the rules of the payment's gateway. */
const askWithRules = (due: Due, gateway = "yookassa") => {
  const rules = { gateway, capabilities: gateCapabilities(gateway) };
  return askGate(core.db, due.paymentId, rules);
};

const change = (due: Due, set: ReturnType<typeof sql>) =>
  sql`update methods set ${set} where id = ${due.methodId}`.execute(core.db);

describe("the matrix at the gate", () => {
  test("what it allows passes", async () => {
    expect(await askWithRules(await makeDue(core))).toMatchObject({ verdict: "passed" });
  });

  test.each<[string, (due: Due) => Promise<unknown>]>([
    ["a phone account in a mandate", (due) => change(due, sql`kind = 'mobile_balance'`)],
    ["a kind that the gateway does not take", (due) => change(due, sql`kind = 'gold'`)],
    ["a wallet where the gateway takes none", (due) => change(due, sql`wallet = 'apple_pay'`)],
    ["a card that was saved for other payments", (due) => change(due, sql`uses = '{pay-now}'`)],
  ])("%s: asked for another method, nothing sent", async (_, prepare) => {
    const due = await makeDue(core);
    await sql`update billers set allowed_methods = '{bank_card,mobile_balance,gold}'`.execute(core.db);
    await prepare(due);
    expect(await askWithRules(due)).toMatchObject({ verdict: "asked", check: "method", need: "new-method" });
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "needs-payer", need: "new-method" });
  });

  test.each([
    ["one kopeck below the least", 99],
    ["one above the most", 35_000_001],
  ])("%s of the method: asked", async (_, amountMinor) => {
    const due = await makeDue(core, { bill: { amountMinor } });
    expect(await askWithRules(due)).toMatchObject({ verdict: "asked", check: "method" });
  });

  test("nothing of additional payments by Apple Pay, also when the wallet's card is asked for it later", async () => {
    const due = await makeDue(core);
    await sql`update billers set gateway = 'stripe', section = 'additional'`.execute(core.db);
    await sql`update payments set gateway = 'stripe' where id = ${due.paymentId}`.execute(core.db);
    await change(due, sql`gateway = 'stripe', wallet = 'apple_pay'`);
    expect(await askWithRules(due, "stripe")).toMatchObject({ verdict: "asked", check: "method" });
  });

  test("an amount that one method cannot carry goes to the next consented one, announced anew", async () => {
    const due = await makeDue(core, { cards: 2, bill: { amountMinor: 1_600_000 } });
    const second = await core.db
      .selectFrom("methods")
      .select("id")
      .where("resident_id", "=", due.residentId)
      .where("id", "<>", due.methodId)
      .executeTakeFirstOrThrow();
    const { bank_card: card } = gateCapabilities("yookassa");
    if (card === undefined) throw new Error("no rule for cards");
    const narrow = { ...card, amounts: { RUB: { leastMinor: 1, mostMinor: 100 } } };
    await change(due, sql`kind = 'sbp'`);
    await sql`update billers set allowed_methods = '{bank_card,sbp}'`.execute(core.db);
    const asked = await askGate(core.db, due.paymentId, {
      capabilities: { bank_card: card, sbp: narrow },
    });
    expect(asked).toMatchObject({ verdict: "not-now", reason: "another method" });
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "scheduled", method_id: second.id });
  });
});

describe("taken for one payment without saving it", () => {
  /** A payment by hand; `phone`: a number was named. */
  async function once(
    kind: MethodKind,
    change: { readonly phone?: boolean; readonly amountMinor?: number } = {},
  ) {
    const { amountMinor = 512_345 } = change;
    const payer = await makePayer(core);
    const { billId } = await pushBill(core.db, { account: `${payer.account}-once`, amountMinor });
    const { residentId } = payer;
    const { paymentId = "" } = await payNow(core.db, { billId, residentId, kind, amountMinor });
    if (change.phone === true) {
      await keepPhone(core.db, { paymentId, phone: core.sealer.seal("+79160000000", paymentId) });
    }
    return paymentId;
  }
  const takes = (...kinds: readonly MethodKind[]) =>
    sql`update billers set allowed_methods = ${[...kinds]}::text[]`.execute(core.db);
  const ask = (paymentId: string, gateway = "yookassa") =>
    askGate(core.db, paymentId, { capabilities: gateCapabilities(gateway) });

  test("a kind that the biller takes passes, and the charge names it", async () => {
    await takes("bank_card", "sbp");
    const paymentId = await once("sbp");
    expect(await ask(paymentId)).toMatchObject({ verdict: "passed" });
    expect(await charge(core.db, `${paymentId}-1`)).toMatchObject({ kind: "sbp", method_id: null });
  });

  test.each<[string, () => Promise<string>, string]>([
    ["not on the biller's list", () => once("yoo_money"), "yookassa"],
    [
      "above the most of the kind",
      () => once("mobile_balance", { phone: true, amountMinor: 1_500_001 }),
      "yookassa",
    ],
    ["a phone account without its number", () => once("mobile_balance"), "yookassa"],
    ["where a method is bound first", () => once("bank_card"), "stripe"],
    ["a kind that the gateway does not know", () => once("sbp"), "stripe"],
  ])("%s: refused, nothing sent, the payer told", async (_, pay, gateway) => {
    await takes("bank_card", "sbp", "mobile_balance");
    const paymentId = await pay();
    expect(await ask(paymentId, gateway)).toMatchObject({ verdict: "ended", check: "method" });
    expect(await payment(core.db, paymentId)).toMatchObject({ state: "closed", outcome: "gave-up" });
  });

  test("a phone account with its number passes", async () => {
    await takes("mobile_balance");
    expect(await ask(await once("mobile_balance", { phone: true }))).toMatchObject({ verdict: "passed" });
  });

  test("who asks without the matrix gets cards only", async () => {
    await takes("bank_card", "sbp");
    expect(await askGate(core.db, await once("sbp"))).toMatchObject({ verdict: "ended" });
    expect(await askGate(core.db, await once("bank_card"))).toMatchObject({ verdict: "passed" });
  });

  test("while one waits, the same kind is the same wish, another kind is offered when it is final", async () => {
    await takes("bank_card", "sbp");
    const paymentId = await once("sbp");
    await ask(paymentId);
    const { resident_id: residentId } = await payment(core.db, paymentId);
    const wish = {
      paymentId,
      residentId,
      methodId: null,
      amountMinor: 512_345,
      payeeHash: "x",
      signIn: "oidc",
      ip: null,
    };
    const again = await confirmPayment(core.db, { ...wish, kind: "sbp" });
    expect(again).toMatchObject({ state: "charging" });
    const other = await confirmPayment(core.db, { ...wish, kind: "bank_card" });
    expect(other).toMatchObject({ refused: "first-not-final" });
  });

  test("the database's judgement of a kind is the domain's", async () => {
    const due = await makeDue(core);
    for (const kind of METHOD_KINDS)
      for (const gateway of Object.keys(CAPABILITY_MATRIX))
        for (const allowed of [[kind], ["bank_card"]] as const)
          for (const amountMinor of [1, 99, 1_000, 5_000, 1_500_001, 70_000_001, 100_000_000]) {
            const taker = { gateway, section: "main", allowedMethods: allowed };
            const judged = judgeOneOff(kind, { taker, amount: { amountMinor, currency: "RUB" } });
            await sql`update billers set allowed_methods = ${[...allowed]}::text[]`.execute(core.db);
            const caps = JSON.stringify(gateCapabilities(gateway));
            const { rows } = await sql<{
              why: string | null;
            }>`select one_off_refusal(${kind}, jsonb_populate_record(p,
                jsonb_build_object('amount_minor', ${amountMinor}::bigint)), 'pay-now', ${caps}::jsonb) as why
              from payments p where id = ${due.paymentId}`.execute(core.db);
            const expected = judged === null ? "method-needed" : judged.allowed ? null : judged.why[0];
            expect({ kind, gateway, allowed, amountMinor, why: rows[0]?.why }).toEqual({
              kind,
              gateway,
              allowed,
              amountMinor,
              why: expected,
            });
          }
  });
});

/** Runs as often as the environment asks: a few hundred in `npm test`. */
const SAMPLES = Number(process.env["KVITOK_METHOD_SAMPLES"] ?? 300);

test("the database's judgement of a saved method is the domain's, whatever is asked", async () => {
  const due = await makeDue(core);
  const gateways = Object.keys(CAPABILITY_MATRIX);
  const asked = fc.record({
    gateway: fc.constantFrom(...gateways, "another"),
    payeeAt: fc.constantFrom(...gateways),
    kind: fc.constantFrom(...METHOD_KINDS),
    wallet: fc.option(fc.constantFrom(...WALLETS)),
    uses: fc.subarray([...METHOD_USES]),
    use: fc.constantFrom(...METHOD_USES),
    section: fc.constantFrom("main", "additional"),
    allowed: fc.subarray([...METHOD_KINDS], { minLength: 1 }),
    amountMinor: fc.constantFrom(
      1,
      49,
      50,
      99,
      100,
      999,
      1_000,
      5_000,
      512_345,
      1_500_001,
      35_000_001,
      100_000_000,
    ),
    currency: fc.constantFrom(...CURRENCIES),
  });
  const cases = fc.sample(asked, SAMPLES);
  const rows = cases.map((one) => ({ ...one, caps: gateCapabilities(one.payeeAt) }));
  const { rows: judged } = await sql<{ fine: boolean }>`
    select judge_one(x.value) as fine from jsonb_array_elements(${JSON.stringify(rows)}::jsonb) with ordinality x(value, n) order by n`.execute(
    await withJudge(due),
  );
  cases.forEach((one, index) => {
    const { gateway, kind, wallet, uses, use, section, amountMinor, currency } = one;
    const taker = { gateway: one.payeeAt, section, allowedMethods: one.allowed };
    const amount = { amountMinor, currency };
    const { allowed } = judgeSavedMethod({ gateway, kind, wallet, uses }, { taker, use, amount });
    expect({ one, allowed }).toEqual({ one, allowed: judged[index]?.fine });
  });
});

/** A function of this test's database that puts one case into rows in memory and asks the gate's own rule about them. */
async function withJudge(due: Due): Promise<MoneyCore["db"]> {
  await sql`create function judge_one(x jsonb) returns boolean language plpgsql as $$
    declare t methods; p payments;
    begin
      select * into t from methods where id = ${sql.lit(due.methodId)};
      select * into p from payments where id = ${sql.lit(due.paymentId)};
      update billers set allowed_methods = array(select jsonb_array_elements_text(x->'allowed')), section = x->>'section';
      t.gateway := x->>'gateway'; t.kind := x->>'kind'; t.wallet := x->>'wallet';
      t.uses := array(select jsonb_array_elements_text(x->'uses'));
      p.gateway := x->>'payeeAt'; p.amount_minor := (x->>'amountMinor')::bigint; p.currency := x->>'currency';
      return method_refusal(t, p, x->>'use', x->'caps') is null;
    end $$`.execute(core.db);
  return core.db;
}
