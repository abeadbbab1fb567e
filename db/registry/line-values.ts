import Papa from "papaparse";
import type { RegistryFormat } from "./file-format.ts";

/** Takes lines apart into their values; null for a line whose quotes do not fit. A line is a record: no value goes on in the next one. */
export function valuesOf(
  lines: readonly string[],
  format: Pick<RegistryFormat, "separator" | "quote">,
): readonly (readonly string[] | null)[] {
  const together = parse(lines.join("\n"), format);
  if (together.length === lines.length) return together;
  // A quote that nobody closed has swallowed the lines after it: then each is read by itself.
  return lines.map((line) => {
    const [values, ...others] = parse(line, format);
    return values !== undefined && others.length === 0 ? values : null;
  });
}

/** Rows of values; none at all where any quote is out of place. */
function parse(text: string, { separator, quote }: Pick<RegistryFormat, "separator" | "quote">): string[][] {
  const quotes = quote === null ? { fastMode: true } : { quoteChar: quote, escapeChar: quote };
  const { data, errors } = Papa.parse<string[]>(text, { delimiter: separator, newline: "\n", ...quotes });
  return errors.length === 0 ? data : [];
}
