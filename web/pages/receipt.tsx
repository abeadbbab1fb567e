import type { FC } from "hono/jsx";
import type { Receipt } from "../../api/client.ts";
import { tellReceipt } from "../../words/receipt.ts";
import { say } from "../../words/say.ts";
import { Facts } from "../parts/facts.tsx";
import { Frame } from "../parts/frame.tsx";
import type { Visit } from "../visit.ts";

/** The receipt of a payment, to look at and to print. */
export const ReceiptPage: FC<{ visit: Visit; receipt: Receipt }> = ({ visit, receipt }) => {
  const { locale } = visit;
  const told = tellReceipt(visit, receipt);
  return (
    <Frame visit={visit} title={`${told.title} ${receipt.paymentId}`} room="history">
      <div class="narrow">
        <a class="crumb no-print" href={`/payments/${receipt.paymentId}`}>
          {say(locale, "page.receipt.back")}
        </a>
        <h1>{told.title}</h1>
      </div>
      <article class="slip narrow" data-receipt={receipt.paymentId}>
        <div class="slip-body stack">
          <p class="amount amount-large">{told.amount}</p>
          <p class="state state-good">
            <span>{told.paid}</span>
          </p>
        </div>
        <div class="slip-tear">
          <Facts of={told.facts} />
        </div>
        {told.unreal === null ? null : (
          <div class="slip-tear">
            <p class="soft">{told.unreal}</p>
          </div>
        )}
      </article>
      {/* Without `download`: whose session has ended would save the sign-in page. */}
      <p class="narrow no-print">
        <a class="button" href={`/payments/${receipt.paymentId}/receipt.pdf`}>
          {say(locale, "page.receipt.paper")}
        </a>
      </p>
      <p class="soft narrow no-print">{say(locale, "page.receipt.print")}</p>
    </Frame>
  );
};
