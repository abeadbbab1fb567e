import type { FC } from "hono/jsx";
import type { Payment, TimelineEntry, Why } from "../../api/client.ts";
import { formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { Facts } from "../parts/facts.tsx";
import { ActionButton } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import { savingWords } from "../parts/saving.tsx";
import { StateBox } from "../parts/state-line.tsx";
import { Timeline } from "../parts/timeline.tsx";
import { WhyCard } from "../parts/why.tsx";
import { canConfirm, canSkip, methodTitle, otherMethodIs, tellPayment, type Told } from "../payment-words.ts";
import type { Visit } from "../visit.ts";

interface PaymentPageProps {
  readonly visit: Visit;
  readonly payment: Payment;
  readonly timeline: readonly TimelineEntry[];
  readonly why: Why;
  /** The payer has just come back from the bank. */
  readonly returned?: boolean;
}

/** A mark that changes whenever the page would say something else. */
export function paymentMark(payment: Payment): string {
  const charge = payment.charges.at(-1);
  const parts = [
    payment.state,
    payment.need,
    payment.outcome,
    payment.stopMark,
    payment.notice?.state,
    charge?.state,
  ];
  return [...parts, payment.charges.length, payment.confirmation === null ? "" : "link"].join("/");
}

/** A payment as it is now: state in words, what can be done, how it came about. */
export const PaymentPage: FC<PaymentPageProps> = ({ visit, payment, timeline, why, returned = false }) => {
  const { locale } = visit;
  const told = tellPayment(visit, payment);
  return (
    <Frame
      visit={visit}
      title={`${told.title} · ${payment.bill.biller.title}`}
      room="history"
      live={told.moving}
    >
      <div>
        <a class="crumb" href="/payments">
          {say(locale, "page.nav.history")}
        </a>
        <h1>{payment.bill.biller.title}</h1>
        <p class="lead">{payment.bill.purpose}</p>
      </div>
      {returned ? <p class="soft">{say(locale, "page.payment.returned")}</p> : null}
      <div class="columns">
        <div class="stack-loose">
          <PaymentSlip visit={visit} payment={payment} told={told} />
          {payment.autopayOffer === null ? null : <AutopayOffer visit={visit} payment={payment} />}
        </div>
        <section class="card stack">
          <h2>{say(locale, "page.payment.timeline")}</h2>
          <Timeline visit={visit} entries={timeline} />
          <PaymentFacts visit={visit} payment={payment} />
        </section>
        <WhyCard visit={visit} why={why} of="payment" />
      </div>
    </Frame>
  );
};

const PaymentSlip: FC<{ visit: Visit; payment: Payment; told: Told }> = ({ visit, payment, told }) => {
  const { locale } = visit;
  return (
    <div class="slip" data-payment={payment.id} data-state={payment.state}>
      <div class="slip-body stack">
        <p class="amount amount-large">{formatMoney(locale, payment.amount)}</p>
        <PaymentState visit={visit} payment={payment} told={told} />
        {otherMethodIs(payment) === "later" ? (
          <p class="soft">{say(locale, "page.payment.other-method-later")}</p>
        ) : null}
      </div>
      <PaymentActions visit={visit} payment={payment} told={told} />
    </div>
  );
};

/** Right after a payment by hand: the same by itself, next time. "Not now" is kept for the account. */
const AutopayOffer: FC<{ visit: Visit; payment: Payment }> = ({ visit, payment }) => {
  const { locale } = visit;
  return (
    <section class="card stack" data-offer="autopay">
      <h2>{say(locale, "page.offer.title")}</h2>
      <p>{say(locale, "page.offer.text", { biller: payment.bill.biller.title })}</p>
      <div class="row">
        <a class="button" href={`/mandates/new?payment=${payment.id}`}>
          {say(locale, "page.offer.set-up")}
        </a>
        <ActionButton
          visit={visit}
          action={`/payments/${payment.id}/autopay-offer/decline`}
          label={say(locale, "page.offer.not-now")}
          class="quiet"
        />
      </div>
    </section>
  );
};

const PaymentState: FC<{ visit: Visit; payment: Payment; told: Told }> = ({ visit, payment, told }) =>
  told.moving ? (
    <live-status data-from={`/payments/${payment.id}/live`} data-mark={paymentMark(payment)}>
      <div aria-live="polite">
        <StateBox told={told} />
      </div>
      <a class="crumb" data-without-script href={`/payments/${payment.id}`}>
        {say(visit.locale, "page.payment.refresh")}
      </a>
    </live-status>
  ) : (
    <div aria-live="polite">
      <StateBox told={told} />
    </div>
  );

const PaymentFacts: FC<{ visit: Visit; payment: Payment }> = ({ visit, payment }) => {
  const { locale } = visit;
  return (
    <Facts
      of={[
        [say(locale, "page.fact.payment"), payment.id],
        [say(locale, "page.fact.method"), methodTitle(visit, payment)],
        [say(locale, "method.saving"), savingWords(visit, payment)],
        [
          say(locale, "page.fact.autopay"),
          payment.mandateId === null ? null : (
            <a href={`/mandates/${payment.mandateId}`}>{payment.mandateId}</a>
          ),
        ],
        [
          say(locale, "page.fact.workflow"),
          visit.temporalUiUrl === undefined || visit.session?.roles.includes("operator") !== true ? null : (
            <a href={`${visit.temporalUiUrl}/namespaces/kvitok/workflows/payment%2F${payment.id}`}>
              Temporal
            </a>
          ),
        ],
      ]}
    />
  );
};

/** Actions for which the payer's cards are the place to go. */
const needsCards: ReadonlySet<string | undefined> = new Set([
  "other-card",
  "bind-again",
  "ask-bank",
  "top-up",
  "raise-limit",
]);

/** What the payer can do about a payment now. */
const PaymentActions: FC<{ visit: Visit; payment: Payment; told: Told }> = ({ visit, payment, told }) => {
  const { locale } = visit;
  const actions = [
    payment.confirmation === null ? null : (
      <a class="button" href={`/payments/${payment.id}/bank`}>
        {say(locale, "page.action.to-bank")}
      </a>
    ),
    otherMethodIs(payment) === "now" ? (
      <a href={`/payments/${payment.id}/other-method`}>{say(locale, "page.action.other-method")}</a>
    ) : null,
    canConfirm(payment) ? (
      <a class="button" href={`/payments/${payment.id}/confirm`}>
        {say(locale, "page.action.confirm")}
      </a>
    ) : null,
    payment.state === "paid" ? (
      <a class="button" href={`/payments/${payment.id}/receipt`}>
        {say(locale, "page.action.receipt")}
      </a>
    ) : null,
    told.action !== "do-not-pay" &&
    ((payment.state === "scheduled" && payment.mandateId !== null) || told.action === "pay-again") ? (
      <a class="button" href={`/bills/${payment.bill.id}/pay`}>
        {say(locale, "page.action.pay-now")}
      </a>
    ) : null,
    payment.state !== "paid" && needsCards.has(told.action) ? (
      <a href="/methods">{say(locale, "page.action.cards")}</a>
    ) : null,
    canSkip(payment) ? (
      <ActionButton
        visit={visit}
        action={`/payments/${payment.id}/skip`}
        label={say(locale, "page.action.skip")}
        class="quiet"
      />
    ) : null,
    <a href={`/bills/${payment.bill.id}`}>{say(locale, "page.action.bill")}</a>,
    <a href={`/templates/new?bill=${payment.bill.id}`}>{say(locale, "templates.from-bill")}</a>,
  ].filter((action) => action !== null);
  return <div class="slip-tear row">{actions}</div>;
};
