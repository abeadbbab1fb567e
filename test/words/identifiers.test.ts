import { expect, test } from "vitest";
import { IDENTIFIER_KINDS } from "../../domain/identifiers/index.ts";
import { FAULTS } from "../../domain/identifiers/proof.ts";
import { fieldWords, identifierReasonWords, kindWords } from "../../words/identifiers.ts";
import { LOCALES } from "../../words/locale.ts";

test.each(LOCALES)("in %s every kind has a name and every fault its own sentence", (locale) => {
  const names = IDENTIFIER_KINDS.map((kind) => kindWords(locale, kind));
  expect(new Set(names).size).toBe(names.length);
  const reason = { at: 3, character: "О", count: 9, expected: [10, 12], field: null };
  const sentences = FAULTS.map((code) => identifierReasonWords(locale, { ...reason, code }));
  expect(new Set(sentences).size).toBe(sentences.length);
  for (const sentence of sentences) expect(sentence).not.toMatch(/[{}]|undefined|null|\.$/);
});

test("a sentence names the character, its place, the numbers that may be, and the field of a QR", () => {
  const reason = {
    code: "length",
    at: null,
    character: null,
    count: 9,
    expected: [10, 12],
    field: null,
  } as const;
  expect(identifierReasonWords("ru", reason)).toBe("Здесь 9 знаков, а должно быть 10 или 12");
  expect(identifierReasonWords("en", reason)).toBe("There are 9 characters, there must be 10 or 12");
  const digit = { ...reason, code: "digit-needed", at: 3, character: "О", field: "PayeeINN" } as const;
  expect(identifierReasonWords("ru", digit)).toBe(
    "ИНН получателя: Знак 3 — «О», а здесь может быть только цифра",
  );
  expect([fieldWords("en", "BIC"), fieldWords("en", "TechCode")]).toEqual(["The bank’s BIC", "TechCode"]);
});
