import type { FC } from "hono/jsx";
import type { FoundBill, LookedUp } from "../../api/client.ts";
import { formatDate, formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { ActionForm } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import { answerWords } from "../source-words.ts";
import type { Visit } from "../visit.ts";

/** What was found by a number that is not kept: each bill can be added, and then paid. */
export const FoundBillsPage: FC<{ visit: Visit; answer: LookedUp }> = ({ visit, answer }) => {
  const { locale } = visit;
  const title = say(locale, "finding.found.title");
  return (
    <Frame visit={visit} title={title} room="bills">
      <div class="stack">
        <a class="crumb" href="/bills/add">
          {say(locale, "finding.back")}
        </a>
        <h1>{title}</h1>
        <p class="lead">{summary(visit, answer)}</p>
        <ul class="plain stack">
          {answer.sources.map((one) => (
            <li
              class={one.outcome === "complete" ? "state state-good" : "state state-wait"}
              data-source={one.source}
              data-outcome={one.outcome}
            >
              {answerWords(locale, one)}
            </li>
          ))}
        </ul>
        {answer.found.length === 0 ? null : <p>{say(locale, "finding.found.not-kept")}</p>}
      </div>
      <div class="grid">
        {answer.found.map((bill) => (
          <Found visit={visit} bill={bill} />
        ))}
      </div>
    </Frame>
  );
};

/** Nothing from everybody is "none"; nothing from somebody who was silent is "unknown". */
function summary({ locale }: Visit, { found, sources }: LookedUp): string {
  if (found.length > 0) return say(locale, "finding.found.count", { count: found.length });
  if (sources.length === 0) return say(locale, "finding.found.nobody");
  const isCertain = sources.every(
    ({ outcome, missing, unreadable }) =>
      unreadable === 0 &&
      (outcome === "complete" || (outcome === "partial" && missing.every((why) => why === "in-part"))),
  );
  return say(locale, isCertain ? "finding.found.none" : "finding.found.unknown");
}

const Found: FC<{ visit: Visit; bill: FoundBill }> = ({ visit, bill }) => {
  const { locale } = visit;
  const about = `${bill.payee.name}, ${formatMoney(locale, bill.amount)}`;
  return (
    <article class="slip" data-found={bill.uin}>
      <div class="slip-body stack">
        <div>
          <h2>{bill.payee.name}</h2>
          <p class="soft">{bill.purpose}</p>
        </div>
        <div>
          <p class="amount">{formatMoney(locale, bill.amount)}</p>
          {bill.discountUntil === null ? null : (
            <p class="discount">
              {say(locale, "finding.found.discount", {
                day: formatDate(locale, bill.discountUntil),
                after: formatMoney(locale, bill.fullAmount),
              })}
            </p>
          )}
          {bill.dueOn === null ? null : (
            <p class="soft">{say(locale, "finding.found.due", { day: formatDate(locale, bill.dueOn) })}</p>
          )}
          {bill.issuedOn === null ? null : (
            <p class="soft">
              {say(locale, "finding.found.issued", { day: formatDate(locale, bill.issuedOn) })}
            </p>
          )}
        </div>
        {bill.billerId === null ? (
          <p class="state state-wait">{say(locale, "finding.found.payee-unknown")}</p>
        ) : null}
      </div>
      <FoundAction visit={visit} bill={bill} about={about} />
    </article>
  );
};

const FoundAction: FC<{ visit: Visit; bill: FoundBill; about: string }> = ({ visit, bill, about }) => {
  const hidden = <span class="hidden-visually">{` ${about}`}</span>;
  if (bill.billId !== null) {
    return (
      <div class="slip-tear row">
        <a class="button" href={`/bills/${bill.billId}`}>
          {say(visit.locale, "finding.found.open")}
          {hidden}
        </a>
      </div>
    );
  }
  if (bill.billerId === null || bill.uin === null) return null;
  return (
    <div class="slip-tear row">
      <ActionForm visit={visit} action="/bills/add/uin">
        <input type="hidden" name="uin" value={bill.uin} />
        <button type="submit">
          {say(visit.locale, "finding.found.add")}
          {hidden}
        </button>
      </ActionForm>
    </div>
  );
};
