import type { BillRow, StoredPayee } from "../../db/queries/bills.ts";
import type { Bill, Payee } from "../schemas/bills.ts";
import type { ProblemLocale } from "../problem-words.ts";
import { billerNameView, purposeView } from "./biller.ts";

/** A bill as its resident sees it. */
export function billView(row: BillRow, locale: ProblemLocale): Bill {
  const { currency } = row;
  return {
    id: row.id,
    biller: billerNameView(row, locale),
    section: row.section,
    account: row.account,
    period: row.period,
    kind: row.kind,
    state: row.state,
    amount: { amountMinor: row.amount_minor, currency },
    fullAmount: { amountMinor: row.full_minor, currency },
    discount: discountView(row),
    uin: row.uin,
    issuedOn: row.issued_on,
    dueOn: row.due_on,
    paidAt: row.paid_at,
    purpose: purposeView(row, locale),
    payee: payeeView(row.payee),
    version: row.version,
    part: row.part,
    livemode: row.livemode,
    payment: row.payment,
    mandateId: row.mandate_id,
    paidByOthers: row.paid_by_others,
    givenBack: row.given_back,
    seenBy: [...row.seen_by],
  };
}

function discountView({ discount, currency }: BillRow): Bill["discount"] {
  if (discount === null) return null;
  const { kind, value, until, after_minor: afterMinor } = discount;
  const amountAfter = afterMinor === null ? null : { amountMinor: afterMinor, currency };
  return { kind, value, until, amountAfter };
}

/** Who gets the money, without what only the engine needs. */
export function payeeView({ name, inn, kpp, bic, account }: StoredPayee): Payee {
  return { name, inn, kpp: kpp ?? null, bic, account };
}
