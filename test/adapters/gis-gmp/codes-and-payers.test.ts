import { assert, integer, oneof, property, stringMatching } from "fast-check";
import { describe, expect, test } from "vitest";
import { payerIdentifiersOf, subjectsOf } from "../../../adapters/bill-sources/gis-gmp/payer-identifier.ts";
import { classOfCode, endingOfCode } from "../../../adapters/bill-sources/gis-gmp/protocol-codes.ts";
import { readDateTime, writeDateTime } from "../../../adapters/bill-sources/gis-gmp/times.ts";

describe("codes of the protocol", () => {
  test.each([
    ["done", ["0"]],
    ["repeat", ["1"]],
    ["already-there", ["5"]],
    ["stop", ["7"]],
    ["our-defect", ["11", "32", "38"]],
    ["rights", ["21", "23", "27", "30", "31"]],
    [
      "data",
      [
        "53",
        "54",
        "55",
        "56",
        "111",
        "233",
        "234",
        "235",
        "236",
        "237",
        "302",
        "304",
        "309",
        "330",
        "331",
        "332",
      ],
    ],
    ["unknown", ["2", "9999", "", "abc", "30 "]],
  ] as const)("%s: %s", (kind, codes) => {
    expect(codes.map(classOfCode)).toEqual(codes.map(() => kind));
  });

  test("access, signature and role stop the source, an internal error does not; a new code is met again later", () => {
    expect(endingOfCode("27")).toEqual({ kind: "refused", why: "rights", detail: "code-27" });
    expect(endingOfCode("11")).toEqual({ kind: "refused", why: "our-defect", detail: "code-11" });
    expect(endingOfCode("236")).toEqual({ kind: "refused", why: "data", detail: "code-236" });
    expect(endingOfCode("1")).toEqual({ kind: "unreachable", why: "fault", detail: "code-1" });
    expect(endingOfCode("777")).toEqual({ kind: "unreachable", why: "fault", detail: "code-777" });
    // What is no code is not repeated: it comes from outside and goes to people.
    expect(endingOfCode("<b>")).toEqual({ kind: "unreachable", why: "fault", detail: "code-none" });
  });
});

describe("payers by 22 characters", () => {
  test.each([
    [{ kind: "sts", value: "77УН123456" }, ["12400000000077УН123456"]],
    [{ kind: "snils", value: "11223344595" }, ["1140000000011223344595"]],
    [{ kind: "organisation", value: "7707083893/773601001" }, ["2007707083893773601001"]],
    [{ kind: "inn", value: "500100732259" }, ["1210000000500100732259", "4000000000500100732259"]],
    [{ kind: "payer-id", value: "1010000000004509123456" }, ["1010000000004509123456"]],
    [{ kind: "payer-id", value: "1010000000000000000000" }, []],
    [{ kind: "payer-id", value: "1270000000009161234567" }, []],
    [{ kind: "mobile", value: "79161234567" }, []],
  ])("%o is asked for as %s", (identifier, expected) => {
    expect(payerIdentifiersOf(identifier)).toEqual(expected);
  });

  test.each([
    ["1240000000000431133252", [{ kind: "sts", value: "0431133252" }]],
    ["1220000000007712579832", [{ kind: "driving-licence", value: "7712579832" }]],
    ["1010000000008751379232", [{ kind: "payer-id", value: "1010000000008751379232" }]],
    ["4000000000500100732259", [{ kind: "inn", value: "500100732259" }]],
    // Latin letters in a certificate's series are the Cyrillic ones that a profile keeps
    ["12400000000077YH123456", [{ kind: "sts", value: "77УН123456" }]],
    // a certificate that is longer than certificates are
    ["1240000000017712345678", [{ kind: "payer-id", value: "1240000000017712345678" }]],
    ["3000000000012345773601001".slice(0, 22), [{ kind: "payer-id", value: "3000000000012345773601" }]],
    ["1010000000000000000000", []],
    ["0", []],
    ["2007707083893773601", []],
  ])("%s is %o", (text, subjects) => {
    expect(subjectsOf(text)).toEqual(subjects);
  });

  test("what is asked for is recognised in the answer, whatever the number", () => {
    const digits = (length: number) => stringMatching(new RegExp(`^[1-9]\\d{${length - 1}}$`));
    const series = stringMatching(/^\d{2}[АВЕКМНОРСТУХ]{2}\d{6}$/);
    const identifier = oneof(
      series.map((value) => ({ kind: "sts", value })),
      series.map((value) => ({ kind: "driving-licence", value })),
      digits(11).map((value) => ({ kind: "snils", value })),
      digits(12).map((value) => ({ kind: "inn", value })),
    );
    assert(
      property(identifier, (asked) => {
        for (const text of payerIdentifiersOf(asked)) expect(subjectsOf(text)[0]).toEqual(asked);
      }),
    );
  });
});

describe("moments as the registry writes them", () => {
  test.each([
    ["2026-02-30T10:00:00", "a day that does not exist"],
    ["2026-04-01", "no time"],
    ["2026-04-01T24:00:00", "no such hour"],
    ["2026-04-01T10:00:00+15:00", "no such zone"],
    ["2026-04-01 10:00:00", "no T"],
  ])("%s: %s", (text) => {
    expect(readDateTime(text)).toBeUndefined();
  });

  test("what is written is read back, to the millisecond", () => {
    assert(
      property(integer({ min: 0, max: 4_000_000_000_000 }), (atMs) => {
        expect(readDateTime(writeDateTime(atMs))?.atMs).toBe(atMs);
      }),
    );
  });

  test("the civil day is the day where it was written", () => {
    expect(readDateTime("2026-03-10T23:30:00-05:00")).toEqual({
      day: "2026-03-10",
      atMs: Date.parse("2026-03-10T23:30:00-05:00"),
    });
  });
});
