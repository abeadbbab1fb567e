import { ExpectedFailure } from "../../domain/failure.ts";
import type { FileFaultCode, LineFaultCode } from "../../domain/registry-faults.ts";
import { readAmountMinor } from "../../domain/registry-values.ts";
import type { SourceBill } from "../../domain/source-bill.ts";
import { BillReader, type FileBiller, type ReadLine, readVersion } from "./bill-reader.ts";
import type { Fault } from "./bill-values.ts";
import type { RegistryFormat } from "./file-format.ts";
import { type EncodingTally, LineDecoder, NOTHING_TALLIED, byteOrderMark } from "./line-texts.ts";
import type { KnownLines, SeenLine } from "./known-lines.ts";
import { valuesOf } from "./line-values.ts";
import { type FileLine, type FilePlace, type LineBlock, linesOf } from "./lines.ts";

/** A line of the file with what it says. */
export type NumberedBill = { readonly line: number; readonly bill: SourceBill };
/** A line that is no bill, with every field that is wrong. */
export type RefusedLine = { readonly line: number; readonly faults: readonly Fault[] };

/** What the line of totals declares; null where it names no such column. */
export type FileTotals = {
  readonly line: number;
  readonly count: number | null;
  readonly sumMinor: number | null;
  readonly version: number | null;
};

/** All that an interrupted reading needs to go on: plain JSON. */
export type ReaderState = {
  readonly place: FilePlace;
  readonly tally: EncodingTally;
  /** Lines that stand for bills, refused ones among them. */
  readonly billLines: number;
  /** Digits: the sum of a city's month leaves the safe integers. */
  readonly sumMinor: string;
  readonly unreadAmounts: number;
  readonly totals: FileTotals | null;
  readonly open: boolean;
};

export const READER_BEGINS: ReaderState = {
  place: { offset: 0, line: 0 },
  tally: NOTHING_TALLIED,
  billLines: 0,
  sumMinor: "0",
  unreadAmounts: 0,
  totals: null,
  open: false,
};

/** What a part of the file says; `state` is where a reading goes on that was interrupted after it. */
export type FilePart = {
  readonly bills: readonly NumberedBill[];
  readonly refused: readonly RefusedLine[];
  /** Lines that the biller's last file has told already: they are not read again. */
  readonly known: number;
  /** Every line that is a bill, known ones too, where they are to be known by the next file. */
  readonly seen: readonly SeenLine[];
  readonly state: ReaderState;
};

type Wanted = {
  readonly format: RegistryFormat;
  readonly biller: FileBiller;
  /** The version of bills that have none of their own. */
  readonly fileVersion: number;
  readonly state?: ReaderState;
  /** Lines of the last file; without it nothing is recognised. */
  readonly known?: KnownLines;
};

/**
 * Reads a registry file as a stream, part by part. `source` begins at `state.place.offset`. The memory it takes does not depend on the length of the file or of
 * its lines.
 *
 * @throws ExpectedFailure when the file as a whole cannot be believed: another encoding, cut off, not what its totals declare
 */
export async function* readRegistryFile(
  source: AsyncIterable<Uint8Array>,
  wanted: Wanted,
): AsyncGenerator<FilePart> {
  const reader = new FileReader(wanted);
  for await (const block of linesOf(source, wanted.state?.place)) yield reader.read(block);
  reader.finish();
}

type ReadFileLine = { readonly line: number; readonly bytes: Uint8Array; readonly said: ReadLine };
const NO_BYTES = new Uint8Array();

class FileReader {
  private readonly format: RegistryFormat;
  private readonly decoder: LineDecoder;
  private readonly bills: BillReader;
  private state: { -readonly [Field in keyof ReaderState]: ReaderState[Field] };
  private sum: bigint;
  private readonly known: KnownLines | undefined;

  constructor({ format, biller, fileVersion, state = READER_BEGINS, known }: Wanted) {
    this.format = format;
    this.known = known;
    this.decoder = new LineDecoder(format.encoding, state.tally);
    this.bills = new BillReader(format, biller, state.totals?.version ?? fileVersion);
    this.state = { ...state };
    this.sum = BigInt(state.sumMinor);
  }

  read({ lines, place }: LineBlock): FilePart {
    const bills: NumberedBill[] = [];
    const refused: RefusedLine[] = [];
    const seen: SeenLine[] = [];
    const read = this.readLines(lines, seen);
    const known = seen.length;
    for (const { line, bytes, said } of read) {
      this.count(said);
      if (!("bill" in said)) refused.push({ line, faults: said.faults });
      else {
        bills.push({ line, bill: said.bill });
        // What is due of a bill with a discount depends on when its source has said so at last: it is read each time.
        if (this.known !== undefined && said.bill.discount === null)
          seen.push({ line, digest: this.known.digestOf(bytes), amountMinor: said.amountMinor });
      }
    }
    Object.assign(this.state, { place, tally: this.decoder.tally, sumMinor: this.sum.toString() });
    if (this.decoder.isWrong(false)) throw this.refuseEncoding();
    return { bills, refused, known, seen, state: { ...this.state } };
  }

  /** Counts a line that was told before, and puts it aside. */
  private isKnown({ number, bytes }: FileLine, seen: SeenLine[]): boolean {
    if (this.known === undefined || bytes === null || !this.maySayABill(number)) return false;
    const digest = this.known.digestOf(bytes);
    const amountMinor = this.known.amountOf(digest);
    if (amountMinor === null) return false;
    this.decoder.countFitting(bytes);
    this.count({ amountMinor });
    seen.push({ line: number, digest, amountMinor });
    return true;
  }

  /** The first lines, and those on the wrong side of the line of totals, are always read. */
  private maySayABill(number: number): boolean {
    const { skipLines, totals } = this.format;
    if (number === 1 || number <= skipLines) return false;
    return totals === null || (totals.at === "first") === (this.state.totals !== null);
  }

  /** @throws ExpectedFailure */
  finish(): void {
    const { state, format } = this;
    if (this.decoder.isWrong(true)) throw this.refuseEncoding();
    if (state.open && state.totals === null && !format.lastLineOpen) {
      throw refuseFile("file-truncated", `line ${state.place.line} has no end`);
    }
    if (format.totals === null) return;
    if (state.totals === null) throw refuseFile("file-truncated", "the line of totals is missing");
    const { count, sumMinor } = state.totals;
    if (count !== null && count !== state.billLines) {
      throw refuseFile("file-totals-wrong", `${count} bills are declared, ${state.billLines} came`);
    }
    // An amount that cannot be read is in the declared sum, but not in ours.
    if (sumMinor !== null && state.unreadAmounts === 0 && BigInt(sumMinor) !== this.sum) {
      throw refuseFile("file-totals-wrong", `${sumMinor} kopecks are declared, ${this.sum} came`);
    }
  }

  /** Lines that say something, in their order; those that are known go to `seen`. */
  private readLines(lines: readonly FileLine[], seen: SeenLine[]): readonly ReadFileLine[] {
    const read: ReadFileLine[] = [];
    const waiting: { readonly line: number; readonly bytes: Uint8Array }[] = [];
    const texts: string[] = [];
    for (const line of lines) {
      this.state.open = line.open;
      if (this.isKnown(line, seen)) continue;
      const text = this.textOf(line);
      if (text === null) continue;
      const place = { line: line.number, bytes: line.bytes ?? NO_BYTES };
      if ("fault" in text) read.push({ ...place, said: refusedWith(text.fault) });
      else if (!this.isTotals(text.text, line.number)) {
        waiting.push(place);
        texts.push(text.text);
      }
    }
    for (const [index, values] of valuesOf(texts, this.format).entries()) {
      const { line = 0, bytes = NO_BYTES } = waiting[index] ?? {};
      read.push({
        line,
        bytes,
        said: values === null ? refusedWith("quotes-unbalanced") : this.bills.read(values),
      });
    }
    return read.length === texts.length ? read : read.toSorted((left, right) => left.line - right.line);
  }

  /** The text of a line that may stand for a bill; null where there is none. */
  private textOf({ number, bytes }: FileLine): { text: string } | { fault: LineFaultCode } | null {
    const { format } = this;
    const mark = number === 1 && bytes !== null ? byteOrderMark(bytes) : null;
    if (mark !== null && mark !== format.encoding) throw this.refuseEncoding();
    if (number <= format.skipLines) return null;
    if (bytes === null) return { fault: "line-too-long" };
    const text = this.decoder.decode(mark === null ? bytes : bytes.subarray(3));
    return "text" in text && text.text.trim() === "" ? null : text;
  }

  private isTotals(text: string, line: number): boolean {
    const { totals } = this.format;
    if (totals === null) return false;
    const isOne = text.startsWith(totals.begins);
    if (totals.at === "first" && this.state.totals === null && !isOne) {
      throw refuseFile("file-totals-wrong", `line ${line} is not the line of totals`);
    }
    if (this.state.totals !== null && (isOne || totals.at === "last")) {
      throw refuseFile("file-totals-wrong", `line ${line} follows the line of totals`);
    }
    if (isOne) {
      this.state.totals = this.totalsOf(text, line);
      this.bills.fileVersion = this.state.totals.version ?? this.bills.fileVersion;
    }
    return isOne;
  }

  private totalsOf(text: string, line: number): FileTotals {
    const { totals, decimal, amountsIn } = this.format;
    const values = valuesOf([text], this.format)[0] ?? [];
    const value = <Value>(column: number | undefined, read: (text: string) => Value | null): Value | null => {
      if (column === undefined) return null;
      // The mark may stand right before the number: "=1000;…".
      const cell = (values[column - 1] ?? "").trim();
      const bare =
        column === 1 && cell.startsWith(totals?.begins ?? "")
          ? cell.slice(totals?.begins.length).trim()
          : cell;
      const found = read(bare);
      if (found === null)
        throw refuseFile("file-totals-wrong", `line ${line}, column ${column} cannot be read`);
      return found;
    };
    return {
      line,
      count: value(totals?.count, (cell) => (/^\d{1,9}$/.test(cell) ? Number(cell) : null)),
      sumMinor: value(totals?.sum, (cell) => readAmountMinor(cell, { unit: amountsIn, decimal })),
      version: value(totals?.version, readVersion),
    };
  }

  private count(read: { readonly amountMinor: number | null }): void {
    this.state.billLines += 1;
    if (read.amountMinor === null) this.state.unreadAmounts += 1;
    else this.sum += BigInt(read.amountMinor);
  }

  private refuseEncoding(): ExpectedFailure {
    return refuseFile("file-encoding-wrong", `declared is ${this.format.encoding}, the bytes say otherwise`);
  }
}

function refusedWith(code: LineFaultCode): ReadLine {
  return { faults: [{ field: "", code }], amountMinor: null };
}

function refuseFile(code: FileFaultCode, detail: string): ExpectedFailure {
  return new ExpectedFailure({ code, detail });
}
