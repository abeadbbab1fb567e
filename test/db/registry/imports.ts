import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { findRegistryFile, listRefusals, type RegistryFileRow } from "../../../db/queries/registry-files.ts";
import { beginImport, type WantedFile } from "../../../db/registry/begin.ts";
import { inBillerLine } from "../../../db/registry/biller-line.ts";
import { fingerprintOf } from "../../../db/registry/disk-file.ts";
import { findFileBiller } from "../../../db/registry/file-biller.ts";
import type { RegistryFormat } from "../../../db/registry/file-format.ts";
import { importRegistryFile, type ImportTools } from "../../../db/registry/importer.ts";
import type { MoneyCore } from "../support/money-core.ts";
import { formatOf } from "./files.ts";
import { makeBiller } from "../../support/rows.ts";

/** Test key, not a secret: debts are named by it. */
export const claimKey = Buffer.alloc(32, 3);

/** A biller whose files are written like {@link formatOf}. */
export async function makeFileBiller(
  core: MoneyCore,
  change: { readonly id?: string; readonly format?: RegistryFormat; readonly maxAge?: string } = {},
): Promise<string> {
  const id = change.id ?? `biller-${randomUUID()}`;
  await makeBiller(core.db, id);
  await sql`update billers set file_format = ${JSON.stringify(change.format ?? formatOf())}::jsonb, max_age = ${change.maxAge ?? null}::interval
    where id = ${id}`.execute(core.db);
  return id;
}

export type Imported = {
  readonly file: RegistryFileRow;
  /** Refused lines with their codes. */
  readonly refused: readonly (readonly [line: number, ...codes: string[]])[];
};

/** Imports a text as the file of a biller. */
export function importText(
  core: MoneyCore,
  billerId: string,
  text: string,
  change: Partial<WantedFile> & Pick<ImportTools, "onProgress" | "signal"> = {},
): Promise<Imported> {
  return importBytes(core, billerId, Buffer.from(text), change);
}

export async function importBytes(
  core: MoneyCore,
  billerId: string,
  content: Uint8Array,
  change: Partial<WantedFile> & Pick<ImportTools, "onProgress" | "signal"> = {},
): Promise<Imported> {
  const { onProgress, signal, ...wish } = change;
  const found = await findFileBiller(core.db, billerId);
  if (found === undefined) throw new Error(`no biller ${billerId}`);
  const bytes = {
    async *from(offset: number) {
      for (let at = offset; at < content.length; at += 16_384) {
        yield await Promise.resolve(content.subarray(at, at + 16_384));
      }
    },
  };
  const wanted = {
    billerId,
    format: found.format,
    name: "registry.csv",
    sentBy: "test",
    version: null,
    onlyResume: false,
    ...(await fingerprintOf(bytes)),
    ...wish,
  };
  const tools: ImportTools = {
    db: core.db,
    pool: core.pool,
    claimKey,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
  };
  const begun = await inBillerLine(core.pool, billerId, async (client) => {
    const file = await beginImport(core.db, wanted);
    await importRegistryFile(tools, file, { biller: found.biller, bytes, client });
    return file;
  });
  if (begun === "busy") throw new Error("busy");
  const file = await findRegistryFile(core.db, { id: begun.id, billerId });
  if (file === undefined) throw new Error("the import is gone");
  const refusals = await listRefusals(core.db, { fileNo: file.no, after: 0, limit: 100_000 });
  return { file, refused: refusals.map(({ line, faults }) => [line, ...faults.map(({ code }) => code)]) };
}

/** What a biller's bills have become, without what differs by chance: ids and instants. */
export async function stateOf(core: MoneyCore, billerId: string): Promise<unknown> {
  const { rows } = await sql`
    select to_jsonb(b) - '{id,received_at,confirmed_at,last_delivery,merged_into,judge_at,acknowledged_at}'::text[] as bill,
      b.merged_into is not null as merged, b.judge_at is not null as waits, b.acknowledged_at is not null as acknowledged,
      (select jsonb_agg(to_jsonb(v) - '{bill_id,received_at}'::text[] order by v.version) from bill_versions v where v.bill_id = b.id) as versions,
      (select jsonb_agg(s.subject_key order by s.subject_key) from bill_subjects s where s.bill_id = b.id) as subjects,
      (select jsonb_agg(to_jsonb(s) - '{bill_id,told_at,last_delivery}'::text[] order by s.source) from bill_sources s where s.bill_id = b.id) as sources,
      (select count(*) from bill_twins t where t.bill_id = b.id) as twins,
      (select jsonb_agg(o.kind order by o.kind) from outbox o where o.subject_id = b.id) as asked,
      (select jsonb_agg(jsonb_build_object('kind', c.kind, 'amount', c.amount_minor) order by c.kind) from cases c where c.subject = b.id) as cases,
      (select jsonb_agg(jsonb_build_object('state', y.state, 'need', y.need, 'outcome', y.outcome) order by y.state) from payments y where y.bill_id = b.id) as payments
    from bills b where b.biller_id = ${billerId} order by b.identity_key`.execute(core.db);
  return rows;
}
