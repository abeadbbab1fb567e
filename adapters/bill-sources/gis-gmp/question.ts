import { parseInn } from "../../../domain/identifiers/inn.ts";
import { parseUin } from "../../../domain/identifiers/uin.ts";
import type { SourceBill, SubjectIdentifier } from "../../../domain/source-bill.ts";
import type { MissingPart, SourceQuery, SourceScope, TimeSpan } from "../port.ts";
import { isPayerKind, payerIdentifiersOf, subjectsOf } from "./payer-identifier.ts";

/** One group of conditions of the protocol; they exclude each other, so one question of ours may become several. */
export type Conditions =
  | { readonly group: "charges"; readonly uins: readonly string[] }
  | { readonly group: "payers"; readonly payerIdentifiers: readonly string[] }
  | { readonly group: "companies"; readonly inns: readonly string[] }
  | { readonly group: "time" };

/** One request of the protocol, pages aside. */
export type Question = {
  readonly conditions: Conditions;
  readonly scope: SourceScope;
  readonly reachedSource: TimeSpan | null;
  /** Places in the caller's question that it asks for. */
  readonly places: readonly number[];
  /** Is this bill an answer to it? What nobody asked for is shown to nobody. */
  readonly isAbout: (bill: SourceBill) => boolean;
};

/** A question in the protocol's pieces, and what of it cannot be asked at all. */
export type CutQuestion = {
  readonly questions: readonly Question[];
  readonly missing: readonly MissingPart[];
};

/** One identifier of the caller's question as the registry knows it. */
type Asked = {
  readonly group: "charges" | "payers" | "companies";
  readonly place: number;
  readonly texts: readonly string[];
  /** Names by which its bills are recognised. */
  readonly names: readonly string[];
};

/** Cuts a question into requests of the protocol: one group of conditions each, at most `most` values. */
export function cutQuestion(query: SourceQuery, most: number): CutQuestion {
  if (query.by === "time") {
    const { scope, reachedSource } = query;
    const whole = { conditions: { group: "time" }, scope, reachedSource, places: [] } as const;
    return { questions: [{ ...whole, isAbout: () => true }], missing: [] };
  }
  const missing: MissingPart[] = [];
  const asked: Asked[] = [];
  for (const [place, identifier] of query.identifiers.entries()) {
    const one = askedFor(identifier, place);
    if ("why" in one) missing.push(one);
    else asked.push(one);
  }
  const companies = asked.filter(({ group }) => group === "companies");
  if (companies.length > 0) {
    missing.push({
      places: companies.map(({ place }) => place),
      why: "in-part",
      detail: "a company is found in full by INN and KPP of each branch",
    });
  }
  return { questions: (["charges", "payers", "companies"] as const).flatMap(questionsOf), missing };

  function questionsOf(group: Asked["group"]): Question[] {
    const ofGroup = asked.filter((one) => one.group === group);
    return packed(ofGroup, most).map((part) => {
      const names = new Set(part.flatMap((one) => one.names));
      const { scope, reachedSource = null } = query as Extract<SourceQuery, { by: "identifiers" }>;
      return {
        conditions: conditionsOf(group, [...new Set(part.flatMap(({ texts }) => texts))]),
        scope,
        reachedSource,
        places: part.map(({ place }) => place),
        isAbout: (bill) => namesOf(bill, group).some((name) => names.has(name)),
      };
    });
  }
}

function askedFor(identifier: SubjectIdentifier, place: number): Asked | MissingPart {
  const { kind, value } = identifier;
  const wrong: MissingPart = { places: [place], why: "data", detail: "not a value of its kind" };
  if (kind === "uin") {
    const proof = parseUin(value);
    return proof.ok ? { group: "charges", place, texts: [proof.value], names: [proof.value] } : wrong;
  }
  if (kind === "inn" && !parseInn(value).ok) return wrong;
  if (kind === "inn" && value.length === 10) {
    return { group: "companies", place, texts: [value], names: [nameOf(identifier)] };
  }
  if (!isPayerKind(kind)) {
    return { places: [place], why: "not-searchable", detail: "the registry knows no such kind" };
  }
  const texts = payerIdentifiersOf(identifier);
  if (texts.length === 0) return wrong;
  // The first subject is the exact one: a branch is asked for by INN and KPP and not answered with its sisters.
  const names = texts.flatMap((text) => subjectsOf(text).slice(0, 1)).map(nameOf);
  return { group: "payers", place, texts, names };
}

function conditionsOf(group: Asked["group"], texts: readonly string[]): Conditions {
  if (group === "charges") return { group, uins: texts };
  return group === "payers" ? { group, payerIdentifiers: texts } : { group, inns: texts };
}

function namesOf(bill: SourceBill, group: Asked["group"]): readonly string[] {
  return group === "charges" ? [bill.uin ?? ""] : bill.subjects.map(nameOf);
}

function nameOf({ kind, value }: SubjectIdentifier): string {
  return `${kind} ${value}`;
}

/** Parts of at most `most` values; an identifier that stands for two values is not torn apart. */
function packed(asked: readonly Asked[], most: number): Asked[][] {
  const parts: Asked[][] = [];
  let room = 0;
  for (const one of asked) {
    const last = parts.at(-1);
    if (last === undefined || room < one.texts.length) {
      parts.push([one]);
      room = most - one.texts.length;
    } else {
      last.push(one);
      room -= one.texts.length;
    }
  }
  return parts;
}
