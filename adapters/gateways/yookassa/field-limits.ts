/**
 * Limits of the vendor's fields, checked while a request is built: whoever breaks one learns it before any gate, by the vendor's own name of
 * the field. Values are never repeated: they may be a person's.
 */

/** Throws `RangeError` naming `field` unless `holds`. */
export function demand(holds: boolean, field: string, limit: string): void {
  if (!holds) throw new RangeError(`yookassa: ${field} ${limit}`);
}

/** A text of one to `longest` characters. */
export function demandText(text: string, field: string, longest: number): string {
  const length = Array.from(text).length;
  demand(length >= 1 && length <= longest, field, `has 1 to ${longest} characters`);
  return text;
}

/** A text of one exact form. */
export function demandForm(text: string, field: string, form: RegExp, limit: string): string {
  demand(form.test(text), field, limit);
  return text;
}

/** The first `longest` characters of a text; never half of one. */
export function cut(text: string, longest: number): string {
  return Array.from(text).slice(0, longest).join("");
}
