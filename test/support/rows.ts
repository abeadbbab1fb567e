import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../../db/database.ts";
import type { ReceivedBill } from "../../db/queries/bills.ts";
import { leaseNotifications, settleNotifications } from "../../db/queries/notifications.ts";
import { leasePlans, planBill } from "../../db/queries/planning.ts";
import type { Sealer } from "../../db/sealed.ts";
import type { ChannelName } from "../../domain/notifications/channels.ts";
import type { NotificationEvent } from "../../domain/notification.ts";
import type { Topic } from "../../domain/notifications/event-rules.ts";
import type { Choice } from "../../domain/notifications/verdict.ts";
import { NOTICE_PACKS, type NoticePack } from "../../domain/notice-policy.ts";
import type { Terms } from "../../domain/terms.ts";
import { SERVICE_TERMS } from "../../words/service-terms.ts";
import { pushBill } from "./rows-bills.ts";
import { payee } from "./rows-payee.ts";
import { paymentOf } from "./rows-read.ts";

export {
  confirmPayment,
  payNow,
  resumeMandate,
  skipPayment,
  stopMandate,
  withdrawMethod,
} from "./rows-commands.ts";
export { pushBill, type PushedBill } from "./rows-bills.ts";
export { payee } from "./rows-payee.ts";
export { balanceOf, casesOf, charge, livingNotice, payment, paymentOf, toldTo } from "./rows-read.ts";

/** The notice rules of the sandbox without its lead: a debit is due as soon as its notice is accepted. */
export const dueAtOnce: NoticePack = { ...NOTICE_PACKS.demo, leadSeconds: 0 };

export const rub = (amountMinor: number) => ({ amountMinor, currency: "RUB" }) as const;

/** Writes a biller of the sandbox's gateway; repeating it changes nothing. */
export async function makeBiller(db: Database, id = "gorod-zhkh"): Promise<string> {
  await sql`insert into categories (id, audience, section, title_ru, title_en, position)
    values ('housing', 'person', 'main', 'Коммунальные услуги', 'Housing', 10) on conflict do nothing`.execute(
    db,
  );
  await db
    .insertInto("billers")
    .values({
      id,
      name: payee.name,
      category: "housing",
      payee: JSON.stringify(payee),
      webhook_secret: Buffer.from("sealed elsewhere"),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return id;
}

export async function makeResident(
  db: Database,
  change: {
    readonly email?: string | null;
    readonly locale?: "ru" | "en";
    /** Topics whose messages by mail are switched off. */
    readonly off?: readonly Topic[];
  } = {},
): Promise<string> {
  const subject = randomUUID();
  const { id } = await db
    .insertInto("residents")
    .values({
      issuer: "http://127.0.0.1:9/identity",
      subject,
      name: "Анна Соколова",
      email: change.email === undefined ? `${subject}@example.test` : change.email,
      email_verified: change.email !== null,
      locale: change.locale ?? "ru",
      zone: "Europe/Moscow",
      terms_version: SERVICE_TERMS.version,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  for (const topic of change.off ?? []) await choose(db, { residentId: id, topic, choice: "off" });
  return id;
}

/** What a resident wants to hear of, by mail unless another channel is named, for all categories unless one is. */
export async function choose(
  db: Database,
  wish: {
    readonly residentId: string;
    readonly topic: Topic;
    /** The whole topic where left out. */
    readonly event?: NotificationEvent;
    readonly choice: Choice;
    readonly channel?: ChannelName;
    readonly category?: string;
  },
): Promise<void> {
  const { residentId, topic, event = "*", choice, channel = "email", category = "*" } = wish;
  await db
    .insertInto("notification_choices")
    .values({ resident_id: residentId, topic, event, channel, category, choice })
    .onConflict((conflict) =>
      conflict.columns(["resident_id", "topic", "channel", "category", "event"]).doUpdateSet({ choice }),
    )
    .execute();
}

/** A saved card that is active; its token is sealed as the engine does it. */
export async function makeMethod(
  { db, sealer }: { readonly db: Database; readonly sealer: Sealer },
  method: { readonly residentId: string; readonly token: string; readonly cardKey?: string },
): Promise<string> {
  const { id } = await db
    .insertInto("methods")
    .values({
      resident_id: method.residentId,
      gateway: "yookassa",
      state: "active",
      title: "Bank card *4444",
      last4: "4444",
      livemode: false,
      ...(method.cardKey === undefined ? {} : { card_key: method.cardKey }),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await db
    .updateTable("methods")
    .set({ token: sealer.seal(method.token, id) })
    .where("id", "=", id)
    .execute();
  return id;
}

export type MandateOrder = {
  readonly residentId: string;
  readonly account: string;
  readonly methods: readonly string[];
  readonly billerId?: string;
  readonly terms?: Partial<Terms>;
};

/** An active mandate, version 1: no limits, every bill, notices that are due at once; `terms` changes that. */
export async function makeMandate(db: Database, order: MandateOrder): Promise<string> {
  const terms: Terms = {
    limitPerPayment: "unlimited",
    limitPerPeriod: "unlimited",
    methods: order.methods,
    overLimit: "ask",
    lateBill: "ask",
    noticePack: dueAtOnce,
    zone: "Europe/Moscow",
    trigger: { kind: "on-bill" },
    ...order.terms,
  };
  const { id } = await db
    .insertInto("mandates")
    .values({
      resident_id: order.residentId,
      biller_id: order.billerId ?? "gorod-zhkh",
      account: order.account,
      state: "active",
      livemode: false,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await addTerms(db, { mandateId: id, version: 1, terms, narrowing: false });
  return id;
}

async function addTerms(
  db: Database,
  row: {
    readonly mandateId: string;
    readonly version: number;
    readonly terms: Terms;
    readonly narrowing: boolean;
  },
): Promise<void> {
  await db
    .insertInto("mandate_versions")
    .values({
      mandate_id: row.mandateId,
      version: row.version,
      terms: JSON.stringify(row.terms),
      narrowing: row.narrowing,
    })
    .execute();
}

/** A resident with a saved card and a mandate for an account of their own. */
export type Payer = {
  readonly residentId: string;
  readonly methodId: string;
  readonly mandateId: string;
  readonly account: string;
};

/** What the builders of whole situations need of an engine. */
export type Ground = {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly bank: { bindCard(number?: string): Promise<string> };
};

export async function makePayer(
  ground: Ground,
  change: {
    readonly terms?: Partial<Terms>;
    readonly account?: string;
    readonly email?: string | null;
    readonly cardKey?: string;
    /** How many cards the mandate names; the first is used, the others may follow it. */
    readonly cards?: number;
  } = {},
): Promise<Payer> {
  const { db } = ground;
  await makeBiller(db);
  const residentId = await makeResident(db, change.email === undefined ? {} : { email: change.email });
  const methods: string[] = [];
  for (let card = 0; card < (change.cards ?? 1); card += 1) {
    const token = await ground.bank.bindCard();
    const cardKey = change.cardKey === undefined ? {} : { cardKey: change.cardKey };
    methods.push(await makeMethod(ground, { residentId, token, ...cardKey }));
  }
  const account = change.account ?? `account-${randomUUID()}`;
  const mandateId = await makeMandate(db, {
    residentId,
    account,
    methods,
    ...(change.terms === undefined ? {} : { terms: change.terms }),
  });
  return { residentId, methodId: methods[0] ?? "", mandateId, account };
}

/** Decides on every bill that waits, as the planner's loop does, until none is left. */
export async function planAll(db: Database): Promise<void> {
  for (let items = await leasePlans(db, 100); items.length > 0; items = await leasePlans(db, 100)) {
    for (const item of items) await planBill(db, item);
  }
}

/** Has the relay accept the notices that wait, as the notifier settles it when it has heard 250. */
export async function acceptNotices(db: Database, paymentId: string): Promise<void> {
  const { rows } = await sql<{
    id: string;
  }>`update notifications set state = 'sending', attempts = attempts + 1
    where payment_id = ${paymentId} and notice_id is not null and state = 'queued' returning id`.execute(db);
  await settleNotifications(
    db,
    rows.map(({ id }) => ({ id, outcome: "accepted", answer: "250 OK", againSeconds: 0 })),
  );
}

/** Has the relay accept every message that is due. */
export async function sendMessages(db: Database): Promise<void> {
  for (
    let batch = await leaseNotifications(db, 100);
    batch.length > 0;
    batch = await leaseNotifications(db, 100)
  ) {
    const accepted = batch.map(
      ({ id }) => ({ id, outcome: "accepted", answer: "250 OK", againSeconds: 0 }) as const,
    );
    await settleNotifications(db, accepted);
  }
}

/** A bill pushed and planned for this payer; its notice is still in the queue. */
export async function planBillFor(
  db: Database,
  payer: Pick<Payer, "account">,
  bill: Partial<ReceivedBill> = {},
): Promise<{ readonly billId: string; readonly paymentId: string }> {
  const { billId } = await pushBill(db, { ...bill, account: payer.account });
  await planAll(db);
  return { billId, paymentId: (await paymentOf(db, billId)).id };
}

/** A payment whose notice is accepted and whose moment has come. */
export async function duePayment(
  db: Database,
  payer: Pick<Payer, "account">,
  bill: Partial<ReceivedBill> = {},
): Promise<{ readonly billId: string; readonly paymentId: string; readonly chargeId: string }> {
  const planned = await planBillFor(db, payer, bill);
  await acceptNotices(db, planned.paymentId);
  return { ...planned, chargeId: `${planned.paymentId}-1` };
}
