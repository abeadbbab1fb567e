import type { FC } from "hono/jsx";
import type { Receipt } from "../../api/client.ts";
import { formatInstant, formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { Facts } from "../parts/facts.tsx";
import { Frame } from "../parts/frame.tsx";
import { kindWords } from "../parts/method-choice.tsx";
import { periodWords } from "../periods.ts";
import type { Visit } from "../visit.ts";

/** The receipt of a payment, to look at and to print. */
export const ReceiptPage: FC<{ visit: Visit; receipt: Receipt }> = ({ visit, receipt }) => {
  const { locale, zone } = visit;
  return (
    <Frame visit={visit} title={`${say(locale, "page.receipt.title")} ${receipt.paymentId}`} room="history">
      <div class="narrow">
        <a class="crumb no-print" href={`/payments/${receipt.paymentId}`}>
          {say(locale, "page.receipt.back")}
        </a>
        <h1>{say(locale, "page.receipt.title")}</h1>
      </div>
      <article class="slip narrow" data-receipt={receipt.paymentId}>
        <div class="slip-body stack">
          <p class="amount amount-large">{formatMoney(locale, receipt.amount)}</p>
          <p class="state state-good">
            <span>
              {say(locale, "page.payment.paid.at", { time: formatInstant(locale, receipt.paidAt, zone) })}
            </span>
          </p>
        </div>
        <div class="slip-tear">
          <Facts
            of={[
              [say(locale, "page.fact.biller"), receipt.biller.name],
              [say(locale, "page.fact.purpose"), receipt.purpose],
              [say(locale, "page.fact.account"), receipt.account],
              [say(locale, "page.fact.period"), periodWords(locale, receipt.period)],
              [say(locale, "page.fact.payee"), receipt.payee.name],
              [say(locale, "page.fact.inn"), receipt.payee.inn],
              [say(locale, "page.fact.kpp"), receipt.payee.kpp],
              [say(locale, "page.fact.bic"), receipt.payee.bic],
              [say(locale, "page.fact.payee-account"), receipt.payee.account],
              [say(locale, "page.fact.method"), receipt.method ?? kindWords(locale, receipt.kind)],
              [say(locale, "page.fact.fee"), formatMoney(locale, receipt.fee)],
              [say(locale, "page.fact.payment"), receipt.paymentId],
              [say(locale, "page.fact.bill"), receipt.billId],
              [say(locale, "page.fact.gateway-object"), receipt.gatewayObjectId],
              [
                say(locale, "page.fact.acknowledgement"),
                say(locale, `page.receipt.${receipt.acknowledgement}`),
              ],
            ]}
          />
        </div>
        {receipt.livemode ? null : (
          <div class="slip-tear">
            <p class="soft">{say(locale, "page.receipt.sandbox")}</p>
          </div>
        )}
      </article>
      <p class="soft narrow no-print">{say(locale, "page.receipt.print")}</p>
    </Frame>
  );
};
