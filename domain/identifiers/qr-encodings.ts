/** The three encodings of a payment QR, by the digit of its header. */
export const QR_ENCODINGS = { 1: "windows-1251", 2: "utf-8", 3: "koi8-r" } as const;

export type QrEncoding = (typeof QR_ENCODINGS)[keyof typeof QR_ENCODINGS];

/** Text as far as it could be read; `brokenAt`: the byte (from 0) at which it could not go on. */
export type Decoded = { readonly text: string; readonly brokenAt?: number };

const REPLACEMENT = "\uFFFD";

/** The upper halves of the single-byte encodings, own tables, so that what is read can be written and no host decides. 0x98 has no meaning. */
const UPPER_HALVES = {
  "windows-1251":
    "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\uFFFD™љ›њќћџ" +
    "\u00A0ЎўЈ¤Ґ¦§Ё©Є«¬\u00AD®Ї°±Ііґµ¶·ё№є»јЅѕї" +
    "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя",
  "koi8-r":
    "─│┌┐└┘├┤┬┴┼▀▄█▌▐░▒▓⌠■∙√≈≤≥\u00A0⌡°²·÷" +
    "═║╒ё╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡Ё╢╣╤╥╦╧╨╩╪╫╬©" +
    "юабцдефгхийклмнопярстужвьызшэщчъЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧЪ",
} as const;

/** Reads bytes strictly: nothing is guessed and nothing replaced. */
export function decodeBytes(bytes: Uint8Array, encoding: QrEncoding): Decoded {
  if (encoding === "utf-8") return decodeUtf8(bytes);
  const upper = UPPER_HALVES[encoding];
  let text = "";
  for (const [index, byte] of bytes.entries()) {
    const character = byte < 0x80 ? String.fromCharCode(byte) : upper.charAt(byte - 0x80);
    if (character === REPLACEMENT) return { text, brokenAt: index };
    text += character;
  }
  return { text };
}

/** Lead bytes, the bytes that follow, and the least and largest second byte: no overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629). */
function sequenceOf(lead: number): {
  readonly follow: number;
  readonly least: number;
  readonly most: number;
} {
  if (lead < 0x80) return { follow: 0, least: 0x80, most: 0xbf };
  if (lead >= 0xc2 && lead <= 0xdf) return { follow: 1, least: 0x80, most: 0xbf };
  if (lead >= 0xe0 && lead <= 0xef) {
    return { follow: 2, least: lead === 0xe0 ? 0xa0 : 0x80, most: lead === 0xed ? 0x9f : 0xbf };
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    return { follow: 3, least: lead === 0xf0 ? 0x90 : 0x80, most: lead === 0xf4 ? 0x8f : 0xbf };
  }
  return { follow: -1, least: 0, most: 0 };
}

function decodeUtf8(bytes: Uint8Array): Decoded {
  let text = "";
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0;
    const { follow, least, most } = sequenceOf(lead);
    const rest = Array.from(bytes.subarray(at + 1, at + 1 + Math.max(follow, 0)));
    const isWhole = rest.length === follow;
    const fits = rest.every((byte, index) =>
      index === 0 ? byte >= least && byte <= most : byte >= 0x80 && byte <= 0xbf,
    );
    if (!isWhole || !fits) return { text, brokenAt: at };
    const first = follow === 0 ? lead : lead & (0x3f >> follow);
    text += String.fromCodePoint(rest.reduce((point, byte) => point * 64 + (byte & 0x3f), first));
    at += 1 + follow;
  }
  return { text };
}

/** Writes text as bytes; undefined where a character has none in that encoding. */
export function encodeText(text: string, encoding: QrEncoding): Uint8Array | undefined {
  const bytes: number[] = [];
  for (const character of text) {
    const written =
      encoding === "utf-8" ? utf8Bytes(character.codePointAt(0) ?? 0) : singleByte(character, encoding);
    if (written === undefined) return undefined;
    bytes.push(...written);
  }
  return Uint8Array.from(bytes);
}

function singleByte(character: string, encoding: Exclude<QrEncoding, "utf-8">): number[] | undefined {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return [code];
  const index = character === REPLACEMENT ? -1 : UPPER_HALVES[encoding].indexOf(character);
  return index < 0 ? undefined : [0x80 + index];
}

function utf8Bytes(point: number): number[] | undefined {
  if (point < 0x80) return [point];
  if (point >= 0xd800 && point <= 0xdfff) return undefined;
  const tail = (shift: number) => 0x80 | ((point >> shift) & 0x3f);
  if (point < 0x800) return [0xc0 | (point >> 6), tail(0)];
  if (point < 0x10000) return [0xe0 | (point >> 12), tail(6), tail(0)];
  return [0xf0 | (point >> 18), tail(12), tail(6), tail(0)];
}
