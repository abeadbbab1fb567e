import { parseDrivingLicence } from "./driving-licence.ts";
import { parseInn } from "./inn.ts";
import { KPP_SHAPE, parseKpp } from "./kpp.ts";
import { toCyrillic, toLatin } from "./look-alikes.ts";
import { compacted, type Proof, proved, refused, refusedInside } from "./proof.ts";
import { digits, misfit } from "./shape.ts";
import { parseSnils } from "./snils.ts";
import { parseSts } from "./sts.ts";

/** How the registry of state payments names who owes: 22 characters, taken apart. */
export type PayerId = { readonly text: string } & (
  | { readonly payer: "person"; readonly documentCode: string; readonly document: string }
  | { readonly payer: "company" | "foreign-company"; readonly inn: string; readonly kpp: string }
  | { readonly payer: "foreign-company"; readonly kio: string; readonly kpp: string }
  | { readonly payer: "sole-proprietor"; readonly inn: string }
);

/** What a payer's identifier is about, in the words that the person would use: the same pair for "my certificate" and for the registry's payer. */
export type PayerSubject = {
  readonly kind: "sts" | "driving-licence" | "snils" | "inn" | "organisation" | "payer-id";
  /** In its normal form; of an organisation `INN/KPP`. */
  readonly value: string;
};

const LENGTH = 22;
const DOCUMENT = 19;
/** 01 passport … 15; 21 INN, 22 driving licence, 24 vehicle certificate … 30. 27, a phone, was taken out of the list. */
const DOCUMENT_CODE = /^(0[1-9]|1[0-5]|2[1245689]|30)$/;
const INN_AT = 3;
const KPP_AT = 13;
const PROPRIETOR_INN_AT = 10;

const FOREIGN_BY_KIO = `30000000${digits(5)}${KPP_SHAPE}`;
const SHAPES = [
  `1dd${"a".repeat(DOCUMENT)}`,
  `200${digits(10)}${KPP_SHAPE}`,
  `300${digits(10)}${KPP_SHAPE}`,
  FOREIGN_BY_KIO,
  `4${"0".repeat(9)}${digits(12)}`,
];

/** Documents whose letters are Cyrillic by law; those of others may be of any country. */
const CYRILLIC_DOCUMENTS = /^1(22|24)/;

/**
 * Reads a payer's identifier. Proved are the code of the document, and the check digits of an INN or SNILS inside. Whether a document's number has the
 * form of its kind is not asked: the registry holds others, too.
 */
export function parsePayerId(text: string): Proof<PayerId> {
  const read = settled(compacted(text).toUpperCase());
  const wrong = misfit(read, SHAPES);
  if (wrong) return wrong;
  if (/^0+$/.test(read.slice(3))) return refused(read, "zeros", 4, DOCUMENT);
  if (read.startsWith("1")) return parsePerson(read);
  if (read.startsWith("4")) {
    const inn = parseInn(read.slice(PROPRIETOR_INN_AT));
    if (!inn.ok) return refusedInside(read, PROPRIETOR_INN_AT, inn);
    return proved({ text: read, payer: "sole-proprietor", inn: inn.value.digits });
  }
  return parseCompany(read);
}

/** Look-alike letters, where it is known which alphabet is meant. */
function settled(read: string): string {
  if (CYRILLIC_DOCUMENTS.test(read)) return toCyrillic(read);
  return /^[23]/.test(read) ? toLatin(read) : read;
}

function parsePerson(read: string): Proof<PayerId> {
  const documentCode = read.slice(1, 3);
  if (!DOCUMENT_CODE.test(documentCode)) return refused(read, "document-code", 2, 2);
  const person = proved<PayerId>({ text: read, payer: "person", documentCode, document: read.slice(3) });
  const inside = INSIDE[documentCode];
  if (inside?.parse === undefined) return person;
  const proof = inside.parse(read.slice(LENGTH - inside.length));
  return proof.ok ? person : refusedInside(read, LENGTH - inside.length, proof);
}

function parseCompany(read: string): Proof<PayerId> {
  const kpp = parseKpp(read.slice(KPP_AT));
  if (!kpp.ok) return refusedInside(read, KPP_AT, kpp);
  if (read.startsWith("30000000")) {
    return proved({ text: read, payer: "foreign-company", kio: read.slice(8, KPP_AT), kpp: kpp.value });
  }
  const inn = parseInn(read.slice(INN_AT, KPP_AT));
  if (!inn.ok) return refusedInside(read, INN_AT, inn);
  const payer = read.startsWith("2") ? "company" : "foreign-company";
  return proved({ text: read, payer, inn: inn.value.digits, kpp: kpp.value });
}

/** Documents that are kinds of identifiers themselves. `parse`: only what has check digits is proved here. */
const INSIDE: Readonly<
  Record<
    string,
    {
      readonly kind: PayerSubject["kind"];
      readonly length: number;
      readonly read: (text: string) => Proof<string>;
      readonly parse?: (text: string) => Proof<unknown>;
    }
  >
> = {
  14: { kind: "snils", length: 11, read: parseSnils, parse: parseSnils },
  21: { kind: "inn", length: 12, read: innDigits, parse: parseInn },
  22: { kind: "driving-licence", length: 10, read: parseDrivingLicence },
  24: { kind: "sts", length: 10, read: parseSts },
};

function innDigits(text: string): Proof<string> {
  const inn = parseInn(text);
  return inn.ok ? proved(inn.value.digits) : inn;
}

/** Takes a payer's identifier apart. What is no kind of its own (a passport, say) stays whole. */
export function subjectOf(payerId: PayerId): PayerSubject {
  const whole: PayerSubject = { kind: "payer-id", value: payerId.text };
  if (payerId.payer === "sole-proprietor") return { kind: "inn", value: payerId.inn };
  if (payerId.payer !== "person") {
    return "inn" in payerId ? { kind: "organisation", value: `${payerId.inn}/${payerId.kpp}` } : whole;
  }
  const inside = INSIDE[payerId.documentCode];
  if (inside === undefined) return whole;
  const [padding, number] = [
    payerId.document.slice(0, -inside.length),
    payerId.document.slice(-inside.length),
  ];
  const proof = inside.read(number);
  return proof.ok && /^0*$/.test(padding) ? { kind: inside.kind, value: proof.value } : whole;
}

/** Writes the identifier by which the registry knows a subject: the other way round of {@link subjectOf}. The subject's value is normal already. */
export function payerIdOf({ kind, value }: PayerSubject): string {
  if (kind === "payer-id") return value;
  if (kind === "organisation") return `200${value.replace("/", "")}`;
  const [code] = Object.entries(INSIDE).find(([, inside]) => inside.kind === kind) ?? [];
  return `1${code ?? ""}${value.padStart(DOCUMENT, "0")}`;
}
