import type { BillSource, SourceAnswer } from "../../../adapters/bill-sources/port.ts";
import type { SourceBill } from "../../../domain/source-bill.ts";
import type { Change } from "./desk.ts";

/** A source with one mistake that would cost somebody money or peace, and the case of the contract that must notice it. */
export type WrongSource = {
  readonly mistake: string;
  /** Words of the one case's name. */
  readonly noticedBy: string;
  readonly wrong: Change;
};

function answers(change: (answer: SourceAnswer) => SourceAnswer): Change {
  return (source) => ({
    ...source,
    search: async (query, signal) => change(await source.search(query, signal)),
  });
}

function bills(change: (bill: SourceBill) => SourceBill): Change {
  return answers((answer) =>
    answer.kind === "complete" || answer.kind === "partial"
      ? { ...answer, bills: answer.bills.map(change) }
      : answer,
  );
}

const nothing = { bills: [], unreadable: [], asOf: "2026-04-01T07:00:00.000Z" } as const;

export const WRONG_SOURCES: readonly WrongSource[] = [
  {
    mistake: "roubles where kopecks are meant",
    noticedBy: "sums are whole kopecks",
    wrong: bills((bill) => ({
      ...bill,
      totalMinor: bill.totalMinor / 100,
      dueMinor: bill.dueMinor === null ? null : bill.dueMinor / 100,
    })),
  },
  {
    mistake: "kopecks taken for roubles",
    noticedBy: "sums are whole kopecks",
    wrong: bills((bill) => ({ ...bill, totalMinor: bill.totalMinor * 100 })),
  },
  {
    mistake: "an annulled bill shown as issued",
    noticedBy: "annulled is annulled",
    wrong: bills((bill) => ({ ...bill, status: bill.status === "annulled" ? "issued" : bill.status })),
  },
  {
    mistake: "an un-annulled bill kept annulled",
    noticedBy: "annulled is annulled",
    wrong: (source) => {
      const annulled = new Set<string | null>();
      return bills((bill) => {
        if (bill.status === "annulled") annulled.add(bill.uin);
        return { ...bill, status: annulled.has(bill.uin) ? "annulled" : bill.status };
      })(source);
    },
  },
  {
    mistake: "the discount ignored",
    noticedBy: "a discount has its kind",
    wrong: bills((bill) => ({ ...bill, discount: null })),
  },
  {
    mistake: "every discount taken for a percentage",
    noticedBy: "a discount has its kind",
    wrong: bills((bill) => ({ ...bill, discount: bill.discount && { ...bill.discount, kind: "percent" } })),
  },
  {
    mistake: "the discount's end lost",
    noticedBy: "a discount has its kind",
    wrong: bills((bill) => ({ ...bill, discount: bill.discount && { ...bill.discount, until: null } })),
  },
  {
    mistake: "a paid bill asked for again",
    noticedBy: "paid by somebody else",
    wrong: bills((bill) => ({ ...bill, status: bill.status === "paid" ? "issued" : bill.status })),
  },
  {
    mistake: "what is left taken for the whole sum",
    noticedBy: "paid in part",
    wrong: bills((bill) => ({ ...bill, totalMinor: bill.dueMinor ?? bill.totalMinor })),
  },
  {
    mistake: "the whole sum asked for again after a part was paid",
    noticedBy: "paid in part",
    wrong: bills((bill) => ({ ...bill, dueMinor: bill.totalMinor })),
  },
  {
    mistake: "an overpayment cut off at zero",
    noticedBy: "overpaid is below zero",
    wrong: bills((bill) => ({ ...bill, dueMinor: Math.max(0, bill.dueMinor ?? 0) })),
  },
  {
    mistake: "matching by hand overlooked",
    noticedBy: "matched by hand without a payment",
    wrong: bills((bill) =>
      bill.acknowledgement === "without-payment"
        ? { ...bill, status: "issued", dueMinor: bill.totalMinor }
        : bill,
    ),
  },
  {
    mistake: "one version for ever",
    noticedBy: "a changed bill has its new sum",
    wrong: bills((bill) => ({ ...bill, version: 1 })),
  },
  {
    mistake: "readings ordered by their arrival",
    noticedBy: "a reading that arrives late",
    wrong: (source) => {
      let arrived = 0;
      return bills((bill) => {
        arrived += 1;
        return { ...bill, version: arrived };
      })(source);
    },
  },
  {
    mistake: "the moment of reading put into the text",
    noticedBy: "differ in their version only",
    wrong: bills((bill) => ({ ...bill, purpose: `${bill.purpose} ${bill.version}` })),
  },
  {
    mistake: "nobody told whom a bill is about",
    noticedBy: "by every kind of payer",
    wrong: bills((bill) => ({ ...bill, subjects: [] })),
  },
  {
    mistake: "only what is owed, whatever was asked",
    noticedBy: "owed finds what is to be paid",
    wrong: scoped("owed"),
  },
  {
    mistake: "everything, whatever was asked",
    noticedBy: "owed finds what is to be paid",
    wrong: scoped("all"),
  },
  {
    mistake: "the first page taken for all",
    noticedBy: "more bills than a page holds",
    wrong: answers((answer) =>
      answer.kind === "complete" ? { ...answer, bills: answer.bills.slice(0, 100) } : answer,
    ),
  },
  {
    mistake: "a part of a company's bills called all of them",
    noticedBy: "a company by its INN alone",
    wrong: answers(completed),
  },
  {
    mistake: "silence taken for 'no bills'",
    noticedBy: "dead: unreachable",
    wrong: answers((answer) => (answer.kind === "unreachable" ? { kind: "complete", ...nothing } : answer)),
  },
  {
    mistake: "half a document read as far as it goes",
    noticedBy: "truncated: unreachable",
    wrong: answers((answer) =>
      answer.kind === "unreachable" && answer.why === "garbled"
        ? { kind: "partial", ...nothing, missing: [] }
        : answer,
    ),
  },
  {
    mistake: "lost rights taken for a passing silence",
    noticedBy: "code 21: refused",
    wrong: answers((answer) =>
      answer.kind === "refused" ? { kind: "unreachable", why: "fault", detail: answer.detail } : answer,
    ),
  },
  {
    mistake: "a passing fault taken for a refusal",
    noticedBy: "code 1: unreachable",
    wrong: answers((answer) =>
      answer.kind === "unreachable" ? { kind: "refused", why: "data", detail: answer.detail } : answer,
    ),
  },
  {
    mistake: "asked again by itself after a failure",
    noticedBy: "status 500: unreachable",
    wrong: (source) => ({
      ...source,
      search: async (query, signal) => {
        const first = await source.search(query, signal);
        return first.kind === "unreachable" ? source.search(query, signal) : first;
      },
    }),
  },
  {
    mistake: "the number that was asked for in the failure's words",
    noticedBy: "status 503: unreachable",
    wrong: (source) => ({
      ...source,
      search: async (query, signal) => {
        const answer = await source.search(query, signal);
        const [asked] = query.by === "identifiers" ? query.identifiers : [];
        return answer.kind === "unreachable"
          ? { ...answer, detail: `no answer for ${asked?.value ?? ""}` }
          : answer;
      },
    }),
  },
  {
    mistake: "a silent system behind the registry overlooked",
    noticedBy: "a silent system behind the registry",
    wrong: answers(completed),
  },
  {
    mistake: "what was read before a death thrown away",
    noticedBy: "death at the third page",
    wrong: answers((answer) =>
      answer.kind === "partial" ? { kind: "unreachable", why: "first-byte", detail: "" } : answer,
    ),
  },
  {
    mistake: "a search that cannot be called off",
    noticedBy: "cancelled before it began",
    wrong: (source) => ({
      ...source,
      search: (query) => source.search(query, new AbortController().signal),
    }),
  },
  {
    mistake: "a bill made up of nothing",
    noticedBy: "somebody else's bill",
    wrong: answers((answer) => {
      const [bill] = answer.kind === "complete" ? answer.bills : [];
      return answer.kind === "complete" && bill !== undefined
        ? { ...answer, bills: [bill, { ...bill, uin: "18810123456789012345" }] }
        : answer;
    }),
  },
];

function scoped(scope: "owed" | "all"): Change {
  return (source: BillSource) => ({
    ...source,
    search: (query, signal) => source.search({ ...query, scope }, signal),
  });
}

function completed(answer: SourceAnswer): SourceAnswer {
  if (answer.kind !== "partial") return answer;
  const { bills: found, unreadable, asOf } = answer;
  return { kind: "complete", bills: found, unreadable, asOf };
}
