import type { BillRow, StoredPayee } from "../../db/queries/bills.ts";
import type { Bill, Payee } from "../schemas/bills.ts";

/** A bill as its resident sees it. */
export function billView(row: BillRow): Bill {
  const { currency } = row;
  return {
    id: row.id,
    biller: { id: row.biller_id, name: row.biller_name, category: row.category },
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
    purpose: row.purpose,
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
