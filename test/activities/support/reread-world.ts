import { sql } from "kysely";
import { askSource } from "../../../adapters/bill-sources/asking.ts";
import type { BillSource, SourceLimits } from "../../../adapters/bill-sources/port.ts";
import { receiveReadings } from "../../../db/queries/arrivals.ts";
import { saveIdentifier } from "../../../db/queries/saved-identifiers.ts";
import { subjectKey } from "../../../db/sealed.ts";
import type { Terms } from "../../../domain/terms.ts";
import { demoCharges } from "../../../sandbox/registry/demo-charges.ts";
import { gisGmpAtRegistry, type SourceWorld } from "../../contracts/bill-source/source-world.ts";
import { claimKey } from "../../support/engine-core.ts";
import { type Engine, openEngine } from "../../support/engine.ts";
import {
  acceptNotices,
  makeMandate,
  makeMethod,
  makeResident,
  paymentOf,
  planAll,
} from "../../support/rows.ts";

/** A fine that the registry holds, its payer, and the debit that is announced for it and due now. */
export type Fine = {
  readonly uin: string;
  readonly billId: string;
  readonly paymentId: string;
  readonly chargeId: string;
  readonly residentId: string;
  readonly methodId: string;
};

/** The engine between the sandbox bank and the city's registry, both over real HTTP. */
export type RereadWorld = {
  readonly engine: Engine;
  readonly registry: SourceWorld;
  /** A fine found as discovery finds it, more than five minutes ago. */
  fine(change?: { readonly totalKopecks?: number; readonly terms?: Partial<Terms> }): Promise<Fine>;
  /** The same for many at once. */
  fines(count: number): Promise<readonly Fine[]>;
  /** Questions that have reached the registry about a fine. */
  questionsAbout(uin: string): Promise<number>;
  /** To the instant at which the payment's workflow would look again. */
  toNextLook(paymentId: string): Promise<void>;
  /** What the gate's permission says of the bill. */
  readingOf(chargeId: string): Promise<readonly Record<string, unknown>[] | null>;
  /** Ends faults and their traces. */
  heal(): Promise<void>;
  close(): Promise<void>;
};

const BILLER = "traffic-police";
export const fineKopecks = 75_000;

/** @param wrap what stands between the charge and the source; the source itself where absent */
export async function openRereadWorld(
  options: { readonly wrap?: (source: BillSource) => BillSource; readonly limits?: SourceLimits } = {},
): Promise<RereadWorld> {
  const registry = await gisGmpAtRegistry(options.limits);
  const source = options.wrap?.(registry.source) ?? registry.source;
  const engine = await openEngine({ billSources: [source] });
  await makePolice(engine);
  const { db } = engine;
  const fines = finder(engine, registry);
  return {
    engine,
    registry,
    fines,
    async fine(change) {
      const [made] = await fines(1, change);
      if (made === undefined) throw new Error("no fine was made");
      return made;
    },
    questionsAbout: async (uin) => {
      const response = await fetch(`${registry.controlUrl}/requests?since=0`);
      const asked = JSON.stringify(await response.json());
      return asked.split(uin).length - 1 - 1;
    },
    async toNextLook(paymentId) {
      const { rows } = await sql<{ seconds: number }>`
        select greatest(0, ceil(extract(epoch from next_look_at - business_now())))::int as seconds
        from payments where id = ${paymentId}`.execute(db);
      await engine.jump({ seconds: (rows[0]?.seconds ?? 0) + 1 });
    },
    async readingOf(chargeId) {
      const { rows } = await sql<{ reading: Record<string, unknown>[] | null }>`
        select reading from gate_passes where charge_id = ${chargeId} and transmission = 1`.execute(db);
      return rows[0]?.reading ?? null;
    },
    async heal() {
      await fetch(`${registry.controlUrl}/faults`, { method: "DELETE" });
      await sql`delete from source_states`.execute(db);
    },
    async close() {
      await engine.close();
      await registry.close();
    },
  };
}

/** Issues fines at the registry, finds them as discovery does, and has their notices accepted; then six minutes pass. */
function finder(engine: Engine, registry: SourceWorld) {
  let certificates = 100_000;
  return async (
    count: number,
    change: { readonly totalKopecks?: number; readonly terms?: Partial<Terms> } = {},
  ): Promise<readonly Fine[]> => {
    const payers: Awaited<ReturnType<typeof driver>>[] = [];
    for (let one = 0; one < count; one += 1) {
      certificates += 1;
      payers.push(await driver(engine, `77УН${certificates}`, change.terms));
    }
    const uins = await registry.bench.issue(
      ...payers.map(({ certificate }) => charge(certificate, change.totalKopecks ?? fineKopecks)),
    );
    const { bills } = await askSource(registry.source, {
      identifiers: uins.map((value) => ({ kind: "uin", value })),
      scope: "all",
      withinMs: 30_000,
    });
    await receiveReadings(engine.db, bills, claimKey);
    await planAll(engine.db);
    const made = await Promise.all(uins.map((uin, place) => fineOf(engine, uin, payers[place])));
    await engine.jump({ minutes: 6 });
    return made;
  };
}

async function makePolice({ db }: Engine): Promise<void> {
  const [demo] = demoCharges(Date.now());
  await sql`insert into categories (id, audience, section, title_ru, title_en, position)
    values ('traffic-fine', 'person', 'main', 'Штрафы', 'Fines', 20)`.execute(db);
  await sql`insert into billers (id, name, category, payee) values (${BILLER}, 'Дорожная полиция', 'traffic-fine',
    ${JSON.stringify(demo?.payee)}::jsonb)`.execute(db);
}

/** A resident with a card, a certificate they saved, and a mandate over the fines about it. */
async function driver(engine: Engine, certificate: string, terms: Partial<Terms> = {}) {
  const { db, sealer, bank } = engine;
  const residentId = await makeResident(db);
  const methodId = await makeMethod(engine, { residentId, token: await bank.bindCard() });
  await db.transaction().execute((transaction) =>
    saveIdentifier(
      transaction,
      { sealer, claimKey },
      {
        residentId,
        kind: "sts",
        value: certificate,
        label: null,
        provedBy: null,
      },
    ),
  );
  const account = `subject/${subjectKey(claimKey, { kind: "sts", value: certificate })}`;
  await makeMandate(db, { residentId, account, methods: [methodId], billerId: BILLER, terms });
  return { residentId, methodId, certificate };
}

function charge(certificate: string, totalKopecks: number) {
  const [demo] = demoCharges(Date.now());
  if (demo === undefined) throw new Error("the demonstration holds no charge");
  const { uin: _uin, discount: _discount, ...seed } = demo;
  return { ...seed, totalKopecks, payerIdentifier: `124000000000${certificate}` };
}

async function fineOf(
  { db }: Engine,
  uin: string,
  payer: { readonly residentId: string; readonly methodId: string } | undefined,
): Promise<Fine> {
  const { id: billId } = await db
    .selectFrom("bills")
    .select("id")
    .where("uin", "=", uin)
    .executeTakeFirstOrThrow();
  const { id: paymentId } = await paymentOf(db, billId);
  await acceptNotices(db, paymentId);
  const { residentId = "", methodId = "" } = payer ?? {};
  return { uin, billId, paymentId, chargeId: `${paymentId}-1`, residentId, methodId };
}
