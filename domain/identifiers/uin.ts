import { compacted, type Proof, proved, refused, weighted } from "./proof.ts";
import { digits, misfit } from "./shape.ts";

/**
 * Letters of the 2013 formats in the order of their indexes, from 1; look-alikes of both alphabets share one. Only the last digit of the
 * index counts.
 */
const LETTER_GROUPS =
  "АA Б ВB Г Д ЕE Ж З И КK Л МM НH ОO П РP СC ТT УY Ф ХX Ц Ч Ш Щ Э Ю Я D F G I ЪJ L N ЫQ R S U V W ЬZ".split(
    " ",
  );
const LETTERS = new Map(
  LETTER_GROUPS.flatMap((group, position) =>
    Array.from(group).map((letter) => [letter, position + 1] as const),
  ),
);

const SHAPES = [`${"u".repeat(19)}d`, digits(25)];
const FIRST_PASS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const SECOND_PASS = [3, 4, 5, 6, 7, 8, 9, 10, 1, 2];

/**
 * Reads a UIN, the unique number of a charge by the state: 20 letters and digits or 25 digits, the last one a check digit. The alphabet stays
 * as issued. A number whose unique part is one digit repeated is refused like the registry does (error 237). `0`, which means "no UIN" in a
 * payment, is none.
 */
export function parseUin(text: string): Proof<string> {
  const uin = compacted(text).toUpperCase();
  const wrong = misfit(uin, SHAPES);
  if (wrong) return wrong;
  const values = Array.from(uin, valueOf);
  if (checkDigit(values.slice(0, -1)) !== values.at(-1)) return refused(uin, "check-digit", uin.length);
  const unique = uin.slice(uin.length === 20 ? 3 : 8, -1);
  return new Set(unique).size === 1 ? refused(uin, "repeated") : proved(uin);
}

/** The check digit of a body, in up to three steps: both passes may leave 10, then it is 0. */
function checkDigit(body: readonly number[]): number {
  const first = weighted(body, FIRST_PASS) % 11;
  if (first !== 10) return first;
  const second = weighted(body, SECOND_PASS) % 11;
  return second === 10 ? 0 : second;
}

function valueOf(character: string): number {
  return (LETTERS.get(character) ?? Number(character)) % 10;
}
