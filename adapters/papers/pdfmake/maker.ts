import { setImmediate as turnOfTheLoop } from "node:timers/promises";
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
  const draw = async (paper: Paper) => {
    const drawn = drawnPaper(paper, (text) => drawableText(text, drawable));
    return new Uint8Array(await pdfmake.createPdf(sheetOf(drawn)).getBuffer());
  };
  // One at a time: drawing takes the processor for some tens of milliseconds, and what else the process does goes on between two of them.
  let last: Promise<unknown> = Promise.resolve();
  return {
    make: (paper) => {
      const mine = last.then(() => turnOfTheLoop()).then(() => draw(paper));
      // whoever waits for it hears of its failure; the next in line only waits
      last = mine.catch(() => undefined);
      return mine;
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
