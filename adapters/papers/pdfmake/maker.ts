import pdfmake from "pdfmake";
import type { Paper, PaperMaker } from "../port.ts";
import { drawableText } from "./drawable-text.ts";
import { drawableBy, readFonts } from "./fonts.ts";
import { sheetOf } from "./sheet.ts";

/**
 * Makes papers as PDF with pdfmake. Everything is set up once, and fonts are read now: what is missing ends the start of a process, not a person's request. From then on the library
 * may read neither addresses nor files.
 */
export function pdfmakePapers(): PaperMaker {
  const fonts = readFonts();
  for (const { name, bytes } of fonts) pdfmake.virtualfs.writeFileSync(name, bytes);
  pdfmake.setFonts({ Roboto: Object.fromEntries(fonts.map(({ weight, name }) => [weight, name])) });
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy(() => false);
  const drawable = drawableBy(fonts);
  return {
    make: async (paper) => {
      const drawn = drawnPaper(paper, (text) => drawableText(text, drawable));
      return new Uint8Array(await pdfmake.createPdf(sheetOf(drawn)).getBuffer());
    },
  };
}

function drawnPaper(paper: Paper, drawn: (text: string) => string): Paper {
  return {
    ...paper,
    brand: drawn(paper.brand),
    title: drawn(paper.title),
    number: drawn(paper.number),
    warning: paper.warning === null ? null : drawn(paper.warning),
    amount: drawn(paper.amount),
    state: drawn(paper.state),
    facts: paper.facts.map(([name, value]) => [drawn(name), drawn(value)] as const),
    link: { url: paper.link.url, words: drawn(paper.link.words) },
    pageWords: (page, pages) => drawn(paper.pageWords(page, pages)),
  };
}
