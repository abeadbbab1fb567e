import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CODE_BYTES, isPublicCode, parsePublicCode, publicCode } from "../../domain/code.ts";
import { FAILURE_CODES, isFailureCode } from "../../domain/failure.ts";

const anyRandom = fc.uint8Array({ minLength: CODE_BYTES, maxLength: CODE_BYTES });

describe("public codes", () => {
  test("are read back from what people make of them: any case, without dashes or prefix, O for 0, I and L for 1", () => {
    fc.assert(
      fc.property(
        anyRandom,
        fc.constantFrom("O", "o"),
        fc.constantFrom("I", "l", "i", "L"),
        (random, zero, one) => {
          const code = publicCode(random);
          expect(code).toMatch(/^KV(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
          expect(isPublicCode(code)).toBe(true);
          const letters = code.slice(3);
          const said = letters.replaceAll("0", zero).replaceAll("1", one).toLowerCase();
          for (const heard of [
            said,
            `kv ${said}`,
            said.replaceAll("-", ""),
            ` KV–${said.replaceAll("-", "–")} `,
          ]) {
            expect(parsePublicCode(heard)).toBe(code);
          }
        },
      ),
    );
  });

  test("every one of the 60 bits counts", () => {
    fc.assert(
      fc.property(anyRandom, fc.nat({ max: 59 }), (random, bit) => {
        const other = random.slice();
        other[Math.floor(bit / 8)] = (other[Math.floor(bit / 8)] ?? 0) ^ (128 >> (bit % 8));
        expect(publicCode(other)).not.toBe(publicCode(random));
      }),
    );
  });

  test("the smallest and the largest", () => {
    expect(publicCode(new Uint8Array(8))).toBe("KV-0000-0000-0000");
    expect(publicCode(new Uint8Array(8).fill(255))).toBe("KV-ZZZZ-ZZZZ-ZZZZ");
    expect(() => publicCode(new Uint8Array(7))).toThrow(RangeError);
  });

  test("anything else is no code", () => {
    for (const text of [
      "",
      "KV",
      "KV-7F3K-9Q2M",
      "KV-7F3K-9Q2M-ABCU",
      "KV-7F3K-9Q2M-ABCD-1",
      "🏠".repeat(12),
    ]) {
      expect(parsePublicCode(text)).toBeNull();
    }
    expect(isPublicCode("kv-0000-0000-0000")).toBe(false);
    fc.assert(
      fc.property(
        fc.string(),
        (text) => parsePublicCode(text) === null || isPublicCode(parsePublicCode(text) ?? ""),
      ),
    );
  });
});

test("failure codes are a closed list of words without repetition", () => {
  expect(new Set(FAILURE_CODES).size).toBe(FAILURE_CODES.length);
  for (const code of FAILURE_CODES) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
  expect(isFailureCode("bill-not-found") && !isFailureCode("nonsense")).toBe(true);
});
