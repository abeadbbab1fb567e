import { isCivilDate } from "../calendar.ts";
import {
  IDENTIFIER_KINDS,
  type IdentifierKind,
  type Reason,
  readAs,
  reasonOf,
} from "../identifiers/index.ts";
import { toCyrillic } from "../identifiers/look-alikes.ts";
import { compacted, refused } from "../identifiers/proof.ts";
import { type Pattern, fitPattern, LONGEST_REFERENCE, readPattern, takesAnywhere } from "./pattern.ts";

/** The same words in both languages of the page. */
export type Bilingual = { readonly ru: string; readonly en: string };

/** An identifier by which a biller may know its payers: those that are proved by themselves. */
export type ReferenceKind = Exclude<IdentifierKind, "account" | "bic" | "qr">;

export const REFERENCE_KINDS = IDENTIFIER_KINDS.filter(
  (kind): kind is ReferenceKind => kind !== "account" && kind !== "bic" && kind !== "qr",
);

/**
 * One question to a payer. It is checked either as an identifier, by that kind's own rules and check digits, or by a pattern
 * (`pattern.ts`). `example` passes the check. `optional`: not everybody has one (a sole proprietor has no KPP).
 */
export type ReferenceField = {
  readonly key: string;
  readonly identifier?: ReferenceKind | undefined;
  readonly pattern?: string | undefined;
  readonly title: Bilingual;
  readonly hint: Bilingual;
  readonly example: string;
  readonly optional?: boolean | undefined;
};

/** By what a biller knows its payer: the fields in their order, and whether one bill is named by a month besides. */
export type Reference = {
  readonly fields: readonly ReferenceField[];
  readonly period: "month" | "none";
};

/** What a payer has entered, by key of the field; the month of a bill (`YYYY-MM`) under `period`, where one is looked for. */
export type ReferenceValues = Readonly<Record<string, string | undefined>>;

/** Why a field is wrong; closed. `wrong`: it was read, and breaks a rule of its identifier or of its pattern. */
export type ReferenceWrong = "missing" | "wrong" | "too-long" | "unknown";

/** What is wrong with one field; `reason` says which rule is broken and where, if one can be named. */
export type ReferenceProblem = {
  readonly field: string;
  readonly why: ReferenceWrong;
  readonly reason: Reason | null;
};

/** The payer's number as bills bear it (`account`: the fields in their normal form, joined by `/`), or every field that is wrong. */
export type ReferenceCheck =
  | { readonly ok: true; readonly account: string; readonly period: string | null }
  | { readonly ok: false; readonly problems: readonly ReferenceProblem[] };

/** What stands between the fields of an account. */
const BETWEEN = "/";

/**
 * Proves what a payer has entered by the schema of the biller. A month is proved where one is given; asking for it is the business of who looks for one
 * bill. Pure and total: throws for a schema that the import would have refused only.
 */
export function checkReference(
  { reference }: { readonly reference: Reference },
  values: ReferenceValues,
): ReferenceCheck {
  const known = new Set(["period", ...reference.fields.map(({ key }) => key)]);
  const strangers = Object.keys(values).filter((key) => !known.has(key) && values[key] !== undefined);
  const checked = reference.fields.map((field) => checkField(field, values[field.key] ?? ""));
  const period = checkPeriod(reference, values["period"]);
  const problems = [
    ...checked.flatMap((one) => (one.ok ? [] : [one.problem])),
    ...(period.ok ? [] : [period.problem]),
    ...strangers.map((field) => ({ field, why: "unknown" as const, reason: null })),
  ];
  if (problems.length > 0) return { ok: false, problems };
  const account = joined(checked.map((one) => (one.ok ? one.value : "")));
  if (account.length > LONGEST_REFERENCE) {
    const field = reference.fields.at(-1)?.key ?? "";
    return { ok: false, problems: [{ field, why: "too-long", reason: null }] };
  }
  return { ok: true, account, period: period.ok ? period.value : null };
}

function joined(values: readonly string[]): string {
  const given = values.findLastIndex((value) => value !== "");
  return values.slice(0, given + 1).join(BETWEEN);
}

/** An account taken apart into the fields of the schema; the last one takes what is left, so that no text is lost. */
export function valuesOfAccount({ fields }: Reference, account: string): ReferenceValues {
  const parts = fields.length === 1 ? [account] : account.split(BETWEEN);
  const last = fields.length - 1;
  return Object.fromEntries(
    fields.map(({ key }, index) => [
      key,
      index === last ? parts.slice(index).join(BETWEEN) : (parts[index] ?? ""),
    ]),
  );
}

type Checked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: ReferenceProblem };

function checkPeriod({ period }: Reference, text: string | undefined): Checked<string | null> {
  if (text === undefined) return { ok: true, value: null };
  const wrong = (why: ReferenceWrong) =>
    ({ ok: false, problem: { field: "period", why, reason: null } }) as const;
  if (period === "none") return wrong("unknown");
  const month = text.trim();
  if (month === "") return wrong("missing");
  return /^\d{4}-\d{2}$/.test(month) && isCivilDate(`${month}-01`)
    ? { ok: true, value: month }
    : wrong("wrong");
}

function checkField(field: ReferenceField, text: string): Checked<string> {
  const written = text.trim();
  const wrong = (why: ReferenceWrong, reason: Reason | null = null): Checked<string> => {
    return { ok: false, problem: { field: field.key, why, reason } };
  };
  if (written === "") return field.optional === true ? { ok: true, value: "" } : wrong("missing");
  // Nothing real is longer by more than its blanks, and what is read is bounded before it is read.
  if (written.length > 2 * LONGEST_REFERENCE) return wrong("too-long");
  if (field.identifier !== undefined) {
    const proof = readAs(field.identifier, written);
    return proof.ok ? proof : wrong("wrong", reasonOf(proof));
  }
  const pattern = patternOf(field);
  const value = normalise(pattern, written);
  const fit = fitPattern(pattern, value);
  if (fit.ok) return { ok: true, value };
  return wrong("wrong", fit.at === undefined ? null : reasonOf(refused(value, "character", fit.at)));
}

function patternOf({ key, pattern = "" }: ReferenceField): Pattern {
  const reading = readPattern(pattern);
  if (!reading.ok) throw new Error(`the pattern of ${key} cannot be read: ${reading.detail}`);
  return reading.pattern;
}

const SMALL_LETTERS = Array.from("abcdefghijklmnopqrstuvwxyzабвгдеёжзийклмнопрстуфхцчшщъыьэюя");
const LATIN_CAPITALS = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
const CYRILLIC_CAPITALS = Array.from("АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ");

/**
 * Drops blanks and dashes, takes capitals for small letters, and Cyrillic letters for Latin ones that look like them, where the pattern has no use for
 * what was typed.
 */
function normalise(pattern: Pattern, text: string): string {
  const has = (letters: readonly string[]) => letters.some((letter) => takesAnywhere(pattern, letter));
  const kept = Array.from(text).filter(
    (character) => compacted(character) !== "" || takesAnywhere(pattern, character),
  );
  if (has(SMALL_LETTERS)) return kept.join("");
  const capitals = kept.join("").toUpperCase();
  return has(CYRILLIC_CAPITALS) && !has(LATIN_CAPITALS) ? toCyrillic(capitals) : capitals;
}

/** What is wrong with a schema itself, by the path of the field in it; empty: it can be kept. */
export function faultsOfReference({ fields }: Reference): readonly { path: string; detail: string }[] {
  const keys = fields.map(({ key }) => key);
  if (fields[0]?.optional === true)
    return [{ path: "fields[0].optional", detail: "the first field is asked of everybody" }];
  return fields.flatMap((field, index) => {
    const path = `fields[${index}]`;
    if (keys.indexOf(field.key) !== index || field.key === "period") {
      return [{ path: `${path}.key`, detail: `the key ${field.key} is taken` }];
    }
    if ((field.identifier === undefined) === (field.pattern === undefined)) {
      return [{ path, detail: "either an identifier or a pattern" }];
    }
    return faultsOfCheck(field, fields.length > 1).map(({ path: inner, detail }) => ({
      path: `${path}.${inner}`,
      detail,
    }));
  });
}

function faultsOfCheck(field: ReferenceField, isJoined: boolean): { path: string; detail: string }[] {
  if (field.pattern !== undefined) {
    const reading = readPattern(field.pattern);
    if (!reading.ok) return [{ path: "pattern", detail: `character ${reading.at}: ${reading.detail}` }];
    if (isJoined && takesAnywhere(reading.pattern, BETWEEN)) {
      return [{ path: "pattern", detail: `${BETWEEN} stands between the fields` }];
    }
  }
  const example = checkField(field, field.example);
  return example.ok
    ? []
    : [{ path: "example", detail: `does not pass its own check (${example.problem.why})` }];
}
