/** Three times what a bill may say (`domain/bill-texts.ts`). What is longer was checked by nobody, and breaking a word into lines takes the square of its length. */
const MOST_CHARACTERS = 600;
/** Stands where the font has no drawing of a character. */
const UNKNOWN = "\uFFFD";

/** Accents upon accents are drawn over the lines above; no language needs more than some. */
const MANY_MARKS = /(\p{M}{3})\p{M}+/gu;

/**
 * A stranger's text as the font can draw it, on one line that wraps. White space is one blank, as in HTML; signs that are not seen and turn the direction of writing go, so that
 * nobody reads anything but what stands there; a character without a drawing is shown as one that is missing.
 */
export function drawableText(text: string, drawable: ReadonlySet<number>): string {
  const seen = text
    .normalize("NFC")
    .replace(/[\u00A0\u202F]+/gu, "\u00A0")
    .replace(/[\p{Cc}\p{Zl}\p{Zp} ]+/gu, " ")
    .replace(/\p{Cf}/gu, "")
    .replace(MANY_MARKS, "$1")
    .trim();
  const points = Array.from(seen);
  const kept = points.length > MOST_CHARACTERS ? [...points.slice(0, MOST_CHARACTERS), "…"] : points;
  return kept.map((point) => (drawable.has(point.codePointAt(0) ?? 0) ? point : UNKNOWN)).join("");
}
