import type { FC } from "hono/jsx";
import type { Bill, Payment } from "../../api/client.ts";
import { formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { canPay, tellBill, tellDay, tellDiscount } from "../bill-words.ts";
import { canConfirm, canSkip } from "../payment-words.ts";
import { periodWords } from "../../words/periods.ts";
import type { Visit } from "../visit.ts";
import { ActionButton } from "./forms.tsx";
import { StateLine } from "./state-line.tsx";

interface BillSlipProps {
  readonly visit: Visit;
  readonly bill: Bill;
  /** The caller's own newest payment of this bill. */
  readonly payment: Payment | undefined;
}

/** One bill as a slip: who wants how much until when, how it stands, and what can be done. */
export const BillSlip: FC<BillSlipProps> = ({ visit, bill, payment }) => {
  const { locale } = visit;
  return (
    <article class="slip" data-bill={bill.id}>
      <div class="slip-body stack">
        <div>
          <h2>
            <a href={`/bills/${bill.id}`}>{bill.biller.title}</a>
          </h2>
          <p class="soft">{[bill.purpose, periodWords(locale, bill.period)].filter(Boolean).join(" · ")}</p>
          <p class="marks">
            {marksOf(bill).map((mark) => (
              <span class="mark" data-mark={mark}>
                {say(locale, `finding.mark.${mark}`)}
              </span>
            ))}
          </p>
        </div>
        <div>
          <p class="amount">{formatMoney(locale, bill.amount)}</p>
          <DiscountLine visit={visit} bill={bill} />
          <DayLine visit={visit} bill={bill} />
        </div>
        <StateLine told={tellBill(visit, bill, payment)} />
      </div>
      <BillActions visit={visit} bill={bill} payment={payment} />
    </article>
  );
};

type Mark = "found" | "account" | "added" | "additional";

/** How the bill came to be here, and whether it is one of the additional payments. */
function marksOf({ seenBy, section }: Bill): readonly Mark[] {
  const why = seenBy.includes("identifier") ? "found" : seenBy.includes("account") ? "account" : "added";
  const marks: Mark[] = seenBy.some((because) => because !== "payment") ? [why] : [];
  if (section === "additional") marks.push("additional");
  return marks;
}

const DayLine: FC<{ visit: Visit; bill: Bill }> = ({ visit, bill }) => {
  const day = tellDay(visit, bill);
  if (day === null) return null;
  const told =
    "due" in day
      ? say(visit.locale, "page.bill.due", day)
      : say(visit.locale, "page.payment.paid.at", { time: day.paid });
  return <p class="soft">{told}</p>;
};

/** Until when a bill costs less, and what it costs then; nothing where no discount holds. */
export const DiscountLine: FC<{ visit: Visit; bill: Bill }> = ({ visit: { locale }, bill }) => {
  const told = tellDiscount(locale, { discount: bill.discount, currency: bill.amount.currency });
  return told === null ? null : <p class="discount">{told}</p>;
};

/** What can be done about a bill now; nothing when nothing can. */
export const BillActions: FC<BillSlipProps> = ({ visit, bill, payment }) => {
  const { locale } = visit;
  const about = `${bill.biller.title}, ${formatMoney(locale, bill.amount)}`;
  const hidden = <span class="hidden-visually">{` ${about}`}</span>;
  const actions = [
    payment !== undefined && canConfirm(payment) ? (
      <a class="button" href={`/payments/${payment.id}/confirm`}>
        {say(locale, "page.action.confirm")}
        {hidden}
      </a>
    ) : null,
    canPay(bill, payment) ? (
      <a class="button" href={`/bills/${bill.id}/pay`}>
        {say(locale, "page.action.pay-now")}
        {hidden}
      </a>
    ) : null,
    payment !== undefined && canSkip(payment) ? (
      <ActionButton
        visit={visit}
        action={`/payments/${payment.id}/skip`}
        label={say(locale, "page.action.skip")}
        class="quiet"
        about={about}
      />
    ) : null,
    payment !== undefined && payment.state !== "closed" ? (
      <a href={`/payments/${payment.id}`}>
        {say(locale, "page.action.watch")}
        {hidden}
      </a>
    ) : null,
  ].filter((action) => action !== null);
  return actions.length === 0 ? null : <div class="slip-tear row">{actions}</div>;
};
