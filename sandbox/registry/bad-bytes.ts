/** The same document in an encoding that the protocol does not know, or in none. */
export function encodedAs(text: string, encoding: "windows-1251" | "utf-16" | "broken-utf-8"): Uint8Array {
  if (encoding === "utf-16") return new Uint8Array(Buffer.from(`\ufeff${text}`, "utf16le"));
  if (encoding === "broken-utf-8") {
    const bytes = Buffer.from(text, "utf8");
    // One byte in the middle that begins nothing and continues nothing.
    bytes[Math.floor(bytes.length / 2)] = 0xff;
    return new Uint8Array(bytes);
  }
  const declared = text.replace('encoding="UTF-8"', 'encoding="windows-1251"');
  return Uint8Array.from(declared, windows1251);
}

function windows1251(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return code;
  if (code >= 0x410 && code <= 0x44f) return code - 0x350;
  return { Ё: 0xa8, ё: 0xb8, "№": 0xb9, "«": 0xab, "»": 0xbb }[character] ?? 0x3f;
}

/** The document with a type that defines entities of entities: who expands them needs gigabytes. */
export function withDocumentType(text: string): string {
  const names = Array.from("abcdefghij");
  const levels = names
    .slice(1)
    .map((name, before) => `<!ENTITY ${name} "${`&${names[before] ?? ""};`.repeat(10)}">`);
  const type = `<!DOCTYPE x [<!ENTITY a "тысяча">${levels.join("")}<!ENTITY file SYSTEM "file:///etc/hostname">]>`;
  return text.replace(/(<\?xml[^>]*\?>)/, `$1${type}`).replace(/purpose="[^"]*"/g, 'purpose="&j;&file;"');
}
