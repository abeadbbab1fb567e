import type { FC } from "hono/jsx";
import type { Account, Bill, Freshness, Payment } from "../../api/client.ts";
import { formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { BillSlip } from "../parts/bill-slip.tsx";
import { FreshnessBox } from "../parts/freshness.tsx";
import { Frame } from "../parts/frame.tsx";
import type { Visit } from "../visit.ts";

interface HomeProps {
  readonly visit: Visit;
  readonly bills: readonly Bill[];
  /** Payments by id, as far as they are known. */
  readonly payments: ReadonlyMap<string, Payment>;
  readonly accounts: readonly Account[];
  readonly sources: readonly Freshness[];
  /** There are more bills than are shown. */
  readonly more: boolean;
}

/** Bills to pay: those that need somebody first. */
export const HomePage: FC<HomeProps> = ({ visit, bills, payments, accounts, sources, more }) => {
  const { locale } = visit;
  const paymentOf = (bill: Bill): Payment | undefined =>
    bill.payment === null ? undefined : payments.get(bill.payment.id);
  const sorted = bills.toSorted((a, b) => rank(paymentOf(a)) - rank(paymentOf(b)) || compareDue(a, b));
  return (
    <Frame visit={visit} title={say(locale, "page.home.title")} room="bills">
      <div class="row between">
        <div>
          <h1>{say(locale, "page.home.title")}</h1>
          <p class="lead">{summary(visit, bills, sources)}</p>
        </div>
        <div class="row">
          <a class="button" href="/bills/add">
            {say(locale, "page.action.add-bill")}
          </a>
          <a class="button quiet" href="/billers?for=account">
            {say(locale, "page.action.add-account")}
          </a>
          <a class="button quiet" href="/billers?for=mandate">
            {say(locale, "page.action.new-mandate")}
          </a>
        </div>
      </div>
      {sorted.length === 0 ? (
        <Nothing visit={visit} accounts={accounts} sources={sources} />
      ) : (
        <div class="grid">
          {sorted.map((bill) => (
            <BillSlip visit={visit} bill={bill} payment={paymentOf(bill)} />
          ))}
        </div>
      )}
      {more ? <p class="soft">{say(locale, "page.home.more")}</p> : null}
      <FreshnessBox visit={visit} sources={sources} />
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

/** Not everybody has answered: "nothing to pay" would be a guess. */
function isUncertain(sources: readonly Freshness[]): boolean {
  return sources.some(({ state }) => state !== "fresh");
}

function summary({ locale }: Visit, bills: readonly Bill[], sources: readonly Freshness[]): string {
  if (bills.length === 0)
    return say(locale, isUncertain(sources) ? "finding.home.uncertain" : "page.home.lead-empty");
  const totalMinor = bills.reduce((sum, bill) => sum + bill.amount.amountMinor, 0);
  return say(locale, "page.home.lead", {
    count: bills.length,
    total: formatMoney(locale, { amountMinor: totalMinor, currency: bills[0]?.amount.currency ?? "RUB" }),
  });
}

const Nothing: FC<Pick<HomeProps, "visit" | "accounts" | "sources">> = ({ visit, accounts, sources }) => {
  const { locale } = visit;
  // Whoever has told neither an account nor a number has been asked about nowhere: "all paid" would be a guess.
  const isKnown = !isUncertain(sources) && (accounts.length > 0 || sources.length > 0);
  return (
    <div class="card narrow stack">
      {isKnown ? <h2>{say(locale, "page.home.empty.title")}</h2> : null}
      {accounts.length === 0 ? (
        <>
          <p>{say(locale, "page.home.empty.no-accounts")}</p>
          <p>
            <a href="/billers?for=account">{say(locale, "page.action.add-account")}</a>
          </p>
        </>
      ) : (
        <>
          <p>{say(locale, "page.home.empty.accounts")}</p>
          <ul class="bullets">
            {accounts.map((account) => (
              <li>{`${account.biller.title}, ${account.account}${account.label === null ? "" : ` (${account.label})`}`}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
};
