import { candidateOf, IDENTIFIER_KINDS, identify, readAs } from "../../../domain/identifiers/index.ts";
import {
  encodePaymentQr,
  type PaymentQr,
  parsePaymentQr,
  readPaymentQrText,
} from "../../../domain/identifiers/payment-qr.ts";
import { judgeQrContent } from "../../../domain/identifiers/qr-content.ts";
import { decodeBytes, encodeText, QR_ENCODINGS } from "../../../domain/identifiers/qr-encodings.ts";
import { demand, demandSame, samplesOf, type Target, textsOf } from "../target.ts";

const PAPER =
  "Name=ООО «Дом»|PersonalAcc=40702810900000000301|BankName=ПАО СБЕРБАНК|BIC=044525225|CorrespAcc=30101810400000000225|PayeeINN=7700990010|KPP=770001001|Sum=512345|PersAcc=7700123456|Phone=+79160000000|CBC=18210102010011000110|OKTMO=45000000|UIN=18810123456789012345";

function paperIn(digit: 1 | 2 | 3): Uint8Array {
  return encodeText(`ST0001${digit}|${PAPER}`, QR_ENCODINGS[digit]) ?? new Uint8Array();
}

function sorted(fields: PaymentQr["fields"]): readonly (readonly [string, string])[] {
  return Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** What was read without a complaint can be written again, and says the same. */
function writesAgain({ encoding, separator, fields, amountMinor, problems, others }: PaymentQr): void {
  if (problems.length > 0 || others.length > 0) return;
  const written = encodePaymentQr({ encoding, separator, fields });
  demand(written.ok, "a QR that was read can be written", written);
  const again = parsePaymentQr(written.value);
  demand(again.ok, "a QR that was written can be read", again);
  demandSame(sorted(again.value.fields), sorted(fields), "what was written is what is read");
  demandSame(again.value.amountMinor, amountMinor, "the sum stays");
}

function judged(qr: PaymentQr): void {
  const { amountMinor } = qr;
  demand(
    amountMinor === null || (Number.isSafeInteger(amountMinor) && amountMinor > 0),
    "a sum is a whole number of kopecks",
    amountMinor,
  );
  const { candidates, problems } = judgeQrContent(qr);
  for (const { kind, value, valid } of candidates) {
    if (valid && kind !== "account")
      demand(readAs(kind, value).ok, "a valid candidate is valid", [kind, value]);
  }
  for (const { field } of [...problems, ...qr.problems])
    demand(typeof field === "string", "a problem names its field", field);
}

const paymentQr: Target = {
  name: "payment-qr",
  samples: () => [
    paperIn(1),
    paperIn(2),
    paperIn(3),
    ...samplesOf(`ST00012\n${PAPER.replaceAll("|", "\n")}`),
  ],
  run(input) {
    const read = parsePaymentQr(input);
    if (read.ok) {
      judged(read.value);
      writesAgain(read.value);
    }
    for (const text of textsOf(input)) {
      const byText = readPaymentQrText(text);
      if (byText.ok) judged(byText.value);
    }
  },
};

const qrEncodings: Target = {
  name: "qr-encodings",
  samples: () => [paperIn(1), paperIn(2), paperIn(3), ...samplesOf("𝟙👍€я")],
  run(input) {
    for (const encoding of Object.values(QR_ENCODINGS)) {
      const { text, brokenAt } = decodeBytes(input, encoding);
      const written = encodeText(text, encoding);
      demand(written !== undefined, "what was read can be written", encoding);
      const expected = input.subarray(0, brokenAt ?? input.length);
      demand(Buffer.from(written).equals(expected), "what was read is written as the same bytes", encoding);
    }
    for (const text of textsOf(input)) encodeText(text, "koi8-r");
  },
};

const NUMBERS = [
  "18810123456789012345",
  "7700990010",
  "500100732259",
  "112-233-445 95",
  "1027700132195",
  "304500116000157",
  "044525225",
  "40702810900000000301",
  "45000000",
  "18210102010011000110",
  "77УН123456",
  "+7 (916) 000-00-00",
  "8 495 123-45-67",
  "70АА123456-78",
  "10445252250000001403202600000001",
  "1010000000001122334455643",
];

const identifiers: Target = {
  name: "identifiers",
  samples: () => samplesOf(...NUMBERS),
  run(input) {
    for (const text of textsOf(input)) {
      for (const kind of IDENTIFIER_KINDS) {
        const proof = readAs(kind, text, { bic: "044525225" });
        candidateOf(kind, proof, text);
        if (!proof.ok) continue;
        const again = readAs(kind, proof.value, { bic: "044525225" });
        demand(again.ok, "a normal form is valid", [kind, proof.value, again]);
        demandSame(again.value, proof.value, `a normal form of ${kind} stays as it is`);
      }
      for (const { value } of identify(text)) demand(typeof value === "string", "a candidate has a value");
    }
  },
};

/** Payment QRs and every number that papers name. */
export const identifierTargets: readonly Target[] = [paymentQr, qrEncodings, identifiers];
