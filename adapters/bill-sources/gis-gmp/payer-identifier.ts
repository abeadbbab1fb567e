import {
  parsePayerId,
  type PayerSubject,
  payerIdOf,
  subjectOf,
} from "../../../domain/identifiers/payer-id.ts";
import type { SubjectIdentifier } from "../../../domain/source-bill.ts";

/** Kinds by which the registry knows payers; all other documents are asked for as whole payer identifiers. */
const PAYER_KINDS = [
  "sts",
  "driving-licence",
  "snils",
  "inn",
  "organisation",
  "payer-id",
] as const satisfies readonly PayerSubject["kind"][];

/** Is it a kind by which the registry knows payers? */
export function isPayerKind(kind: string): kind is PayerSubject["kind"] {
  return PAYER_KINDS.some((known) => known === kind);
}

/**
 * The 22 characters by which the registry knows a payer (protocol facts §3.3); none when the value is not of its kind. An INN of 12 digits is asked for as a person's
 * document and as a sole proprietor's: which of them bills name, only their issuers know.
 */
export function payerIdentifiersOf({ kind, value }: SubjectIdentifier): readonly string[] {
  if (!isPayerKind(kind)) return [];
  const asked = payerIdOf({ kind, value });
  const texts = kind === "inn" ? [asked, `4000000000${value}`] : [asked];
  return texts.flatMap((text) => {
    const proof = parsePayerId(text);
    if (!proof.ok) return [];
    const subject = subjectOf(proof.value);
    // What does not come back as what it was is no value of its kind.
    const same = subject.kind === kind && subject.value === value;
    return same || kind === "payer-id" ? [proof.value.text] : [];
  });
}

/**
 * The identifiers of ours that a payer identifier stands for, the exact one first. A company is named by INN and KPP, and by its INN alone: who knows only that looks for
 * all branches.
 */
export function subjectsOf(payerIdentifier: string): readonly SubjectIdentifier[] {
  const proof = parsePayerId(payerIdentifier);
  if (!proof.ok) return [];
  const subject = subjectOf(proof.value);
  if (subject.kind !== "organisation" || !("inn" in proof.value)) return [subject];
  return [subject, { kind: "inn", value: proof.value.inn }];
}
