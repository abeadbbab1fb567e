import type { FC } from "hono/jsx";
import type { Account, Bill, Payment } from "../../api/client.ts";
import { formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { BillSlip } from "../parts/bill-slip.tsx";
import { Frame } from "../parts/frame.tsx";
import type { Visit } from "../visit.ts";

interface HomeProps {
  readonly visit: Visit;
  readonly bills: readonly Bill[];
  /** Payments by id, as far as they are known. */
  readonly payments: ReadonlyMap<string, Payment>;
  readonly accounts: readonly Account[];
  /** There are more bills than are shown. */
  readonly more: boolean;
}

/** Bills to pay: those that need somebody first. */
export const HomePage: FC<HomeProps> = ({ visit, bills, payments, accounts, more }) => {
  const { locale } = visit;
  const paymentOf = (bill: Bill): Payment | undefined =>
    bill.payment === null ? undefined : payments.get(bill.payment.id);
  const sorted = bills.toSorted((a, b) => rank(paymentOf(a)) - rank(paymentOf(b)) || compareDue(a, b));
  return (
    <Frame visit={visit} title={say(locale, "page.home.title")} room="bills">
      <div class="row between">
        <div>
          <h1>{say(locale, "page.home.title")}</h1>
          <p class="lead">{summary(visit, bills)}</p>
        </div>
        <div class="row">
          <a class="button quiet" href="/accounts/new">
            {say(locale, "page.action.add-account")}
          </a>
          <a class="button quiet" href="/mandates/new">
            {say(locale, "page.action.new-mandate")}
          </a>
        </div>
      </div>
      {sorted.length === 0 ? (
        <Nothing visit={visit} accounts={accounts} />
      ) : (
        <div class="grid">
          {sorted.map((bill) => (
            <BillSlip visit={visit} bill={bill} payment={paymentOf(bill)} />
          ))}
        </div>
      )}
      {more ? <p class="soft">{say(locale, "page.home.more")}</p> : null}
    </Frame>
  );
};

function rank(payment: Payment | undefined): number {
  if (payment?.state === "needs-payer") return 0;
  return payment?.state === "charging" ? 1 : 2;
}

function compareDue(a: Bill, b: Bill): number {
  if (a.dueOn !== b.dueOn) return a.dueOn < b.dueOn ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function summary({ locale }: Visit, bills: readonly Bill[]): string {
  if (bills.length === 0) return say(locale, "page.home.lead-empty");
  const totalMinor = bills.reduce((sum, bill) => sum + bill.amount.amountMinor, 0);
  return say(locale, "page.home.lead", {
    count: bills.length,
    total: formatMoney(locale, { amountMinor: totalMinor, currency: bills[0]?.amount.currency ?? "RUB" }),
  });
}

const Nothing: FC<{ visit: Visit; accounts: readonly Account[] }> = ({ visit, accounts }) => (
  <div class="card narrow stack">
    <h2>{say(visit.locale, "page.home.empty.title")}</h2>
    <p>
      {say(visit.locale, accounts.length === 0 ? "page.home.empty.no-accounts" : "page.home.empty.accounts")}
    </p>
    {accounts.length === 0 ? null : (
      <ul class="bullets">
        {accounts.map((account) => (
          <li>{`${account.biller.name}, ${account.account}${account.label === null ? "" : ` (${account.label})`}`}</li>
        ))}
      </ul>
    )}
  </div>
);
