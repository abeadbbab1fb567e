/** How papers write a month, each with its year put first. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/^(20\d{2})[-./]?(0[1-9]|1[0-2])$/, "$1-$2"],
  [/^(0[1-9]|1[0-2])[-./ ]?(20\d{2})$/, "$2-$1"],
  [/^(0[1-9]|1[0-2])[-./](\d{2})$/, "20$2-$1"],
];

/**
 * The month (`YYYY-MM`) that a paper names: `022026`, `02.2026`, `2026-02`, `02/26`. Null where it names none, or it is not certain which.
 */
export function writtenMonth(text: string | undefined): string | null {
  const written = (text ?? "").trim();
  const form = FORMS.find(([shape]) => shape.test(written));
  return form === undefined ? null : written.replace(form[0], form[1]);
}
