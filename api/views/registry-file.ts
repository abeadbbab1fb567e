import type { RegistryFileRow } from "../../db/queries/registry-files.ts";
import { isFailureCode } from "../../domain/failure.ts";
import { fileFaultWords } from "../../words/registry-report.ts";
import type { ProblemLocale } from "../problem-words.ts";
import type { RegistryFile } from "../schemas/registry-files.ts";

/** Reading takes about this part of an import's time. */
const READING_PERCENT = 35;

/** A registry file as it is answered, with words for its biller. */
export function registryFileView(row: RegistryFileRow, locale: ProblemLocale): RegistryFile {
  return {
    id: row.id,
    billerId: row.biller_id,
    name: row.name,
    sentBy: row.sent_by,
    sha256: row.sha256,
    bytes: row.bytes,
    version: row.version,
    state: row.state,
    percent: percentOf(row),
    lines: row.lines,
    refusedLines: row.refused_lines,
    results: { ...row.results },
    failure: failureOf(row, locale),
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}

function percentOf({
  state,
  bytes,
  bytes_read,
  lines,
  refused_lines,
  applied_lines,
}: RegistryFileRow): number {
  if (state === "done" || state === "refused") return 100;
  if (state === "reading") return Math.floor((READING_PERCENT * bytes_read) / Math.max(1, bytes ?? 0));
  if (state !== "applying") return 0;
  const share = applied_lines / Math.max(1, lines - refused_lines);
  return Math.min(99, Math.floor(READING_PERCENT + (100 - READING_PERCENT) * share));
}

function failureOf({ failure_code }: RegistryFileRow, locale: ProblemLocale): RegistryFile["failure"] {
  if (failure_code === null || !isFailureCode(failure_code)) return null;
  return { code: failure_code, detail: fileFaultWords(locale, failure_code) };
}
