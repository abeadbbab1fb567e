import { type Candidate, type Reason, reasonOf } from "../../domain/identifiers/index.ts";
import type { PaymentQr as ReadQr } from "../../domain/identifiers/payment-qr.ts";
import { judgeQrContent } from "../../domain/identifiers/qr-content.ts";
import { identifierReasonWords } from "../../words/identifiers.ts";
import type { Locale } from "../../words/locale.ts";
import type { IdentifierCandidate, PaymentQr } from "../schemas/identifiers.ts";

/** A candidate with its reason in words. */
export function candidateView(
  { kind, value, valid, reason }: Candidate,
  locale: Locale,
): IdentifierCandidate {
  return { kind, value, valid, reason: reason && reasonView(reason, locale) };
}

function reasonView(reason: Reason, locale: Locale) {
  const { expected, ...rest } = reason;
  return {
    ...rest,
    expected: expected && [...expected],
    detail: identifierReasonWords(locale, reason),
  };
}

/** A payment QR with what is proved inside it, and every complaint: about its form first, about its numbers then. */
export function paymentQrView(
  { qr, bytes }: { readonly qr: ReadQr; readonly bytes: Uint8Array },
  locale: Locale,
): PaymentQr {
  const content = judgeQrContent(qr);
  const problems = [...qr.problems, ...content.problems].map((problem) => ({
    ...reasonView(reasonOf(problem), locale),
    field: problem.field,
  }));
  return {
    base64: Buffer.from(bytes).toString("base64"),
    encoding: qr.encoding,
    separator: qr.separator,
    fields: { ...qr.fields },
    others: [...qr.others],
    amount: qr.amountMinor === null ? null : { amountMinor: qr.amountMinor, currency: "RUB" },
    candidates: content.candidates.map(({ field, ...candidate }) => ({
      ...candidateView(candidate, locale),
      field,
    })),
    problems,
    sound: problems.length === 0,
  };
}
