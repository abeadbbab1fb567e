import type { FC } from "hono/jsx";
import { type MethodKind, kindOf } from "../method-kinds.ts";
import type { PaymentRecord } from "../records.ts";
import { type TestAccount, accountsOf } from "../test-accounts.ts";
import { Frame, type PageSubject, sayAccount, sayAmount, Summary } from "./frame.tsx";
import { type Locale, type Words, sayReason, words } from "./words.ts";

function titleOf(say: Words, kind: MethodKind, binding: boolean): string {
  if (binding) return say.sbpBindTitle;
  const titles: Readonly<Partial<Record<MethodKind, string>>> = {
    sbp: say.sbpTitle,
    yoo_money: say.yooMoneyTitle,
    sberbank: say.sberbankTitle,
    tinkoff_bank: say.tinkoffBankTitle,
  };
  return titles[kind] ?? say.title;
}

/** What a practice account will do. */
function outcomeOf(locale: Locale, { declines, cannotBind }: TestAccount): string {
  const say = words[locale];
  if (declines) return `${say.declines}: ${sayReason(locale, declines.reason)}`;
  return cannotBind ? say.cannotBind : say.succeeds;
}

const Accounts: FC<{ locale: Locale; accounts: readonly TestAccount[] }> = ({ locale, accounts }) => (
  <fieldset>
    <legend>{words[locale].accounts}</legend>
    {accounts.map((account, index) => (
      <div class="choice">
        <input type="radio" id={account.id} name="account" value={account.id} checked={index === 0} />
        <label for={account.id}>{`${sayAccount(account)}: ${outcomeOf(locale, account)}`}</label>
      </div>
    ))}
  </fieldset>
);

const Answers: FC<{ say: Words }> = ({ say }) => (
  <div class="actions">
    <button type="submit" name="action" value="confirm">
      {say.agree}
    </button>
    <button type="submit" name="action" value="refuse" class="quiet">
      {say.refuse}
    </button>
  </div>
);

/** The payer's own bank or wallet asks whether to pay, or to keep the permission for later payments. */
export const AccountPage: FC<{ subject: PageSubject; offerToRemember: boolean }> = ({
  subject,
  offerToRemember,
}) => {
  const { locale, record, confirmation } = subject;
  const say = words[locale];
  const kind = kindOf(record.kind === "payment" ? record.method : record);
  return (
    <Frame locale={locale} title={titleOf(say, kind, record.kind === "payment_method")}>
      <p class="note">{say.agreementNote}</p>
      <Summary subject={subject} />
      <form method="post" action={`/checkout/${confirmation.session}/agreement`}>
        <input type="hidden" name="token" value={confirmation.formToken} />
        <Accounts locale={locale} accounts={accountsOf(kind)} />
        {offerToRemember ? (
          <div class="choice">
            <input type="checkbox" id="remember" name="remember" value="yes" />
            <label for="remember">{say.remember}</label>
          </div>
        ) : null}
        <Answers say={say} />
      </form>
    </Frame>
  );
};

/** The operator's question on the payer's phone. The shop never learns this page's address. */
export const MessageQuestionPage: FC<{ subject: PageSubject }> = ({ subject }) => {
  const { locale, confirmation } = subject;
  const say = words[locale];
  return (
    <Frame locale={locale} title={say.messageTitle}>
      <p class="note">{say.agreementNote}</p>
      <Summary subject={subject} />
      <p>{say.messageText}</p>
      <form method="post" action={`/checkout/${confirmation.session}/agreement`}>
        <input type="hidden" name="token" value={confirmation.formToken} />
        <Answers say={say} />
      </form>
    </Frame>
  );
};

/** A pretend phone: the operator's messages that still wait for an answer. */
export const PhonePage: FC<{ locale: Locale; number: string; messages: readonly PaymentRecord[] }> = ({
  locale,
  number,
  messages,
}) => {
  const say = words[locale];
  return (
    <Frame locale={locale} title={say.phoneTitle}>
      <p>{`+${number}`}</p>
      {messages.length === 0 ? <p>{say.noMessages}</p> : null}
      {messages.map(({ amountMinor, description, confirmation }) => (
        <div class="actions">
          <p>{[sayAmount(locale, amountMinor), description].filter(Boolean).join(" · ")}</p>
          <a class="button" href={`/checkout/${confirmation?.session ?? ""}`}>
            {say.answerMessage}
          </a>
        </div>
      ))}
    </Frame>
  );
};
