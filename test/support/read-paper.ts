import { inflateSync } from "node:zlib";
import { extractText, getDocumentProxy, getMeta } from "unpdf";
import { zxingReader } from "../../adapters/pictures/zxing/reader.ts";
import { type Pixels, png } from "./qr-picture.ts";

/** What somebody else's library reads in a PDF. */
export type ReadPaper = {
  /** The text of every page. */
  readonly pages: readonly string[];
  readonly info: Readonly<Record<string, unknown>>;
  /** How far to the right any text goes, and how far down; points from the left lower corner. */
  readonly rightmost: number;
  readonly lowest: number;
};

/** Reads a PDF with pdf.js. */
export async function readPaper(bytes: Uint8Array): Promise<ReadPaper> {
  // The reader takes the bytes for itself.
  const file = await getDocumentProxy(bytes.slice());
  const { text } = await extractText(file);
  const { info } = await getMeta(file);
  const corners: [number, number][] = [];
  for (let number = 1; number <= file.numPages; number += 1) {
    const { items } = await (await file.getPage(number)).getTextContent();
    for (const item of items) {
      if (!("str" in item) || item.str.trim() === "") continue;
      const [, , , , left, bottom] = item.transform as number[];
      corners.push([(left ?? Number.NaN) + item.width, bottom ?? Number.NaN]);
    }
  }
  return {
    pages: text.map((page) => page.replace(/\s+/g, " ")),
    info,
    rightmost: Math.max(...corners.map(([right]) => right)),
    lowest: Math.min(...corners.map(([, bottom]) => bottom)),
  };
}

type Square = { readonly x: number; readonly y: number; readonly size: number };

/** What the QR code says that is drawn in a PDF: its squares are put on a picture, which the reader of pictures reads. */
export async function readPaperCode(bytes: Uint8Array): Promise<readonly string[]> {
  const squares = contentsOf(bytes).flatMap(squaresOf);
  const reading = await zxingReader({ withinMs: 60_000 }).read(png(pictureOf(squares)));
  if (reading.outcome !== "read") throw new Error(`the picture of the code was ${reading.outcome}`);
  return reading.codes.map((code) => Buffer.from(code).toString("utf8"));
}

/** Streams of the file that are drawing commands. */
function contentsOf(bytes: Uint8Array): readonly string[] {
  const file = Buffer.from(bytes).toString("latin1");
  return [...file.matchAll(/\/Filter \/FlateDecode\n>>\nstream\n(.*?)\nendstream/gs)].map(([, stream = ""]) =>
    inflateSync(Buffer.from(stream, "latin1")).toString("latin1"),
  );
}

function squaresOf(content: string): readonly Square[] {
  const rectangles = [...content.matchAll(/^([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re$/gm)];
  return rectangles
    .map(([, ...numbers]) => numbers.map(Number))
    .flatMap(([x = 0, y = 0, width = 0, height = 0]) => (width === height ? [{ x, y, size: width }] : []));
}

/** The smallest squares are the dark modules; a larger one is the white ground under them. */
function pictureOf(drawn: readonly Square[]): Pixels {
  const size = Math.min(...drawn.map((square) => square.size));
  const squares = drawn.filter((square) => square.size === size);
  const [left, top] = [Math.min(...squares.map(({ x }) => x)), Math.min(...squares.map(({ y }) => y))];
  const [quiet, scale] = [4, 4];
  const dark = new Set(
    squares.map(({ x, y }) => `${Math.round((x - left) / size)} ${Math.round((y - top) / size)}`),
  );
  const modules = Math.round((Math.max(...squares.map(({ x }) => x)) - left) / size) + 1 + 2 * quiet;
  const width = modules * scale;
  const rows = Array.from({ length: width }, (_, y) =>
    Uint8Array.from({ length: width }, (__, x) =>
      dark.has(`${Math.floor(x / scale) - quiet} ${Math.floor(y / scale) - quiet}`) ? 0 : 255,
    ),
  );
  return { width, height: width, rows };
}
