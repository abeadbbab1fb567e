import { type Kysely, sql } from "kysely";
import type { BillerEntry, Category } from "../../domain/catalogue/entry.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";

/** A category with how many billers it has for the ones who ask. */
export type CountedCategory = Category & { readonly billers: number };

/** What a list of categories is narrowed by; `words` are in lower case with е for ё, and all of them must be found in a title. */
export type CategorySearch = {
  readonly id?: string | undefined;
  readonly audience?: "person" | "organisation" | undefined;
  readonly words: readonly string[];
};

/** One page of categories, in the order of the page; `after` is the place of the last one of the page before. */
export async function listCategories(
  db: Database,
  query: CategorySearch & {
    readonly after?: { readonly position: number; readonly id: string } | undefined;
    readonly limit: number;
  },
): Promise<readonly CountedCategory[]> {
  const { id, audience, words, after } = query;
  const wishes = [
    sql`not exists (select 1 from unnest(${[...words]}::text[]) word
      where position(word in translate(lower((c.title_ru || ' ' || c.title_en) collate pg_c_utf8), 'ё', 'е')) = 0)`,
    ...(id === undefined ? [] : [sql`c.id = ${id}`]),
    ...(audience === undefined ? [] : [sql`c.audience in (${audience}, 'both')`]),
    ...(after === undefined ? [] : [sql`(c.position, c.id) > (${after.position}, ${after.id})`]),
  ];
  const { rows } = await sql<CountedCategory>`
    select c.id, c.audience, c.section, c.region, jsonb_build_object('ru', c.title_ru, 'en', c.title_en) as title, c.position,
           (select count(*) from billers r where r.category = c.id) as billers
      from categories c where ${sql.join(wishes, sql` and `)} order by c.position, c.id limit ${query.limit}`.execute(
    db,
  );
  return rows;
}

/** Categories of these ids. */
export async function readCategories(
  db: Kysely<DB>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Category>> {
  const { rows } = await sql<Category>`
    select id, audience, section, region, jsonb_build_object('ru', title_ru, 'en', title_en) as title, position
      from categories where id = any (${[...ids]})`.execute(db);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Billers of these ids as the catalogue says them. */
export async function readEntries(
  db: Kysely<DB>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, BillerEntry>> {
  const { rows } = await sql<BillerEntry>`
    select id, category, name, name_en as "nameEn", audience, section, region, payee, gateway, allowed_methods as "allowedMethods",
           settle_days as "settleDays", (extract(epoch from max_age) / 3600)::int as "maxAgeHours", reference, source,
           discount_rule as "discountRule", without_bill as "withoutBill", balances, zone, hours, file_format as "fileFormat", payment_order as "paymentOrder", receipt
      from billers where id = any (${[...ids]})`.execute(db);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Who writes the catalogue now: others wait until this transaction has ended. */
export async function lockCatalogue(transaction: Kysely<DB>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('catalogue', 0))`.execute(transaction);
}

/** Writes categories, new ones and changed ones. Behind {@link lockCatalogue}. */
export async function writeCategories(
  transaction: Kysely<DB>,
  categories: readonly Category[],
): Promise<void> {
  await sql`
    insert into categories (id, audience, section, region, title_ru, title_en, position)
      select e->>'id', e->>'audience', e->>'section', e->>'region', e->'title'->>'ru', e->'title'->>'en', (e->>'position')::int
        from jsonb_array_elements(${JSON.stringify(categories)}::jsonb) e
      on conflict (id) do update set audience = excluded.audience, section = excluded.section, region = excluded.region,
        title_ru = excluded.title_ru, title_en = excluded.title_en, position = excluded.position`.execute(
    transaction,
  );
}

/**
 * Writes billers as the catalogue says them, new ones and changed ones; their secrets stay. Whoever calls it has judged what changes
 * (`judgeBillerChange`), behind {@link lockCatalogue}.
 */
export async function writeEntries(transaction: Kysely<DB>, entries: readonly BillerEntry[]): Promise<void> {
  await sql`
    insert into billers (id, category, name, name_en, audience, section, region, payee, gateway, allowed_methods, settle_days, max_age,
                         reference, source, discount_rule, without_bill, balances, zone, hours, file_format, payment_order, receipt)
      select e->>'id', e->>'category', e->>'name', e->>'nameEn', e->>'audience', e->>'section', e->>'region', e->'payee', e->>'gateway',
             array(select jsonb_array_elements_text(e->'allowedMethods')), (e->>'settleDays')::int,
             make_interval(hours => (e->>'maxAgeHours')::int), e->'reference', e->'source', nullif(e->'discountRule', 'null'), nullif(e->'withoutBill', 'null'), nullif(e->'balances', 'null'), e->>'zone',
             nullif(e->'hours', 'null'), nullif(e->'fileFormat', 'null'), nullif(e->'paymentOrder', 'null'), nullif(e->'receipt', 'null')
        from jsonb_array_elements(${JSON.stringify(entries)}::jsonb) e
      on conflict (id) do update set category = excluded.category, name = excluded.name, name_en = excluded.name_en,
        audience = excluded.audience, section = excluded.section, region = excluded.region, payee = excluded.payee,
        gateway = excluded.gateway, allowed_methods = excluded.allowed_methods, settle_days = excluded.settle_days,
        max_age = excluded.max_age, reference = excluded.reference, source = excluded.source, discount_rule = excluded.discount_rule, without_bill = excluded.without_bill,
        balances = excluded.balances,
        zone = excluded.zone, hours = excluded.hours, file_format = excluded.file_format, payment_order = excluded.payment_order,
        receipt = excluded.receipt`.execute(transaction);
}

/** Keeps what happened to the catalogue. In the transaction in which it happened. */
export async function auditCatalogue(
  transaction: Kysely<DB>,
  entry: {
    readonly actor: string;
    readonly action: string;
    readonly subject: string;
    readonly detail: object;
  },
): Promise<void> {
  const { detail, ...who } = entry;
  await transaction
    .insertInto("audit")
    .values({ ...who, detail: JSON.stringify(detail) })
    .execute();
}
