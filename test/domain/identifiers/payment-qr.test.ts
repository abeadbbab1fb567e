import { Buffer } from "node:buffer";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodePaymentQr, parsePaymentQr, type PaymentQr } from "../../../domain/identifiers/payment-qr.ts";
import { judgeQrContent } from "../../../domain/identifiers/qr-content.ts";
import { encodeText, QR_ENCODINGS } from "../../../domain/identifiers/qr-encodings.ts";
import { MANDATORY_QR_FIELDS, QR_FIELDS, type QrField } from "../../../domain/identifiers/qr-fields.ts";

const utf8 = (text: string) => new Uint8Array(Buffer.from(text, "utf8"));
const encodings = Object.values(QR_ENCODINGS);

function read(bytes: Uint8Array): PaymentQr {
  const proof = parsePaymentQr(bytes);
  if (!proof.ok) throw new Error(`${proof.why} at ${proof.at}`);
  return proof.value;
}
const problemsOf = (text: string) => read(utf8(text)).problems.map(({ field, why }) => `${field}: ${why}`);

const fine =
  "ST00012|Name=УФК по г. Москве|PersonalAcc=03100643000000017300|BankName=ГУ БАНКА РОССИИ ПО ЦФО|BIC=004525988|CorrespAcc=40102810545370000003|Sum=75000|Purpose=Штраф|CBC=18811601123010001140|OKTMO=45381000|UIN=18810123456789012345";
const needed = "ST00012|Name=A|PersonalAcc=40702810138250123017|BankName=B|BIC=044525225|CorrespAcc=0";

describe("the vectors", () => {
  test("a fine: its sum is in kopecks, and every number inside is proved", () => {
    const qr = read(utf8(fine));
    expect(qr).toMatchObject({
      encoding: "utf-8",
      separator: "|",
      amountMinor: 75_000,
      problems: [],
      others: [],
    });
    expect(qr.fields).toMatchObject({ Name: "УФК по г. Москве", UIN: "18810123456789012345" });
    const { candidates, problems } = judgeQrContent(qr);
    expect(problems).toEqual([]);
    expect(candidates.map(({ field, kind, valid }) => [field, kind, valid])).toEqual([
      ["PersonalAcc", "account", true],
      ["BIC", "bic", true],
      ["CorrespAcc", "account", true],
      ["CBC", "kbk", true],
      ["OKTMO", "oktmo", true],
      ["UIN", "uin", true],
    ]);
  });

  test("another separator, because a value holds the usual one", () => {
    const qr = read(
      utf8(
        "ST00012;Name=ТСЖ «Угол|Дома»;PersonalAcc=40703810000000000017;BankName=ПАО Банк;BIC=044525225;CorrespAcc=30101810400000000225;PersAcc=1234567890;PaymPeriod=0226;Sum=512345",
      ),
    );
    expect(qr).toMatchObject({
      separator: ";",
      fields: { Name: "ТСЖ «Угол|Дома»" },
      amountMinor: 512_345,
      problems: [],
    });
    // Invented by hand: the standard is kept, the account's key is not.
    const { candidates, problems } = judgeQrContent(qr);
    expect(problems).toMatchObject([{ field: "PersonalAcc", why: "account-key", at: 9 }]);
    expect(candidates).toContainEqual(
      expect.objectContaining({ field: "PersAcc", kind: "epd-payer-code", valid: true }),
    );
  });

  test("an equals sign belongs to the value", () => {
    expect(read(utf8(`${needed}|Contract=a=b`)).fields.Contract).toBe("a=b");
  });

  test.each([
    [1, "c6"],
    [2, "d096"],
    [3, "f6"],
  ])("encoding %i: Ж is the bytes %s", (digit, hex) => {
    const text = `ST0001${digit}|Name=Ж|PersonalAcc=40702810138250123017|BankName=B|BIC=044525225|CorrespAcc=0`;
    const [before = "", after = ""] = text.split("Ж");
    const bytes = Buffer.concat([Buffer.from(before), Buffer.from(hex, "hex"), Buffer.from(after)]);
    expect(read(bytes)).toMatchObject({ fields: { Name: "Ж" }, problems: [] });
    const written = encodePaymentQr({
      encoding: QR_ENCODINGS[digit as 1 | 2 | 3],
      fields: {
        Name: "Ж",
        PersonalAcc: "40702810138250123017",
        BankName: "B",
        BIC: "044525225",
        CorrespAcc: "0",
      },
    });
    expect(written.ok && Buffer.from(written.value)).toEqual(bytes);
  });

  test("the key CBC written with Cyrillic letters, and keys in other cases, are known", () => {
    const qr = read(utf8(`${needed}|СВС=18811601123010001140|persacc=7|UnKnown=1`));
    expect(qr.fields).toMatchObject({ CBC: "18811601123010001140", PersAcc: "7" });
    expect(qr.others).toEqual([{ key: "UnKnown", value: "1" }]);
    expect(qr.problems).toEqual([]);
  });
});

describe("what is wrong names its field", () => {
  test.each([
    ["a field is missing", needed.replace("|BIC=044525225", ""), ["BIC: field-missing"]],
    ["a mandatory field is empty", needed.replace("=044525225", "="), ["BIC: field-missing"]],
    ["all are there in another order", swapped(needed), ["PersonalAcc: field-out-of-order"]],
    ["something comes before them", needed.replace("|Name", "|Sum=1|Name"), ["Name: field-out-of-order"]],
    ["a field comes twice", `${needed}|Sum=1|Sum=2`, ["Sum: field-twice"]],
    ["a field comes twice in two writings", `${needed}|CBC=1|СВС=2`, ["CBC: field-twice"]],
    ["a name is too long", needed.replace("Name=A", `Name=${"Ж".repeat(161)}`), ["Name: field-too-long"]],
    ["a BIC is too short", needed.replace("044525225", "04452522"), ["BIC: field-length"]],
    ["an account is too long", needed.replace("123017", "1230170"), ["PersonalAcc: field-length"]],
    ["the sum is in roubles", `${needed}|Sum=512.34`, ["Sum: sum-in-kopecks"]],
    ["the sum is negative", `${needed}|Sum=-5`, ["Sum: sum-in-kopecks"]],
    ["the sum is more than can be counted", `${needed}|Sum=999999999999999999`, ["Sum: sum-too-large"]],
    ["a value holds the separator", needed.replace("Name=A", "Name=A|B"), ["Name: field-without-value"]],
    [
      "a value holds a control character",
      needed.replace("Name=A", "Name=A\u0007B"),
      ["Name: control-character"],
    ],
  ])("%s", (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  function swapped(text: string): string {
    return text.replace(
      "PersonalAcc=40702810138250123017|BankName=B",
      "BankName=B|PersonalAcc=40702810138250123017",
    );
  }

  test("numbers inside are proved at their fields; 0 means that there is none", () => {
    const qr = read(
      utf8(
        `${needed}|PayeeINN=7705401341|KPP=001201001|UIN=18810123456789012346|CBC=0|OKTMO=4534800|PayerINN=0`,
      ),
    );
    expect(judgeQrContent(qr).problems.map(({ field, why, at }) => [field, why, at])).toEqual([
      ["PayeeINN", "check-digit", 10],
      ["KPP", "first-characters", 1],
      ["UIN", "check-digit", 20],
      ["OKTMO", "length", undefined],
    ]);
    const wrongBic = read(utf8(needed.replace("BIC=044525225", "BIC=04452522x")));
    expect(judgeQrContent(wrongBic).problems).toMatchObject([
      { field: "PersonalAcc", why: "bic-needed" },
      { field: "BIC", why: "digit-needed", at: 9 },
    ]);
  });
});

describe("bytes that are not what the header says", () => {
  const inOther = (digit: number, encoding: (typeof encodings)[number]) =>
    encodeText(fine.replace("ST00012", `ST0001${digit}`), encoding) ?? new Uint8Array();

  test("single bytes under a header of UTF-8 break at the field where they stand", () => {
    for (const encoding of ["windows-1251", "koi8-r"] as const) {
      expect(read(inOther(2, encoding)).problems).toMatchObject([{ field: "Name", why: "bytes-broken" }]);
    }
  });

  test("UTF-8 under a header of single bytes is told, with the first field that shows it", () => {
    for (const digit of [1, 3]) {
      const { problems } = read(inOther(digit, "utf-8"));
      expect(problems[0]).toMatchObject({ field: "Name", why: "other-encoding" });
    }
    const ascii = utf8(needed.replace("ST00012", "ST00011"));
    expect(read(ascii).problems).toEqual([]);
  });

  test("a code cut off inside a character, a key, or the fields that must be there names the field", () => {
    const bytes = utf8(fine);
    const at = Buffer.from(fine).indexOf(Buffer.from("Штраф"));
    expect(read(bytes.subarray(0, at + 1)).problems).toMatchObject([
      { field: "Purpose", why: "bytes-broken" },
    ]);
    expect(problemsOf(`${needed}|Purp`)).toEqual(["CorrespAcc: field-without-value"]);
    expect(problemsOf("ST00012|Name=A|PersonalAcc=407028101382")).toEqual([
      "BankName: field-missing",
      "BIC: field-missing",
      "CorrespAcc: field-missing",
      "PersonalAcc: field-length",
    ]);
    expect(parsePaymentQr(utf8("ST0001"))).toMatchObject({ ok: false, why: "qr-encoding" });
    expect(parsePaymentQr(utf8("ST00012"))).toMatchObject({ ok: false, why: "qr-separator", at: 8 });
  });

  test("what is no payment QR is none", () => {
    expect(parsePaymentQr(utf8("https://pay.city.example"))).toMatchObject({ ok: false, why: "qr-header" });
    expect(parsePaymentQr(new Uint8Array())).toMatchObject({ ok: false, why: "qr-header" });
    expect(parsePaymentQr(utf8("ST00022|Name=A"))).toMatchObject({
      why: "qr-version",
      at: 3,
      character: "0002",
    });
    expect(parsePaymentQr(utf8("ST00014|Name=A"))).toMatchObject({
      why: "qr-encoding",
      at: 7,
      character: "4",
    });
    for (const sign of ["=", "a", "Ж", "7", "\n"]) {
      expect(parsePaymentQr(utf8(`ST00012${sign}Name=A`))).toMatchObject({ why: "qr-separator" });
    }
    expect(parsePaymentQr(utf8(`${needed}|Purpose=${"x".repeat(4096)}`))).toMatchObject({ why: "length" });
  });
});

const letters: Record<(typeof encodings)[number], fc.Arbitrary<string>> = {
  "windows-1251": fc.stringMatching(/^[ -~№«»А-Яа-яЁё—]{1,40}$/),
  "koi8-r": fc.stringMatching(/^[ -~©А-Яа-яЁё°]{1,40}$/),
  "utf-8": fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
};
const optional = (Object.keys(QR_FIELDS) as QrField[]).filter(
  (field) => QR_FIELDS[field] === null && !["AddAmount"].includes(field),
);

test.each(encodings)(
  "%s: what is written is read back, in any order, with a separator that no value holds",
  (encoding) => {
    const value = letters[encoding]
      .map((text) => text.trim())
      .filter((text) => /\P{Cc}/u.test(text) && !/\p{Cc}/u.test(text));
    const content = fc.record({
      name: value,
      bank: value,
      sum: fc.integer({ min: 1, max: 1e15 }),
      extra: fc.dictionary(fc.constantFrom(...optional), value, { maxKeys: 6 }),
    });
    fc.assert(
      fc.property(content, ({ name, bank, sum, extra }) => {
        const fields = {
          ...extra,
          CorrespAcc: "30101810400000000225",
          BIC: "044525225",
          BankName: bank,
          PersonalAcc: "40702810138250123017",
          Name: name,
          Sum: String(sum),
        };
        const written = encodePaymentQr({ encoding, fields });
        if (!written.ok) {
          // All eight usual separators stand in the values, or the value is longer than a field may be.
          expect(["qr-separator", "field-too-long"]).toContain(written.why);
          return;
        }
        expect(read(written.value)).toMatchObject({ encoding, fields, amountMinor: sum, problems: [] });
      }),
    );
  },
);

test("what cannot be written is refused and names the field", () => {
  const fields = { Name: "A", PersonalAcc: "1".repeat(20), BankName: "B", BIC: "044525225", CorrespAcc: "0" };
  const write = (change: Partial<Record<QrField, string>>, separator?: string) =>
    encodePaymentQr({
      encoding: "windows-1251",
      fields: { ...fields, ...change },
      ...(separator ? { separator } : {}),
    });
  expect(write({ Purpose: "5 ₽" })).toMatchObject({ why: "not-in-encoding", field: "Purpose" });
  expect(write({ BIC: "" })).toMatchObject({ why: "field-missing", field: "BIC" });
  expect(write({ Name: "|;~^#*!@" })).toMatchObject({ why: "qr-separator" });
  expect(write({ Name: "a+b" }, "+")).toMatchObject({ why: "qr-separator" });
  expect(write({ Sum: "1.5" })).toMatchObject({ why: "sum-in-kopecks", field: "Sum" });
  expect(write({ Flat: "1".repeat(4096) })).toMatchObject({ why: "length" });
});

test("random bytes, and good codes with damaged bytes, are always answered", () => {
  const good = utf8(fine);
  const damaged = fc
    .array(fc.tuple(fc.nat({ max: good.length - 1 }), fc.integer({ min: 0, max: 255 })), { maxLength: 8 })
    .map((changes) => {
      const bytes = Uint8Array.from(good);
      for (const [at, byte] of changes) bytes[at] = byte;
      return bytes;
    });
  const headed = fc.tuple(
    fc.constantFrom("ST00011|", "ST00012|", "ST00013;"),
    fc.uint8Array({ maxLength: 300 }),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 5000 }),
        damaged,
        headed.map(([head, rest]) => new Uint8Array([...utf8(head), ...rest])),
      ),
      (bytes) => {
        const proof = parsePaymentQr(bytes);
        if (!proof.ok) return;
        judgeQrContent(proof.value);
        const isWhole = MANDATORY_QR_FIELDS.every((field) => proof.value.fields[field] !== undefined);
        expect(isWhole || proof.value.problems.length > 0).toBe(true);
      },
    ),
    { numRuns: 1000 },
  );
});
