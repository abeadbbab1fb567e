import type { FC } from "hono/jsx";
import type { Payment } from "../../api/client.ts";
import { formatDate, formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { ActionForm } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import type { Visit } from "../visit.ts";

/** Where the link of a notice leads: opening it changes nothing, pressing the button skips this one debit. */
export const SkipPage: FC<{ visit: Visit; payment: Payment }> = ({ visit, payment }) => {
  const { locale } = visit;
  const title = say(locale, "page.skip-debit.title");
  return (
    <Frame visit={visit} title={title} room="bills">
      <div class="narrow stack">
        <h1>{title}</h1>
        <p>
          {say(locale, "page.skip-debit.what", {
            amount: formatMoney(locale, payment.amount),
            day: formatDate(locale, payment.plannedOn),
            biller: payment.bill.biller.title,
          })}
        </p>
        <p class="soft">{say(locale, "page.skip-debit.then")}</p>
        <ActionForm visit={visit} action={`/payments/${payment.id}/skip`} class="row">
          <button type="submit" class="danger">
            {say(locale, "page.skip-debit.button")}
          </button>
          <a href={`/payments/${payment.id}`}>{say(locale, "page.action.keep")}</a>
        </ActionForm>
      </div>
    </Frame>
  );
};
