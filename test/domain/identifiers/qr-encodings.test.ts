import { Buffer } from "node:buffer";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeBytes, encodeText } from "../../../domain/identifiers/qr-encodings.ts";

const utf8 = (text: string) => new Uint8Array(Buffer.from(text, "utf8"));

test("single bytes mean what the platform's decoder says, but 0x98, which has no meaning", () => {
  for (const encoding of ["windows-1251", "koi8-r"] as const) {
    for (let byte = 0; byte < 256; byte += 1) {
      const bytes = Uint8Array.of(byte);
      const { text, brokenAt } = decodeBytes(bytes, encoding);
      if (encoding === "windows-1251" && byte === 0x98) expect(brokenAt).toBe(0);
      else expect(text).toBe(new TextDecoder(encoding).decode(bytes));
      if (brokenAt === undefined) expect(encodeText(text, encoding)).toEqual(bytes);
    }
  }
});

test("UTF-8 is read and refused exactly as the platform's strict decoder does", () => {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const near = fc.array(
    fc.constantFrom(0x41, 0x80, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xd0, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5),
    {
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        near,
        fc.string({ unit: "binary" }).map((text) => [...utf8(text)]),
      ),
      (list) => {
        const bytes = Uint8Array.from(list);
        const { text, brokenAt } = decodeBytes(bytes, "utf-8");
        if (brokenAt === undefined) {
          expect(text).toBe(strict.decode(bytes));
          expect(encodeText(text, "utf-8")).toEqual(bytes);
        } else {
          expect(() => strict.decode(bytes)).toThrow(TypeError);
          expect(text).toBe(strict.decode(bytes.subarray(0, brokenAt)));
        }
      },
    ),
    { numRuns: 2000 },
  );
});
