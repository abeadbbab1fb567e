import { sql } from "kysely";
import type { Pool } from "pg";
import { type ChargeDependencies, chargePayment, type ChargeResult } from "../../activities/charging.ts";
import { lookUpCharge } from "../../activities/looking-up.ts";
import type { BillSource } from "../../adapters/bill-sources/port.ts";
import type { Gateway } from "../../adapters/gateways/port.ts";
import { createStripe } from "../../adapters/gateways/stripe/stripe.ts";
import { createYooKassa } from "../../adapters/gateways/yookassa/yookassa.ts";
import type { Database } from "../../db/database.ts";
import { createSealer, type Sealer } from "../../db/sealed.ts";
import { EngineBank, merchant, shop } from "./engine-bank.ts";
import { EngineWitness } from "./engine-witness.ts";

/** Test keys, not secrets: what they seal lives as long as a test. */
export const claimKey = Buffer.alloc(32, 3);
const dataKeys = { active: "test", keys: new Map([["test", Buffer.alloc(32, 7)]]) };

export const publicUrl = "http://127.0.0.1:9";

/** The core of the engine over real parts in the test's own process: database, sealer, production adapter, sandbox bank. */
export type Engine = {
  readonly db: Database;
  readonly pool: Pool;
  readonly databaseUrl: string;
  readonly sealer: Sealer;
  readonly bank: EngineBank;
  /** The production adapter with short time-outs. */
  readonly gateway: Gateway;
  readonly dependencies: ChargeDependencies;
  /** The charge activity, optionally over a gateway that misbehaves on our side of the wire. */
  charge(paymentId: string, gateway?: Gateway): Promise<ChargeResult | null>;
  /** The look-up activity. */
  lookUp(chargeId: string, gateway?: Gateway): Promise<ChargeResult | null>;
  /** Moves the one clock ahead, at the bank too. */
  jump(by: { readonly hours?: number; readonly minutes?: number; readonly seconds?: number }): Promise<void>;
  /** What stood in the database when each POST arrived at the bank. */
  readonly witness: EngineWitness;
  /** Ends bank and database. */
  close(): Promise<void>;
};

/** How long the adapter waits for an answer unless a test says otherwise: loopback, but on a busy machine. */
const ANSWER_MS = 8_000;

/** An adapter like the worker's, with its own patience. */
export function adapterTo(url: string, answerMs = ANSWER_MS): Gateway {
  return createYooKassa({ ...shop, url, livemode: false, timeouts: { connectMs: 5_000, answerMs } });
}

/** The second production adapter, to the same bank's other face. */
function stripeAt(origin: string): Gateway {
  const { secretKey, account, webhookSecret } = merchant;
  return createStripe({ url: origin, secretKey, account, livemode: false, webhookSecrets: [webhookSecret] });
}

/** An open database with a pool of connections. */
export type EngineDatabase = {
  readonly db: Database;
  readonly pool: Pool;
  readonly url: string;
  readonly close: () => Promise<void>;
};

/** Puts an engine together over this migrated sandbox database and a bank of its own; with Stripe beside YooKassa where that is asked for. */
export async function assembleEngine(
  database: EngineDatabase,
  options: {
    readonly answerMs?: number;
    readonly stripe?: boolean;
    /** Whom the charge asks about its bill again; nobody where absent. */
    readonly billSources?: readonly BillSource[];
  } = {},
): Promise<Engine> {
  const { db } = database;
  const bank = await EngineBank.start();
  const witness = await EngineWitness.listen(database.pool, bank.url);
  const gateway = adapterTo(witness.url, options.answerMs);
  const sealer = createSealer(dataKeys);
  const others = options.stripe === true ? ([["stripe", stripeAt(witness.origin)]] as const) : [];
  const over = (chosen: Gateway): ChargeDependencies => ({
    db,
    sealer,
    gateways: new Map([["yookassa", chosen], ...others]),
    claimKey,
    publicUrl,
    billSources: new Map(options.billSources?.map((source) => [source.name, source])),
  });
  return {
    db,
    databaseUrl: database.url,
    pool: database.pool,
    sealer,
    bank,
    gateway,
    dependencies: over(gateway),
    charge: (paymentId, chosen = gateway) => chargePayment(over(chosen), { paymentId }),
    lookUp: (chargeId, chosen = gateway) => lookUpCharge(over(chosen), { chargeId }),
    jump: (by) => jumpClock(db, bank, by),
    witness,
    async close() {
      await witness.close();
      await bank.close();
      await database.close();
    },
  };
}

/** Re-anchors the sandbox's clock and sets the bank's to it. */
export async function jumpClock(
  db: Database,
  bank: Pick<EngineBank, "aheadBy">,
  by: { readonly hours?: number; readonly minutes?: number; readonly seconds?: number },
): Promise<void> {
  const seconds = (by.hours ?? 0) * 3_600 + (by.minutes ?? 0) * 60 + (by.seconds ?? 0);
  await sql`update sandbox_clock set business_anchor = business_now() + make_interval(secs => ${seconds}),
    real_anchor = clock_timestamp()`.execute(db);
  const { rows } = await sql<{ ahead: number }>`
    select round(extract(epoch from business_now() - clock_timestamp()) * 1000)::bigint as ahead`.execute(db);
  await bank.aheadBy(rows[0]?.ahead ?? 0);
}
