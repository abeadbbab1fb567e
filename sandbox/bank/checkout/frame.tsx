import type { Child, FC } from "hono/jsx";
import { raw } from "hono/html";
import type { Bank } from "../bank.ts";
import type { Card, Confirmation, MethodRecord, PaymentRecord } from "../records.ts";
import { type TestAccount, accountOf } from "../test-accounts.ts";
import { style } from "./style.ts";
import { type Locale, type Words, words } from "./words.ts";

/** What a form of the bank got wrong, by field. */
export type Problems = Readonly<Partial<Record<"number" | "expiry" | "csc" | "code", string>>>;

/** A page about one payment or binding. */
export interface PageSubject {
  readonly bank: Bank;
  readonly locale: Locale;
  readonly record: PaymentRecord | MethodRecord;
  readonly confirmation: Confirmation;
}

/** The page around everything: the bank's name, one heading, one sheet. */
export const Frame: FC<{ locale: Locale; title: string; children?: Child }> = ({
  locale,
  title,
  children,
}) => {
  const say = words[locale];
  return (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · ${say.bank}`}</title>
        <style>{raw(style)}</style>
      </head>
      <body>
        <main>
          <p class="bank">{say.bank}</p>
          <div class="sheet">
            <h1>{title}</h1>
            {children}
          </div>
        </main>
      </body>
    </html>
  );
};

/** The sum in the reader's notation: `1 530,50 ₽` or `₽1,530.50`. Formatting only: the division by 100 is never stored. */
export function sayAmount(locale: Locale, amountMinor: number): string {
  const form = new Intl.NumberFormat(locale === "ru" ? "ru-RU" : "en-GB", {
    style: "currency",
    currency: "RUB",
    currencyDisplay: "narrowSymbol",
  });
  return form.format(amountMinor / 100);
}

/** What is being paid or bound. */
export const Summary: FC<{ subject: PageSubject; card?: Card | undefined }> = ({ subject, card }) => {
  const { bank, locale, record } = subject;
  const { account, phone } = record.kind === "payment" ? record.method : record;
  const say = words[locale];
  return (
    <dl>
      <dt>{say.shop}</dt>
      <dd>{`№ ${bank.shopId}`}</dd>
      {record.kind === "payment" ? (
        <>
          <dt>{say.amount}</dt>
          <dd class="sum">{sayAmount(locale, record.amountMinor)}</dd>
        </>
      ) : null}
      {record.kind === "payment" && record.description ? (
        <>
          <dt>{say.purpose}</dt>
          <dd>{record.description}</dd>
        </>
      ) : null}
      {card ? (
        <>
          <dt>{say.card}</dt>
          <dd>{`${card.cardType} *${card.last4}`}</dd>
        </>
      ) : null}
      {account === undefined ? null : (
        <>
          <dt>{say.account}</dt>
          <dd>{sayAccount(accountOf(account))}</dd>
        </>
      )}
      {phone === undefined ? null : (
        <>
          <dt>{say.phone}</dt>
          <dd>{`+${phone}`}</dd>
        </>
      )}
    </dl>
  );
};

/** A practice account by its number, or by what tells it from its neighbours. */
export function sayAccount({ id, number, bankId }: TestAccount): string {
  return number ?? bankId ?? id;
}

interface FieldOptions {
  readonly name: keyof Problems;
  readonly label: string;
  readonly hint: string;
  readonly autocomplete: string;
  readonly problem: string | undefined;
  readonly required: boolean;
}

/** A text field with its label, hint and problem tied together for screen readers. */
export const Field: FC<FieldOptions> = ({ name, label, hint, autocomplete, problem, required }) => (
  <div class="field">
    <label for={name}>{label}</label>
    <p class="hint" id={`${name}-hint`}>
      {hint}
    </p>
    {problem ? (
      <p class="problem" id={`${name}-problem`}>
        {problem}
      </p>
    ) : null}
    <input
      type="text"
      id={name}
      name={name}
      inputmode="numeric"
      autocomplete={autocomplete}
      aria-describedby={problem ? `${name}-hint ${name}-problem` : `${name}-hint`}
      aria-invalid={problem ? "true" : undefined}
      required={required}
    />
  </div>
);

/** Says at the top that something below is wrong. */
export const ProblemNote: FC<{ say: Words; problems: Problems }> = ({ say, problems }) =>
  Object.keys(problems).length > 0 ? (
    <div class="problems" role="alert">
      {say.errorTitle}
    </div>
  ) : null;
