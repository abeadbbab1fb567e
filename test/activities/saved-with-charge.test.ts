import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Gateway } from "../../adapters/gateways/port.ts";
import { saveWithCharge } from "../../db/queries/payments.ts";
import { sweep } from "../../loops/sweeper.ts";
import type { MethodKind, MethodUse } from "../../domain/capability-matrix.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { recordingLog, recordingStarter } from "../support/engine-starter.ts";
import {
  charge,
  duePayment,
  makeMandate,
  makePayer,
  makeResident,
  payNow,
  pushBill,
  toldTo,
} from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterEach(() => engine.bank.disarm());
afterAll(() => engine.close());

type Saving = {
  readonly residentId: string;
  readonly paymentId: string;
  readonly chargeId: string;
  readonly methodId: string;
};

const everyUse = ["pay-now", "batch", "mandate"] as const;

/** A payment by hand, with what is taken for it to be saved: nothing is sent yet. */
async function payAndSave(kind: MethodKind, uses: readonly MethodUse[] = everyUse): Promise<Saving> {
  const { db } = engine;
  const { residentId, account } = await makePayer(engine);
  await sql`update billers set allowed_methods = '{bank_card,sbp,yoo_money,sberbank,tinkoff_bank,mobile_balance}'`.execute(
    db,
  );
  const { billId } = await pushBill(db, { account: `${account}-once` });
  const { paymentId = "" } = await payNow(db, { billId, residentId, kind });
  const methodId = (await saveWithCharge(db, { paymentId, kind, uses })) ?? "";
  return { residentId, paymentId, chargeId: `${paymentId}-1`, methodId };
}

/** The payer confirms at the bank. */
async function confirmAtBank(chargeId: string): Promise<void> {
  const { object_id: id } = await charge(engine.db, chargeId);
  await engine.bank.settle(id ?? "", "succeeded");
}

async function methodRow(id: string) {
  return engine.db.selectFrom("methods").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
}

async function savedMethodsOf(residentId: string): Promise<readonly string[]> {
  const rows = await engine.db
    .selectFrom("methods")
    .select("id")
    .where("resident_id", "=", residentId)
    .where("state", "=", "active")
    // the payer's card that every story begins with
    .where("title", "<>", "Bank card *4444")
    .execute();
  return rows.map(({ id }) => id);
}

/** The same adapter, whose answers are changed before we see them. */
function gatewayWith(change: (method: NonNullable<SeenMethod>) => SeenMethod): Gateway {
  return {
    ...engine.gateway,
    async lookUpCharge(request) {
      const answer = await engine.gateway.lookUpCharge(request);
      if (answer.kind !== "seen" || answer.sighting.method === undefined) return answer;
      const method = change(answer.sighting.method);
      const { method: _, ...sighting } = answer.sighting;
      return { kind: "seen", sighting: method === undefined ? sighting : { ...sighting, method } };
    },
  };
}
type SeenMethod = Extract<
  Awaited<ReturnType<Gateway["lookUpCharge"]>>,
  { kind: "seen" }
>["sighting"]["method"];

describe("what a payer wants saved is saved by the evidence that the gateway did", () => {
  test.each(["yoo_money", "sberbank", "tinkoff_bank", "sbp", "bank_card"] as const)(
    "%s: asked for in the request, active once the bank says saved, its token sealed with its own id",
    async (kind) => {
      const { paymentId, chargeId, methodId, residentId } = await payAndSave(kind);
      await engine.charge(paymentId);
      expect(await methodRow(methodId), "nobody has said so yet").toMatchObject({
        state: "binding",
        token: null,
      });
      await confirmAtBank(chargeId);
      expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid" });
      const saved = await methodRow(methodId);
      expect(saved).toMatchObject({
        state: "active",
        kind,
        resident_id: residentId,
        uses: everyUse,
        gateway: "yookassa",
      });
      const token = engine.sealer.open(saved.token as Buffer, methodId).toString("utf8");
      const { object_id: objectId } = await charge(engine.db, chargeId);
      expect(token).toBe(objectId);
      expect(saved.token?.toString("latin1")).not.toContain(token);
      expect(saved.title).not.toBeNull();
      expect(await toldTo(engine.db, residentId)).toEqual(expect.arrayContaining(["paid", "card-bound"]));
    },
  );

  test("the look and the bell at once: the same", async () => {
    const { paymentId, chargeId, methodId } = await payAndSave("yoo_money");
    await engine.charge(paymentId);
    await confirmAtBank(chargeId);
    await Promise.all([engine.lookUp(chargeId), engine.lookUp(chargeId)]);
    expect(await methodRow(methodId)).toMatchObject({ state: "active" });
  });

  test("the same evidence any number of times makes one method, and tells its owner once", async () => {
    const { paymentId, chargeId, residentId, methodId } = await payAndSave("sberbank");
    await engine.charge(paymentId);
    await confirmAtBank(chargeId);
    await Promise.all([1, 2, 3, 4].map(() => engine.lookUp(chargeId)));
    await engine.lookUp(chargeId);
    expect(await savedMethodsOf(residentId)).toEqual([methodId]);
    expect((await toldTo(engine.db, residentId)).filter((event) => event === "card-bound")).toHaveLength(1);
  });

  test("an answer that was lost: found by the look, saved all the same", async () => {
    const { paymentId, chargeId, methodId } = await payAndSave("tinkoff_bank");
    await engine.bank.arm({ kind: "commit-then-drop" }, { chargeId });
    expect(await engine.charge(paymentId)).toMatchObject({ charge: "unknown" });
    await engine.lookUp(chargeId);
    await confirmAtBank(chargeId);
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid" });
    expect(await methodRow(methodId)).toMatchObject({ state: "active" });
  });

  test("a wallet reaches a mandate by this, and pays the next bill without its owner", async () => {
    const { paymentId, chargeId, methodId, residentId } = await payAndSave("yoo_money", ["mandate"]);
    await engine.charge(paymentId);
    await confirmAtBank(chargeId);
    await engine.lookUp(chargeId);
    const account = `account-of-${residentId}`;
    await makeMandate(engine.db, { residentId, account, methods: [methodId] });
    const due = await duePayment(engine.db, { account });
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid", charge: "charged" });
    expect(await charge(engine.db, due.chargeId)).toMatchObject({
      method_id: methodId,
      initiated_by: "mit",
      kind: "yoo_money",
    });
    expect(await engine.bank.debits(due.paymentId)).toHaveLength(1);
  });
});

describe("nothing else saves anything", () => {
  test("the payer's account alone remembers it: without a consent here nothing is kept", async () => {
    const { db } = engine;
    const { residentId, account } = await makePayer(engine);
    const { billId } = await pushBill(db, { account: `${account}-once` });
    const { paymentId = "" } = await payNow(db, { billId, residentId, kind: "yoo_money" });
    await engine.charge(paymentId);
    await confirmAtBank(`${paymentId}-1`);
    const claims = gatewayWith((method) => ({ ...method, saved: true }));
    expect(await engine.lookUp(`${paymentId}-1`, claims)).toMatchObject({ payment: "paid" });
    expect(await savedMethodsOf(residentId)).toEqual([]);
  });

  test.each([
    ["the bank took the money and did not save it", (method: object) => ({ ...method, saved: false })],
    ["the answer names no method", () => undefined],
    [
      "what was saved is of another kind than was agreed to",
      (method: object) => ({ ...method, kind: "sbp" }),
    ],
  ] as const)("%s: paid, and the row ends as not saved", async (_, change) => {
    const { paymentId, chargeId, methodId, residentId } = await payAndSave("yoo_money");
    await engine.charge(paymentId);
    await confirmAtBank(chargeId);
    const gateway = gatewayWith(change as Parameters<typeof gatewayWith>[0]);
    expect(await engine.lookUp(chargeId, gateway)).toMatchObject({ payment: "paid" });
    expect(await methodRow(methodId)).toMatchObject({
      state: "withdrawn",
      state_reason: "not-saved",
      token: null,
    });
    expect(await savedMethodsOf(residentId)).toEqual([]);
  });

  test("the payer refused at the bank: no money, nothing saved", async () => {
    const { paymentId, chargeId, methodId } = await payAndSave("sberbank");
    await engine.charge(paymentId);
    const { object_id: id } = await charge(engine.db, chargeId);
    await engine.bank.settle(id ?? "", "canceled");
    expect(await engine.lookUp(chargeId)).toMatchObject({ charge: "not-charged" });
    expect(await methodRow(methodId)).toMatchObject({ state: "withdrawn", state_reason: "not-saved" });
  });

  test("the gate refused the charge: nothing was sent, nothing is saved", async () => {
    const { paymentId, methodId } = await payAndSave("sberbank");
    await sql`update billers set allowed_methods = '{bank_card}'`.execute(engine.db);
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await methodRow(methodId)).toMatchObject({ state: "withdrawn", state_reason: "not-saved" });
  });

  test("its owner took the consent back before the bank answered: it stays withdrawn", async () => {
    const { paymentId, chargeId, methodId, residentId } = await payAndSave("yoo_money");
    await engine.charge(paymentId);
    await sql`select withdraw_method(${methodId}, ${residentId})`.execute(engine.db);
    await confirmAtBank(chargeId);
    await engine.lookUp(chargeId);
    expect(await methodRow(methodId)).toMatchObject({ state: "withdrawn", token: null });
    await sweep({ db: engine.db, starter: recordingStarter(), log: recordingLog() }, 0);
    expect(await savedMethodsOf(residentId)).toEqual([]);
  });

  test("a row of another person never takes what this one's charge saved, whatever any code says", async () => {
    const mine = await payAndSave("yoo_money");
    const stranger = await makeResident(engine.db);
    const theirs = await engine.db
      .insertInto("methods")
      .values({
        resident_id: stranger,
        gateway: "yookassa",
        state: "binding",
        kind: "yoo_money",
        livemode: false,
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    await expect(
      sql`update instructions set saves_method_id = ${theirs.id} where payment_id = ${mine.paymentId}`.execute(
        engine.db,
      ),
    ).rejects.toThrow("instructions_save_their_own");
  });

  test("a phone account cannot be saved, nor what is saved already", async () => {
    await expect(payAndSave("mobile_balance")).rejects.toThrow("instructions_save_what_is_not_saved");
    const { residentId, methodId, account } = await makePayer(engine);
    const { billId } = await pushBill(engine.db, { account: `${account}-saved` });
    const { paymentId = "" } = await payNow(engine.db, { billId, residentId, methodId });
    expect(await saveWithCharge(engine.db, { paymentId, kind: "bank_card", uses: everyUse })).toBeNull();
  });
});
