import type { SourceBill, SubjectIdentifier } from "../../domain/source-bill.ts";
import type { BillSource, MissingPart, SourceAnswer, SourceScope } from "./port.ts";

/** How one source ended a question; it names no number that was asked for. */
export type SourceReport = {
  readonly source: string;
  readonly outcome: SourceAnswer["kind"];
  /** The source's own clock when it answered; null where nothing was read. */
  readonly asOf: string | null;
  /** What is missing of the answer; places are those of the caller's identifiers. */
  readonly missing: readonly MissingPart[];
  /** Bills in the answer that could not be read. */
  readonly unreadable: number;
  /** A code for operators; null where nothing went wrong. */
  readonly detail: string | null;
};

export type Asked = { readonly bills: readonly SourceBill[]; readonly report: SourceReport };

export type IdentifierQuestion = {
  readonly identifiers: readonly SubjectIdentifier[];
  readonly scope: SourceScope;
  /** A source that has not answered by then counts as silent. */
  readonly withinMs: number;
  /** Somebody waits for it in front of a page. */
  readonly urgent?: boolean;
};

/** Can this source be asked for such an identifier at all? */
export function canSearch(source: BillSource, { kind }: SubjectIdentifier): boolean {
  return source.capabilities.searchBy.includes(kind);
}

/**
 * Asks every source that knows such identifiers, all at once, each for those that it knows. One that is dead or slow fails alone: its report says so beside the
 * bills of the others. A source that knows none of the kinds is not asked and has no report.
 */
export function askSources(
  sources: Iterable<BillSource>,
  question: IdentifierQuestion,
): Promise<readonly Asked[]> {
  const able = [...sources].filter((source) => question.identifiers.some((one) => canSearch(source, one)));
  return Promise.all(able.map((source) => askSource(source, question)));
}

/** Asks one source for those of the identifiers that it knows. */
export async function askSource(source: BillSource, question: IdentifierQuestion): Promise<Asked> {
  const places = [...question.identifiers.keys()].filter((place) => {
    const identifier = question.identifiers[place];
    return identifier !== undefined && canSearch(source, identifier);
  });
  const identifiers = places.flatMap((place) => question.identifiers[place] ?? []);
  const answer = await source.search(
    { by: "identifiers", identifiers, scope: question.scope, urgent: question.urgent ?? false },
    AbortSignal.timeout(question.withinMs),
  );
  return { bills: billsOf(answer), report: reportOf(source.name, answer, places) };
}

/** Why a source is not to be asked for a while, null where it is well: a question that it did not take says nothing about it; that it is away, or lets nobody in, does. */
export function whyDown({ report }: Asked): string | null {
  if (report.outcome === "unreachable") return report.detail;
  return report.outcome === "refused" && report.missing[0]?.why === "rights" ? report.detail : null;
}

function billsOf(answer: SourceAnswer): readonly SourceBill[] {
  return answer.kind === "complete" || answer.kind === "partial" ? answer.bills : [];
}

function reportOf(source: string, answer: SourceAnswer, places: readonly number[]): SourceReport {
  const { kind: outcome } = answer;
  if (outcome === "unreachable" || outcome === "refused") {
    const { why, detail } = answer;
    const missing = [{ places, why, detail }];
    return { source, outcome, asOf: null, missing, unreadable: 0, detail: `${why}/${detail}` };
  }
  const missing = outcome === "partial" ? answer.missing : [];
  return {
    source,
    outcome,
    asOf: answer.asOf,
    missing: missing.map((part) => ({ ...part, places: part.places.map((place) => places[place] ?? place) })),
    unreadable: answer.unreadable.length,
    detail: missing[0] === undefined ? null : `${missing[0].why}/${missing[0].detail}`,
  };
}
