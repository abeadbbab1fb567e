import { type Kysely, sql } from "kysely";
import { z } from "zod";
import type { SourcePayee } from "../../domain/source-bill.ts";
import type { DB } from "../generated/database.ts";
import type { FileBiller } from "./bill-reader.ts";
import { type RegistryFormat, registryFormatSchema } from "./file-format.ts";

const optional = z
  .string()
  .nullish()
  .transform((text) => text ?? null);
const payeeShape = z.object({
  name: z.string(),
  inn: z.string(),
  kpp: optional,
  bic: z.string(),
  account: z.string(),
  correspondentAccount: optional,
  kbk: optional,
  oktmo: optional,
}) satisfies z.ZodType<SourcePayee>;

/** A biller as its files are read: its payee on file, and how its files are written; null where the catalogue does not say. */
export async function findFileBiller(
  db: Kysely<DB>,
  id: string,
): Promise<{ readonly biller: FileBiller; readonly format: RegistryFormat | null } | undefined> {
  const { rows } =
    await sql<FileBillerRow>`select r.id, r.category, r.payee, to_jsonb(r)->'discount_rule' as "discountRule",
    to_jsonb(r)->'file_format' as format from billers r where r.id = ${id}`.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { format, ...biller } = row;
  return {
    biller: { ...biller, payee: payeeShape.parse(row.payee) },
    format: format === null ? null : registryFormatSchema.parse(format),
  };
}

type FileBillerRow = {
  readonly id: string;
  readonly category: string;
  readonly payee: unknown;
  readonly discountRule: FileBiller["discountRule"];
  readonly format: unknown;
};
