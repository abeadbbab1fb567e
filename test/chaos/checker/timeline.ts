import { readFileSync } from "node:fs";
import type { CaseFile } from "./case-file.ts";

/** One thing that happened, on the machine's clock. */
export type Moment = { readonly realMs: number; readonly source: string; readonly words: string };

type HistoryEvent = {
  readonly eventTime?: string;
  readonly eventType: string;
  readonly [attributes: string]: unknown;
};

/** So long before and after a payment's own moments the faults around it are shown. */
const AROUND_MS = 3_000;

/** All that any journal says of one payment, in the order of the machine's clock: intents and answers, rows, history, bank, letters, faults. */
export function timelineOf(file: CaseFile, paymentId: string): readonly Moment[] {
  const own = [
    ...fromIntents(file, paymentId),
    ...fromRows(file, paymentId),
    ...fromMessages(file, paymentId),
    ...fromHistory(file, paymentId),
    ...fromBank(file, paymentId),
  ];
  const times = own.map(({ realMs }) => realMs).filter(Number.isFinite);
  const span = { from: Math.min(...times) - AROUND_MS, until: Math.max(...times) + AROUND_MS };
  return [...own, ...fromFaults(file, span)].toSorted((a, b) => a.realMs - b.realMs);
}

/** A timeline as lines for people. */
export function drawTimeline(moments: readonly Moment[]): readonly string[] {
  return moments.map(({ realMs, source, words }) => `${clockOf(realMs)}  ${source.padEnd(8)} ${words}`);
}

function clockOf(realMs: number): string {
  return Number.isFinite(realMs) ? new Date(realMs).toISOString().slice(11, 23) : "     —      ";
}

function fromIntents(file: CaseFile, paymentId: string): Moment[] {
  const bill = file.by.bills.get(file.by.payments.get(paymentId)?.bill_id ?? "");
  const names = [paymentId, bill?.id, bill?.external_id, file.by.payments.get(paymentId)?.mandate_id].flatMap(
    (name) => name ?? [],
  );
  const lines = new Set(names.flatMap((name) => file.calls.about(name)));
  return [...lines].map(({ at, op, phase, status, key }) => ({
    realMs: Date.parse(at),
    source: "call",
    words: [op, phase, status, key === undefined ? undefined : `key ${key}`]
      .filter((part) => part !== undefined)
      .join(" "),
  }));
}

function fromRows(file: CaseFile, paymentId: string): Moment[] {
  const payment = file.by.payments.get(paymentId);
  const real = (cityMs: number) => file.clock.realMs(cityMs);
  const moments: Moment[] = [];
  const add = (realMs: number, words: string) => moments.push({ realMs, source: "row", words });
  if (payment !== undefined) {
    const { state, outcome, need, stop_mark: stop } = payment;
    add(real(payment.created_at), `payment planned, ${payment.amount_minor} ${payment.currency}`);
    add(
      real(payment.changed_at),
      `payment is ${[state, outcome, need, stop].filter((part) => part !== null).join(" · ")}`,
    );
  }
  for (const charge of file.chargesOf(paymentId)) {
    for (const pass of file.passesOf(charge.id))
      add(pass.passed_at, `gate let ${charge.id} out, transmission ${pass.transmission}`);
    if (charge.decided_at !== null) {
      const words = [charge.state, charge.how, charge.reason].filter((part) => part !== null).join(" ");
      add(real(charge.decided_at), `${charge.id} is ${words}`);
    }
  }
  for (const row of file.chargesOf(paymentId).flatMap(({ id }) => file.by.evidenceOf.get(id) ?? [])) {
    add(
      real(row.seen_at),
      `evidence (${row.source}) for ${row.charge_id}: ${row.outcome}${row.moved ? "" : ", moves nothing"}`,
    );
  }
  const subjects = [
    paymentId,
    payment?.mandate_id,
    payment?.method_id,
    ...file.chargesOf(paymentId).map(({ id }) => id),
  ];
  for (const row of [...new Set(subjects)].flatMap((subject) => file.auditOf(subject ?? ""))) {
    add(real(row.at), `audit ${row.action} ${row.subject} by ${row.actor}`);
  }
  return moments;
}

function fromMessages(file: CaseFile, paymentId: string): Moment[] {
  return file.toldOf(paymentId).flatMap((row) => [
    {
      realMs: file.clock.realMs(row.sent_at ?? row.created_at),
      source: "message",
      words: `${row.event} by ${row.channel}: ${row.state}${row.why === null ? "" : ` (${row.why})`}`,
    },
    ...(file.mailsOf.get(row.message_id) ?? []).map(({ cityMs, outcome, to }) => ({
      realMs: file.clock.realMs(cityMs),
      source: "sink",
      words: `${row.event} to ${to.join(", ")}: ${outcome}`,
    })),
  ]);
}

function fromHistory(file: CaseFile, paymentId: string): Moment[] {
  return file.histories.about(paymentId).flatMap((path) => {
    const { events = [] } = JSON.parse(readFileSync(path, "utf8")) as {
      readonly events?: readonly HistoryEvent[];
    };
    return events.map((event) => ({
      realMs: Date.parse(event.eventTime ?? ""),
      source: "history",
      words: event.eventType.replace("EVENT_TYPE_", "").toLowerCase().replaceAll("_", " "),
    }));
  });
}

function fromBank(file: CaseFile, paymentId: string): Moment[] {
  const charges = file.chargesOf(paymentId);
  const names = new Set([
    paymentId,
    ...charges.flatMap(({ id, object_id: object }) => (object === null ? [id] : [id, object])),
  ]);
  return file.bank.lines
    .filter(({ about }) => about.some((name) => names.has(name) || name.startsWith(`${paymentId}-`)))
    .map(({ realMs, words }) => ({ realMs, source: "bank", words }));
}

function fromFaults(file: CaseFile, span: { readonly from: number; readonly until: number }): Moment[] {
  const within = ({ at }: { readonly at: string }) =>
    Date.parse(at) >= span.from && Date.parse(at) <= span.until;
  return [
    ...file.record.faults.filter(within).map(({ at, code, kind, target, phase }) => ({
      realMs: Date.parse(at),
      source: "fault",
      words: [code, kind, target, phase].filter((part) => part !== undefined).join(" "),
    })),
    ...file.record.processes.filter(within).map(({ at, name, event, signal }) => ({
      realMs: Date.parse(at),
      source: "process",
      words: [name, event, signal].filter((part) => part !== undefined).join(" "),
    })),
  ];
}
