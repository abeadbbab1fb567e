import { type BillReading, billEventOf } from "../../../../domain/bill.ts";
import { money } from "../../../../domain/money.ts";
import { NOTICE_PACKS } from "../../../../domain/notice-policy.ts";
import { isNarrowing, type Terms } from "../../../../domain/terms.ts";
import { DAY } from "../outside/clock.ts";
import type { Timed } from "../outside/story.ts";
import { work } from "./charging.ts";
import {
  cardOf,
  closePayment,
  moveBill,
  moveMandate,
  moveMethod,
  movePayment,
  openPaymentOf,
  undecidedOf,
} from "./moves.ts";
import { termsOf } from "./notices.ts";
import { newPayment, planBill } from "./planning.ts";
import type { BillRow, Engine, MandateRow } from "./rows.ts";
import { owe } from "./settling.ts";

type Of<Name extends Timed["do"]> = Extract<Timed, { readonly do: Name }>;

export function bindCard(engine: Engine, payer: number): string {
  const id = `card-${payer}-${engine.methods.length}`;
  engine.methods.push({ id, payer, state: "binding" });
  const method = engine.methods.at(-1);
  if (method) moveMethod(engine, method, "confirmed");
  return id;
}

export function consent(
  engine: Engine,
  { payer, account, limitMinor, monthMinor, overLimit, lateBill }: Of<"mandate">,
): void {
  const methodId = cardOf(engine, payer)?.id ?? bindCard(engine, payer);
  const terms: Terms = {
    limitPerPayment: money(limitMinor, "RUB"),
    limitPerPeriod: monthMinor === null ? "unlimited" : { amount: money(monthMinor, "RUB"), period: "month" },
    methods: [methodId],
    overLimit,
    lateBill,
    noticePack: NOTICE_PACKS.RU,
    zone: "UTC",
    trigger: { kind: "on-bill" },
  };
  const id = `m${engine.mandates.length + 1}`;
  const mandate: MandateRow = {
    id,
    payer,
    account,
    state: "proposed",
    pauses: [],
    versions: [{ terms, narrowing: false }],
    skipped: new Set(),
    lastStop: -1,
  };
  engine.mandates.push(mandate);
  moveMandate(engine, mandate, { event: "consented", by: "payer", narrowing: false });
  planAccount(engine, account);
}

export function mandateOf(
  engine: Engine,
  { payer, account }: { payer: number; account: number },
): MandateRow | undefined {
  return engine.mandates.find((mandate) => mandate.payer === payer && mandate.account === account);
}

function planAccount(engine: Engine, account: number): void {
  for (const bill of engine.bills.values()) if (bill.account === account) planBill(engine, bill);
}

function amendTerms(engine: Engine, mandate: MandateRow, terms: Terms): void {
  const narrowing = isNarrowing(termsOf(mandate), terms);
  if (moveMandate(engine, mandate, { event: "edited", by: "payer", narrowing }))
    mandate.versions.push({ terms, narrowing });
}

export function edit(engine: Engine, operation: Of<"edit">): void {
  const mandate = mandateOf(engine, operation);
  if (mandate)
    amendTerms(engine, mandate, { ...termsOf(mandate), limitPerPayment: money(operation.limitMinor, "RUB") });
}

/** Pause, cancel: a stop of everything that was planned. The bell that wakes the payments may be lost. */
export function stopMandate(engine: Engine, operation: Of<"pause" | "resume" | "cancel">): void {
  const mandate = mandateOf(engine, operation);
  if (mandate === undefined) return;
  if (operation.do === "resume") {
    if (moveMandate(engine, mandate, { event: "resumed", by: "payer", narrowing: false }))
      planAccount(engine, mandate.account);
    return;
  }
  if (
    !moveMandate(engine, mandate, {
      event: operation.do === "pause" ? "paused" : "cancelled",
      by: "payer",
      narrowing: false,
    })
  )
    return;
  mandate.lastStop = engine.order;
  for (const payment of engine.payments)
    if (payment.mandate === mandate && !operation.bellLost) work(engine, payment, true);
}

export function arrive(engine: Engine, { bill: id, account, amountMinor, dueDays }: Of<"bill">): void {
  let bill = engine.bills.get(id);
  if (bill === undefined) {
    bill = {
      id,
      account,
      state: "owed",
      version: 1,
      amountMinor,
      lastSafe: engine.now + dueDays * DAY,
      givenBack: false,
      echo: false,
    };
    engine.bills.set(id, bill);
  }
  planBill(engine, bill);
}

/** A new reading of a bill at its source. */
export function read(engine: Engine, id: number, reading: BillReading & { readonly proved: boolean }): void {
  const bill = engine.bills.get(id);
  if (bill === undefined) return;
  const undecidedCharge = engine.payments.some(
    (payment) => payment.bill === bill && undecidedOf(payment) !== undefined,
  );
  const facts = {
    state: bill.state,
    newer: true,
    undecidedCharge,
    foreignProof: reading.proved,
    settled: false,
  };
  const event = billEventOf(facts, reading);
  if (event === null) return;
  const before = bill.state;
  const follows = moveBill(engine, bill, { event, newer: true, foreignProof: reading.proved });
  if (follows === undefined) return;
  if (follows === "mark-echo") bill.echo = true;
  if (before !== "paid" && reading.dueMinor > 0 && !reading.withdrawn) bill.amountMinor = reading.dueMinor;
  bill.version += 1;
  if (follows === "propose-refund") refundPaid(engine, bill);
  planBill(engine, bill);
}

export function skip(engine: Engine, { bill, bellLost }: Of<"skip">): void {
  const payment = openPaymentOf(engine, bill);
  if (!payment?.mandate) return;
  payment.mandate.skipped.add(bill);
  if (payment.state === "charging") closePayment(engine, payment, { event: "stopped", outcome: "skipped" });
  else if (bellLost) payment.stopMark = true;
  else closePayment(engine, payment, { event: "stopped", outcome: "skipped" });
}

export function replaceCard(engine: Engine, payer: number): void {
  const id = bindCard(engine, payer);
  for (const mandate of engine.mandates) {
    if (mandate.payer !== payer || mandate.state === "ended") continue;
    if (mandate.pauses.includes("system"))
      moveMandate(engine, mandate, { event: "resumed", by: "system", narrowing: false });
    amendTerms(engine, mandate, { ...termsOf(mandate), methods: [id] });
    planAccount(engine, mandate.account);
  }
}

export function unlink(engine: Engine, payer: number): void {
  for (const method of engine.methods) if (method.payer === payer) moveMethod(engine, method, "withdrawn");
  for (const mandate of engine.mandates) {
    if (
      mandate.payer !== payer ||
      !moveMandate(engine, mandate, { event: "method-lost", by: "system", narrowing: false })
    )
      continue;
    mandate.lastStop = engine.order;
  }
}

/** The payer looks at what is due and confirms it, with the card that they have. */
export function answer(engine: Engine, id: number): void {
  const payment = openPaymentOf(engine, id);
  if (payment?.state !== "needs-payer") return;
  const card = cardOf(engine, payment.payer);
  if (card === undefined || payment.bill.state !== "owed" || !movePayment(engine, payment, "person-acted"))
    return;
  payment.methodId = card.id;
  payment.amountMinor = payment.bill.amountMinor;
  payment.billVersion = payment.bill.version;
  payment.instructed = true;
  payment.need = null;
  payment.nextLookAt = engine.now;
}

export function payNow(engine: Engine, { bill: id, payer }: Of<"pay-now">): void {
  const bill = engine.bills.get(id);
  const card = cardOf(engine, payer);
  if (bill?.state !== "owed" || card === undefined) return;
  const holder = openPaymentOf(engine, id);
  if (holder?.state === "charging" || holder?.route === "manual") return;
  if (holder) closePayment(engine, holder, { event: "taken-over", outcome: "taken-over" });
  if (!engine.claims.has(id)) newPayment(engine, bill, { payer, mandate: null, methodId: card.id });
}

/** An operator gives a paid debt back; afterwards only a person pays it again. */
export function refundPaid(engine: Engine, bill: BillRow): void {
  const claim = engine.claims.get(bill.id);
  const charge = claim?.payment.charges.find(({ state, kept }) => state === "charged" && kept);
  if (charge === undefined) return;
  const before = engine.refunds
    .filter((refund) => refund.charge === charge)
    .reduce((sum, refund) => sum + refund.amountMinor, 0);
  if (charge.amountMinor > before) owe(engine, charge, charge.amountMinor - before);
  bill.givenBack = true;
}
