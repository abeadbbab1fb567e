import { z } from "@hono/zod-openapi";
import { REGISTRY_STATES } from "../../db/queries/registry-files.ts";
import { FAILURE_CODES } from "../../domain/failure.ts";
import { instantSchema, pageQuery, publicIdSchema } from "./fields.ts";

/** A biller and one of its files, as they stand in addresses. */
export const registryFileParameters = z.object({
  id: z.string().openapi({ example: "gorod-zhkh" }),
  file: z.string().openapi({ example: "KV-7F3K-9Q2M-X4TB" }),
});

export const uploadQuery = z.strictObject({
  /** How people call the file. */
  name: z
    .string()
    .max(200)
    .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\]*$/u)
    .optional(),
  /** The file's own order, where its lines have no versions: a later file has a larger number. */
  version: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
});

export const listRegistryFilesQuery = pageQuery;

export const reportQuery = z.strictObject({ locale: z.enum(["ru", "en"]).default("ru") });

/**
 * A registry file on its way. `received`: it waits for its turn; `reading`: nothing of it counts yet; `applying`: its bills are being stored; `refused`: nothing of it
 * counts. Lines are counted with refused ones; `results` by what came of the bill.
 */
export const registryFileSchema = z
  .object({
    id: publicIdSchema,
    billerId: z.string(),
    name: z.string().nullable(),
    sentBy: z.string(),
    sha256: z.string().nullable(),
    bytes: z.int().nullable(),
    version: z.int().nullable(),
    state: z.enum(REGISTRY_STATES),
    percent: z.int().min(0).max(100),
    lines: z.int(),
    refusedLines: z.int(),
    results: z.record(z.string(), z.int()),
    failure: z.object({ code: z.enum(FAILURE_CODES), detail: z.string() }).nullable(),
    createdAt: instantSchema,
    finishedAt: instantSchema.nullable(),
  })
  .openapi("RegistryFile");

export type RegistryFile = z.infer<typeof registryFileSchema>;
