import { type Kysely, sql } from "kysely";
import type { MethodKind, Section } from "../../domain/capability-matrix.ts";
import type { DiscountRule } from "../../domain/catalogue/discount-rule.ts";
import type { Audience, CataloguePayee, Hours, OwnSums } from "../../domain/catalogue/entry.ts";
import type { Bilingual, Reference } from "../../domain/catalogue/reference.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";

/** A biller as people choose it. */
export type BillerRow = {
  readonly category_title: Bilingual;
  readonly id: string;
  readonly name: string;
  readonly name_en: string | null;
  readonly category: string;
  readonly audience: Audience;
  readonly section: Section;
  readonly region: string;
  readonly allowed_methods: readonly MethodKind[];
};

const ofList = sql`jsonb_build_object('ru', c.title_ru, 'en', c.title_en) as category_title, r.id, r.name, r.name_en, r.category, r.audience, r.section, r.region, r.allowed_methods`;

/** The biller of another row, with its names in both languages. */
export type NamedBillerRow = {
  readonly biller_id: string;
  readonly biller_name: string;
  readonly biller_name_en: string | null;
  readonly category: string;
};

/** The columns of {@link NamedBillerRow}, where `r` is the biller. */
export const namedBiller = sql`r.id as biller_id, r.name as biller_name, r.name_en as biller_name_en, r.category`;

/** What a list of billers is narrowed by; `words` are in lower case with е for ё, and all of them must be found. */
export type BillerSearch = {
  readonly category?: string | undefined;
  readonly audience?: "person" | "organisation" | undefined;
  readonly words: readonly string[];
};

/** One page of billers by name; `after` is the last id of the page before. */
export async function listBillers(
  db: Database,
  query: BillerSearch & { readonly after?: string | undefined; readonly limit: number },
): Promise<readonly BillerRow[]> {
  const { category, audience, words, after } = query;
  const { rows } = await sql<BillerRow>`
    select ${ofList} from billers r join categories c on c.id = r.category
     where ${category === undefined ? sql`true` : sql`r.category = ${category}`}
       and ${audience === undefined ? sql`true` : sql`r.audience in (${audience}, 'both')`}
       and not exists (select 1 from unnest(${[...words]}::text[]) word where position(word in r.search_text) = 0)
       and ${after === undefined ? sql`true` : sql`(r.search_text, r.id) > (select search_text, id from billers where id = ${after})`}
     order by r.search_text, r.id limit ${query.limit}`.execute(db);
  return rows;
}

/** A biller with all that a payer is told about it. */
export type BillerDetails = BillerRow & {
  readonly payee: CataloguePayee;
  readonly reference: Reference;
  readonly discount_rule: DiscountRule | null;
  readonly without_bill: OwnSums | null;
  readonly balances: { readonly confirmsTopUps: boolean } | null;
  readonly hours: readonly Hours[] | null;
  readonly zone: string;
};

/** One biller; undefined: there is none. */
export async function findBiller(db: Kysely<DB>, id: string): Promise<BillerDetails | undefined> {
  const { rows } = await sql<BillerDetails>`
    select ${ofList},
           r.payee, r.reference, r.discount_rule, r.without_bill, r.balances, r.hours, r.zone
      from billers r join categories c on c.id = r.category where r.id = ${id}`.execute(db);
  return rows[0];
}

/** Names of billers by id; who is unknown is not there. */
export async function readBillerNames(
  db: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, { readonly name: string; readonly nameEn: string | null }>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom("billers")
    .select(["id", "name", "name_en as nameEn"])
    .where("id", "in", [...new Set(ids)])
    .execute();
  return new Map(rows.map(({ id, ...names }) => [id, names]));
}

/** By what a biller knows its payers; undefined: there is no such biller. */
export async function readReference(db: Database, id: string): Promise<Reference | undefined> {
  const { rows } = await sql<{ reference: Reference }>`
    select reference from billers where id = ${id}`.execute(db);
  return rows[0]?.reference;
}

/** A biller with what proves its pushes: `webhook_secret` is sealed, its row id is the biller's id. */
export function findPushingBiller(db: Database, id: string) {
  return db.selectFrom("billers").select(["id", "webhook_secret"]).where("id", "=", id).executeTakeFirst();
}

/**
 * Keeps the sealed secrets of billers that push; what was sealed before is replaced. Answers the ids that nobody has.
 *
 * @param secrets each sealed with the biller's id
 */
export async function keepWebhookSecrets(
  db: Kysely<DB>,
  secrets: readonly { readonly id: string; readonly sealed: Buffer }[],
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    update billers r set webhook_secret = s.sealed
      from unnest(${secrets.map(({ id }) => id)}::text[], ${secrets.map(({ sealed }) => sealed)}::bytea[]) s (id, sealed)
     where r.id = s.id returning r.id`.execute(db);
  const known = new Set(rows.map(({ id }) => id));
  return secrets.map(({ id }) => id).filter((id) => !known.has(id));
}

/** A biller that a paper may mean. `exact`: account and BIC are those on file. */
export type PayeeMatch = {
  readonly id: string;
  readonly payee: CataloguePayee;
  readonly reference: Reference;
  readonly exact: boolean;
};

/** Billers with these requisites, or with this INN and others; the exact ones first. */
export async function findPayees(
  db: Database,
  said: { readonly account: string; readonly bic: string; readonly inn: string | null },
): Promise<readonly PayeeMatch[]> {
  const exact = sql`r.payee->>'account' = ${said.account} and r.payee->>'bic' = ${said.bic} and coalesce(r.payee->>'inn' = ${said.inn}, true)`;
  const { rows } = await sql<PayeeMatch>`
    select r.id, r.payee, r.reference, ${exact} as exact from billers r
     where r.payee->>'inn' = ${said.inn} or (${exact}) order by exact desc, r.id limit 20`.execute(db);
  return rows;
}
