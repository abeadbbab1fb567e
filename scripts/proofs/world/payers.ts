import { createHash } from "node:crypto";
import { type Insertable, sql } from "kysely";
import type { DB } from "../../../db/generated/database.ts";
import { NOTICE_PACKS } from "../../../domain/notice-policy.ts";
import type { Terms } from "../../../domain/terms.ts";
import { SERVICE_TERMS } from "../../../words/service-terms.ts";
import type { World } from "./world.ts";

/** A resident with a saved card and a mandate for one account. */
export type WorldPayer = {
  readonly residentId: string;
  readonly methodId: string;
  readonly mandateId: string;
  readonly billerId: string;
  readonly account: string;
};

/** Rows of one insert: PostgreSQL takes 65 535 parameters. */
const ROWS = 1_000;
/** The sandbox's notice without its lead: a debit is due as soon as its notice is accepted. */
const dueAtOnce = { ...NOTICE_PACKS.demo, leadSeconds: 0 };

/**
 * Writes many payers at once, each with a card of their own, as sign-in, binding and consent would have left them. What a proof is about begins with the
 * bill.
 */
export async function makePayers(
  { db, sealer }: Pick<World, "db" | "sealer">,
  order: {
    readonly count: number;
    readonly billerId: string;
    readonly gateway: string;
    /** The gateway's token of the card that all of them hold a copy of. */
    readonly token: string;
    readonly terms?: Partial<Terms>;
    /** Who signs them in; their subject is their id. */
    readonly issuer?: string;
  },
): Promise<readonly WorldPayer[]> {
  const payers: WorldPayer[] = [];
  while (payers.length < order.count) {
    const rows = await codes(db, Math.min(ROWS, order.count - payers.length));
    const batch = rows.map(([residentId = "", methodId = "", mandateId = ""], index) => ({
      residentId,
      methodId,
      mandateId,
      billerId: order.billerId,
      account: `${Date.now()}${String(payers.length + index).padStart(6, "0")}`,
    }));
    await writePayers({ db, sealer }, batch, order);
    payers.push(...batch);
  }
  return payers;
}

async function codes(db: World["db"], count: number): Promise<readonly (readonly string[])[]> {
  const { rows } = await sql<{ codes: readonly string[] }>`
    select array[new_code(), new_code(), new_code()] as codes from generate_series(1, ${count})`.execute(db);
  return rows.map((row) => row.codes);
}

async function writePayers(
  { db, sealer }: Pick<World, "db" | "sealer">,
  batch: readonly WorldPayer[],
  order: {
    readonly gateway: string;
    readonly token: string;
    readonly terms?: Partial<Terms>;
    readonly issuer?: string;
  },
): Promise<void> {
  const { gateway, token, terms, issuer = "https://proof.example" } = order;
  await db
    .insertInto("residents")
    .values(
      batch.map(({ residentId }) => ({
        id: residentId,
        issuer,
        subject: residentId,
        name: "Proof",
        email: `${residentId.toLowerCase()}@proof.example`,
        email_verified: true,
        locale: "en",
        zone: "Europe/Moscow",
        terms_version: SERVICE_TERMS.version,
      })),
    )
    .execute();
  const methods: Insertable<DB["methods"]>[] = batch.map(({ residentId, methodId }) => ({
    id: methodId,
    resident_id: residentId,
    gateway,
    state: "active",
    token: sealer.seal(token, methodId),
    title: "Bank card *4444",
    last4: "4444",
    card_key: createHash("sha256").update(methodId).digest("hex"),
    livemode: false,
  }));
  await db.insertInto("methods").values(methods).execute();
  await db
    .insertInto("mandates")
    .values(
      batch.map(({ residentId, mandateId, billerId, account }) => ({
        id: mandateId,
        resident_id: residentId,
        biller_id: billerId,
        account,
        state: "active",
        livemode: false,
      })),
    )
    .execute();
  const agreed = batch.map(({ mandateId, methodId }) => ({
    mandate_id: mandateId,
    version: 1,
    terms: JSON.stringify({ ...freeTerms(methodId), ...terms }),
    narrowing: false,
  }));
  await db.insertInto("mandate_versions").values(agreed).execute();
}

function freeTerms(methodId: string): Terms {
  return {
    limitPerPayment: "unlimited",
    limitPerPeriod: "unlimited",
    methods: [methodId],
    overLimit: "ask",
    lateBill: "ask",
    noticePack: dueAtOnce,
    zone: "Europe/Moscow",
    trigger: { kind: "on-bill" },
  };
}
