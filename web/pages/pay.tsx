import type { FC } from "hono/jsx";
import type { Bill, MethodChoice as Choice, Payment } from "../../api/client.ts";
import { formatDate, formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { DiscountLine } from "../parts/bill-slip.tsx";
import { Facts } from "../parts/facts.tsx";
import { ProblemSummary } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import { UnfitMethods } from "../parts/method-choice.tsx";
import { type PayAnswers, PayForm } from "../parts/pay-form.tsx";
import { StateBox } from "../parts/state-line.tsx";
import { tellPayment } from "../payment-words.ts";
import { periodWords } from "../../words/periods.ts";
import type { Visit } from "../visit.ts";

export interface PayPageProps extends PayAnswers {
  readonly visit: Visit;
  readonly bill: Bill;
  /** The payer's methods, judged for this bill. */
  readonly choice: Choice;
  /** The payment that waits for this confirmation; undefined when the payer pays a bill of their own accord. */
  readonly waiting?: Payment | undefined;
  /** Where the form goes, and what leads back; absent: the bill, or the payment that waits. */
  readonly way?: { readonly action: string; readonly back: string; readonly backTo: string } | undefined;
}

/** The confirm page: what, how much, to whom, from where. Pressing its button is the payer's instruction to pay. */
export const PayPage: FC<PayPageProps> = (props) => {
  const { visit, bill, choice, waiting, way, ...again } = props;
  const { locale } = visit;
  const amount = formatMoney(locale, bill.amount);
  const title = say(locale, waiting === undefined ? "page.pay.title" : "page.pay.title-confirm");
  const usual = waiting === undefined ? `/bills/${bill.id}/pay` : `/payments/${waiting.id}/confirm`;
  const action = way?.action ?? usual;
  return (
    <Frame visit={visit} title={`${title}: ${amount}`} room="bills">
      <div>
        <a class="crumb" href={way?.back ?? `/bills/${bill.id}`}>
          {way?.backTo ?? say(locale, "page.pay.back")}
        </a>
        <h1>{title}</h1>
      </div>
      <ProblemSummary visit={visit} problems={again.problems ?? {}} />
      <div class="columns">
        <div class="slip">
          <div class="slip-body stack">
            <p class="amount amount-large">{amount}</p>
            <DiscountLine visit={visit} bill={bill} />
            <PayFacts visit={visit} bill={bill} />
          </div>
          <div class="slip-tear">
            <PayForm
              {...again}
              visit={visit}
              action={action}
              billerId={bill.biller.id}
              amount={bill.amount}
              payee={bill.payee.name}
              choice={choice}
            >
              {way === undefined ? null : <input type="hidden" name="bill" value={bill.id} />}
              {bill.givenBack ? <input type="hidden" name="again" value="yes" /> : null}
            </PayForm>
          </div>
        </div>
        <div class="stack">
          {waiting === undefined ? null : <StateBox told={tellPayment(visit, waiting)} />}
          <div class="card stack">
            <h2>{say(locale, "page.pay.what-next")}</h2>
            <p class="soft">{say(locale, "page.pay.what-next.text")}</p>
          </div>
          <UnfitMethods visit={visit} choice={choice} />
        </div>
      </div>
    </Frame>
  );
};

const PayFacts: FC<{ visit: Visit; bill: Bill }> = ({ visit: { locale }, bill }) => (
  <Facts
    of={[
      [say(locale, "page.fact.biller"), bill.biller.title],
      [say(locale, "page.fact.payee"), bill.payee.name],
      [say(locale, "page.fact.purpose"), bill.purpose],
      [say(locale, "page.fact.account"), bill.account],
      [say(locale, "page.fact.period"), periodWords(locale, bill.period)],
      [say(locale, "page.fact.due"), formatDate(locale, bill.dueOn)],
      [say(locale, "page.fact.fee"), say(locale, "page.fact.no-fee")],
    ]}
  />
);
