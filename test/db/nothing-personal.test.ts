import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectAccount } from "../../db/queries/accounts.ts";
import { addBill } from "../../db/queries/bills.ts";
import { giveUpPayment } from "../../db/queries/looks.ts";
import { createMandate, keepConsent, resumeMandate, stopMandate } from "../../db/queries/mandates.ts";
import { activateMethod } from "../../db/queries/binding-ends.ts";
import { beginBinding, keepConfirmation } from "../../db/queries/methods.ts";
import { withdrawMethod } from "../../db/queries/withdrawals.ts";
import { leaseNotifications, settleNotifications } from "../../db/queries/notifications.ts";
import { confirmPayment, payNow } from "../../db/queries/payments.ts";
import { saveTemplate } from "../../db/queries/templates.ts";
import { saveResident } from "../../db/queries/residents.ts";
import { recordEvidence } from "../../db/queries/charging.ts";
import {
  acceptNotices,
  dueAtOnce,
  makeBiller,
  payee,
  paymentOf,
  planAll,
  pushBill,
  skipPayment,
} from "../support/rows.ts";
import { columnsWith } from "./support/personal-columns.ts";
import { askGate, askPayer, type MoneyCore, openMoneyCore, record, seen } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
  await story();
});
afterAll(() => core.close());

/** Every kind of thing that says something about a person, planted so that it can be found again anywhere. */
const planted = {
  name: "Марфа Посадница",
  email: "marfa.planted@example.test",
  subject: "subject-planted-4711",
  account: "account-planted-0815",
  label: "Дача планированная",
  purpose: "Purpose planted for June",
  ip: "203.0.113.77",
  userAgent: "Planted/1.0 (device of a person)",
  token: "token-planted-secret",
  confirmation: "https://bank.test/confirm/planted-bearer",
  request: "request bytes planted: token and e-mail",
  answer: "raw answer planted with holder and card",
  reason: "planted words of a payer about themselves",
  last4: "7391",
} as const;

/** Where each may stand, and nowhere else. What is sealed is in no list: it must not be readable anywhere. */
const allowed: Readonly<Record<keyof typeof planted, readonly string[]>> = {
  name: ["residents.name"],
  email: ["residents.email"],
  subject: ["residents.subject"],
  account: [
    "bill_sources.words",
    "bills.account",
    "mandates.account",
    // the words of messages that were sent to this person
    "notifications.args",
    "payer_accounts.account",
    "templates.account",
  ],
  label: ["added_bills.label", "payer_accounts.label", "templates.name"],
  purpose: ["bill_sources.words", "bill_versions.purpose", "bills.purpose", "notifications.args"],
  ip: ["consents.ip", "instructions.ip"],
  userAgent: ["consents.user_agent"],
  token: [],
  confirmation: [],
  request: [],
  answer: [],
  // a payer's own words about their mandate, erasable with it
  reason: ["mandates.why"],
  // how a card is called on pages and in messages; the digits that card schemes allow to be kept
  last4: ["methods.last4", "methods.title", "notifications.args"],
};

const sealed = (plain: string, row: string) => core.sealer.seal(plain, row);

/** One resident's life with us, through the functions that API and worker call. */
async function story(): Promise<void> {
  const { db } = core;
  await makeBiller(db);
  const residentId = await saveResident(db, {
    issuer: "http://127.0.0.1:9/identity",
    subject: planted.subject,
    name: planted.name,
    email: planted.email,
    emailVerified: true,
    locale: "ru",
    zone: "Europe/Moscow",
  });
  const account = { residentId, billerId: "gorod-zhkh", account: planted.account, label: planted.label };
  await db.transaction().execute((transaction) => connectAccount(transaction, account));
  const methodId = await saveCard(residentId);
  const mandateId = await agree(residentId, methodId);

  await declinedThenConfirmed(residentId, methodId);
  await unknownThenStopped({ residentId, mandateId });
  await paidByHandAndGivenUp(residentId);
  await skippedAndWithdrawn({ residentId, methodId, mandateId });
  await toldTwice(residentId);
  const rest = await leaseNotifications(db, 1_000);
  await settleNotifications(
    db,
    rest.map(({ id }) => ({ id, outcome: "refused", answer: "550", againSeconds: 0 })),
  );
}

/** A bill that changed, of which another source speaks too, and which somebody added by its number. */
async function toldTwice(residentId: string): Promise<void> {
  const bill = { account: planted.account, purpose: planted.purpose, period: "2027-01" };
  const { billId } = await pushBill(core.db, { ...bill, subjects: ["ab".repeat(32)] });
  await pushBill(core.db, { ...bill, version: 2, amountMinor: 100_000 });
  await pushBill(core.db, { ...bill, source: "gis-gmp", amountMinor: 100_000 });
  await addBill(core.db, { residentId, billId, label: planted.label });
  await core.db.transaction().execute((transaction) =>
    saveTemplate(transaction, {
      residentId,
      billerId: "gorod-zhkh",
      name: planted.label,
      account: planted.account,
      amountMinor: null,
    }),
  );
}

async function saveCard(residentId: string): Promise<string> {
  const { db } = core;
  const methodId = await db.transaction().execute((transaction) =>
    beginBinding(transaction, {
      residentId,
      gateway: "yookassa",
      kind: "bank_card",
      wallet: null,
      uses: ["mandate", "pay-now"],
      returnPath: null,
    }),
  );
  const confirmBy = new Date(Date.now() + 3_600_000).toISOString();
  const confirmation = sealed(planted.confirmation, methodId);
  const named = { methodId, objectId: "object-1", gatewayKey: "key-1" };
  await keepConfirmation(db, { ...named, confirmation, confirmBy });
  await db.transaction().execute((transaction) =>
    activateMethod(transaction, {
      ...named,
      sealToken: (id) => sealed(planted.token, id),
      kind: "bank_card",
      wallet: null,
      title: `Visa *${planted.last4}`,
      brand: "Visa",
      last4: planted.last4,
      expiryMonth: 12,
      expiryYear: 2030,
      cardKey: "hmac-of-the-card",
      namedByGateway: true,
    }),
  );
  return methodId;
}

async function agree(residentId: string, methodId: string): Promise<string> {
  return core.db.transaction().execute(async (transaction) => {
    const mandateId = await createMandate(transaction, {
      residentId,
      billerId: "gorod-zhkh",
      account: planted.account,
      externalId: null,
      terms: {
        limitPerPayment: "unlimited",
        limitPerPeriod: "unlimited",
        methods: [methodId],
        overLimit: "ask",
        lateBill: "ask",
        noticePack: dueAtOnce,
        zone: "Europe/Moscow",
        trigger: { kind: "on-bill" },
      },
    });
    if (mandateId === null) throw new Error("no mandate");
    await keepConsent(transaction, {
      residentId,
      mandateId,
      version: 1,
      text: "I agree.",
      textHash: "hash",
      locale: "en",
      signIn: "oidc",
      ip: planted.ip,
      userAgent: planted.userAgent,
    });
    return mandateId;
  });
}

async function planned(period: string): Promise<string> {
  const { billId } = await pushBill(core.db, {
    account: planted.account,
    purpose: planted.purpose,
    period,
    payee,
  });
  await planAll(core.db);
  const { id } = await paymentOf(core.db, billId);
  await acceptNotices(core.db, id);
  return id;
}

const order = (residentId: string, methodId: string | null) => ({
  residentId,
  methodId,
  amountMinor: 512_345,
  signIn: "oidc",
  ip: planted.ip,
});

async function declinedThenConfirmed(residentId: string, methodId: string): Promise<void> {
  const { db } = core;
  const paymentId = await planned("2026-06");
  await askGate(db, paymentId);
  await recordEvidence(db, {
    chargeId: `${paymentId}-1`,
    evidence: seen.declined(),
    plan: askPayer,
    nextLookSeconds: 0,
    raw: sealed(planted.answer, `${paymentId}-1`),
  });
  const { payee_hash: payeeHash } = await paymentRow(paymentId);
  await confirmPayment(db, { ...order(residentId, methodId), paymentId, payeeHash });
  await askGate(db, paymentId);
  await sql`update charges set request = ${sealed(planted.request, `${paymentId}-2`)} where id = ${`${paymentId}-2`}`.execute(
    db,
  );
  await recordEvidence(db, {
    chargeId: `${paymentId}-2`,
    evidence: seen.challenged(),
    plan: null,
    nextLookSeconds: 0,
    confirmation: sealed(planted.confirmation, `${paymentId}-2`),
  });
  await record(db, `${paymentId}-2`, seen.charged());
  await record(db, `${paymentId}-1`, seen.charged());
}

async function paymentRow(paymentId: string) {
  return core.db.selectFrom("payments").selectAll().where("id", "=", paymentId).executeTakeFirstOrThrow();
}

async function unknownThenStopped(own: {
  readonly residentId: string;
  readonly mandateId: string;
}): Promise<void> {
  const { db } = core;
  const paymentId = await planned("2026-07");
  await askGate(db, paymentId);
  await record(db, `${paymentId}-1`, seen.unanswered());
  await stopMandate(db, { ...own, kind: "pause", until: null, why: planted.reason });
  await record(db, `${paymentId}-1`, seen.charged());
  await resumeMandate(db, own);
  await planAll(db);
}

async function paidByHandAndGivenUp(residentId: string): Promise<void> {
  const { db } = core;
  const paymentId = await planned("2026-08");
  const { bill_id: billId, payee_hash: payeeHash } = await paymentRow(paymentId);
  const instruction = {
    ...order(residentId, null),
    billId,
    payeeHash,
    route: "manual",
    channel: "web",
  } as const;
  const paid = await db.transaction().execute((transaction) => payNow(transaction, instruction));
  if (paid.refused !== undefined) throw new Error(paid.refused);
  await askGate(db, paid.paymentId);
  await record(db, `${paid.paymentId}-1`, seen.declined());
  await planAll(db);
  const again = (await paymentOf(db, billId)).id;
  await acceptNotices(db, again);
  await askGate(db, again);
  await record(db, `${again}-1`, seen.declined());
  await sql`update payments set give_up_at = business_now() where id = ${again}`.execute(db);
  await giveUpPayment(db, again);
  await planAll(db);
}

async function skippedAndWithdrawn(own: {
  readonly residentId: string;
  readonly methodId: string;
  readonly mandateId: string;
}): Promise<void> {
  const { db } = core;
  await skipPayment(db, await planned("2026-09"), own.residentId);
  await withdrawMethod(db, own);
  await stopMandate(db, { ...own, kind: "cancel", until: null, why: planted.reason });
}

test("the story touched every table that it could", async () => {
  const touched = "audit outbox cases gate_passes evidence notifications refunds claim_history skip_marks";
  for (const table of touched.split(" ")) {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(core.db);
    expect(rows[0]?.n, table).toBeGreaterThan(0);
  }
});

describe("what says something about a person stands only where it must", () => {
  test.each(Object.keys(planted) as readonly (keyof typeof planted)[])("%s", async (kind) => {
    expect(await columnsWith(core.db, planted[kind])).toEqual([...allowed[kind]].toSorted());
  });
});
