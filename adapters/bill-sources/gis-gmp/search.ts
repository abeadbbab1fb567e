import type { SourceBill } from "../../../domain/source-bill.ts";
import type { Pace } from "../pace.ts";
import type { MissingPart, SourceAnswer, UnreadableBill } from "../port.ts";
import { type NoPage, type Page, readAnswer } from "./answer.ts";
import type { CutQuestion, Question } from "./question.ts";
import { type RequestSettings, writeRequest } from "./request.ts";
import type { Transport } from "./transport.ts";

/** What one search works with. */
export type SearchTools = RequestSettings & {
  readonly transport: Transport;
  readonly pace: Pace;
  readonly mostPages: number;
  readonly billsPerPage: number;
  /** Its requests go before the others that wait. */
  readonly urgent: boolean;
  /** Our clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** A fresh id of a request, at most 50 characters. */
  readonly newId: () => string;
};

/** What came of one question: pages that were read, and why there are no more of them. */
type Outcome = { readonly pages: readonly Page[]; readonly stopped: NoPage | "too-many-pages" | null };

/** Asks every question of a cut search, each page after page, one after another, and puts together what was read. */
export async function searchRegistry(
  { questions, missing }: CutQuestion,
  tools: SearchTools,
  signal: AbortSignal,
): Promise<SourceAnswer> {
  const outcomes: { readonly question: Question; readonly outcome: Outcome }[] = [];
  let ended: NoPage | null = null;
  for (const question of questions) {
    const outcome: Outcome =
      ended === null ? await askPages(question, tools, signal) : { pages: [], stopped: ended };
    outcomes.push({ question, outcome });
    ended ??= endsTheSearch(outcome.stopped) ? outcome.stopped : null;
  }
  const pages = outcomes.flatMap(({ outcome }) => outcome.pages);
  const parts = [...missing, ...outcomes.flatMap(({ question, outcome }) => missingOf(question, outcome))];
  if (pages.length === 0) {
    const nothing = nothingRead(outcomes.map(({ outcome }) => outcome.stopped));
    if (nothing !== null) return nothing;
  }
  const { bills, unreadable } = mergedBills(pages);
  const oldestMs = Math.min(...pages.map(({ formedAtMs }) => formedAtMs));
  const asOf = pages.length === 0 ? null : new Date(oldestMs).toISOString();
  const read = { bills, unreadable, asOf };
  if (parts.length === 0) return { kind: "complete", ...read };
  // Nothing at all could be asked: no answer would be better another time.
  const [first] = parts;
  if (questions.length === 0 && first !== undefined) {
    return { kind: "refused", why: refusalOf(first.why), detail: first.detail };
  }
  return { kind: "partial", missing: parts, ...read };
}

/** Would the next question meet the same? Who does not answer, or does not let us in, is not asked again and again within one search. */
function endsTheSearch(stopped: Outcome["stopped"]): stopped is NoPage {
  if (stopped === null || stopped === "too-many-pages") return false;
  return stopped.kind === "refused"
    ? stopped.why === "rights"
    : ["connect", "first-byte", "rest", "busy", "cancelled"].includes(stopped.why);
}

async function askPages(question: Question, tools: SearchTools, signal: AbortSignal): Promise<Outcome> {
  const pages: Page[] = [];
  for (let number = 1; number <= tools.mostPages; number += 1) {
    const reading = await askPage(question, number, tools, signal);
    if (reading.kind !== "page") return { pages, stopped: reading };
    pages.push(reading.page);
    if (!reading.page.hasMore) return { pages, stopped: null };
  }
  return { pages, stopped: "too-many-pages" };
}

async function askPage(question: Question, number: number, tools: SearchTools, signal: AbortSignal) {
  const { transport, pace, version, sender } = tools;
  const cancelled: NoPage = { kind: "unreachable", why: "cancelled", detail: "no-turn" };
  const turn = await pace.enter(signal, tools.urgent);
  if (turn === null) return cancelled;
  try {
    const page = { id: tools.newId(), number, length: tools.billsPerPage, atMs: tools.now() };
    const request = writeRequest(question, page, tools);
    const ended = await transport.exchange(request.body, signal);
    if (ended.kind !== "answered") return ended;
    const { isAbout } = question;
    return readAnswer(ended.document, { requestId: request.id, recipient: sender, version, isAbout });
  } finally {
    turn();
  }
}

function missingOf({ places }: Question, { pages, stopped }: Outcome): readonly MissingPart[] {
  const parts: MissingPart[] = [];
  if (pages.some(({ needReRequest }) => needReRequest)) {
    parts.push({ places, why: "outside-silent", detail: "need-re-request" });
  }
  if (stopped === "too-many-pages") {
    parts.push({ places, why: "too-many-pages", detail: `after-page-${pages.length}` });
  } else if (stopped !== null) {
    parts.push({ places, why: stopped.why, detail: stopped.detail });
  }
  return parts;
}

/** When no page was read: silence wins over refusal, for it may end by itself. Null where some question was answered or none was asked. */
function nothingRead(stops: readonly Outcome["stopped"][]): SourceAnswer | null {
  const noPages = stops.filter((stop): stop is NoPage => stop !== null && stop !== "too-many-pages");
  return noPages.find(({ kind }) => kind === "unreachable") ?? noPages[0] ?? null;
}

function refusalOf(why: MissingPart["why"]): "data" | "not-searchable" {
  return why === "not-searchable" ? why : "data";
}

/**
 * One bill per UIN. While pages are read the registry goes on living, so a charge may slip from one page to the next: the page that was formed later is right. Two meanings
 * on pages of one moment are no answer: nobody is shown either of them.
 */
function mergedBills(pages: readonly Page[]): {
  readonly bills: readonly SourceBill[];
  readonly unreadable: readonly UnreadableBill[];
} {
  const byUin = new Map<string, SourceBill>();
  const contradictory = new Set<string>();
  for (const bill of pages.flatMap((page) => page.bills)) {
    const uin = bill.uin ?? "";
    const known = byUin.get(uin);
    if (known === undefined || known.version < bill.version) {
      byUin.set(uin, bill);
      contradictory.delete(uin);
    } else if (known.version === bill.version && JSON.stringify(known) !== JSON.stringify(bill)) {
      contradictory.add(uin);
    }
  }
  for (const uin of contradictory) byUin.delete(uin);
  const twice = [...contradictory].map(
    (_uin): UnreadableBill => ({
      answerId: "several",
      place: 0,
      faults: [{ field: "supplierBillID", why: "twice" }],
    }),
  );
  return { bills: [...byUin.values()], unreadable: [...pages.flatMap((page) => page.unreadable), ...twice] };
}
