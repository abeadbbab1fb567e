import { createHash } from "node:crypto";
import { type Insertable, sql } from "kysely";
import { subjectKey } from "../../../db/sealed.ts";
import type { DB } from "../../../db/generated/database.ts";
import { NOTICE_PACKS } from "../../../domain/notice-policy.ts";
import type { Terms } from "../../../domain/terms.ts";
import { type Client, createClient } from "../../../api/client.ts";
import { takeAnyAccount } from "../../../test/support/demonstration.ts";
import { claimKey } from "../../../test/support/engine-core.ts";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import { SERVICE_TERMS } from "../../../words/service-terms.ts";
import type { BillerFacts, Subscription } from "./town-plan.ts";

const HANDFUL = 10;
const CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A public id that is the same for the same seed and name: what is spread by ids is spread alike. */
function codeOf(seed: number, name: string): string {
  const bytes = createHash("sha256").update(`${seed}/${name}`).digest();
  const letters = Array.from(bytes.subarray(0, 12), (byte) => CODE_LETTERS[byte & 31] ?? "0").join("");
  return `KV-${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`;
}

/** A subscription as its rows know it. */
export type Settled = {
  readonly of: Subscription;
  readonly residentId: string;
  readonly methodId: string;
  /** Null where its bills are paid by hand. */
  readonly mandateId: string | null;
  /** The bank's token of its card. */
  readonly token: string;
  /** What a registry knows its owner by; null elsewhere. */
  readonly subject: { readonly kind: "sts"; readonly value: string } | null;
};

/** Every biller whose bills a person's card may pay by itself at the city's own gateway, the order of the catalogue kept. */
export async function readBillers({ db }: Pick<WholeWorld, "db">): Promise<readonly BillerFacts[]> {
  const { rows } = await sql<BillerFacts>`
    select r.id, r.category, r.source->>'kind' as source, r.without_bill is not null as "takesOwnSums", r.balances is not null as "tellsBalances"
      from billers r join categories c on c.id = r.category
     where r.gateway = 'yookassa' and r.source->>'kind' in ('push', 'gis-gmp') order by c.position, c.id, r.id`.execute(
    db,
  );
  return rows;
}

/** Writes everybody as sign-in, binding and consent would have left them. */
export async function settleTown(
  world: WholeWorld,
  order: { readonly seed: number; readonly town: readonly Subscription[] },
): Promise<readonly Settled[]> {
  const { db } = world;
  const { seed, town } = order;
  await takeAnyAccount(db, [...new Set(town.map(({ biller }) => biller.id))]);
  await writeResidents(world, seed, town);
  const settled: Settled[] = [];
  for (const of of town) settled.push(await settleOne(world, seed, of));
  await world.engine.bank.control("POST", "/notify-url", {
    url: `${world.api}/v1/gateways/yookassa/notifications`,
  });
  return settled;
}

/** Begins the life of each mandate as a workflow, a handful at a time: a small server is not asked for all of a town at once. */
export async function beginMandates(
  { db }: WholeWorld,
  settled: readonly Settled[],
  rest: () => Promise<void>,
): Promise<void> {
  const ids = settled.flatMap(({ mandateId }) => mandateId ?? []);
  for (let from = 0; from < ids.length; from += HANDFUL) {
    const handful = ids.slice(from, from + HANDFUL);
    await sql`select tell_workflow('start-mandate', id) from unnest(${handful}::text[]) id`.execute(db);
    await rest();
  }
}

/** The household's own way into the API. */
export async function clientOf(world: WholeWorld, residentId: string): Promise<Client> {
  return createClient({ baseUrl: world.api, token: await world.token(residentId) });
}

async function writeResidents(
  { db, issuer }: WholeWorld,
  seed: number,
  town: readonly Subscription[],
): Promise<void> {
  const zones = new Map(town.map(({ household, zone }) => [household, zone]));
  await db
    .insertInto("residents")
    .values(
      [...zones].map(([household, zone]) => {
        const id = codeOf(seed, household);
        return {
          id,
          issuer,
          subject: id,
          name: household,
          email: `${household.toLowerCase()}@city.example`,
          email_verified: true,
          locale: "en",
          zone,
          terms_version: SERVICE_TERMS.version,
        };
      }),
    )
    .execute();
}

async function settleOne(world: WholeWorld, seed: number, of: Subscription): Promise<Settled> {
  const { db, sealer, bank } = world;
  const residentId = codeOf(seed, of.household);
  const methodId = codeOf(seed, `${of.name}/card`);
  const token = await bank.bindCard();
  const method: Insertable<DB["methods"]> = {
    id: methodId,
    resident_id: residentId,
    gateway: "yookassa",
    state: "active",
    token: sealer.seal(token, methodId),
    title: "Bank card *4444",
    last4: "4444",
    // a card of its own: what one autopay is declined counts against no other one
    card_key: createHash("sha256").update(methodId).digest("hex"),
    livemode: false,
  };
  await db.insertInto("methods").values(method).execute();
  const known = { of, residentId, methodId, token };
  if (of.way === "by-hand") {
    await db
      .insertInto("payer_accounts")
      .values({ resident_id: residentId, biller_id: of.biller.id, account: of.account })
      .execute();
    return { ...known, mandateId: null, subject: null };
  }
  const subject = of.way === "found" ? await saveCertificate(world, known) : null;
  const mandateId = codeOf(seed, `${of.name}/mandate`);
  await writeMandate(world, { ...known, mandateId, subject });
  return { ...known, mandateId, subject };
}

/** The certificate of a car, by which a registry's bills are found. */
async function saveCertificate(
  world: WholeWorld,
  { of, residentId }: { readonly of: Subscription; readonly residentId: string },
): Promise<NonNullable<Settled["subject"]>> {
  const value = of.account;
  const api = await clientOf(world, residentId);
  await api.saveIdentifier({ text: value, kind: "sts" });
  return { kind: "sts", value };
}

async function writeMandate(
  { db }: WholeWorld,
  {
    of,
    residentId,
    methodId,
    mandateId,
    subject,
  }: Omit<Settled, "mandateId"> & { readonly mandateId: string },
): Promise<void> {
  const account = subject === null ? of.account : `subject/${subjectKey(claimKey, subject)}`;
  await db
    .insertInto("mandates")
    .values({
      id: mandateId,
      resident_id: residentId,
      biller_id: of.biller.id,
      account,
      state: "active",
      livemode: false,
    })
    .execute();
  await db
    .insertInto("mandate_versions")
    .values({
      mandate_id: mandateId,
      version: 1,
      terms: JSON.stringify(termsOf(of, methodId)),
      narrowing: false,
    })
    .execute();
}

function termsOf(of: Subscription, methodId: string): Terms {
  return {
    limitPerPayment: of.limitMinor === null ? "unlimited" : { amountMinor: of.limitMinor, currency: "RUB" },
    limitPerPeriod: "unlimited",
    methods: [methodId],
    overLimit: of.overLimit,
    lateBill: of.lateBill,
    noticePack: NOTICE_PACKS.RU,
    zone: of.zone,
    trigger: of.trigger,
  };
}
