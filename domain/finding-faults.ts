/** Why a bill that somebody names by a number or by its paper is not shown to them. */
export const FINDING_FAULTS = [
  "bill-not-at-sources",
  "sources-silent",
  "payee-unknown",
  "payee-differs",
  "bill-unusable",
  "bill-differs",
  "qr-unsound",
  "account-needed",
  "period-needed",
  "amount-needed",
] as const;

export type FindingFault = (typeof FINDING_FAULTS)[number];
