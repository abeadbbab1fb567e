import { money } from "../../../../domain/money.ts";
import {
  decideOnBill,
  type PlanDecision,
  type PlanFacts,
  type PlanMandate,
} from "../../../../domain/plan.ts";
import { dayOf, isoOf, minuteOf } from "../outside/clock.ts";
import { shapeOf, zoneOf } from "../outside/story.ts";
import {
  closePayment,
  isOpen,
  methodOf,
  movePayment,
  openPaymentOf,
  undecidedOf,
  voidNotices,
} from "./moves.ts";
import { daysOfDebit, livingNotice, termsOf, wasWidened } from "./notices.ts";
import { giveNotice } from "./noticing.ts";
import type { BillRow, Engine, MandateRow, PaymentRow } from "./rows.ts";
import { askPayer, tell } from "./telling.ts";

/** Reads everything about a bill, decides by the domain, writes: one transaction. */
export function planBill(engine: Engine, bill: BillRow): void {
  write(engine, bill, decideOnBill(factsOf(engine, bill)));
}

/** Reserved or spent by a mandate in a civil month, without one debt's own. */
export function usedInMonth(
  engine: Engine,
  mandate: MandateRow,
  about: { month: string; without: BillRow },
): number {
  let used = 0;
  for (const payment of engine.payments) {
    if (payment.mandate !== mandate || payment.bill === about.without) continue;
    if (!isOpen(payment) && payment.state !== "paid") continue;
    if (monthOf(engine, payment) === about.month) used += payment.amountMinor;
  }
  return used;
}

/** Of what was sent, the month of the first sending; of what is planned, that of its debit. */
function monthOf(engine: Engine, payment: PaymentRow): string {
  const sent = payment.charges.findLast(({ state }) => state !== "not-charged");
  const { mandate, payer } = payment;
  if (mandate === null) return "";
  const at = sent?.firstSentAt ?? Math.max(engine.now, livingNotice(payment)?.notBefore ?? engine.now);
  return monthOfMoment(at, payer);
}

export function monthOfMoment(at: number, payer: number): string {
  return dayOf(at, zoneOf(payer)).slice(0, 7);
}

function factsOf(engine: Engine, bill: BillRow): PlanFacts {
  const claim = engine.claims.get(bill.id);
  const payment = openPaymentOf(engine, bill.id);
  const living = engine.mandates.filter(
    ({ account, state }) => account === bill.account && state === "active",
  );
  const onlookers = engine.mandates
    .filter(({ account }) => account === bill.account)
    .map(({ payer }) => String(payer));
  return {
    now: isoOf(engine.now),
    bill: {
      id: String(bill.id),
      state: bill.state,
      version: bill.version,
      part: 1,
      amountMinor: bill.amountMinor,
      currency: "RUB",
      payeeHash: "payee",
      gateway: shapeOf(bill.account) === "keys" ? "yookassa" : "stripe",
      payeeOnFile: true,
      doubt: null,
      givenBack: bill.givenBack,
      told: true,
    },
    claim: claim === undefined ? null : { paymentId: claim.payment.id, state: claim.state },
    payment: payment === undefined ? null : paymentFacts(payment),
    mandates: living.map((mandate) => mandateFacts(engine, mandate, bill)),
    onlookers: [...new Set(onlookers)],
  };
}

function paymentFacts(payment: PaymentRow): PlanFacts["payment"] {
  const { bill, mandate } = payment;
  const notice = livingNotice(payment);
  const running =
    notice?.state === "accepted" &&
    mandate !== null &&
    bill.amountMinor < notice.amountMinor &&
    !wasWidened(mandate, notice);
  return {
    id: payment.id,
    route: payment.route,
    state: payment.state,
    mandateId: mandate?.id ?? null,
    billVersion: payment.billVersion,
    need: payment.need,
    amountMinor: payment.amountMinor,
    dueMinor: bill.amountMinor,
    runsFrom: running ? isoOf(notice.notBefore) : null,
    undecided: undecidedOf(payment) !== undefined,
  };
}

function mandateFacts(engine: Engine, mandate: MandateRow, bill: BillRow): PlanMandate {
  const terms = termsOf(mandate);
  const { payer } = mandate;
  const days = daysOfDebit(terms, { now: engine.now, plannedAt: engine.now, payer });
  const usable = terms.methods.find((id) => methodOf(engine, id)?.state === "active");
  return {
    id: mandate.id,
    residentId: String(payer),
    version: mandate.versions.length,
    terms,
    skipped: mandate.skipped.has(bill.id),
    methodId: usable ?? null,
    usedMinor: usedInMonth(engine, mandate, { month: days.plannedOn.slice(0, 7), without: bill }),
    plannedOn: days.plannedOn,
    notBefore: isoOf(days.notBefore),
    notAfter: isoOf(days.notAfter),
    amountMinor: bill.amountMinor,
    lastSafe: isoOf(bill.lastSafe),
  };
}

function write(engine: Engine, bill: BillRow, decision: PlanDecision): void {
  switch (decision.do) {
    case "nothing":
      return;
    case "tell":
      for (const resident of decision.residents)
        tell(engine, {
          key: `${decision.event}/${bill.id}/${bill.version}/${resident}`,
          payer: Number(resident),
          event: decision.event,
          bill: bill.id,
        });
      return;
    case "pay":
      return begin(engine, bill, decision);
    case "renew":
      return renew(engine, bill, decision);
    case "close": {
      const payment = openPaymentOf(engine, bill.id);
      if (payment) closePayment(engine, payment, { event: "stopped", outcome: decision.outcome });
      return;
    }
    case "mark": {
      const payment = openPaymentOf(engine, bill.id);
      if (payment && movePayment(engine, payment, "stopped")) payment.stopMark = true;
    }
  }
}

function begin(engine: Engine, bill: BillRow, decision: Extract<PlanDecision, { do: "pay" }>): void {
  const mandate = engine.mandates.find(({ id }) => id === decision.mandateId);
  if (mandate === undefined) throw new Error(`no mandate ${decision.mandateId}`);
  const payment = newPayment(engine, bill, {
    payer: mandate.payer,
    mandate,
    methodId: decision.methodId ?? "",
  });
  payment.amountMinor = decision.amountMinor;
  payment.giveUpAt = minuteOf(decision.giveUpAt);
  settle(engine, payment, { need: decision.need, event: "notice", runsFrom: null });
}

/** P1 and P2: a payment takes the claim of its debt. */
export function newPayment(
  engine: Engine,
  bill: BillRow,
  by: { payer: number; mandate: MandateRow | null; methodId: string },
): PaymentRow {
  engine.order += 1;
  const payment: PaymentRow = {
    id: `p${engine.payments.length + 1}`,
    bill,
    route: by.mandate === null ? "manual" : "mandate",
    payer: by.payer,
    mandate: by.mandate,
    order: engine.order,
    state: "scheduled",
    outcome: null,
    need: null,
    stopMark: false,
    instructed: by.mandate === null,
    billVersion: bill.version,
    amountMinor: bill.amountMinor,
    methodId: by.methodId,
    nextLookAt: engine.now,
    giveUpAt: engine.now + 24 * 60,
    firstFailedAt: null,
    notices: [],
    charges: [],
  };
  engine.payments.push(payment);
  engine.claims.set(bill.id, { payment, state: "held" });
  return payment;
}

function renew(engine: Engine, bill: BillRow, decision: Extract<PlanDecision, { do: "renew" }>): void {
  const payment = openPaymentOf(engine, bill.id);
  if (!payment?.mandate) return;
  const runsFrom = paymentFacts(payment)?.runsFrom ?? null;
  payment.billVersion = bill.version;
  payment.amountMinor = decision.amountMinor;
  payment.giveUpAt = minuteOf(decision.giveUpAt);
  payment.instructed = false;
  const usable = termsOf(payment.mandate).methods.find((id) => methodOf(engine, id)?.state === "active");
  if (usable !== undefined) payment.methodId = usable;
  if (payment.state === "needs-payer" && decision.need === null) movePayment(engine, payment, "person-acted");
  const from = runsFrom === null ? null : minuteOf(runsFrom);
  settle(engine, payment, { need: decision.need, event: "notice-changed", runsFrom: from });
}

function settle(
  engine: Engine,
  payment: PaymentRow,
  by: { need: PaymentRow["need"]; event: "notice" | "notice-changed"; runsFrom: number | null },
): void {
  payment.need = by.need;
  if (by.need === null)
    return giveNotice(engine, payment, { event: by.event, plannedAt: engine.now, runsFrom: by.runsFrom });
  voidNotices(payment);
  if (payment.state === "scheduled") movePayment(engine, payment, "person-needed");
  askPayer(engine, { payment });
}

/** What a debit of this sum is asked about by the terms of now. */
export function debitOf(payment: PaymentRow) {
  return { amount: money(payment.amountMinor, "RUB"), methodId: payment.methodId };
}
