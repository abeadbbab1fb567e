import type { FC } from "hono/jsx";
import type { Payment } from "../../api/client.ts";
import { formatInstant, formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { Frame } from "../parts/frame.tsx";
import { StateLine } from "../parts/state-line.tsx";
import { tellPayment } from "../payment-words.ts";
import type { Visit } from "../visit.ts";

interface HistoryProps {
  readonly visit: Visit;
  readonly payments: readonly Payment[];
  readonly nextCursor: string | null;
}

/** All payments, newest first, page by page. */
export const HistoryPage: FC<HistoryProps> = ({ visit, payments, nextCursor }) => {
  const { locale } = visit;
  return (
    <Frame visit={visit} title={say(locale, "page.nav.history")} room="history">
      <h1>{say(locale, "page.nav.history")}</h1>
      {payments.length === 0 ? (
        <p class="lead">{say(locale, "page.history.empty")}</p>
      ) : (
        <div class="card">
          <ul class="lines">
            {payments.map((payment) => (
              <PaymentLine visit={visit} payment={payment} />
            ))}
          </ul>
        </div>
      )}
      {nextCursor === null ? null : (
        <a class="button quiet" href={`/payments?cursor=${encodeURIComponent(nextCursor)}`}>
          {say(locale, "page.history.older")}
        </a>
      )}
    </Frame>
  );
};

const PaymentLine: FC<{ visit: Visit; payment: Payment }> = ({ visit, payment }) => {
  const { locale, zone } = visit;
  return (
    <li>
      <div>
        <h2>
          <a href={`/payments/${payment.id}`}>{payment.bill.biller.title}</a>
        </h2>
        <p class="soft">{payment.bill.purpose}</p>
        <StateLine told={tellPayment(visit, payment)} />
      </div>
      <div>
        <p class="amount">{formatMoney(locale, payment.amount)}</p>
        <p class="soft">{formatInstant(locale, payment.paidAt ?? payment.createdAt, zone)}</p>
        {payment.state === "paid" ? (
          <a href={`/payments/${payment.id}/receipt`}>
            {say(locale, "page.action.receipt")}
            <span class="hidden-visually">{` ${payment.id}`}</span>
          </a>
        ) : null}
      </div>
    </li>
  );
};
