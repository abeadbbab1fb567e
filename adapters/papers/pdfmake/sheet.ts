import type { Content, Definition } from "pdfmake";
import type { Paper } from "../port.ts";

const INK = "#16211f";
const SOFT = "#52605d";
const LINE = "#d9dfdb";
const GOOD = "#1b6437";
const WAIT = "#7a4b00";
const WAIT_GROUND = "#fdf1db";

/** Points. */
const PAGE_WIDTH = 595;
const MARGIN = 56;
const NAMES_WIDTH = 150;
const NAMES_GAP = 12;
/** By number: a column that is as wide as what is left grows with its longest word, beyond the sheet. */
const VALUES_WIDTH = PAGE_WIDTH - 2 * MARGIN - NAMES_WIDTH - NAMES_GAP;
const CODE_SIZE = 104;

/** How a paper looks: texts are already such as the font can draw. */
export function sheetOf(paper: Paper): Definition {
  const { title, number, brand, at } = paper;
  const madeAt = new Date(at);
  return {
    pageSize: "A4",
    pageMargins: [MARGIN, MARGIN, MARGIN, MARGIN],
    // PDF 1.7: readers then show the title instead of the file's name.
    version: "1.7",
    displayTitle: true,
    language: paper.language,
    info: {
      title: `${title} ${number}`,
      author: brand,
      creator: brand,
      producer: "pdfmake",
      creationDate: madeAt,
      modDate: madeAt,
    },
    defaultStyle: { font: "Roboto", fontSize: 10, lineHeight: 1.25, color: INK },
    content: [head(paper), ...warning(paper), sum(paper), facts(paper), code(paper)],
    footer: (page, pages) => ({
      margin: [MARGIN, 16, MARGIN, 0],
      fontSize: 8,
      color: SOFT,
      columns: [
        { width: "*", text: `${title} ${number}` },
        { width: "auto", text: paper.pageWords(page, pages) },
      ],
    }),
  };
}

function head({ brand, title }: Paper): Content {
  return {
    columns: [
      { width: "*", text: title, bold: true, fontSize: 20, lineHeight: 1 },
      { width: "auto", text: brand, bold: true, fontSize: 12, color: SOFT, margin: [0, 6, 0, 0] },
    ],
    margin: [0, 0, 0, 14],
  };
}

function warning({ warning: text }: Paper): readonly Content[] {
  if (text === null) return [];
  const cell: Content = {
    text,
    bold: true,
    lineHeight: 1,
    color: WAIT,
    fillColor: WAIT_GROUND,
    margin: [10, 6, 10, 6],
  };
  return [{ table: { widths: ["*"], body: [[cell]] }, layout: "noBorders", margin: [0, 0, 0, 14] }];
}

function sum({ amount, state }: Paper): Content {
  return {
    stack: [
      { text: amount, bold: true, fontSize: 28, lineHeight: 1.1 },
      { text: state, bold: true, fontSize: 11, color: GOOD },
    ],
    margin: [0, 0, 0, 14],
  };
}

function facts({ facts: lines }: Paper): Content {
  const body = lines.map(([name, value]) => [{ text: name, color: SOFT }, { text: value }]);
  return {
    table: { widths: [NAMES_WIDTH, VALUES_WIDTH], dontBreakRows: true, body },
    layout: {
      hLineWidth: (row) => (row === 0 || row === lines.length ? 1 : 0.5),
      hLineColor: (row) => (row === 0 || row === lines.length ? SOFT : LINE),
      vLineWidth: () => 0,
      paddingLeft: (column) => (column === 0 ? 0 : NAMES_GAP),
      paddingRight: () => 0,
      paddingTop: () => 5,
      paddingBottom: () => 4,
    },
    margin: [0, 0, 0, 20],
  };
}

function code({ link }: Paper): Content {
  return {
    unbreakable: true,
    columns: [
      { width: CODE_SIZE, qr: link.url, fit: CODE_SIZE, eccLevel: "M" },
      {
        width: "*",
        stack: [
          { text: link.words, margin: [0, 0, 0, 4] },
          { text: link.url, link: link.url, color: SOFT, fontSize: 9 },
        ],
        margin: [0, 2, 0, 0],
      },
    ],
    columnGap: 20,
  };
}
