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
      if (source === undefined || (resting && !facts.last)) {
        return { source: name, ended: "silent" as const, detail: "resting" };
      }
      return { source: name, ...(await askInTurn(parts, source, facts, initiatedBy)) };
    }),
  );
  const { goOn, reading } = await settleReread(db, { paymentId, initiatedBy, asked });
  return goOn ? { goOn, asked: true, reading } : { goOn };
}

function freshOf({ sources }: RereadFacts): readonly BillReading[] {
  return sources.flatMap(({ source, readAt, ageSeconds }) =>
    readAt !== null && ageSeconds !== null && ageSeconds < FRESH_SECONDS
      ? [{ source, ended: "fresh" as const, readAt, ageSeconds, silentSince: null }]
      : [],
  );
}

type Ended = { readonly ended: RereadEnd; readonly detail: string | null };

const asking = new WeakMap<BillSource, number>();

/** A person who waits is asked for at once; a debit only where few others of this process ask. */
async function askInTurn(
  parts: RereadingParts,
  source: BillSource,
  facts: RereadFacts,
  initiatedBy: "mit" | "cit",
): Promise<Ended> {
  const others = asking.get(source) ?? 0;
  if (initiatedBy === "mit" && others >= MOST_AT_ONCE) return { ended: "silent", detail: "no-turn" };
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
  { billId, uin }: RereadFacts,
  initiatedBy: "mit" | "cit",
): Promise<Ended> {
  const identifiers = [{ kind: "uin", value: uin }];
  const withinMs = WITHIN_MS[initiatedBy];
  const urgent = initiatedBy === "cit";
  const asked = await askSource(source, { identifiers, scope: "all", withinMs, urgent });
  await noteState(db, asked);
  const arrivals = await receiveReadings(db, asked.bills, claimKey);
  const own = arrivals.filter((_, place) => asked.bills[place]?.uin === uin);
  if (own.some((one) => "result" in one && !UNUSABLE.has(one.result))) return { ended: "read", detail: null };
  const { outcome, detail } = asked.report;
  const [first] = own;
  if (first !== undefined || outcome === "complete") {
    const why = first === undefined ? unnamed(asked) : "result" in first ? first.result : first.unplaceable;
    // another reading may have come between this question and its answer
    if (why !== "stale") {
      await openCase(db, { kind: "bill-unclear", subject: billId, detail: { source: source.name, why } });
    }
    return { ended: "unclear", detail: why };
  }
  return { ended: "silent", detail };
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
