import { asksUnusual } from "../../domain/terms.ts";
import type { MandateRow } from "../../db/queries/mandates.ts";
import type { Mandate, Terms } from "../schemas/mandates.ts";
import { instant, instantOrNull } from "./in-flight.ts";
import type { ProblemLocale } from "../problem-words.ts";
import { billerNameView } from "./biller.ts";

/** A mandate as its owner sees it. */
export function mandateView(row: MandateRow, locale: ProblemLocale): Mandate {
  return {
    id: row.id,
    biller: billerNameView(row, locale),
    account: row.account,
    subject: row.subject,
    state: row.state,
    pausedBy: row.paused_by,
    pausedUntil: row.paused_until,
    why: row.why,
    pauses: row.pauses.map(({ by, until, why }) => ({ by, until: instantOrNull(until), why })),
    version: row.version,
    terms: termsView(row.terms),
    upcoming: row.upcoming.map(({ amountMinor, currency, notBefore, cancelUntil, ...debit }) => ({
      ...debit,
      amount: { amountMinor, currency },
      notBefore: instant(notBefore),
      cancelUntil: instantOrNull(cancelUntil),
    })),
    nextRun: row.next_run && { ...row.next_run, announcedAt: instant(row.next_run.announcedAt) },
    balanceToldAt: instantOrNull(row.balance_at),
    expiresAt: row.expires_at,
    consent: row.consent,
    externalId: row.external_id,
    livemode: row.livemode,
    createdAt: row.created_at,
  };
}

function termsView(terms: MandateRow["terms"]): Terms {
  const { limitPerPayment, limitPerPeriod, methods, overLimit, lateBill, noticePack, zone } = terms;
  const pack = noticePack.name;
  return {
    limitPerPayment,
    limitPerPeriod,
    methods: [...methods],
    overLimit,
    lateBill,
    unusualAmount: asksUnusual(terms) ? "ask" : "pay",
    noticePack: pack,
    zone,
    trigger: triggerView(terms.trigger),
  };
}

function triggerView(trigger: MandateRow["terms"]["trigger"]): Terms["trigger"] {
  if (trigger.kind !== "on-schedule") return trigger;
  return { ...trigger, nonWorkingDay: trigger.nonWorkingDay ?? { rule: "same", country: null } };
}
