/** Why a line of a registry file is no bill, beside what is wrong with amounts, days and identifiers everywhere. */
export const LINE_FAULTS = [
  "line-too-long",
  "line-not-text",
  "line-encoding-wrong",
  "line-columns-wrong",
  "quotes-unbalanced",
  "formula-refused",
  "text-not-allowed",
  "field-missing",
  "status-unknown",
  "version-invalid",
  "discount-invalid",
  "contradicts-another-line",
] as const;

/** Why a registry file as a whole is refused: nothing of it has counted. */
export const FILE_FAULTS = [
  "file-encoding-wrong",
  "file-truncated",
  "file-totals-wrong",
  "file-format-missing",
  "file-version-missing",
  "file-under-way",
  "file-abandoned",
  "file-nothing-to-resume",
] as const;

export type LineFaultCode =
  | (typeof LINE_FAULTS)[number]
  | "amount-invalid"
  | "date-invalid"
  | "identifier-misshapen"
  | "check-digit-wrong"
  | "bill-version-conflict";
export type FileFaultCode = (typeof FILE_FAULTS)[number];
