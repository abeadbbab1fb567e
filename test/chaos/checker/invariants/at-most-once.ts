import type { Capture } from "../bank-journal.ts";
import type { CaseFile } from "../case-file.ts";
import type { ChargeRow } from "../row-shapes.ts";
import { grouped } from "../grouping.ts";
import { Inquiry, type Outcome } from "../inquiry.ts";

/** I1: for a debt at most one capture stands, over all payers and routes; none that the engine does not know; no two charges that may take money at one time. */
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

/** From its gate until the first evidence that decided it. */
function lifeOf(file: CaseFile, charge: ChargeRow) {
  const decisive = file.by.evidenceOf
    .get(charge.id)
    ?.find(({ moved, outcome }) => moved && (outcome === "charged" || outcome === "not-charged"));
  const untilMs = decisive?.seen_at ?? charge.decided_at ?? Number.POSITIVE_INFINITY;
  return { id: charge.id, fromMs: file.sentAtMs(charge), untilMs };
}

function isGivenBack(file: CaseFile, capture: Capture): boolean {
  const refunds = file.returnedOf.get(capture.objectId) ?? [];
  return refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0) >= capture.amountMinor;
}

function debtOfCapture(file: CaseFile, capture: Capture): string {
  return file.debtOf(file.by.charges.get(capture.chargeId ?? "")?.payment_id ?? "");
}

function paymentOf(file: CaseFile, chargeId: string | undefined): { readonly paymentId?: string } {
  const paymentId = file.by.charges.get(chargeId ?? "")?.payment_id;
  return paymentId === undefined ? {} : { paymentId };
}
