import { bankInstants } from "../bank-clock.ts";
import type { Capture } from "../bank-journal.ts";
import type { CaseFile } from "../case-file.ts";
import type { ChargeRow } from "../row-shapes.ts";
import { grouped } from "../grouping.ts";
import { Inquiry, type Outcome } from "../inquiry.ts";

/**
 * I1: for a debt at most one capture stands, over all payers and routes; none that the engine does not know; no two charges that may take money at one time. That the money went back excuses no second capture: only the bank does, which
 * had called the first final without money (C11), or a return in full before the second.
 */
export function atMostOnce(file: CaseFile): Outcome {
  const inquiry = new Inquiry();
  const known = file.bank.captures.filter((capture) => {
    const isKnown = file.by.charges.has(capture.chargeId ?? "");
    if (!isKnown) {
      inquiry.expect(false, {
        about: capture.chargeId ?? capture.objectId,
        words: `the bank took ${capture.amountMinor} and no charge of ours is called so`,
      });
    }
    return isKnown;
  });
  const captures = grouped(known, (capture) => debtOfCapture(file, capture));
  const charges = grouped(file.rows.charges, (charge) => file.debtOf(charge.payment_id));
  for (const debt of new Set([...captures.keys(), ...charges.keys()])) {
    inquiry.look();
    judgeDebt(file, inquiry, { debt, captures: captures.get(debt) ?? [], charges: charges.get(debt) ?? [] });
  }
  return inquiry.outcome();
}

type Debt = {
  readonly debt: string;
  readonly captures: readonly Capture[];
  readonly charges: readonly ChargeRow[];
};

function judgeDebt(file: CaseFile, inquiry: Inquiry, { debt, captures, charges }: Debt): void {
  const standing = captures.filter((capture) => !capture.isReversed && !isGivenBack(file, capture));
  if (standing.length > 1) {
    inquiry.find({
      about: debt,
      words: `${standing.length} captures stand for one debt: ${standing.map(({ chargeId }) => chargeId).join(", ")}`,
      ...paymentOf(file, standing[0]?.chargeId),
    });
  }
  judgePairs(file, inquiry, { debt, captures: captures.filter(({ isReversed }) => !isReversed) });
  const lives = charges.map((charge) => lifeOf(file, charge)).toSorted((a, b) => a.fromMs - b.fromMs);
  for (const [index, life] of lives.entries()) {
    const next = lives[index + 1];
    if (next !== undefined && next.fromMs < life.untilMs) {
      inquiry.find({
        about: debt,
        words: `${next.id} was let out while ${life.id} could still take money`,
        ...paymentOf(file, next.id),
      });
    }
  }
}

function judgePairs(file: CaseFile, inquiry: Inquiry, { debt, captures }: Omit<Debt, "charges">): void {
  const inOrder = captures.toSorted((a, b) => letOutMs(file, a) - letOutMs(file, b));
  for (const [index, second] of inOrder.entries()) {
    const first = inOrder
      .slice(0, index)
      .find((one) => !hadEnded(file, one, second) && !wasGivenBackBefore(file, one, second));
    if (first === undefined) continue;
    inquiry.find({
      about: debt,
      words: `${second.chargeId} took its money again: ${first.chargeId} was not final at the bank when it was let out, and had not been given back when it took`,
      ...paymentOf(file, second.chargeId),
    });
  }
}

/** When the gate first let it out, on the machine's clock. */
function letOutMs(file: CaseFile, { chargeId = "" }: Capture): number {
  return file.passesOf(chargeId)[0]?.passed_at ?? Number.NEGATIVE_INFINITY;
}

/** The bank said that the first takes no money before the second was let out. */
function hadEnded(file: CaseFile, first: Capture, second: Capture): boolean {
  const endedMs = (file.bank.endedMs.get(first.objectId) ?? []).flatMap((atMs) => bankInstants(file, atMs));
  return endedMs.some((atMs) => atMs <= letOutMs(file, second));
}

function wasGivenBackBefore(file: CaseFile, one: Capture, other: Capture): boolean {
  if (one.chargeId === other.chargeId) return false;
  const [first, second] = one.realMs <= other.realMs ? [one, other] : [other, one];
  return isGivenBack(file, first, second.realMs);
}

/** From its gate until the first evidence that decided it. */
function lifeOf(file: CaseFile, charge: ChargeRow) {
  const decisive = file.by.evidenceOf
    .get(charge.id)
    ?.find(({ moved, outcome }) => moved && (outcome === "charged" || outcome === "not-charged"));
  const untilMs = decisive?.seen_at ?? charge.decided_at ?? Number.POSITIVE_INFINITY;
  return { id: charge.id, fromMs: file.sentAtMs(charge), untilMs };
}

/** In full, until an instant of the bank's clock. */
function isGivenBack(file: CaseFile, capture: Capture, untilMs = Number.POSITIVE_INFINITY): boolean {
  const refunds = (file.returnedOf.get(capture.objectId) ?? []).filter(({ realMs }) => realMs <= untilMs);
  return refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0) >= capture.amountMinor;
}

function debtOfCapture(file: CaseFile, capture: Capture): string {
  return file.debtOf(file.by.charges.get(capture.chargeId ?? "")?.payment_id ?? "");
}

function paymentOf(file: CaseFile, chargeId: string | undefined): { readonly paymentId?: string } {
  const paymentId = file.by.charges.get(chargeId ?? "")?.payment_id;
  return paymentId === undefined ? {} : { paymentId };
}
