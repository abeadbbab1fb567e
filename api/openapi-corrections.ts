/** Flags behind a pattern: the generator writes a regular expression of ours as JavaScript prints it, `^…$/u`. */
const FLAGS = /\/[a-z]+$/;

/**
 * Puts right what the generator (zod-to-openapi 9.1) writes wrongly, so that whoever trusts the document is not misled: patterns that end in JavaScript's flags match
 * nothing at all, and a shape *and* null at once (`allOf`) is what no value can be.
 */
export function corrected<Document>(document: Document): Document {
  return correctedValue(document) as Document;
}

function correctedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(correctedValue);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, correctedEntry(key, inner)] as const);
  return orNull(Object.fromEntries(entries));
}

function correctedEntry(key: string, value: unknown): unknown {
  return key === "pattern" && typeof value === "string" ? value.replace(FLAGS, "") : correctedValue(value);
}

/** `allOf: [a shape, {type: [its type, "null"]}]` is what is meant to be either. */
function orNull(schema: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { allOf, ...rest } = schema;
  if (!Array.isArray(allOf)) return schema;
  const [shape, more] = allOf as readonly Readonly<Record<string, unknown>>[];
  if (allOf.length !== 2 || shape?.["$ref"] === undefined || !Array.isArray(more?.["type"])) return schema;
  const { type, ...words } = more;
  if (!(type as readonly unknown[]).includes("null") || "properties" in words) return schema;
  return { ...rest, ...words, anyOf: [shape, { type: "null" }] };
}
