import type { Database } from "../database.ts";

/** Everybody who issues bills, by name. */
export function listBillers(db: Database) {
  return db
    .selectFrom("billers")
    .select(["id", "name", "category", "section", "allowed_methods"])
    .orderBy("name")
    .orderBy("id")
    .execute();
}

/** A biller with what proves its pushes: `webhook_secret` is sealed, its row id is the biller's id. */
export function findPushingBiller(db: Database, id: string) {
  return db.selectFrom("billers").select(["id", "webhook_secret"]).where("id", "=", id).executeTakeFirst();
}

/** Is there such a biller? */
export async function isBiller(db: Database, id: string): Promise<boolean> {
  return (await db.selectFrom("billers").select("id").where("id", "=", id).executeTakeFirst()) !== undefined;
}

export type SavedBiller = {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly payee: object;
  /** Sealed with the biller's id. */
  readonly webhookSecret: Buffer;
};

/** Writes a biller or replaces its name, category, requisites and secret. */
export async function saveBiller(db: Database, biller: SavedBiller): Promise<void> {
  const data = {
    name: biller.name,
    category: biller.category,
    payee: JSON.stringify(biller.payee),
    webhook_secret: biller.webhookSecret,
  };
  await db
    .insertInto("billers")
    .values({ id: biller.id, ...data })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(data))
    .execute();
}
