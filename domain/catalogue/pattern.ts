/**
 * The patterns by which a catalogue describes a payer's number: a small part of regular expressions, always of the whole text. Characters as they are, `\d`, classes
 * (`[А-Я\d]`), each `{n}`, `{n,m}` or `?`, and up to four alternatives (`\d{10}|\d{12}`). No groups, no `*`, no `+`: a pattern that somebody writes into a
 * catalogue can neither grow without bound nor try the same text in many ways.
 */
export type Pattern = { readonly alternatives: readonly (readonly Place[])[] };

/** One place of a text: which characters may stand there, and whether it may be left out. */
type Place = { readonly takes: (character: string) => boolean; readonly optional: boolean };

/** A pattern, or what is wrong with its text; `at` counts characters from 1. */
export type PatternReading =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly detail: string; readonly at: number };

/** Does a text fit? Where not, `at` is the first character (from 1) that no reading of the pattern takes; without it the text ends too early. */
export type PatternFit = { readonly ok: true } | { readonly ok: false; readonly at?: number };

/** The longest number of a payer; a pattern never describes a longer one. */
export const LONGEST_REFERENCE = 64;

const LONGEST_PATTERN = 200;
const MOST_ALTERNATIVES = 4;
/** What may stand for itself: a bill's account is made of these (and of `/`, which joins several fields). */
const PLAIN = /^[\dA-Za-zА-ЯЁа-яё ./-]$/;

class Misread extends Error {
  constructor(
    readonly detail: string,
    readonly at: number,
  ) {
    super(detail);
  }
}

/** Reads the text of a pattern. Pure and total. */
export function readPattern(text: string): PatternReading {
  const characters = Array.from(text);
  if (characters.length > LONGEST_PATTERN) {
    return {
      ok: false,
      detail: `a pattern has at most ${LONGEST_PATTERN} characters`,
      at: LONGEST_PATTERN + 1,
    };
  }
  try {
    return { ok: true, pattern: { alternatives: readAlternatives(characters) } };
  } catch (cause) {
    if (cause instanceof Misread) return { ok: false, detail: cause.detail, at: cause.at };
    throw cause;
  }
}

function readAlternatives(characters: readonly string[]): Place[][] {
  const alternatives: Place[][] = [[]];
  let next = 0;
  while (next < characters.length) {
    if (characters[next] === "|") {
      alternatives.push([]);
      next += 1;
      if (alternatives.length > MOST_ALTERNATIVES) {
        throw new Misread(`at most ${MOST_ALTERNATIVES} alternatives`, next);
      }
      continue;
    }
    const taker = readTaker(characters, next);
    const count = readCount(characters, taker.next);
    const places = alternatives.at(-1) ?? [];
    if (places.length + count.most > LONGEST_REFERENCE) {
      throw new Misread(`describes more than ${LONGEST_REFERENCE} characters`, next + 1);
    }
    for (let place = 1; place <= count.most; place += 1) {
      places.push({ takes: taker.takes, optional: place > count.least });
    }
    next = count.next;
  }
  if (alternatives.some((places) => places.every(({ optional }) => optional))) {
    throw new Misread("fits an empty text", 1);
  }
  return alternatives;
}

type Taker = { readonly takes: Place["takes"]; readonly next: number };

function readTaker(characters: readonly string[], from: number): Taker {
  const first = characters[from] ?? "";
  if (first === "[") return readClass(characters, from + 1);
  if (first === "\\") return { takes: readEscape(characters, from), next: from + 2 };
  if (first === "." || !PLAIN.test(first)) throw new Misread(`${first} has no meaning here`, from + 1);
  return { takes: (character) => character === first, next: from + 1 };
}

function readEscape(characters: readonly string[], from: number): Place["takes"] {
  const escaped = characters[from + 1] ?? "";
  if (escaped === "d") return (character) => character >= "0" && character <= "9";
  if (escaped !== "." && escaped !== "-" && escaped !== "/") {
    throw new Misread(`\\${escaped} has no meaning here`, from + 1);
  }
  return (character) => character === escaped;
}

function readClass(characters: readonly string[], from: number): Taker {
  const takers: Place["takes"][] = [];
  let next = from;
  while (characters[next] !== "]") {
    const first = characters[next];
    if (first === undefined) throw new Misread("the class is not closed", from);
    if (first === "\\") {
      takers.push(readEscape(characters, next));
      next += 2;
    } else {
      if (!PLAIN.test(first)) throw new Misread(`${first} has no meaning in a class`, next + 1);
      const range = characters[next + 1] === "-" && characters[next + 2] !== "]";
      const last = range ? (characters[next + 2] ?? "") : first;
      if (!PLAIN.test(last) || last < first) throw new Misread(`${first}-${last} is no range`, next + 1);
      takers.push((character) => PLAIN.test(character) && character >= first && character <= last);
      next += range ? 3 : 1;
    }
  }
  if (takers.length === 0) throw new Misread("the class is empty", from);
  return { takes: (character) => takers.some((takes) => takes(character)), next: next + 1 };
}

type Count = { readonly least: number; readonly most: number; readonly next: number };

function readCount(characters: readonly string[], from: number): Count {
  if (characters[from] === "?") return { least: 0, most: 1, next: from + 1 };
  if (characters[from] !== "{") return { least: 1, most: 1, next: from };
  const closing = characters.indexOf("}", from);
  const written = closing < 0 ? "" : characters.slice(from, closing + 1).join("");
  const [, least, , most] = /^\{(\d{1,2})(,(\d{1,2}))?\}$/.exec(written) ?? [];
  if (least === undefined) throw new Misread("a count is {n} or {n,m}", from + 1);
  const count = { least: Number(least), most: Number(most ?? least), next: closing + 1 };
  if (count.most < 1 || count.most < count.least) throw new Misread(`${written} counts nothing`, from + 1);
  return count;
}

/** Holds a text against a pattern in one pass: all places at which the text may stand are carried along, none is tried twice. */
export function fitPattern({ alternatives }: Pattern, text: string): PatternFit {
  const fits = alternatives.map((places) => fitPlaces(places, Array.from(text)));
  if (fits.includes("fits")) return { ok: true };
  const refused = fits.map((fit) => (fit === "ends-early" ? Number.POSITIVE_INFINITY : Number(fit)));
  const furthest = Math.max(...refused);
  return Number.isFinite(furthest) ? { ok: false, at: furthest } : { ok: false };
}

/** "fits", "ends-early", or the first character (from 1) that nothing takes. */
function fitPlaces(places: readonly Place[], characters: readonly string[]): "fits" | "ends-early" | number {
  let standing = withSkipped(places, new Set([0]));
  for (const [index, character] of characters.entries()) {
    const after = new Set<number>();
    for (const place of standing) if (places[place]?.takes(character) === true) after.add(place + 1);
    if (after.size === 0) return index + 1;
    standing = withSkipped(places, after);
  }
  return standing.has(places.length) ? "fits" : "ends-early";
}

/** Places that may be left out are stood behind as well. */
function withSkipped(places: readonly Place[], standing: Set<number>): Set<number> {
  // A set that grows while it is walked: each place is visited once.
  for (const place of standing) if (places[place]?.optional === true) standing.add(place + 1);
  return standing;
}

/** Is there a place in the pattern that takes this character? */
export function takesAnywhere({ alternatives }: Pattern, character: string): boolean {
  return alternatives.some((places) => places.some(({ takes }) => takes(character)));
}
