import type { Child, FC } from "hono/jsx";
import { Field, Frame, ProblemNote, type Problems } from "../checkout/frame.tsx";
import { type Locale, words } from "../checkout/words.ts";
import type { CardRecord } from "./records.ts";
import { type TestCard, testCards } from "./test-cards.ts";
import { type StripeWords, sayDecline, stripeWords } from "./words.ts";

/** What is being paid or saved. */
export interface Matter {
  readonly account: string;
  readonly amount?: number;
  readonly currency?: string;
  readonly description?: string;
  readonly card?: CardRecord;
}

const Summary: FC<{ locale: Locale; matter: Matter }> = ({ locale, matter }) => {
  const say = words[locale];
  const { account, amount, currency, description, card } = matter;
  return (
    <dl>
      <dt>{say.shop}</dt>
      <dd>{account}</dd>
      {amount === undefined || currency === undefined ? null : (
        <>
          <dt>{say.amount}</dt>
          <dd class="sum">{sayMoney(locale, amount, currency)}</dd>
        </>
      )}
      {description === undefined ? null : (
        <>
          <dt>{say.purpose}</dt>
          <dd>{description}</dd>
        </>
      )}
      {card === undefined ? null : (
        <>
          <dt>{say.card}</dt>
          <dd>{`${card.brand} *${card.last4}`}</dd>
        </>
      )}
    </dl>
  );
};

/** A sum in the reader's notation. Formatting only: the division is never stored. */
function sayMoney(locale: Locale, amount: number, currency: string): string {
  const form = new Intl.NumberFormat(locale === "ru" ? "ru-RU" : "en-GB", {
    style: "currency",
    currency: currency.toUpperCase(),
    currencyDisplay: "narrowSymbol",
  });
  return form.format(amount / 10 ** (form.resolvedOptions().maximumFractionDigits ?? 2));
}

/** The hosted page where the payer saves a card. */
export const SavePage: FC<{
  locale: Locale;
  action: string;
  token: string;
  matter: Matter;
  back: string | undefined;
  problems: Problems;
  refusal: string | undefined;
}> = ({ locale, action, token, matter, back, problems, refusal }) => {
  const say = words[locale];
  return (
    <Frame locale={locale} title={say.bindTitle}>
      <p class="note">{say.sandboxNote}</p>
      <Summary locale={locale} matter={matter} />
      {refusal === undefined ? null : (
        <div class="problems" role="alert">
          {refusal}
        </div>
      )}
      <ProblemNote say={say} problems={problems} />
      <form method="post" action={action}>
        <input type="hidden" name="token" value={token} />
        <Field
          name="number"
          label={say.number}
          hint={stripeWords[locale].numberHint}
          autocomplete="cc-number"
          problem={problems.number}
          required
        />
        <div class="pair">
          <Field
            name="expiry"
            label={say.expiry}
            hint={say.expiryHint}
            autocomplete="cc-exp"
            problem={problems.expiry}
            required
          />
          <Field
            name="csc"
            label={say.csc}
            hint={say.cscHint}
            autocomplete="cc-csc"
            problem={problems.csc}
            required
          />
        </div>
        <div class="actions">
          <button type="submit">{say.bind}</button>
          {back === undefined ? null : (
            <a class="button quiet" href={back}>
              {say.back}
            </a>
          )}
        </div>
      </form>
      <TestCards locale={locale} />
    </Frame>
  );
};

const TestCards: FC<{ locale: Locale }> = ({ locale }) => (
  <details>
    <summary>{words[locale].testCards}</summary>
    <table>
      <tbody>
        {testCards.map((card) => (
          <tr>
            <td>{card.number.replace(/(\d{4})(?=\d)/g, "$1 ")}</td>
            <td>{sayCard(locale, card)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </details>
);

function sayCard(locale: Locale, card: TestCard): string {
  const say = words[locale];
  const more = stripeWords[locale];
  const asks = card.asks === undefined ? undefined : sayAsks(more, card.asks);
  const declines =
    card.declines === undefined ? undefined : `${say.declines}: ${sayDecline(locale, card.declines)}`;
  if (asks !== undefined || declines !== undefined) return [asks, declines].filter(Boolean).join("; ");
  switch (card.later) {
    case "dispute":
      return more.disputed;
    case "refund-fails":
      return more.refundFails;
    case "refund-pending":
      return more.refundPending;
    default:
      return say.succeeds;
  }
}

function sayAsks(more: StripeWords, asks: NonNullable<TestCard["asks"]>): string {
  return { "unless-set-up": more.asksAtFirst, always: more.asksAlways, "when-asked": more.asksWhenAsked }[
    asks
  ];
}

/** The issuer's 3-D Secure page: confirm or refuse. */
export const AuthenticatePage: FC<{
  locale: Locale;
  action: string;
  token: string;
  matter: Matter;
}> = ({ locale, action, token, matter }) => {
  const say = words[locale];
  const paying = matter.amount !== undefined;
  const more = stripeWords[locale];
  return (
    <Frame locale={locale} title={paying ? say.challengeTitle : say.challengeBindTitle}>
      <p class="note">{say.sandboxNote}</p>
      <Summary locale={locale} matter={matter} />
      <p>{paying ? more.authenticateText : more.authenticateBindText}</p>
      <form method="post" action={action}>
        <input type="hidden" name="token" value={token} />
        <div class="actions">
          <button type="submit" name="action" value="confirm">
            {say.confirm}
          </button>
          <button type="submit" name="action" value="refuse" class="quiet">
            {say.refuse}
          </button>
        </div>
      </form>
    </Frame>
  );
};

/** A page with nothing to do on it but to go back. */
export const MessagePage: FC<{ locale: Locale; title: string; back?: string; children?: Child }> = ({
  locale,
  title,
  back,
  children,
}) => (
  <Frame locale={locale} title={title}>
    {children}
    {back === undefined ? null : (
      <div class="actions">
        <a class="button" href={back}>
          {words[locale].back}
        </a>
      </div>
    )}
  </Frame>
);
