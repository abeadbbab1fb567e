/** A public id that can be read over the phone: `KV-XXXX-XXXX-XXXX`, 60 bits in Crockford's base 32. */
export type PublicCode = `KV-${string}-${string}-${string}`;

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LETTERS = 12;
const BITS_PER_LETTER = 5;
/** Bytes of randomness that a code is made from; four of their 64 bits are left unused. */
export const CODE_BYTES = 8;

/** Writes 8 random bytes as a code. The randomness comes from the caller: rules know no chance. Throws `RangeError` on another length. */
export function publicCode(random: Uint8Array): PublicCode {
  if (random.length !== CODE_BYTES) throw new RangeError(`code: ${CODE_BYTES} random bytes are needed`);
  let letters = "";
  let bits = 0;
  let held = 0;
  for (const byte of random) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= BITS_PER_LETTER && letters.length < LETTERS) {
      bits -= BITS_PER_LETTER;
      letters += ALPHABET.charAt((held >> bits) & 31);
      held &= (1 << bits) - 1;
    }
  }
  return `KV-${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8, 12)}`;
}

/**
 * Reads a code as people write it: any case, with or without dashes, blanks and the `KV`; O counts as 0, I and L as 1. `null` when
 * it cannot be a code.
 */
export function parsePublicCode(text: string): PublicCode | null {
  const compact = text.toUpperCase().replace(/[\s\u2010-\u2015-]/g, "");
  const letters = (compact.length === LETTERS + 2 && compact.startsWith("KV") ? compact.slice(2) : compact)
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
  if (letters.length !== LETTERS || Array.from(letters).some((letter) => !ALPHABET.includes(letter)))
    return null;
  return `KV-${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8, 12)}`;
}

/** True for a code in exactly the form that {@link publicCode} writes. */
export function isPublicCode(text: string): text is PublicCode {
  return parsePublicCode(text) === text;
}
