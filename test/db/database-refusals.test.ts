import { randomUUID } from "node:crypto";
import { type RawBuilder, sql, type Transaction } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DB } from "../../db/generated/database.ts";
import { livingNotice, makeMandate, makePayer, payNow, planBillFor } from "../support/rows.ts";
import {
  askGate,
  type Due,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
} from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const CHECK = { code: "23514" };
const UNIQUE = { code: "23505" };

/** What code that forgot everything might write beside the gate. */
async function writeCharge(
  transaction: Transaction<DB>,
  due: Due,
  change: Readonly<Record<string, string | number | null>> = {},
): Promise<void> {
  const notice = await livingNotice(transaction, due.paymentId);
  const row = {
    id: due.chargeId,
    payment_id: due.paymentId,
    ordinal: 1,
    gateway: "yookassa",
    merchant_account: "shop-1",
    initiated_by: "mit",
    method_id: due.methodId,
    notice_id: notice?.id ?? null,
    instruction_id: null,
    amount_minor: notice?.amount_minor ?? 512_345,
    currency: "RUB",
    payee_hash: notice?.payee_hash ?? "",
    bill_version: 1,
    idempotency_key: randomUUID(),
    request_hash: "hash",
    state: "sending",
    ...change,
  };
  await sql`insert into charges select r.* from jsonb_populate_record(null::charges, ${JSON.stringify({
    ...row,
    transmissions: 1,
    unanswered: 0,
    looks: 0,
    scans_empty: 0,
    first_sent_at: new Date().toISOString(),
    last_sent_at: new Date().toISOString(),
    lease_until: new Date().toISOString(),
  })}::jsonb) r`.execute(transaction);
}

const writePass = (chargeId: string, transmission: number): RawBuilder<unknown> =>
  sql`insert into gate_passes (charge_id, transmission, checks) values (${chargeId}, ${transmission}, '{}')`;

function inOne(work: (transaction: Transaction<DB>) => Promise<unknown>): Promise<unknown> {
  return core.db.transaction().execute(work);
}

describe("a charge without a permission is refused, whoever writes it", () => {
  test("equal to its accepted notice and with its gate row it is written: the refusals below are no accident", async () => {
    const due = await makeDue(core);
    await inOne(async (transaction) => {
      await writeCharge(transaction, due);
      await writePass(due.chargeId, 1).execute(transaction);
    });
  });

  const changes: readonly (readonly [string, (due: Due) => Promise<Parameters<typeof writeCharge>[2]>])[] = [
    ["without notice and instruction", async () => ({ notice_id: null })],
    ["with another amount", async () => ({ amount_minor: 512_346 })],
    ["with a smaller amount", async () => ({ amount_minor: 1 })],
    ["in another currency", async () => ({ currency: "USD" })],
    ["to another payee", async () => ({ payee_hash: "another" })],
    [
      "with a card that the notice does not name",
      async () => ({ method_id: (await makePayer(core)).methodId }),
    ],
    ["with a card of the payer's choice", async () => ({ method_id: null })],
    [
      "with the notice of another payment",
      async () => {
        const other = await makeDue(core);
        return { notice_id: (await livingNotice(core.db, other.paymentId))?.id ?? null };
      },
    ],
    ["called the payer's own, but on a notice", async () => ({ initiated_by: "cit" })],
    [
      "with the instruction for another payment",
      async () => ({
        initiated_by: "cit",
        notice_id: null,
        instruction_id: await instructionOf(await makeDue(core)),
      }),
    ],
  ];
  test.each(changes)("%s", async (_name, change) => {
    const due = await makeDue(core);
    const changed = await change(due);
    await expect(
      inOne(async (transaction) => {
        await writeCharge(transaction, due, changed);
        await writePass(due.chargeId, 1).execute(transaction);
      }),
    ).rejects.toMatchObject(CHECK);
  });

  test.each([
    ["still waits for its acceptance", sql`state = 'queued', accepted_at = null`],
    ["is void", sql`state = 'void'`],
  ])("on a notice that %s", async (_name, set) => {
    const due = await makeDue(core);
    const notice = await livingNotice(core.db, due.paymentId);
    await sql`update notices set ${set} where id = ${notice?.id}`.execute(core.db);
    const write = inOne(async (transaction) => {
      await writeCharge(transaction, due, { notice_id: notice?.id ?? null });
      await writePass(due.chargeId, 1).execute(transaction);
    });
    await expect(write).rejects.toMatchObject(CHECK);
  });

  async function instructionOf(due: Due): Promise<string> {
    const { paymentId = "" } = await payNow(core.db, due);
    const row = core.db.selectFrom("instructions").select("id").where("payment_id", "=", paymentId);
    return (await row.executeTakeFirstOrThrow()).id;
  }
});

describe("nothing leaves without its gate row", () => {
  test("a charge without one is refused at the commit", async () => {
    const due = await makeDue(core);
    await expect(inOne((transaction) => writeCharge(transaction, due))).rejects.toMatchObject(CHECK);
  });

  test("a second transmission counted without one is refused at the commit", async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    const again = sql`update charges set transmissions = 2 where id = ${due.chargeId}`;
    await expect(again.execute(core.db)).rejects.toMatchObject(CHECK);
  });

  test("one transmission has one row", async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await expect(writePass(due.chargeId, 1).execute(core.db)).rejects.toMatchObject(UNIQUE);
  });
});

describe("one debt, one payment, one charge", () => {
  test.each(["sending", "challenged", "pending", "held", "unknown"])(
    "a second charge beside one that is %s is refused",
    async (state) => {
      const due = await makeDue(core);
      await askGate(core.db, due.paymentId);
      await sql`update charges set state = ${state} where id = ${due.chargeId}`.execute(core.db);
      const second = { ...due, chargeId: `${due.paymentId}-2` };
      const write = inOne(async (transaction) => {
        await writeCharge(transaction, second, { ordinal: 2 });
        await writePass(second.chargeId, 1).execute(transaction);
      });
      await expect(write).rejects.toMatchObject(UNIQUE);
    },
  );

  test("a charge's id is its payment's with its number, and a key is used once", async () => {
    const due = await makeDue(core);
    const misnamed = inOne((transaction) => writeCharge(transaction, due, { id: `${due.paymentId}-7` }));
    await expect(misnamed).rejects.toMatchObject(CHECK);
    await askGate(core.db, due.paymentId);
    const other = await makeDue(core);
    const sameKey = inOne((transaction) =>
      writeCharge(transaction, other, { idempotency_key: due.chargeId }),
    );
    await expect(sameKey).rejects.toMatchObject(UNIQUE);
  });

  test("the claim of a debt is taken once, and a payment holds one claim", async () => {
    const due = await makeDue(core);
    const other = await makeDue(core);
    const take = sql`insert into claims (claim_key, part, payment_id, state)
      select claim_key, part, ${other.paymentId}, 'held' from claims where payment_id = ${due.paymentId}`;
    await expect(take.execute(core.db)).rejects.toMatchObject(UNIQUE);
    const second = sql`insert into claims (claim_key, part, payment_id, state) values ('another', 1, ${due.paymentId}, 'held')`;
    await expect(second.execute(core.db)).rejects.toMatchObject(UNIQUE);
  });

  test("a payment has one living notice", async () => {
    const due = await makeDue(core);
    const copy = sql`insert into notices (payment_id, mandate_id, mandate_version, amount_minor, currency, payee_hash, method_id,
        planned_on, not_before, not_after, state)
      select payment_id, mandate_id, mandate_version, amount_minor, currency, payee_hash, method_id, planned_on, not_before,
        not_after, 'queued' from notices where payment_id = ${due.paymentId}`;
    await expect(copy.execute(core.db)).rejects.toMatchObject(UNIQUE);
  });

  test("a resident has one living mandate for an account", async () => {
    const payer = await makePayer(core);
    const second = makeMandate(core.db, { ...payer, methods: [payer.methodId] });
    await expect(second).rejects.toMatchObject(UNIQUE);
  });

  test("an object of the gateway belongs to one charge", async () => {
    const [one, two] = [await makeDue(core), await makeDue(core)];
    for (const due of [one, two]) await askGate(core.db, due.paymentId);
    await record(core.db, one.chargeId, { ...seen.pending(), objectId: "one object" });
    await expect(
      record(core.db, two.chargeId, { ...seen.pending(), objectId: "one object" }),
    ).rejects.toMatchObject(UNIQUE);
  });
});

describe("states that contradict themselves are refused", () => {
  test.each([
    ["a closed payment without an outcome", sql`state = 'closed'`],
    ["an outcome of an open payment", sql`outcome = 'stopped'`],
    ["a question without a need", sql`state = 'needs-payer'`],
    ["a need of a payment that asks nothing", sql`need = 'approval'`],
    ["paid without a sum", sql`state = 'paid'`],
    ["a sum of nothing", sql`amount_minor = 0`],
    ["a mandate's payment without mandate", sql`mandate_id = null`],
    ["a state that does not exist", sql`state = 'done'`],
  ])("payment: %s", async (_name, set) => {
    const { paymentId } = await planBillFor(core.db, await makePayer(core));
    await expect(
      sql`update payments set ${set} where id = ${paymentId}`.execute(core.db),
    ).rejects.toMatchObject(CHECK);
  });

  test.each([
    ["not charged without saying how", sql`state = 'not-charged'`],
    ["charged without a sum", sql`state = 'charged'`],
    ["a sum of a charge that took nothing", sql`charged_minor = 5`],
  ])("charge: %s", async (_name, set) => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await expect(
      sql`update charges set ${set} where id = ${due.chargeId}`.execute(core.db),
    ).rejects.toMatchObject(CHECK);
  });

  test("a notice is accepted by a channel at an instant, or not at all", async () => {
    const due = await makeDue(core);
    const write = sql`update notices set accepted_at = null where payment_id = ${due.paymentId}`;
    await expect(write.execute(core.db)).rejects.toMatchObject(CHECK);
  });
});
