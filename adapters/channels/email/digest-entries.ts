import type { Locale } from "../../../words/locale.ts";
import { wordsOf } from "../fact-words.ts";
import { readFacts } from "../facts.ts";
import { type DigestLine, type LinkName, LINKS_OF_EVENT } from "../port.ts";
import { pushWords } from "../short-words.ts";
import { type Link, linksNamed } from "./links.ts";
import { type Row, rowsOf } from "./rows.ts";

/** One message of a digest: what happened, to what, and what can be done about it. */
export type DigestEntry = {
  readonly title: string;
  readonly body: string;
  /** The day that the words do not name. */
  readonly day: Row | null;
  readonly links: readonly Link[];
};

/** More would make a mail that programs cut off, and that nobody reads. */
const MOST_ENTRIES = 100;
const LINKS_OF_AN_ENTRY = 2;

/** The entries of a digest, the oldest first; what is beyond a hundred is on the page. Throws for facts or links that are broken. */
export function digestEntries(
  reader: { readonly locale: Locale; readonly zone: string },
  lines: readonly DigestLine[],
): DigestEntry[] {
  return lines.slice(0, MOST_ENTRIES).map((line) => {
    const words = pushWords(line.event, line.facts, { ...reader, amountsHidden: false, livemode: true });
    const names: readonly LinkName[] = LINKS_OF_EVENT[line.event];
    return {
      ...words,
      day: dayOf(reader, line, `${words.title} ${words.body}`),
      links: linksNamed(reader.locale, names, line.links).slice(0, LINKS_OF_AN_ENTRY),
    };
  });
}

/** The day that a letter of its own would list, where the short words do not say it. */
function dayOf(
  reader: { readonly locale: Locale; readonly zone: string },
  line: DigestLine,
  said: string,
): Row | null {
  const facts = readFacts(line.event, line.facts);
  const words = wordsOf({ ...reader, brief: true }, line.event, facts);
  const nothing = { ...words, sum: "", amount: "", biller: "", purpose: "", full: "", until: "" };
  const rows = rowsOf({ ...line, locale: reader.locale }, { ...facts, account: null, method: null }, nothing);
  return rows.find(({ value }) => !said.includes(value)) ?? null;
}
