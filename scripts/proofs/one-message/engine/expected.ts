import type { RawMail } from "./sink-process.ts";
import type { Kind, Neighbour } from "./town.ts";

/** What becomes of a bill after it has arrived. */
export type News = "none" | "amended" | "annulled" | "paid";

export type SentBill = { readonly residentId: string; readonly period: string; readonly news: News };

/** Arrivals, news, the hour at which sleepers wake, the hour of digests. */
export const PHASES = { arrivals: 1, news: 2, awake: 3, digest: 4 } as const;

/** One mail that somebody must have got: alone, or so many lines in one. */
export type Wanted = { readonly phase: number; readonly lines: number };

const AT_ONCE: readonly Kind[] = ["told", "own-category"];

/** The mails that follow for somebody from what was caused, by what they have chosen; nothing of the engine is read. */
export function wantedOf(kind: Kind, bills: readonly SentBill[]): readonly Wanted[] {
  if (AT_ONCE.includes(kind)) {
    const news = bills.filter((bill) => bill.news === "amended" || bill.news === "annulled");
    return [
      ...bills.map(() => ({ phase: PHASES.arrivals, lines: 1 })),
      ...news.map(() => ({ phase: PHASES.news, lines: 1 })),
    ];
  }
  if (kind !== "digest" && kind !== "asleep") return [];
  // what was withdrawn or paid before they heard of it they do not hear of; what changed, as it is now
  const left = bills.filter(({ news }) => news === "none" || news === "amended").length;
  return left === 0 ? [] : [{ phase: kind === "asleep" ? PHASES.awake : PHASES.digest, lines: left }];
}

export type Judged = {
  readonly wrong: readonly string[];
  readonly mails: number;
  readonly digests: number;
  readonly copies: number;
  readonly unexplained: number;
};

/** Holds the sink's own journal against what was wanted. `inDoubt`: Message-IDs of which the engine's log says that a sending stayed without an answer. */
export function judgeMails(about: {
  readonly neighbours: readonly Neighbour[];
  readonly bills: readonly SentBill[];
  readonly raw: readonly RawMail[];
  readonly inDoubt: ReadonlySet<string>;
}): Judged {
  const taken = about.raw.filter(({ isTaken }) => isTaken);
  const firsts = new Map<string, RawMail>();
  const copied: string[] = [];
  for (const mail of taken) {
    const id = mail.messageId ?? "";
    if (firsts.has(id)) copied.push(id);
    else firsts.set(id, mail);
  }
  const byReader = grouped([...firsts.values()], ({ to }) => to);
  const billsOf = grouped(about.bills, ({ residentId }) => residentId);
  const wrong = about.neighbours.flatMap(({ residentId, email, kind }) => {
    const got = (byReader.get(email) ?? []).map(({ phase, subject }) => ({ phase, lines: linesOf(subject) }));
    return difference(wantedOf(kind, billsOf.get(residentId) ?? []), got).map(
      (what) => `${residentId} (${kind}): ${what}`,
    );
  });
  const readers = new Set(about.neighbours.map(({ email }) => email));
  const strangers = [...firsts.values()].filter(({ to }) => !readers.has(to));
  const unexplained = copied.filter((id) => !about.inDoubt.has(id));
  return {
    wrong: [
      ...wrong,
      ...strangers.map(({ to }) => `a mail to nobody: ${to}`),
      ...unexplained.map((id) => `a copy that nothing explains: ${id}`),
    ],
    mails: firsts.size,
    digests: [...firsts.values()].filter(({ subject }) => linesOf(subject) > 1).length,
    copies: copied.length,
    unexplained: unexplained.length,
  };
}

/** A digest says in its subject how much it carries. */
function linesOf(subject: string): number {
  const [, count = "1"] = /^(?:\[[^\]]*\] *)?(\d+) (?:bills|messages)\b/.exec(subject) ?? [];
  return Number(count);
}

function grouped<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

function difference(wanted: readonly Wanted[], got: readonly Wanted[]): readonly string[] {
  const nameOf = ({ phase, lines }: Wanted) => `phase ${phase}, ${lines} in one`;
  const counts = new Map<string, number>();
  for (const one of wanted) counts.set(nameOf(one), (counts.get(nameOf(one)) ?? 0) + 1);
  for (const one of got) counts.set(nameOf(one), (counts.get(nameOf(one)) ?? 0) - 1);
  return [...counts].flatMap(([name, count]) => {
    if (count === 0) return [];
    return [count > 0 ? `lost ${count} (${name})` : `${-count} that nobody wanted (${name})`];
  });
}
