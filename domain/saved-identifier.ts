import type { IdentifierKind } from "./identifiers/index.ts";

/** What a resident may save in their profile: identifiers of a person, their car and their home, by which bills are found. */
export const SAVEABLE_KINDS = [
  "sts",
  "driving-licence",
  "snils",
  "inn",
  "epd-payer-code",
  "housing-id",
  "mobile",
  "landline",
  "payer-id",
] as const satisfies readonly IdentifierKind[];

export type SaveableKind = (typeof SAVEABLE_KINDS)[number];

/** More than a large family has; a longer list is a list of strangers. */
export const MOST_IDENTIFIERS = 50;

const SHOWN = 4;

/** A value as it is listed: its last four characters, so that its owner knows it and a reader over the shoulder does not. */
export function masked(value: string): string {
  return `••••${Array.from(value).slice(-SHOWN).join("")}`;
}
