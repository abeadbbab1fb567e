import { hash } from "node:crypto";

/** SHA-256 over the canonical form, hex: keys sorted at every depth, no blanks, so that equal contents have equal hashes. What is undefined is not there. */
export function contentHash(content: object): string {
  return hash("sha256", canonicalForm(content), "hex");
}

/** JSON with its keys sorted at every depth, without blanks. */
export function canonicalForm(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalForm).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const sorted = entries.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${sorted.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalForm(inner)}`).join(",")}}`;
}
