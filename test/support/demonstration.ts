import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { openCatalogue } from "../../cli/offline/catalogue-file.ts";
import { importCatalogue } from "../../db/catalogue/import.ts";
import type { Database } from "../../db/database.ts";
import { keepWebhookSecrets } from "../../db/queries/billers.ts";
import type { Sealer } from "../../db/sealed.ts";
import { catalogueFile, pushingBillers } from "../../sandbox/billers/biller-book.ts";

/** Takes the demonstration catalogue in, as `kvitok billers import` does it. */
export async function takeDemonstration(db: Database): Promise<void> {
  const { entries } = await openCatalogue(fileURLToPath(catalogueFile));
  const report = await importCatalogue(entries, {
    db,
    actor: "test",
    dryRun: false,
    accepted: new Set(),
  });
  const [refused] = report.refused;
  if (refused !== undefined) throw new Error(`the demonstration was refused: ${JSON.stringify(refused)}`);
}

/** Gives every biller that pushes this secret. */
export async function shareSecret(db: Database, sealer: Sealer, secret: string): Promise<void> {
  await keepWebhookSecrets(
    db,
    pushingBillers().map(({ id }) => ({ id, sealed: sealer.seal(secret, id) })),
  );
}

/**
 * Billers that take any account for a payer's, as one does that says nothing about its numbers: tests that are not about numbers name their payers freely.
 */
export async function takeAnyAccount(db: Database, billerIds: readonly string[]): Promise<void> {
  await sql`update billers set reference = default where id = any (${[...billerIds]})`.execute(db);
}
