import type { CaseFile } from "../case-file.ts";
import type { IntentLine } from "../run-record.ts";
import type { AuditRow, ChargeRow } from "../row-shapes.ts";
import { grouped } from "../grouping.ts";
import { Inquiry, type Outcome } from "../inquiry.ts";
import { UNDECIDED } from "../rules/charge-moves.ts";

/** What people are told when a charge that a stop had listed has ended. */
const ENDINGS: readonly string[] = [
  "paid",
  "charged-after-stop",
  "nothing-taken",
  "failed",
  "money-returning",
  "money-returned",
];

/** Calls that stop, with the actions by which the audit knows them. */
const STOPS: Readonly<Record<string, readonly string[]>> = {
  cancel: ["mandate.cancel"],
  pause: ["mandate.pause"],
  skip: ["payment.skip", "link.skip"],
};

/** Fields of a stop's answer in the intents of the generator. */
type StopAnswer = {
  readonly stoppedAt?: string;
  readonly inFlight?: readonly Listed[];
};
type Listed = { readonly payment: string; readonly charge?: string };

/** I4: nothing is let out after a stop's commit; its answer lists what was under way, and that ends and is told. Nothing was sent that the gate did not let out. */
export function stopBarrier(file: CaseFile): Outcome {
  const inquiry = new Inquiry();
  for (const row of file.rows.audit) judgeStop(file, inquiry, row);
  for (const intent of file.record.intents) {
    const answer = intent.answer as StopAnswer | undefined;
    if (intent.phase !== "answered" || answer?.inFlight === undefined) continue;
    inquiry.look();
    for (const { payment } of answer.inFlight) judgeListed(file, inquiry, payment);
    judgeList(file, inquiry, { intent, answer, listed: answer.inFlight });
  }
  judgeTransmissions(file, inquiry);
  return inquiry.outcome();
}

type Answered = {
  readonly intent: IntentLine;
  readonly answer: StopAnswer;
  readonly listed: readonly Listed[];
};

/** Every charge that had passed the gate before the stop's commit and was undecided then stands in the answer; an empty list says that there was none. */
function judgeList(file: CaseFile, inquiry: Inquiry, { intent, answer, listed }: Answered): void {
  const stop = stopOf(file, intent, answer);
  if (stop === undefined) return;
  for (const charge of touchedBy(file, stop) ?? []) {
    if (!wasUndecided(file, charge, stop.at)) continue;
    inquiry.expect(
      listed.some((one) => one.charge === charge.id || one.payment === charge.payment_id),
      {
        about: charge.id,
        words: `it was under way when ${stop.action} of ${stop.subject} was committed, and the answer to it (${intent.id}) does not list it`,
        paymentId: charge.payment_id,
      },
    );
  }
}

/** The commit that an answer tells of: the first of its kind after the instant that it names. */
function stopOf(file: CaseFile, { id, op }: IntentLine, { stoppedAt }: StopAnswer): AuditRow | undefined {
  const actions = STOPS[op] ?? [];
  const { mandateId, paymentId } = (file.requestOf(id) ?? {}) as Readonly<
    Record<"mandateId" | "paymentId", string | undefined>
  >;
  const rows = file
    .auditOf(mandateId ?? paymentId ?? "")
    .filter(({ action, actor }) => actions.includes(action) && actor !== "system");
  return rows.find(({ at }) => at >= Date.parse(stoppedAt ?? "")) ?? rows.at(-1);
}

/** By its passes and by what is known of its end: a charge counts as decided from the first evidence that decided it. */
function wasUndecided(file: CaseFile, charge: ChargeRow, atMs: number): boolean {
  const decisive = file.by.evidenceOf
    .get(charge.id)
    ?.find(({ moved, outcome }) => moved && (outcome === "charged" || outcome === "not-charged"));
  const decidedMs = decisive?.seen_at ?? charge.decided_at ?? Number.POSITIVE_INFINITY;
  return file.passesOf(charge.id).some(({ business_at: at }) => at <= atMs) && decidedMs > atMs;
}

function judgeStop(file: CaseFile, inquiry: Inquiry, row: AuditRow): void {
  const touched = touchedBy(file, row);
  if (touched === undefined) return;
  inquiry.look();
  const until = row.action === "mandate.pause" ? resumedAfter(file, row) : Number.POSITIVE_INFINITY;
  for (const charge of touched) {
    for (const pass of file.passesOf(charge.id)) {
      if (pass.business_at > row.at && pass.business_at < until) {
        inquiry.find({
          about: charge.id,
          words: `transmission ${pass.transmission} was let out after ${row.action} of ${row.subject} was committed`,
          paymentId: charge.payment_id,
        });
      }
    }
    if (wasUnderWay(file, charge, row.at))
      judgeListed(file, inquiry, charge.payment_id, row.actor === "system" ? charge : undefined);
  }
}

/** The charges that a stop forbids; undefined for what is no stop. A person's own payment is no debit of the mandate. */
function touchedBy(file: CaseFile, { action, subject }: AuditRow): readonly ChargeRow[] | undefined {
  switch (action) {
    case "mandate.cancel":
    case "mandate.pause":
      return file.by.chargesOfMandate.get(subject) ?? [];
    case "payment.skip":
    case "link.skip":
      return file.chargesOf(subject).filter((charge) => charge.initiated_by === "mit");
    case "method.withdraw":
      return file.by.chargesOfMethod.get(subject) ?? [];
    default:
      return undefined;
  }
}

function resumedAfter(file: CaseFile, { subject, at }: AuditRow): number {
  const turn = file.turnsOf(subject).find((one) => one.isActive && one.atMs > at);
  return turn?.atMs ?? Number.POSITIVE_INFINITY;
}

function wasUnderWay(file: CaseFile, charge: ChargeRow, atMs: number): boolean {
  return file.sentAtMs(charge) <= atMs && (charge.decided_at ?? Number.POSITIVE_INFINITY) > atMs;
}

/**
 * What a stop listed has ended by now, and whoever stopped it was told how; or an operator has it. `stoppedByUs`: the engine itself paused the mandate, whose card is dead, and the charge ended without money. Nobody asked to stop, the payment
 * goes on, and its payer is asked for another card: that says how it ended.
 */
function judgeListed(file: CaseFile, inquiry: Inquiry, paymentId: string, stoppedByUs?: ChargeRow): void {
  const undecided = file.chargesOf(paymentId).filter(({ state }) => UNDECIDED.includes(state));
  if (undecided.length > 0) {
    const isWithOperator = file.rows.cases.some(
      ({ subject }) => subject.startsWith(paymentId) || undecided.some(({ id }) => subject.includes(id)),
    );
    if (!isWithOperator) {
      inquiry.find({ about: paymentId, words: "a stop listed its charge, which has not ended", paymentId });
    }
    return;
  }
  const askedFrom = stoppedByUs?.state === "not-charged" ? (stoppedByUs.decided_at ?? undefined) : undefined;
  const told = file
    .toldOf(paymentId)
    .some(
      ({ event, created_at: at }) =>
        ENDINGS.includes(event) ||
        (event === "needs-confirmation" && askedFrom !== undefined && at >= askedFrom),
    );
  if (!told) {
    inquiry.find({
      about: paymentId,
      words: "a stop listed its charge, and nobody was told how it ended",
      paymentId,
    });
  }
}

/** As many passes as arrivals for every charge: no byte without its gate. */
function judgeTransmissions(file: CaseFile, inquiry: Inquiry): void {
  for (const [chargeId, arrivals] of grouped(file.bank.transmissions, ({ chargeId }) => chargeId)) {
    const charge = file.by.charges.get(chargeId);
    const passes = charge === undefined ? [] : file.passesOf(chargeId);
    inquiry.expect(arrivals.length <= passes.length, {
      about: chargeId,
      words: `the bank got it ${arrivals.length} times, the gate let it out ${passes.length} times`,
      ...(charge === undefined ? {} : { paymentId: charge.payment_id }),
    });
  }
}
