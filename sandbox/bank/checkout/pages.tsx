import type { FC } from "hono/jsx";
import { kindOf } from "../method-kinds.ts";
import type { Card, MethodRecord, PaymentRecord } from "../records.ts";
import { testCards } from "../test-cards.ts";
import { shownStatus } from "../wire.ts";
import { Field, Frame, type PageSubject, ProblemNote, type Problems, Summary } from "./frame.tsx";
import { demonstrationCode } from "./visit.ts";
import { type Locale, type Words, sayReason, words } from "./words.ts";

const SavedCards: FC<{ say: Words; saved: readonly MethodRecord[] }> = ({ say, saved }) =>
  saved.length === 0 ? null : (
    <fieldset>
      <legend>{say.savedCards}</legend>
      {saved.map((method, index) => (
        <div class="choice">
          <input type="radio" id={`saved-${index}`} name="method" value={method.id} checked={index === 0} />
          <label for={`saved-${index}`}>
            {`${method.card?.cardType ?? ""} *${method.card?.last4 ?? ""}, ${method.card?.expiryMonth ?? ""}/${method.card?.expiryYear.slice(2) ?? ""}`}
          </label>
        </div>
      ))}
      <div class="choice">
        <input type="radio" id="other-card" name="method" value="new" />
        <label for="other-card">{say.otherCard}</label>
      </div>
    </fieldset>
  );

const TestCards: FC<{ locale: Locale }> = ({ locale }) => {
  const say = words[locale];
  return (
    <details>
      <summary>{say.testCards}</summary>
      <table>
        <tbody>
          {testCards.map((card) => (
            <tr>
              <td>{card.number.replace(/(\d{4})(?=\d)/g, "$1 ")}</td>
              <td>
                {card.declines
                  ? `${say.declines}: ${sayReason(locale, card.declines.reason)}`
                  : card.asksThreeDSecure
                    ? say.succeedsThreeDSecure
                    : say.succeeds}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
};

/** The form where the payer types a card or picks a saved one. */
export const CardPage: FC<{
  subject: PageSubject;
  saved: readonly MethodRecord[];
  offerToRemember: boolean;
  problems: Problems;
}> = ({ subject, saved, offerToRemember, problems }) => {
  const say = words[subject.locale];
  const binding = subject.record.kind === "payment_method";
  const required = saved.length === 0;
  return (
    <Frame locale={subject.locale} title={binding ? say.bindTitle : say.title}>
      <p class="note">{say.sandboxNote}</p>
      <Summary subject={subject} />
      <ProblemNote say={say} problems={problems} />
      <form method="post" action={`/checkout/${subject.confirmation.session}/card`}>
        <input type="hidden" name="token" value={subject.confirmation.formToken} />
        <SavedCards say={say} saved={saved} />
        <Field
          name="number"
          label={say.number}
          hint={say.numberHint}
          autocomplete="cc-number"
          problem={problems.number}
          required={required}
        />
        <div class="pair">
          <Field
            name="expiry"
            label={say.expiry}
            hint={say.expiryHint}
            autocomplete="cc-exp"
            problem={problems.expiry}
            required={required}
          />
          <Field
            name="csc"
            label={say.csc}
            hint={say.cscHint}
            autocomplete="cc-csc"
            problem={problems.csc}
            required={required}
          />
        </div>
        {offerToRemember ? (
          <div class="choice">
            <input type="checkbox" id="remember" name="remember" value="yes" />
            <label for="remember">{say.remember}</label>
          </div>
        ) : null}
        <div class="actions">
          <button type="submit">{binding ? say.bind : say.pay}</button>
          <a class="button quiet" href={subject.confirmation.returnUrl}>
            {say.back}
          </a>
        </div>
      </form>
      <TestCards locale={subject.locale} />
    </Frame>
  );
};

/** The issuer's 3-D Secure page. The code of this pretend issuer is printed on the page itself. */
export const ChallengePage: FC<{ subject: PageSubject; card: Card; problems: Problems }> = ({
  subject,
  card,
  problems,
}) => {
  const say = words[subject.locale];
  const binding = subject.record.kind === "payment_method";
  return (
    <Frame locale={subject.locale} title={binding ? say.challengeBindTitle : say.challengeTitle}>
      <p class="note">
        {say.demonstrationCode}: <span class="code">{demonstrationCode}</span>
      </p>
      <Summary subject={subject} card={card} />
      <p>{say.challengeText}</p>
      <ProblemNote say={say} problems={problems} />
      <form method="post" action={`/checkout/${subject.confirmation.session}/challenge`}>
        <input type="hidden" name="token" value={subject.confirmation.formToken} />
        <Field
          name="code"
          label={say.code}
          hint={say.codeHint}
          autocomplete="one-time-code"
          problem={problems.code}
          required
        />
        <div class="actions">
          <button type="submit" name="action" value="confirm">
            {say.confirm}
          </button>
          <button type="submit" name="action" value="refuse" class="quiet" formnovalidate>
            {say.refuse}
          </button>
        </div>
      </form>
    </Frame>
  );
};

/** The page of an operation that is over, or that the bank still works on. */
export const EndPage: FC<{ subject: PageSubject }> = ({ subject }) => {
  const { locale, record } = subject;
  const say = words[locale];
  const card = record.kind === "payment" ? record.method.card : record.card;
  const reason = record.kind === "payment" && record.held ? undefined : record.cancellation?.reason;
  return (
    <Frame locale={locale} title={endTitle(say, record)}>
      <Summary subject={subject} card={card} />
      {reason ? <p>{`${say.reason}: ${sayReason(locale, reason)}`}</p> : null}
      {subject.confirmation.returnUrl === "" ? null : (
        <div class="actions">
          <a class="button" href={subject.confirmation.returnUrl}>
            {say.back}
          </a>
        </div>
      )}
    </Frame>
  );
};

function endTitle(say: Words, record: PaymentRecord | MethodRecord): string {
  if (record.kind === "payment_method") {
    const active = record.status === "active";
    if (kindOf(record) !== "bank_card") return active ? say.linkedTitle : say.notLinkedTitle;
    return active ? say.boundTitle : say.notBoundTitle;
  }
  const titles = {
    pending: say.processingTitle,
    waiting_for_capture: say.heldTitle,
    succeeded: say.paidTitle,
    canceled: say.failedTitle,
  };
  return titles[shownStatus(record)];
}

/** A page without an operation: a wrong address or a form of another visit. */
export const MessagePage: FC<{ locale: Locale; title: string; text: string }> = ({ locale, title, text }) => (
  <Frame locale={locale} title={title}>
    <p>{text}</p>
  </Frame>
);
