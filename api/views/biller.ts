import type { NamedBillerRow } from "../../db/queries/billers.ts";
import { billerTitle, purposeWords } from "../../words/biller-names.ts";
import type { ProblemLocale } from "../problem-words.ts";
import type { BillerName } from "../schemas/billers.ts";

/** The biller of an object: as it is registered, and as the reader calls it. */
export function billerNameView(row: NamedBillerRow, locale: ProblemLocale): BillerName {
  return {
    id: row.biller_id,
    name: row.biller_name,
    title: billerTitle(locale, namesOf(row)),
    category: row.category,
  };
}

/** What a bill is for, in the reader's language where the words are ours. */
export function purposeView(
  row: NamedBillerRow & { readonly purpose: string; readonly unasked: boolean },
  locale: ProblemLocale,
): string {
  return purposeWords(locale, { purpose: row.purpose, unasked: row.unasked, biller: namesOf(row) });
}

function namesOf(row: NamedBillerRow) {
  return { name: row.biller_name, nameEn: row.biller_name_en };
}
