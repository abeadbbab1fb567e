import type { SubjectIdentifier } from "../source-bill.ts";
import { readAs } from "./index.ts";
import { parseInn } from "./inn.ts";
import { parseKpp } from "./kpp.ts";
import { parsePayerId, subjectOf } from "./payer-id.ts";
import { type Proof, proved, refused } from "./proof.ts";

/** By what people and organisations are found: what they save, what a bill says of them, and what a mandate covers are compared by the same pair. */
export const SUBJECT_KINDS = [
  "sts",
  "driving-licence",
  "inn",
  "organisation",
  "snils",
  "epd-payer-code",
  "mobile",
  "landline",
  "housing-id",
  "payer-id",
] as const;

export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/**
 * Reads an identifier of somebody into the form in which it is compared. An organisation is `INN/KPP`; a payer's identifier of 22 characters becomes what is inside
 * it, so that "my certificate" and the registry's payer are one.
 */
export function readSubject(said: {
  readonly kind: SubjectKind;
  readonly value: string;
}): Proof<SubjectIdentifier> {
  const { kind } = said;
  if (kind === "organisation") return readOrganisation(said.value);
  if (kind === "payer-id") {
    const payerId = parsePayerId(said.value);
    return payerId.ok ? proved(subjectOf(payerId.value)) : payerId;
  }
  const proof = readAs(kind, said.value);
  return proof.ok ? proved({ kind, value: proof.value }) : proof;
}

function readOrganisation(text: string): Proof<SubjectIdentifier> {
  const [innText = "", kppText, ...more] = text.split("/");
  const inn = parseInn(innText);
  if (!inn.ok) return inn;
  if (kppText === undefined || more.length > 0) return refused(text, "length");
  const kpp = parseKpp(kppText);
  return kpp.ok ? proved({ kind: "organisation", value: `${inn.value.digits}/${kpp.value}` }) : kpp;
}
