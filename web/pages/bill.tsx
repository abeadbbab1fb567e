import type { FC } from "hono/jsx";
import type { Bill, Mute, Payment, Why } from "../../api/client.ts";
import { formatDate, formatMoney } from "../../words/format.ts";
import type { Locale } from "../../words/locale.ts";
import { say } from "../../words/say.ts";
import { tellBill, tellDay } from "../bill-words.ts";
import { BillActions, DiscountLine } from "../parts/bill-slip.tsx";
import { BillMutes } from "../parts/bill-mutes.tsx";
import { Facts } from "../parts/facts.tsx";
import { Frame } from "../parts/frame.tsx";
import { StateBox } from "../parts/state-line.tsx";
import { WhyCard } from "../parts/why.tsx";
import { periodWords } from "../../words/periods.ts";
import type { Visit } from "../visit.ts";

interface BillPageProps {
  readonly visit: Visit;
  readonly bill: Bill;
  readonly payment: Payment | undefined;
  readonly why: Why;
  readonly mutes: readonly Mute[];
}

/** One bill with everything that stands on it. */
export const BillPage: FC<BillPageProps> = ({ visit, bill, payment, why, mutes }) => {
  const { locale } = visit;
  return (
    <Frame visit={visit} title={`${bill.biller.title}, ${formatMoney(locale, bill.amount)}`} room="bills">
      <div>
        <a class="crumb" href="/">
          {say(locale, "page.home.title")}
        </a>
        <h1>{bill.biller.title}</h1>
        <p class="lead">{bill.purpose}</p>
      </div>
      <div class="columns">
        <article class="slip">
          <div class="slip-body stack">
            <p class="amount amount-large">{formatMoney(locale, bill.amount)}</p>
            <DiscountLine visit={visit} bill={bill} />
            <BillFacts visit={visit} bill={bill} />
          </div>
          <BillActions visit={visit} bill={bill} payment={payment} />
        </article>
        <div class="stack">
          <StateBox told={tellBill(visit, bill, payment)} />
          {bill.account === "" && bill.mandateId === null ? null : <Autopay visit={visit} bill={bill} />}
          <WhyCard visit={visit} why={why} of="bill" />
          <BillMutes visit={visit} bill={bill} mutes={mutes} />
          <AsTemplate visit={visit} bill={bill} />
        </div>
      </div>
    </Frame>
  );
};

const BillFacts: FC<{ visit: Visit; bill: Bill }> = ({ visit, bill }) => {
  const { locale } = visit;
  const day = tellDay(visit, bill);
  return (
    <Facts
      of={[
        day !== null && "paid" in day
          ? [say(locale, "page.fact.paid"), day.paid]
          : [say(locale, "page.fact.due"), day?.due],
        [say(locale, "page.fact.full-amount"), fullAmount(locale, bill)],
        [say(locale, "page.fact.uin"), bill.uin],
        [say(locale, "page.fact.issued"), bill.issuedOn === null ? null : formatDate(locale, bill.issuedOn)],
        [say(locale, "page.fact.account"), bill.account],
        [say(locale, "page.fact.period"), periodWords(locale, bill.period)],
        [say(locale, "page.fact.payee"), bill.payee.name],
        [say(locale, "page.fact.inn"), bill.payee.inn],
        [say(locale, "page.fact.kpp"), bill.payee.kpp],
        [say(locale, "page.fact.bic"), bill.payee.bic],
        [say(locale, "page.fact.payee-account"), bill.payee.account],
        [say(locale, "page.fact.bill"), bill.id],
      ]}
    />
  );
};

/** The whole sum, where something else is due of it. */
function fullAmount(locale: Locale, bill: Bill): string | null {
  return bill.fullAmount.amountMinor === bill.amount.amountMinor
    ? null
    : formatMoney(locale, bill.fullAmount);
}

const AsTemplate: FC<{ visit: Visit; bill: Bill }> = ({ visit: { locale }, bill }) =>
  bill.account === "" ? null : (
    <p>
      <a href={`/templates/new?bill=${bill.id}`}>{say(locale, "templates.from-bill")}</a>
    </p>
  );

const Autopay: FC<{ visit: Visit; bill: Bill }> = ({ visit: { locale }, bill }) => (
  <div class="card stack">
    <h2>{say(locale, "page.bill.autopay")}</h2>
    {bill.mandateId === null ? (
      <>
        <p class="soft">{say(locale, "page.bill.autopay.none")}</p>
        <a class="button quiet" href={`/mandates/new?bill=${bill.id}`}>
          {say(locale, "page.action.new-mandate")}
        </a>
      </>
    ) : (
      <p>
        <a href={`/mandates/${bill.mandateId}`}>{say(locale, "page.bill.autopay.open")}</a>
      </p>
    )}
  </div>
);
