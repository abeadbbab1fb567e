import { sql } from "kysely";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import { grouped } from "../bill-changes/many.ts";
import type { Violation } from "../proof.ts";
import type { Outcome } from "./outcomes.ts";

/** What left a card, by the bank's own book. */
export type BankDebit = {
  readonly chargeId?: string;
  readonly amountMinor: number;
  /** ISO UTC, by the bank's clock. */
  readonly at: string;
};

/** A charge that our rows call taken. */
export type TakenCharge = {
  readonly chargeId: string;
  readonly bill: string;
  readonly amountMinor: number;
  readonly refundedMinor: number;
  /** The civil day in the payer's zone, by our rows. */
  readonly paidOn: string | null;
  readonly zone: string;
  /** What the ledger books as taken for this charge. */
  readonly bookedMinor: number;
  /** What it books as given back. */
  readonly bookedBackMinor: number;
};

/** Everything that three books say of one year. */
export type Books = {
  readonly debits: readonly BankDebit[];
  /** Kopecks that the bank gave back. */
  readonly givenBackMinor: number;
  readonly taken: readonly TakenCharge[];
  /** Ledger transactions whose two sides differ, in words. */
  readonly unbalanced: readonly string[];
};

/** What the books are held against. */
export type About = {
  readonly seed: number;
  readonly outcomes: readonly Outcome[];
  /** Every bill that a source has told of. */
  readonly told: Iterable<string>;
  /** What must have happened, and how often it did. */
  readonly seen: Readonly<Record<string, number>>;
};

const LEFT_OPEN = new Set(["charging", "returning"]);

/** Reads the three books and holds them against each other and against the list. */
export async function judgeYear(world: WholeWorld, about: About) {
  const books = await readBooks(world);
  const ended = (of: (outcome: Outcome) => boolean) => about.outcomes.filter(of).length;
  const reasons: Record<string, number> = {};
  for (const { reason } of about.outcomes) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return {
    violations: judgeBooks(books, about),
    result: {
      lines: about.outcomes.length,
      paid: ended(({ outcome }) => outcome === "paid"),
      debits: books.debits.length,
      chargedMinor: sum(books.debits.map(({ amountMinor }) => amountMinor)),
      givenBackMinor: books.givenBackMinor,
      reasons,
    },
  };
}

/** Which rules of a year do not hold; pure. */
export function judgeBooks(books: Books, { seed, outcomes, told, seen }: About): readonly Violation[] {
  const listed = new Set(outcomes.map(({ bill }) => bill));
  const rules: readonly (readonly [invariant: string, broken: readonly string[]])[] = [
    ["the ledger balances", books.unbalanced],
    ["the bank took what the rows say, on that day, once", books.taken.flatMap((one) => atBank(one, books))],
    ["the bank took nothing that the rows do not know", strangers(books)],
    ["each bill is debited once at most", doubles(books)],
    ["the ledger books each debit and each refund whole", books.taken.flatMap(inLedger)],
    ["the bank gave back what the rows say", givenBack(books)],
    ["each debit stands in the list with its day and its sum", unlisted(books, outcomes)],
    ["nothing is left undecided", outcomes.filter(({ outcome }) => LEFT_OPEN.has(outcome)).map(lineOf)],
    ["no bill is forgotten", [...told].filter((bill) => !listed.has(bill))],
    ["there was some of everything", Object.keys(seen).filter((name) => seen[name] === 0)],
  ];
  return rules.flatMap(([invariant, events]) => (events.length === 0 ? [] : [{ invariant, seed, events }]));
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
const lineOf = (outcome: Outcome) => JSON.stringify(outcome);

function atBank(one: TakenCharge, { debits }: Books): readonly string[] {
  const ours = debits.filter(({ chargeId }) => chargeId === one.chargeId);
  const [first] = ours;
  if (first === undefined || ours.length > 1)
    return [`charge ${one.chargeId} of ${one.bill}: ${ours.length} debits`];
  const day = civilDay(first.at, one.zone);
  return first.amountMinor === one.amountMinor && day === one.paidOn
    ? []
    : [
        `charge ${one.chargeId} of ${one.bill}: ${first.amountMinor} on ${day} at the bank, ${one.amountMinor} on ${one.paidOn ?? "no day"} in the rows`,
      ];
}

function strangers({ debits, taken }: Books): readonly string[] {
  const known = new Set(taken.map(({ chargeId }) => chargeId));
  return debits.flatMap(({ chargeId = "no charge", amountMinor, at }) =>
    known.has(chargeId) ? [] : [`${amountMinor} at ${at} for ${chargeId}`],
  );
}

function doubles({ taken }: Books): readonly string[] {
  return [...grouped(taken, ({ bill }) => bill)].flatMap(([bill, charges]) =>
    charges.length > 1 ? [`${bill}: ${charges.map(({ chargeId }) => chargeId).join(", ")}`] : [],
  );
}

function inLedger(one: TakenCharge): readonly string[] {
  const { chargeId, bill, amountMinor, bookedMinor, refundedMinor, bookedBackMinor } = one;
  return bookedMinor === amountMinor && bookedBackMinor === refundedMinor
    ? []
    : [
        `charge ${chargeId} of ${bill}: ${amountMinor} less ${refundedMinor} in the rows, ${bookedMinor} less ${bookedBackMinor} in the ledger`,
      ];
}

function givenBack({ givenBackMinor, taken }: Books): readonly string[] {
  const ours = sum(taken.map(({ refundedMinor }) => refundedMinor));
  return ours === givenBackMinor ? [] : [`${givenBackMinor} at the bank, ${ours} in the rows`];
}

function unlisted({ taken }: Books, outcomes: readonly Outcome[]): readonly string[] {
  return taken.flatMap(({ chargeId, bill, paidOn, amountMinor, refundedMinor }) => {
    const listed = outcomes.some(
      (line) =>
        line.bill === bill && line.debitOn === paidOn && line.amountMinor === amountMinor - refundedMinor,
    );
    return listed
      ? []
      : [`charge ${chargeId} of ${bill}: ${amountMinor} less ${refundedMinor} on ${paidOn ?? "no day"}`];
  });
}

/** `YYYY-MM-DD` of an instant on a zone's calendar. */
function civilDay(at: string, zone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(new Date(at));
}

async function readBooks(world: WholeWorld): Promise<Books> {
  const { db, bank } = world;
  const { rows: taken } = await sql<TakenCharge>`
    select c.id as "chargeId", concat_ws('/', b.biller_id, coalesce(b.uin, b.account), coalesce('run ' || x.period, 'top-up ' || t.cycle, nullif(b.period, ''))) as bill,
      c.charged_minor::float8 as "amountMinor", (y.paid_at at time zone r.zone)::date::text as "paidOn", r.zone,
      coalesce((select sum(f.amount_minor) from refunds f where f.charge_id = c.id and f.state = 'done'), 0)::float8 as "refundedMinor",
      coalesce((select sum(e.debit_minor) from ledger_transactions l join ledger_entries e on e.transaction_id = l.id
        where l.kind in ('L1', 'L5') and l.payment_id = y.id and e.account like 'gateway:%'), 0)::float8 as "bookedMinor",
      coalesce((select sum(e.credit_minor) from ledger_transactions l join ledger_entries e on e.transaction_id = l.id
        where l.kind = 'L7' and l.payment_id = y.id and e.account like 'gateway:%'), 0)::float8 as "bookedBackMinor"
    from charges c join payments y on y.id = c.payment_id join bills b on b.id = y.bill_id join residents r on r.id = y.resident_id
      left join mandate_runs x on x.bill_id = b.id left join top_ups t on t.bill_id = b.id
    where c.state = 'charged' order by 2`.execute(db);
  const { rows: unbalanced } = await sql<{ words: string }>`
    select 'transaction ' || transaction_id || ': ' || sum(debit_minor) || ' against ' || sum(credit_minor) as words
    from ledger_entries group by transaction_id, currency having sum(debit_minor) <> sum(credit_minor)`.execute(
    db,
  );
  const [debits, refunds] = await Promise.all([
    bank.debits() as Promise<readonly BankDebit[]>,
    givenBackByBank(world),
  ]);
  return {
    debits,
    givenBackMinor: refunds,
    taken,
    unbalanced: unbalanced.map(({ words }) => words),
  };
}

/** What the bank's journal says it gave back: the last word of each refund. */
async function givenBackByBank({ bank }: WholeWorld): Promise<number> {
  const last = new Map<string, { readonly status: string; readonly amountMinor: number }>();
  for (const { kind, record } of await bank.journal())
    if (kind === "refund" && record !== undefined)
      last.set(String(record["id"]), {
        status: String(record["status"]),
        amountMinor: Number(record["amountMinor"]),
      });
  return sum([...last.values()].flatMap((one) => (one.status === "succeeded" ? [one.amountMinor] : [])));
}
