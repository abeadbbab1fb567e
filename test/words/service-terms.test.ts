import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { LOCALES } from "../../words/locale.ts";
import { SERVICE_TERMS, SERVICE_TERMS_EDITIONS, termsDocument } from "../../words/service-terms.ts";

test("no word of a published edition changes: its hash stands beside it", () => {
  for (const edition of SERVICE_TERMS_EDITIONS) {
    for (const locale of LOCALES) {
      const hash = createHash("sha256").update(termsDocument(edition[locale]), "utf8").digest("hex");
      expect([edition.version, locale, hash]).toEqual([edition.version, locale, edition[locale].hash]);
    }
  }
});

test("editions have names of their own, the newest is asked for", () => {
  const versions = SERVICE_TERMS_EDITIONS.map(({ version }) => version);
  expect(new Set(versions).size).toBe(versions.length);
  expect(SERVICE_TERMS.version).toBe(versions.toSorted().at(-1));
});

test("both languages have the same parts", () => {
  for (const edition of SERVICE_TERMS_EDITIONS) {
    const parts = LOCALES.map((locale) =>
      edition[locale].sections.map(({ paragraphs }) => paragraphs.length),
    );
    expect(parts[0]).toEqual(parts[1]);
  }
});
