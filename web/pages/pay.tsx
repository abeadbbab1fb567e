import type { FC } from "hono/jsx";
import type { Bill, Method, Payment } from "../../api/client.ts";
import { formatDate, formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { Facts } from "../parts/facts.tsx";
import { ActionForm, type FieldProblems, ProblemSummary } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import { MethodChoice } from "../parts/method-choice.tsx";
import { StateBox } from "../parts/state-line.tsx";
import { tellPayment } from "../payment-words.ts";
import { periodWords } from "../periods.ts";
import type { Visit } from "../visit.ts";

interface PayPageProps {
  readonly visit: Visit;
  readonly bill: Bill;
  /** Active methods of the payer. */
  readonly methods: readonly Method[];
  /** The payment that waits for this confirmation; undefined when the payer pays a bill of their own accord. */
  readonly waiting?: Payment | undefined;
  readonly chosen?: string | undefined;
  readonly problems?: FieldProblems;
}

/** The confirm page: what, how much, to whom, from where. Pressing its button is the payer's instruction to pay. */
export const PayPage: FC<PayPageProps> = ({ visit, bill, methods, waiting, chosen, problems = {} }) => {
  const { locale } = visit;
  const amount = formatMoney(locale, bill.amount);
  const title = say(locale, waiting === undefined ? "page.pay.title" : "page.pay.title-confirm");
  const action = waiting === undefined ? `/bills/${bill.id}/pay` : `/payments/${waiting.id}/confirm`;
  return (
    <Frame visit={visit} title={`${title}: ${amount}`} room="bills">
      <div>
        <a class="crumb" href={`/bills/${bill.id}`}>
          {say(locale, "page.pay.back")}
        </a>
        <h1>{title}</h1>
      </div>
      <ProblemSummary visit={visit} problems={problems} />
      <div class="columns">
        <div class="slip">
          <div class="slip-body stack">
            <p class="amount amount-large">{amount}</p>
            <PayFacts visit={visit} bill={bill} />
          </div>
          <div class="slip-tear">
            <ActionForm visit={visit} action={action} class="stack">
              <input type="hidden" name="amount" value={String(bill.amount.amountMinor)} />
              <MethodChoice visit={visit} methods={methods} chosen={chosen} problem={problems["method"]} />
              <p class="soft">{say(locale, "page.pay.instruction", { amount, payee: bill.payee.name })}</p>
              <button type="submit">{say(locale, "page.pay.button", { amount })}</button>
            </ActionForm>
          </div>
        </div>
        <div class="stack">
          {waiting === undefined ? null : <StateBox told={tellPayment(visit, waiting)} />}
          <div class="card stack">
            <h2>{say(locale, "page.pay.what-next")}</h2>
            <p class="soft">{say(locale, "page.pay.what-next.text")}</p>
          </div>
        </div>
      </div>
    </Frame>
  );
};

const PayFacts: FC<{ visit: Visit; bill: Bill }> = ({ visit: { locale }, bill }) => (
  <Facts
    of={[
      [say(locale, "page.fact.payee"), bill.payee.name],
      [say(locale, "page.fact.purpose"), bill.purpose],
      [say(locale, "page.fact.account"), bill.account],
      [say(locale, "page.fact.period"), periodWords(locale, bill.period)],
      [say(locale, "page.fact.due"), formatDate(locale, bill.dueOn)],
      [say(locale, "page.fact.fee"), say(locale, "page.fact.no-fee")],
    ]}
  />
);
