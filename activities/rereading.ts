import { type Asked, askSource, canSearch, whyDown } from "../adapters/bill-sources/asking.ts";
import type { BillSource } from "../adapters/bill-sources/port.ts";
import type { Database } from "../db/database.ts";
import { receiveReadings } from "../db/queries/arrivals.ts";
import { type ChargeFacts, openCase } from "../db/queries/charging.ts";
import {
  type BillReading,
  readRereadFacts,
  type RereadEnd,
  type RereadFacts,
  settleReread,
} from "../db/queries/rereading.ts";
import { noteSourceState } from "../db/queries/source-readings.ts";

export type RereadingParts = {
  readonly db: Database;
  /** What debts and subjects are named by. */
  readonly claimKey: Uint8Array;
  /** The sources of bills that this deployment can ask, by name. */
  readonly billSources: ReadonlyMap<string, BillSource>;
};

/** A reading that is younger is not repeated. */
const FRESH_SECONDS = 300;
/** A debit can wait; who stands in front of a page cannot. Both leave the gateway's answer its whole time in the activity's minute. */
const WITHIN_MS = { mit: 8_000, cit: 3_000 } as const;
/** Debits of this process that ask one source at a time, or wait for its pace: the others come again later, for the gateway's turns are everybody's. */
const MOST_AT_ONCE = 24;

/** What a charge stands on: nobody was to be asked (`reading` null), or what is known now. `asked`: the rows may say something else than before. */
export type Reread =
  | { readonly goOn: false }
  | { readonly goOn: true; readonly asked: boolean; readonly reading: readonly BillReading[] | null };

/**
 * Reads a bill again at its sources, right before its charge and before anything of the charge exists (docs/decisions/0154). Nobody is asked for a bill of a biller's own,
 * nor twice within five minutes. What a source says is stored as discovery stores it; the gate decides about it. No transaction is open while a source is asked.
 */
export async function rereadBill(
  parts: RereadingParts,
  { paymentId, billUin, instructionId }: Pick<ChargeFacts, "paymentId" | "billUin" | "instructionId">,
): Promise<Reread> {
  const { db, billSources } = parts;
  const able = [...billSources.values()].filter((source) => canSearch(source, { kind: "uin", value: "" }));
  if (billUin === null || able.length === 0) return { goOn: true, asked: false, reading: null };
  const initiatedBy = instructionId === null ? "mit" : "cit";
  const names = able.map(({ name }) => name);
  const facts = await readRereadFacts(db, { paymentId, initiatedBy, sources: names });
  if (facts === null || facts.sources.length === 0) return { goOn: true, asked: false, reading: null };
  const fresh = freshOf(facts);
  if (fresh.length > 0) return { goOn: true, asked: false, reading: fresh };
  const asked = await Promise.all(
    facts.sources.map(async ({ source: name, resting }) => {
      const source = billSources.get(name);
      // a person has no later moment, and a debit none after its last one
      if (source === undefined || (resting && !facts.last && initiatedBy === "mit")) {
        return { source: name, ended: "silent" as const, detail: "resting" };
      }
      return { source: name, ...(await askInTurn(parts, source, facts, initiatedBy)) };
    }),
  );
  const { goOn, reading } = await settleReread(db, { paymentId, initiatedBy, last: facts.last, asked });
  return goOn ? { goOn, asked: true, reading } : { goOn };
}

function freshOf({ sources }: RereadFacts): readonly BillReading[] {
  return sources.flatMap(({ source, readAt, ageSeconds }) =>
    readAt !== null && ageSeconds !== null && ageSeconds < FRESH_SECONDS
      ? [{ source, ended: "fresh" as const, readAt, ageSeconds, silentSince: null }]
      : [],
  );
}

/** The word for a question that was never put, for want of a turn of ours: it says nothing of the source (settle_reread knows it, too). */
const NO_TURN = "no-turn";

type Ended = { readonly ended: RereadEnd; readonly detail: string | null };

const asking = new WeakMap<BillSource, number>();

/** A person who waits is asked for at once, and a debit at its last moment; another one only where few others of this process ask. */
async function askInTurn(
  parts: RereadingParts,
  source: BillSource,
  facts: RereadFacts,
  initiatedBy: "mit" | "cit",
): Promise<Ended> {
  const others = asking.get(source) ?? 0;
  if (initiatedBy === "mit" && !facts.last && others >= MOST_AT_ONCE) {
    return { ended: "silent", detail: NO_TURN };
  }
  asking.set(source, others + 1);
  try {
    return await askForBill(parts, source, facts, initiatedBy);
  } finally {
    asking.set(source, (asking.get(source) ?? 1) - 1);
  }
}

/** Asks for this one bill and stores the answer. */
async function askForBill(
  { db, claimKey }: RereadingParts,
  source: BillSource,
  { billId, uin, last }: RereadFacts,
  initiatedBy: "mit" | "cit",
): Promise<Ended> {
  const identifiers = [{ kind: "uin", value: uin }];
  const withinMs = WITHIN_MS[initiatedBy];
  const urgent = initiatedBy === "cit";
  const asked = await askSource(source, { identifiers, scope: "all", withinMs, urgent });
  await noteState(db, asked);
  const own = await stored(db, asked, { uin, claimKey });
  if (own.some(({ usable }) => usable)) return { ended: "read", detail: null };
  const { outcome, detail } = asked.report;
  const [first] = own;
  if (first !== undefined || outcome === "complete") {
    const why = first?.word ?? unnamed(asked);
    // another reading may have come between this question and its answer; what is still older at the last moment comes from a source that lags behind
    if (why !== "stale" || last) {
      await openCase(db, { kind: "bill-unclear", subject: billId, detail: { source: source.name, why } });
    }
    return { ended: "unclear", detail: why };
  }
  const unasked = detail === "cancelled/no-turn" && initiatedBy === "mit" && !last;
  return { ended: "silent", detail: unasked ? NO_TURN : detail };
}

/** Stores an answer as discovery does; what became of each mention of this bill. One that no row can hold is an answer that cannot be used; any other failure is a defect, or an outage of ours. */
async function stored(
  db: Database,
  { bills }: Asked,
  { uin, claimKey }: { readonly uin: string; readonly claimKey: Uint8Array },
): Promise<readonly { readonly word: string; readonly usable: boolean }[]> {
  try {
    const arrivals = await receiveReadings(db, bills, claimKey);
    return arrivals.flatMap((one, place): readonly { readonly word: string; readonly usable: boolean }[] => {
      if (bills[place]?.uin !== uin) return [];
      if ("unplaceable" in one) return [{ word: one.unplaceable, usable: false }];
      return [{ word: one.result, usable: !UNUSABLE.has(one.result) }];
    });
  } catch (cause) {
    if (!isUnstorable(cause)) throw cause;
    return [{ word: "unstorable", usable: false }];
  }
}

/** SQLSTATE classes of values that a column cannot hold, and of rows that a constraint forbids. */
function isUnstorable(cause: unknown): boolean {
  const code = cause instanceof Error && "code" in cause ? cause.code : null;
  return typeof code === "string" && /^2[23]/.test(code) && code.length === 5;
}

/** Two words of one moment, and a word older than the one that is known: neither became the bill. */
const UNUSABLE = new Set(["conflict", "stale"]);

const unnamed = ({ report }: Asked): string => (report.unreadable > 0 ? "unreadable" : "not-named");

/** What this answer says of the source itself. Our own short patience says nothing; a refusal of our question calls a person. */
async function noteState(db: Database, asked: Asked): Promise<void> {
  const { source, outcome, missing, detail } = asked.report;
  const why = missing[0]?.why;
  if (outcome === "refused") {
    await openCase(db, {
      kind: "source-refuses",
      subject: source,
      detail: { why: why ?? "", detail: detail ?? "" },
    });
  }
  if (outcome === "unreachable" && why === "cancelled") return;
  await noteSourceState(db, { source, why: whyDown(asked) });
}
