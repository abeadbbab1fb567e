import { askSource, whyDown } from "../adapters/bill-sources/asking.ts";
import { finishNotices, leaseNotices } from "../db/queries/source-notices.ts";
import { noteSourceState } from "../db/queries/source-readings.ts";
import type { SourceBill } from "../domain/source-bill.ts";
import { type DiscoveryParts, keepBills } from "./source-answers.ts";

/** Notices that share one question. */
const NOTICES_AT_ONCE = 20;
const WITHIN_MS = 120_000;
/** What could not be asked for in most of a day is found by the residents' own readings. */
const MOST_ATTEMPTS = 20;

/**
 * Follows what a source has pushed: the bills that notices name are asked for, and nothing in a notice itself is believed but that somebody paid: a foreign payment that
 * is told keeps our own from being taken for it. Answers whether there may be more.
 */
export async function followNotices(parts: DiscoveryParts): Promise<boolean> {
  const { db, source } = parts;
  const notices = await leaseNotices(db, { source: source.name, limit: NOTICES_AT_ONCE });
  if (notices.length === 0) return false;
  const identifiers = [...new Set(notices.flatMap(({ uins }) => uins))].map((value) => ({
    kind: "uin",
    value,
  }));
  const asked = await askSource(source, { identifiers, scope: "all", withinMs: WITHIN_MS });
  await noteSourceState(db, { source: source.name, why: whyDown(asked) });
  const payments = notices.flatMap((notice) => notice.payments);
  await keepBills(
    parts,
    asked.bills.map((bill): SourceBill => {
      const told = payments.filter(({ uin }) => uin === bill.uin).map(({ payment }) => payment);
      return { ...bill, payments: [...bill.payments, ...told] };
    }),
  );
  const missing = new Set(
    asked.report.missing.flatMap(({ places }) => places.map((place) => identifiers[place]?.value ?? "")),
  );
  const done = notices.filter(
    ({ uins, attempts }) => attempts >= MOST_ATTEMPTS || !uins.some((uin) => missing.has(uin)),
  );
  await finishNotices(db, { source: source.name, noticeIds: done.map(({ noticeId }) => noticeId) });
  return notices.length === NOTICES_AT_ONCE;
}
