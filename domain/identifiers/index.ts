import { isWithoutKey, parseAccountForm, parseBankAccount, parseBic } from "./bic-account.ts";
import { parseDrivingLicence } from "./driving-licence.ts";
import { parseEpdPayerCode } from "./epd-payer-code.ts";
import { parseHousingId } from "./housing-id.ts";
import { parseInn } from "./inn.ts";
import { parseKbk } from "./kbk.ts";
import { parseKpp } from "./kpp.ts";
import { parseOgrn, parseOgrnip } from "./ogrn.ts";
import { parseOktmo } from "./oktmo.ts";
import { parsePayerId } from "./payer-id.ts";
import { readPaymentQrText } from "./payment-qr.ts";
import { parseLandline, parseMobile } from "./phone.ts";
import { type Fault, type Proof, proved, type Refused, refused } from "./proof.ts";
import { parseSnils } from "./snils.ts";
import { parseSts } from "./sts.ts";
import { parseUin } from "./uin.ts";
import { parseUip } from "./uip.ts";

/** Everything that a text from a bill, a card or a memory may be. */
export const IDENTIFIER_KINDS = [
  "uin",
  "uip",
  "payer-id",
  "inn",
  "kpp",
  "ogrn",
  "ogrnip",
  "snils",
  "bic",
  "account",
  "oktmo",
  "kbk",
  "sts",
  "driving-licence",
  "mobile",
  "landline",
  "epd-payer-code",
  "housing-id",
  "qr",
] as const;

export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];

/** Why a candidate is not valid; positions count in its `value`, from 1. */
export type Reason = {
  readonly code: Fault;
  readonly at: number | null;
  readonly character: string | null;
  /** How many characters were read, and how many there may be, where that is the complaint. */
  readonly count: number;
  readonly expected: readonly number[] | null;
  /** Of a payment QR: the field that is meant. */
  readonly field: string | null;
};

/** A kind that a text may be: in its normal form and valid, or as it was read, with the reason why not. */
export type Candidate = { readonly kind: IdentifierKind; readonly value: string } & (
  | { readonly valid: true; readonly reason: null }
  | { readonly valid: false; readonly reason: Reason }
);

/** What else is known beside the text: the BIC proves an account. */
export type Beside = { readonly bic?: string };

/** One finger slips at a time: with two wrong characters a text is not meant as that kind. */
const MOST_STRANGERS = 1;

/** By kind: reads a text as that kind, into its normal form. */
const READERS: Readonly<Record<IdentifierKind, (text: string, beside: Beside) => Proof<string>>> = {
  uin: parseUin,
  uip: normal(parseUip, (uip) => uip.text),
  "payer-id": normal(parsePayerId, (payer) => payer.text),
  inn: normal(parseInn, (inn) => inn.digits),
  kpp: parseKpp,
  ogrn: parseOgrn,
  ogrnip: parseOgrnip,
  snils: parseSnils,
  bic: parseBic,
  account: readAccount,
  oktmo: parseOktmo,
  kbk: parseKbk,
  sts: parseSts,
  "driving-licence": parseDrivingLicence,
  mobile: parseMobile,
  landline: parseLandline,
  "epd-payer-code": parseEpdPayerCode,
  "housing-id": normal(parseHousingId, (housing) => housing.text),
  qr: readQr,
};

/**
 * Tells which kinds a text may be. Named is every kind of which it has the length and whose characters all stand where they can, save at most one;
 * valid or not, with the reason. Kinds overlap (ten digits are a dozen things): the text alone does not decide, the person who typed it does.
 *
 * @param beside `bic`: a BIC in its normal form. Without it an account is no more than well-formed, and so not valid, unless it has no key at all (03…).
 */
export function identify(text: string, beside: Beside = {}): readonly Candidate[] {
  return IDENTIFIER_KINDS.flatMap((kind) => {
    const proof = readAs(kind, text, beside);
    return proof.ok || isAlike(proof) ? [candidateOf(kind, proof, text)] : [];
  });
}

/** Reads a text as one kind. */
export function readAs(kind: IdentifierKind, text: string, beside: Beside = {}): Proof<string> {
  return READERS[kind](text, beside);
}

/** A proof as a candidate of its kind; `text` is what was read. */
export function candidateOf(kind: IdentifierKind, proof: Proof<string>, text: string): Candidate {
  if (proof.ok) return { kind, value: proof.value, valid: true, reason: null };
  // Of a QR a complaint is about one field; what may be a QR is the whole text.
  const value = kind === "qr" ? text.trim() : proof.read;
  return { kind, value, valid: false, reason: reasonOf(proof) };
}

/** A refusal as plain data. */
export function reasonOf({ why, read, at, character, expected, field }: Refused): Reason {
  return {
    code: why,
    at: at ?? null,
    character: character ?? null,
    count: Array.from(read).length,
    expected: expected ?? null,
    field: field ?? null,
  };
}

/** False for what is another kind of text altogether. */
function isAlike({ why, strangers = 0 }: Refused): boolean {
  return why !== "length" && why !== "qr-header" && strangers <= MOST_STRANGERS;
}

function normal<Value>(parse: (text: string) => Proof<Value>, write: (value: Value) => string) {
  return (text: string): Proof<string> => {
    const proof = parse(text);
    return proof.ok ? proved(write(proof.value)) : proof;
  };
}

function readAccount(text: string, { bic }: Beside): Proof<string> {
  const form = parseAccountForm(text);
  if (!form.ok || isWithoutKey(form.value)) return form;
  if (bic === undefined) return refused(form.value, "bic-needed");
  const proof = parseBankAccount({ bic, account: form.value });
  return proof.ok ? form : proof;
}

/** Valid is a QR that breaks no rule of the standard; whether its numbers are right is another question. */
function readQr(text: string): Proof<string> {
  const read = text.trim();
  const qr = readPaymentQrText(read);
  if (!qr.ok) return qr;
  const [problem] = qr.value.problems;
  return problem ?? proved(read);
}
