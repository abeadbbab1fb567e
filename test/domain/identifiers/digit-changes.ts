import * as fc from "fast-check";

/** One digit of a text changed to another one; `at` counts from 0. */
export type Change = { readonly before: string; readonly after: string; readonly at: number };

/** Another digit at one place of a text: `by` is 1–9. */
export function mistype(text: string, at: number, by: number): string {
  return text.slice(0, at) + String((Number(text.charAt(at)) + by) % 10) + text.slice(at + 1);
}

/** A text of so many digits. */
export function digitText(length: number): fc.Arbitrary<string> {
  return fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
}

/** A valid number, made from a body by whoever knows its check digits, and the same with one digit changed. */
export function changes(
  bodies: fc.Arbitrary<string>,
  complete: (body: string) => string,
): fc.Arbitrary<Change> {
  return fc
    .tuple(bodies, fc.nat(), fc.integer({ min: 1, max: 9 }))
    .map(([body, place, by]) => {
      const before = complete(body);
      const at = place % before.length;
      return { before, at, after: mistype(before, at, by) };
    })
    .filter(({ before, at }) => /\d/.test(before.charAt(at)));
}

/** Every number of a body's length that ends in one of the given endings: tries them until one is valid. */
export function completedBy(
  endings: readonly string[],
  isValid: (text: string) => boolean,
): (body: string) => string {
  return (body) => {
    const found = endings.map((ending) => body + ending).find(isValid);
    if (found === undefined) throw new Error(`nothing completes ${body}`);
    return found;
  };
}

export const oneDigit = Array.from({ length: 10 }, (_, digit) => String(digit));
export const twoDigits = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, "0"));
