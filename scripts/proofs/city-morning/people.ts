import { sql } from "kysely";
import { NOTICE_PACKS } from "../../../domain/notice-policy.ts";
import { SERVICE_TERMS } from "../../../words/service-terms.ts";
import type { Chance } from "../chance.ts";
import { makePayers } from "../world/payers.ts";
import type { World } from "../world/world.ts";

/** What the arrival of a bill must start: its debit, a reminder of it, or nothing. */
export type Wish = "payment" | "bill" | "nothing";

/** An account of the city and what its owner wants of its bills. */
export type CityAccount = { readonly account: string; readonly wish: Wish };

/** Neighbours who look into an account as well: they add no workflow. */
const NEIGHBOURS_PERCENT = 15;
const MANDATES_PERCENT = 50;

/**
 * Residents of whom some have an autopay or want to be told, as they would have connected their accounts before the morning. Nobody is debited before
 * tomorrow, so that what the morning starts can be counted.
 */
export async function makeCity(
  world: World,
  order: {
    readonly residents: number;
    readonly interested: number;
    readonly billerId: string;
    readonly token: string;
    readonly chance: Chance;
  },
): Promise<readonly CityAccount[]> {
  const { billerId, token, chance } = order;
  const paying = Math.round((order.interested * MANDATES_PERCENT) / 100);
  const payers = await makePayers(world, {
    count: paying,
    billerId,
    gateway: "yookassa",
    token,
    terms: { noticePack: { ...NOTICE_PACKS.demo, leadSeconds: 24 * 3600 } },
  });
  const paid = payers.map(({ account }) => account);
  const told = accountsOf("2", order.interested - paying);
  const quiet = accountsOf("3", order.residents - order.interested);
  const tellers = await makeResidents(world, told.length);
  await connect(world, billerId, pairs(tellers, told));
  await makeResidents(world, quiet.length);
  const looking = [...paid, ...told].filter(() => chance.percent(NEIGHBOURS_PERCENT));
  await connect(
    world,
    billerId,
    looking.map((account) => [chance.pick(tellers), account] as const),
  );
  return [...wishing(paid, "payment"), ...wishing(told, "bill"), ...wishing(quiet, "nothing")];
}

function wishing(accounts: readonly string[], wish: Wish): readonly CityAccount[] {
  return accounts.map((account) => ({ account, wish }));
}

function accountsOf(first: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${first}${String(index).padStart(9, "0")}`);
}

function pairs(residents: readonly string[], accounts: readonly string[]) {
  return accounts.map((account, index) => [residents[index] ?? "", account] as const);
}

async function makeResidents({ db }: Pick<World, "db">, count: number): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    with made as (select new_code() as id from generate_series(1, ${count}))
    insert into residents (id, issuer, subject, name, email, email_verified, locale, zone, terms_version)
      select id, 'https://proof.example', id, 'Proof', lower(id) || '@proof.example', true, 'en', 'Europe/Moscow', ${SERVICE_TERMS.version}
      from made returning id`.execute(db);
  return rows.map(({ id }) => id);
}

async function connect(
  { db }: Pick<World, "db">,
  billerId: string,
  connections: readonly (readonly [resident: string, account: string])[],
): Promise<void> {
  await sql`insert into payer_accounts (resident_id, biller_id, account)
    select x.resident, ${billerId}, x.account
    from unnest(${connections.map(([resident]) => resident)}::text[], ${connections.map(([, account]) => account)}::text[]) x(resident, account)
    on conflict do nothing`.execute(db);
}
