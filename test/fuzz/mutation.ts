import { Chance } from "../../scripts/proofs/chance.ts";

/** Longer inputs are cut: every parser has a limit of its own, and what lies behind it is tried by the sizes around. */
export const MOST_BYTES = 64 * 1024;

/** What breaks parsers: ends of encodings, marks, separators, numbers at the edge, names that every object has. */
const TOKENS: readonly Uint8Array[] = [
  ..."\0|\ufeff|\u202e|\u2028|\u00a0|\u200d|\u0301|\ufffd|𝟙|٣|—|ё|\r\n|\n\n|\t|;|,|=|\"|'|\\|/|%00|%|&amp;|&#0;|&x;|]]>|<!--|<a>|</a>|<?xml?>|{|}|[|]|null|true|-0|0|1e999|9007199254740993|99999999999999999999|0.1|NaN|__proto__|constructor|toString|9999-12|0000-01-01|2026-02-30|ST00012|KV-7F3K-9Q2M-X4TB|whsec_|t=1,v1=|--part"
    .split("|")
    .map((text) => new TextEncoder().encode(text)),
  Uint8Array.of(0x7c),
  // half of a character, an overlong one, a surrogate, beyond the last, lone ends
  Uint8Array.of(0xd0),
  Uint8Array.of(0xc0, 0x80),
  Uint8Array.of(0xed, 0xa0, 0x80),
  Uint8Array.of(0xf4, 0x90, 0x80, 0x80),
  Uint8Array.of(0xff, 0xfe),
  Uint8Array.of(0x98),
  new TextEncoder().encode(
    '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>',
  ),
];

type Change = (input: Uint8Array, chance: Chance, other: Uint8Array) => Uint8Array;

function at(input: Uint8Array, chance: Chance): number {
  return chance.below(input.length + 1);
}

/** Puts `bytes` in the place of what stands between two places. */
function replaced(
  input: Uint8Array,
  place: { readonly from: number; readonly to: number },
  bytes: Uint8Array,
): Uint8Array {
  return Buffer.concat([input.subarray(0, place.from), bytes, input.subarray(place.to)]);
}

function span(input: Uint8Array, chance: Chance): { from: number; to: number } {
  const [from, to] = [at(input, chance), at(input, chance)].toSorted((a, b) => a - b);
  return { from: from ?? 0, to: to ?? 0 };
}

const CHANGES: readonly Change[] = [
  // one bit, one byte
  (input, chance) => {
    const copy = Uint8Array.from(input);
    const place = chance.below(Math.max(copy.length, 1));
    if (copy.length > 0) copy[place] = (copy[place] ?? 0) ^ (1 << chance.below(8));
    return copy;
  },
  (input, chance) => {
    const copy = Uint8Array.from(input);
    if (copy.length > 0) copy[chance.below(copy.length)] = chance.below(256);
    return copy;
  },
  // a digit for a digit: lengths and check digits
  (input, chance) => {
    const copy = Uint8Array.from(input);
    const digits = [...copy.keys()].filter(
      (place) => (copy[place] ?? 0) >= 0x30 && (copy[place] ?? 0) <= 0x39,
    );
    const place = digits[chance.below(Math.max(digits.length, 1))];
    if (place !== undefined) copy[place] = 0x30 + chance.below(10);
    return copy;
  },
  (input, chance) => {
    const place = at(input, chance);
    return replaced(input, { from: place, to: place }, chance.pick(TOKENS));
  },
  (input, chance) => replaced(input, span(input, chance), chance.pick(TOKENS)),
  (input, chance) => replaced(input, span(input, chance), new Uint8Array()),
  (input, chance) => input.subarray(0, at(input, chance)),
  (input, chance) => input.subarray(at(input, chance)),
  // a part of another input
  (input, chance, other) => {
    const { from, to } = span(other, chance);
    return replaced(input, span(input, chance), other.subarray(from, to));
  },
  // a part many times: long values, deep nesting
  (input, chance) => {
    const { from, to } = span(input, chance);
    const part = input.subarray(from, Math.min(to, from + 64));
    const times = 2 ** (1 + chance.below(12));
    return replaced(input, { from, to: from }, Buffer.concat(Array<Uint8Array>(times).fill(part)));
  },
  // another encoding of the same bytes
  (input) => new TextEncoder().encode(Buffer.from(input).toString("latin1")),
  (input) => Buffer.from(Buffer.from(input).toString("utf8"), "utf16le"),
];

/** An input that grew out of `input` by a few changes. */
export function changed(input: Uint8Array, others: readonly Uint8Array[], seed: number): Uint8Array {
  const chance = new Chance(seed);
  const changes = 1 + chance.below(chance.below(4) === 0 ? 8 : 3);
  let next = input;
  for (let count = 0; count < changes; count += 1) {
    next = chance.pick(CHANGES)(next, chance, chance.pick(others)).subarray(0, MOST_BYTES);
  }
  return next;
}
