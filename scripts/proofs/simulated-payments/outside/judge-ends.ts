import { DAY } from "./clock.ts";
import type { Fault } from "./faults.ts";
import type { Seen, Verdict } from "./seen.ts";
import type { Operation, Timed } from "./story.ts";

type BillDeed = Extract<Timed, { do: "bill" }>;

/** What stands in the way of a plain debit by its own story; a bill with none of it is paid once. */
export function judgeOwed(seen: Seen, verdict: Verdict): void {
  for (const bill of seen.operations) {
    if (bill.do !== "bill" || !isAble(seen, bill)) continue;
    const kept = seen.captures.filter(
      (one) => one.bill === bill.bill && one.givenBackMinor < one.amountMinor,
    ).length;
    verdict.check(
      "I2",
      kept === 1,
      () => `bill ${bill.bill} was owed and could be paid, and ${kept} captures are kept`,
    );
  }
  for (const { id, state, outcome } of seen.payments)
    verdict.check("I2", state === "paid" || outcome !== null, () => `${id} is ${state} and nobody knows why`);
}

function isAble(seen: Seen, bill: BillDeed): boolean {
  const { operations } = seen;
  const mandates = operations.filter(
    (one): one is Extract<Timed, { do: "mandate" }> => one.do === "mandate" && one.account === bill.account,
  );
  if (mandates.length === 0 || bill.dueDays < 4) return false;
  if (
    operations.some(
      (one) =>
        one.do !== "bill" && one.do !== "forge" && "bill" in one && one.bill === bill.bill && stands(one),
    )
  )
    return false;
  return mandates.every((mandate) => isWilling(seen, { bill, mandate }));
}

/** True for what a bill may not get over by itself. */
function stands(one: Operation): boolean {
  if (one.do === "crash" || one.do === "news" || one.do === "giving-back") return false;
  return one.do !== "bank" || !isHarmless(one);
}

function isHarmless({ transport, execution }: Extract<Fault, { do: "bank" }>): boolean {
  const succeeds = execution.kind === "takes" || (execution.kind === "waits" && execution.money);
  return succeeds && transport !== "refused" && transport !== "throttled";
}

function isWilling(
  seen: Seen,
  { bill, mandate }: { bill: BillDeed; mandate: Extract<Timed, { do: "mandate" }> },
): boolean {
  const { payer, account, limitMinor, monthMinor, at } = mandate;
  if (at >= bill.at || limitMinor < bill.amountMinor || monthMinor !== null) return false;
  const changed = seen.operations.some(
    (one) =>
      ("account" in one && "payer" in one && one.do !== "mandate" && one.account === account) ||
      ((one.do === "card-expires" || one.do === "new-card" || one.do === "unlink") && one.payer === payer),
  );
  return !changed && !hasWornCard(seen, payer);
}

/** Declines of other bills count against the card as well. */
function hasWornCard({ sendings, captures, audit }: Seen, payer: number): boolean {
  const own = sendings.filter((one) => one.payer === payer && one.transmission === 1);
  const failed = own.filter(
    ({ chargeId }) => !captures.some((capture) => capture.chargeId === chargeId),
  ).length;
  const slow = own.filter(({ chargeId, at }) =>
    captures.some((capture) => capture.chargeId === chargeId && capture.at > at + DAY / 4),
  ).length;
  const died = audit.some(
    ({ machine, id, from }) => machine === "method" && from === "active" && id.startsWith(`card-${payer}-`),
  );
  return died || failed + slow > 1;
}

const LEGAL: Readonly<Record<string, string>> = {
  payment:
    "scheduled>charging scheduled>scheduled scheduled>needs-payer scheduled>closed scheduled>paid scheduled>returning needs-payer>closed needs-payer>scheduled needs-payer>paid needs-payer>returning charging>charging charging>scheduled charging>needs-payer charging>closed charging>paid charging>returning returning>closed closed>paid closed>returning",
  charge:
    "sending>charged sending>challenged sending>pending sending>held sending>not-charged sending>unknown challenged>charged challenged>pending challenged>not-charged pending>charged pending>challenged pending>not-charged unknown>charged unknown>challenged unknown>pending unknown>not-charged unknown>sending not-charged>charged",
  bill: "owed>owed owed>annulled owed>paid-elsewhere owed>paid paid>paid paid-elsewhere>annulled paid-elsewhere>owed paid-elsewhere>paid annulled>owed annulled>paid-elsewhere annulled>paid",
  mandate:
    "proposed>active active>paused active>active active>ended paused>paused paused>active paused>ended",
  method:
    "binding>active active>unusable active>withdrawn unusable>active unusable>withdrawn binding>withdrawn",
  refund:
    "requested>sending sending>pending sending>done sending>refused sending>unknown sending>requested unknown>sending unknown>done unknown>requested pending>done",
  notification:
    "queued>sending queued>dropped sending>accepted sending>bounced sending>queued accepted>bounced",
};
const MOVES = new Map(Object.entries(LEGAL).map(([machine, moves]) => [machine, new Set(moves.split(" "))]));
const SURER = ["sending", "unknown", "challenged pending", "held", "not-charged", "charged"];

/** Every row's trail is one unbroken line of legal moves, and a charge never becomes less sure. */
export function judgeTrail(seen: Seen, verdict: Verdict): void {
  const last = new Map<string, string>();
  for (const { machine, id, from, event, to } of seen.audit) {
    const row = `${machine} ${id}`;
    const before = last.get(row) ?? from;
    last.set(row, to);
    const words = () => `${row}: ${from} → ${to} by ${event}`;
    verdict.check("I8", before === from && MOVES.get(machine)?.has(`${from}>${to}`) === true, words);
    if (machine === "charge" && event !== "replayed")
      verdict.check("I10", rankOf(to) > rankOf(from) || isSideways(from, to), words);
  }
}

function rankOf(state: string): number {
  return SURER.findIndex((states) => states.split(" ").includes(state));
}

function isSideways(from: string, to: string): boolean {
  return from !== to && rankOf(from) === rankOf(to);
}

export function judgeNews(seen: Seen, verdict: Verdict): void {
  verdict.checked.I10 += seen.forgedTold + seen.repeatedTold;
  for (const words of [...seen.forgedEffects, ...seen.repeatedEffects])
    verdict.check("I10", false, () => words);
}

/** At the end nothing is open, under way, or owed. */
export function judgeStuck(seen: Seen, verdict: Verdict): void {
  for (const words of seen.unfinished) verdict.check("I7", false, () => words);
  for (const { id, state } of seen.payments)
    verdict.check("I7", state === "paid" || state === "closed", () => `${id} is still ${state}`);
  for (const { id, state } of seen.charges)
    verdict.check("I7", state === "charged" || state === "not-charged", () => `${id} is still ${state}`);
  for (const { id, state } of seen.refunds)
    verdict.check("I7", state === "done", () => `refund ${id} is still ${state}`);
}
