import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect } from "vitest";
import { type ChargeDependencies, chargePayment, type ChargeResult } from "../../../activities/charging.ts";
import { lookUpCharge } from "../../../activities/looking-up.ts";
import type { Gateway } from "../../../adapters/gateways/port.ts";
import type { Database } from "../../../db/database.ts";
import { createSealer } from "../../../db/sealed.ts";
import type { EngineDatabase } from "../../support/engine-core.ts";
import { openTestDatabase } from "../../support/engine.ts";
import {
  acceptNotices,
  makeBiller,
  makeMandate,
  makeMethod,
  makeResident,
  type MandateOrder,
  type Payer,
  paymentOf,
  planAll,
  pushBill,
} from "../../support/rows.ts";
import { IntentBank } from "./intent-bank.ts";

/** The core of the engine over a real database and a gateway with prepared payments. */
export type PreparingEngine = {
  readonly db: Database;
  readonly dependencies: ChargeDependencies;
  charge(paymentId: string, over?: ChargeDependencies): Promise<ChargeResult | null>;
  lookUp(chargeId: string): Promise<ChargeResult | null>;
  jump(by: { readonly hours?: number; readonly minutes?: number; readonly seconds?: number }): Promise<void>;
  /** To the instant at which the payment's workflow would look again. */
  jumpToNextLook(paymentId: string): Promise<void>;
  payer(terms?: MandateOrder["terms"], cards?: number): Promise<StripePayer>;
  /** A payment whose notice is accepted and whose moment has come. */
  due(payer?: StripePayer, bill?: { readonly amountMinor?: number }): Promise<Due>;
  close(): Promise<void>;
};

/** The same over the double of an intent bank. */
export type IntentEngine = PreparingEngine & { readonly bank: IntentBank };

export type StripePayer = Payer & { readonly methods: readonly string[] };
export type Due = StripePayer & {
  readonly billId: string;
  readonly paymentId: string;
  readonly chargeId: string;
};

const BILLER = "upravdom";

/** Opens one with a database of its own; closing it fails when anything reached the bank before its gate's row. */
export async function openIntentEngine(): Promise<IntentEngine> {
  const database = await openTestDatabase();
  const bank = new IntentBank(() => businessNow(database.db));
  const unpermitted = watchGates(database.db, bank);
  const engine = await engineOver(database, {
    gateway: bank.gateway,
    newToken: async () => `cus_1/pm_${randomUUID()}`,
  });
  return {
    ...engine,
    bank,
    async close() {
      await engine.close();
      expect(unpermitted, "nothing that moves money reaches the bank before its gate's row").toEqual([]);
    },
  };
}

/** Puts one together over this database and gateway; `clockJumped` tells the bank how far business time is ahead. */
export async function engineOver(
  { db, close }: EngineDatabase,
  parts: {
    readonly gateway: Gateway;
    readonly newToken: () => Promise<string>;
    readonly clockJumped?: (aheadMs: number) => Promise<void>;
  },
): Promise<PreparingEngine> {
  const sealer = createSealer({ active: "test", keys: new Map([["test", Buffer.alloc(32, 7)]]) });
  const dependencies: ChargeDependencies = {
    db,
    sealer,
    gateways: new Map([["stripe", parts.gateway]]),
    claimKey: Buffer.alloc(32, 3),
    publicUrl: "http://127.0.0.1:9",
    billSources: new Map(),
  };
  await makeBiller(db, BILLER);
  await db.updateTable("billers").set({ gateway: "stripe" }).where("id", "=", BILLER).execute();

  async function payer(terms?: MandateOrder["terms"], cards = 1): Promise<StripePayer> {
    const residentId = await makeResident(db);
    const methods: string[] = [];
    for (let card = 0; card < cards; card += 1) {
      methods.push(await makeMethod({ db, sealer }, { residentId, token: await parts.newToken() }));
    }
    await db.updateTable("methods").set({ gateway: "stripe" }).where("id", "in", methods).execute();
    const account = `account-${randomUUID()}`;
    const order = { residentId, account, methods, billerId: BILLER };
    const mandateId = await makeMandate(db, terms === undefined ? order : { ...order, terms });
    return { residentId, methodId: methods[0] ?? "", mandateId, account, methods };
  }

  async function advance(by: Parameters<PreparingEngine["jump"]>[0]): Promise<void> {
    await jump(db, by);
    await parts.clockJumped?.((await businessNow(db)) - Date.now());
  }

  return {
    db,
    dependencies,
    payer,
    charge: (paymentId, over = dependencies) => chargePayment(over, { paymentId }),
    lookUp: (chargeId) => lookUpCharge(dependencies, { chargeId }),
    jump: advance,
    async jumpToNextLook(paymentId) {
      const { rows } = await sql<{ seconds: number }>`
        select greatest(0, ceil(extract(epoch from next_look_at - business_now())))::int as seconds
        from payments where id = ${paymentId}`.execute(db);
      await advance({ seconds: (rows[0]?.seconds ?? 0) + 1 });
    },
    async due(known, bill = {}) {
      const owner = known ?? (await payer());
      const { billId } = await pushBill(db, { ...bill, account: owner.account, billerId: BILLER });
      await planAll(db);
      const { id: paymentId } = await paymentOf(db, billId);
      await acceptNotices(db, paymentId);
      return { ...owner, billId, paymentId, chargeId: `${paymentId}-1` };
    },
    close,
  };
}

/** Counts, at every arrival, the committed gate rows of its kind; fewer than arrivals is a request without permission. */
function watchGates(db: Database, bank: IntentBank): readonly string[] {
  const unpermitted: string[] = [];
  const seen = new Map<string, number>();
  const kinds: Readonly<Record<string, string>> = { confirm: "charge", capture: "capture", void: "void" };
  bank.witness = async ({ operation, objectId, key }) => {
    const name = `${operation} ${objectId}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    // an idle object carries no charge that a gate could judge: that it was taken for its end stands in its own row
    const { rows } = await sql<{ passes: number }>`select (select count(*) from gate_passes g
        join charges c on c.id = g.charge_id where c.object_id = ${objectId} and g.kind = ${kinds[operation]})::int
      + (select count(*) from prepared_objects where object_id = ${objectId} and void_asked_at is not null)::int as passes`.execute(
      db,
    );
    if ((rows[0]?.passes ?? 0) < count) unpermitted.push(`${name} ${key}`);
  };
  return unpermitted;
}

async function businessNow(db: Database): Promise<number> {
  const { rows } = await sql<{ now: string }>`select business_now() as now`.execute(db);
  return Date.parse(rows[0]?.now ?? "");
}

async function jump(
  db: Database,
  by: { readonly hours?: number; readonly minutes?: number; readonly seconds?: number },
): Promise<void> {
  const seconds = (by.hours ?? 0) * 3_600 + (by.minutes ?? 0) * 60 + (by.seconds ?? 0);
  await sql`update sandbox_clock set business_anchor = business_now() + make_interval(secs => ${seconds}),
    real_anchor = clock_timestamp()`.execute(db);
}

/** The prepared objects of a payment, oldest first. */
export async function preparedOf(db: Database, paymentId: string) {
  return db
    .selectFrom("prepared_objects")
    .selectAll()
    .where("payment_id", "=", paymentId)
    .orderBy("round")
    .execute();
}
