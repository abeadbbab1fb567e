import { readFileSync } from "node:fs";
import path from "node:path";
import { readReturnedMail } from "../../../adapters/channels/email/read-returned-mail.ts";
import { readAnswer } from "../../../adapters/bill-sources/gis-gmp/answer.ts";
import { readNotice } from "../../../adapters/bill-sources/gis-gmp/notice.ts";
import { readXml, XML_LIMITS, type XmlElement } from "../../../adapters/bill-sources/gis-gmp/xml.ts";
import { pictureSize } from "../../../adapters/pictures/zxing/picture-size.ts";
import { linesOf } from "../../../db/registry/lines.ts";
import { readRegistryFile } from "../../../db/registry/file-reader.ts";
import { isCivilDate } from "../../../domain/calendar.ts";
import { ExpectedFailure } from "../../../domain/failure.ts";
import { projectRoot } from "../../../scripts/checks/steps.ts";
import { bounceOf, complaintAbout, holidayAnswer } from "../../adapters/channels/returned.ts";
import { biller, formatOf, in1251, lineOf, streamOf } from "../../db/registry/files.ts";
import { demand, samplesOf, type Target } from "../target.ts";

const fixtures = path.join(projectRoot, "test/fixtures/gis-gmp");
const fixture = (name: string) => new Uint8Array(readFileSync(path.join(fixtures, name)));

const FORMATS = [
  formatOf(),
  formatOf({
    encoding: "windows-1251",
    totals: { at: "first", begins: "=", count: 1, sum: 2, version: 3 },
    columns: { account: 1, period: 2, amount: 3, dueOn: 4, purpose: 5, status: 6 },
  }),
  formatOf({
    separator: "|",
    decimal: ".",
    quote: null,
    dates: "YYYYMMDD",
    months: "YYYYMM",
    lastLineOpen: true,
    width: 9,
    columns: {
      uin: 1,
      account: 2,
      period: 3,
      amount: 4,
      left: 5,
      purpose: 6,
      discountPercent: 7,
      discountUntil: 8,
      kind: 9,
    },
    constants: { dueDay: 10 },
    subjects: [{ kind: "sts", column: 9 }],
  }),
];

async function readFile(input: Uint8Array, format: (typeof FORMATS)[number]): Promise<void> {
  try {
    for await (const { bills, refused } of readRegistryFile(streamOf(input), {
      format,
      biller,
      fileVersion: 1,
    })) {
      for (const { bill } of bills) {
        demand(Number.isSafeInteger(bill.totalMinor) && bill.totalMinor > 0, "a sum is above nothing", bill);
        demand(
          bill.dueOn !== null && isCivilDate(bill.dueOn),
          "a bill is due on a day that exists",
          bill.dueOn,
        );
        demand(
          bill.issuedOn === null || isCivilDate(bill.issuedOn),
          "a bill is of a day that exists",
          bill.issuedOn,
        );
        demand(/^[\p{L}\p{N}]/u.test(bill.account ?? "0"), "an account is one", bill.account);
        demand(!/[\p{Cc}\p{Cs}]/u.test(bill.purpose), "a purpose can be kept", bill.purpose);
      }
      for (const { faults } of refused) demand(faults.length > 0, "a refused line says why");
    }
  } catch (cause) {
    if (!(cause instanceof ExpectedFailure)) throw cause;
  }
}

const registryFile: Target = {
  name: "registry-file",
  samples: () => {
    const lines = `${lineOf()}\n${lineOf({ account: "8", status: "2", purpose: '"Дом 5; кв. ""б"""' })}\n`;
    return [
      ...samplesOf(
        lines,
        `\ufeff${lines}`,
        "18810123456789012345|7700123456|202602|5123.45|0|Услуги|50|20260409|charge",
      ),
      in1251(`=2;10246,90;5;;;;\n${lines}`),
    ];
  },
  async run(input) {
    for (const format of FORMATS) await readFile(input, format);
  },
};

const lines: Target = {
  name: "lines",
  samples: () => samplesOf("a\r\nb\n\nc", "\r\r\n"),
  async run(input) {
    let last = 0;
    for await (const block of linesOf(streamOf(input.subarray(0, 7), input.subarray(7)))) {
      for (const { number } of block.lines) {
        demand(number === last + 1, "lines are counted", [number, last]);
        last = number;
      }
      demand(block.place.offset <= input.length, "a place lies in the file", block.place);
    }
  },
};

function depthOf(element: XmlElement): number {
  return 1 + Math.max(0, ...element.children.map(depthOf));
}

const gisGmp: Target = {
  name: "gis-gmp",
  samples: () =>
    [
      "answers/one-of-each.xml",
      "answers/more.xml",
      "answers/rejected.xml",
      "answers/import-protocol.xml",
      "answers/wrong-fields.xml",
      "notices/charges.xml",
      "notices/payments.xml",
    ].map(fixture),
  run(input) {
    const reading = readXml(input);
    if (reading.ok) demand(depthOf(reading.root) <= XML_LIMITS.depth, "no document is deeper than the limit");
    for (const version of ["2.1.1", "2.2.0"] as const) {
      const notice = readNotice(input, {
        recipient: "aa11b4",
        version,
        atMs: 1_775_000_000_000,
        newId: () => "R_1",
      });
      if (notice.kind === "look") {
        demand(readXml(notice.receipt ?? new Uint8Array()).ok, "a receipt is a document");
        for (const { payment } of notice.payments)
          demand(
            payment.amountMinor === null || Number.isSafeInteger(payment.amountMinor),
            "an amount is a number of kopecks",
            payment,
          );
      }
      const requestId = /RqId="([^"]{1,64})"/.exec(Buffer.from(input).toString("latin1"))?.[1] ?? "";
      const answer = readAnswer(input, { requestId, recipient: "aa11b4", version, isAbout: () => true });
      if (answer.kind !== "page") continue;
      for (const bill of answer.page.bills) {
        demand(Number.isSafeInteger(bill.totalMinor), "a sum is a number of kopecks", bill.totalMinor);
        demand(
          bill.dueOn === null || isCivilDate(bill.dueOn),
          "a bill is due on a day that exists",
          bill.dueOn,
        );
      }
    }
  },
};

const returnedMail: Target = {
  name: "returned-mail",
  samples: () => {
    const messageId = "ab".repeat(32);
    return [
      bounceOf({ messageId }),
      complaintAbout({ messageId }),
      bounceOf({ messageId, to: "анна@город.example" }),
      holidayAnswer,
    ];
  },
  async run(input) {
    const read = await readReturnedMail(input);
    if (read === null) return;
    demand(!/\p{Cc}/u.test(`${read.answer}${read.recipients.join("")}`), "what was read can be kept", read);
    demand(read.answer.length <= 4_100, "an answer is no longer than a server's", read.answer.length);
  },
};

const picture: Target = {
  name: "picture-size",
  samples: () => [
    Buffer.from("89504e470d0a1a0a0000000d4948445200000010000000100806000000", "hex"),
    Buffer.from("ffd8ffe000104a46494600010100000100010000ffc0001108001000100301220002110103110100", "hex"),
  ],
  run(input) {
    const size = pictureSize(Uint8Array.from(input));
    if (size) demand(size.width >= 0 && size.height >= 0, "a picture has a size", size);
  },
};

/** Files, documents and mails. */
export const documentTargets: readonly Target[] = [registryFile, lines, gisGmp, returnedMail, picture];
