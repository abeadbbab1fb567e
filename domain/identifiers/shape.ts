import type { Fault, Refused } from "./proof.ts";

type CharacterClass = { readonly holds: RegExp; readonly otherwise: Fault };

/** What may stand at a place. Everything else in a shape stands for itself. */
const CLASSES: Readonly<Record<string, CharacterClass>> = {
  /** A digit. */
  d: { holds: /^[0-9]$/, otherwise: "digit-needed" },
  /** A hexadecimal digit. */
  h: { holds: /^[0-9a-fA-F]$/, otherwise: "character" },
  /** A digit or a capital Latin letter. */
  l: { holds: /^[0-9A-Z]$/, otherwise: "character" },
  /** A digit or a letter of either alphabet. */
  a: { holds: /^[0-9a-zA-Zа-яА-ЯёЁ]$/, otherwise: "character" },
  /** A digit or a capital letter that has an index in the formats of 2013 (Ё and Й have none). */
  u: { holds: /^[0-9A-ZА-ИК-Я]$/, otherwise: "character" },
  /** A capital Cyrillic letter. */
  c: { holds: /^[А-ЯЁ]$/, otherwise: "letter-needed" },
  /** One of the twelve letters that look alike in both alphabets, in Cyrillic: those of number plates and licences. */
  v: { holds: /^[АВЕКМНОРСТУХ]$/, otherwise: "letter-needed" },
  /** A digit, or the letter that stands for one in the currency code of a clearing account. */
  k: { holds: /^[0-9АВСЕНКМРТХ]$/, otherwise: "digit-needed" },
};

/**
 * Holds a text against the shapes that a kind may have. Undefined: it has one of them. Otherwise the complaint is made by the shape that the text
 * follows the longest.
 */
export function misfit(read: string, shapes: readonly string[]): Refused | undefined {
  const characters = Array.from(read);
  const ofLength = shapes.filter((shape) => shape.length === characters.length);
  if (ofLength.length === 0) {
    return { ok: false, why: "length", read, expected: [...new Set(shapes.map((shape) => shape.length))] };
  }
  const judged = ofLength.map((shape) => ({ shape, wrong: strangersIn(characters, shape) }));
  const closest = judged.reduce((best, one) => ((one.wrong[0] ?? 1e9) > (best.wrong[0] ?? 1e9) ? one : best));
  const [at] = closest.wrong;
  if (at === undefined) return undefined;
  return {
    ok: false,
    why: CLASSES[closest.shape.charAt(at)]?.otherwise ?? "character",
    read,
    at: at + 1,
    character: characters[at] ?? "",
    strangers: Math.min(...judged.map(({ wrong }) => wrong.length)),
  };
}

/** Places (from 0) whose character cannot stand there. */
function strangersIn(characters: readonly string[], shape: string): number[] {
  return characters.flatMap((character, index) => {
    const wanted = shape.charAt(index);
    const fits = CLASSES[wanted]?.holds.test(character) ?? character === wanted;
    return fits ? [] : [index];
  });
}

/** A shape of digits only. */
export function digits(count: number): string {
  return "d".repeat(count);
}
