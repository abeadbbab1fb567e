import type { FC } from "hono/jsx";
import type { Mandate, Method } from "../../api/client.ts";
import { formatDate, formatDayOf, formatInstant, formatMoney, formatTimeOf } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import type { ConsentSubject } from "../consent.ts";
import type { TermsForm } from "../mandate-draft.ts";
import { coveredWords, tellMandate, termsFacts } from "../mandate-words.ts";
import { Facts } from "../parts/facts.tsx";
import { ActionButton, ActionForm, Field, type FieldProblems, ProblemSummary } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import { StateBox, StateLine } from "../parts/state-line.tsx";
import { TermsFields } from "../parts/terms-fields.tsx";
import type { TriggerOffer } from "../trigger-form.ts";
import { triggerFacts } from "../trigger-words.ts";
import type { Visit } from "../visit.ts";
import { ConsentText } from "./mandate-setup.tsx";

/** All mandates of the payer. */
export const MandatesPage: FC<{ visit: Visit; mandates: readonly Mandate[] }> = ({ visit, mandates }) => {
  const { locale } = visit;
  return (
    <Frame visit={visit} title={say(locale, "page.nav.autopay")} room="autopay">
      <div class="row between">
        <h1>{say(locale, "page.nav.autopay")}</h1>
        <div class="row">
          <a class="button quiet" href="/forecast">
            {say(locale, "forecast.link")}
          </a>
          <a class="button" href="/billers?for=mandate">
            {say(locale, "page.action.new-mandate")}
          </a>
        </div>
      </div>
      {mandates.length === 0 ? (
        <p class="lead">{say(locale, "page.mandate.none")}</p>
      ) : (
        <div class="card">
          <ul class="lines">
            {mandates.map((mandate) => (
              <li>
                <div>
                  <h2>
                    <a href={`/mandates/${mandate.id}`}>{mandate.biller.title}</a>
                  </h2>
                  <p class="soft">{coveredWords(locale, mandate)}</p>
                </div>
                <StateLine told={tellMandate(visit, mandate)} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </Frame>
  );
};

interface MandateProps {
  readonly visit: Visit;
  readonly mandate: Mandate;
  readonly methods: readonly Method[];
  readonly problems?: FieldProblems;
}

/** One mandate: whether it works, what it will pay next, its terms, and how to stop it. */
export const MandatePage: FC<MandateProps> = ({ visit, mandate, methods, problems = {} }) => {
  const { locale } = visit;
  const title = say(locale, "page.mandate.title", { biller: mandate.biller.title });
  return (
    <Frame visit={visit} title={title} room="autopay">
      <div>
        <a class="crumb" href="/mandates">
          {say(locale, "page.nav.autopay")}
        </a>
        <h1>{title}</h1>
        <p class="lead">{coveredWords(locale, mandate)}</p>
      </div>
      <ProblemSummary visit={visit} problems={problems} />
      <div class="columns" data-mandate={mandate.id} data-state={mandate.state}>
        <div class="stack">
          <StateBox told={tellMandate(visit, mandate)} />
          <Ending visit={visit} mandate={mandate} />
          <Upcoming visit={visit} mandate={mandate} />
          <section class="card stack">
            <h2>{say(locale, "page.mandate.terms")}</h2>
            <Facts
              of={[
                ...triggerFacts(visit, mandate),
                ...termsFacts(visit, mandate.terms, methods),
                [say(locale, "page.fact.mandate"), mandate.id],
              ]}
            />
            <ConsentLink visit={visit} mandate={mandate} />
            {mandate.state === "active" || mandate.state === "paused" ? (
              <a class="button quiet" href={`/mandates/${mandate.id}/edit`}>
                {say(locale, "page.mandate.edit")}
              </a>
            ) : null}
          </section>
        </div>
        <Controls visit={visit} mandate={mandate} problems={problems} />
      </div>
    </Frame>
  );
};

/** The document of the newest consent, or why there is none. */
const ConsentLink: FC<{ visit: Visit; mandate: Mandate }> = ({ visit: { locale }, mandate }) => {
  const { id, consent } = mandate;
  if (consent === null) return null;
  if (!consent.signed) return <p class="soft">{say(locale, "page.mandate.consent.unsigned")}</p>;
  return (
    <p>
      <a href={`/mandates/${id}/consent/${consent.version}`} download>
        {say(locale, "page.mandate.consent.signed")}
      </a>
    </p>
  );
};

/** It has taken nothing for long and will end by itself, unless its owner keeps it. */
const Ending: FC<{ visit: Visit; mandate: Mandate }> = ({ visit, mandate: { id, expiresAt } }) => {
  const { locale, zone } = visit;
  if (expiresAt === null) return null;
  return (
    <section class="card stack">
      <p>{say(locale, "page.mandate.expiring", { until: formatInstant(locale, expiresAt, zone) })}</p>
      <ActionButton
        visit={visit}
        action={`/mandates/${id}/renew`}
        label={say(locale, "page.mandate.renew")}
      />
    </section>
  );
};

const Upcoming: FC<{ visit: Visit; mandate: Mandate }> = ({ visit, mandate }) => {
  const { locale, zone } = visit;
  return (
    <section class="card stack">
      <h2>{say(locale, "page.mandate.upcoming")}</h2>
      {mandate.upcoming.length === 0 ? (
        <p class="soft">{say(locale, "page.mandate.upcoming.none")}</p>
      ) : (
        <ul class="lines">
          {mandate.upcoming.map((debit) => (
            <li>
              <a href={`/payments/${debit.paymentId}`}>
                {say(locale, "page.mandate.upcoming.line", {
                  day: formatDate(locale, debit.plannedOn),
                  time: formatTimeOf(locale, debit.notBefore, zone),
                })}
              </a>
              {debit.cancelUntil === null ? null : (
                <span class="soft">
                  {say(locale, "page.mandate.upcoming.cancel", {
                    day: formatDayOf(locale, debit.cancelUntil, zone),
                    time: formatTimeOf(locale, debit.cancelUntil, zone),
                  })}
                </span>
              )}
              <span class="amount">{formatMoney(locale, debit.amount)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
};

const Controls: FC<{ visit: Visit; mandate: Mandate; problems: FieldProblems }> = ({
  visit,
  mandate,
  problems,
}) => {
  const { locale } = visit;
  const to = (verb: string): string => `/mandates/${mandate.id}/${verb}`;
  if (mandate.state === "ended" || mandate.state === "proposed") return null;
  return (
    <section class="card stack">
      <h2>{say(locale, "page.mandate.controls")}</h2>
      {mandate.pauses.some(({ by }) => by === "payer") ? (
        <ActionButton visit={visit} action={to("resume")} label={say(locale, "page.mandate.resume")} />
      ) : (
        <ActionForm visit={visit} action={to("pause")} class="stack">
          <Field
            name="until"
            type="date"
            label={say(locale, "page.mandate.pause-until")}
            hint={say(locale, "page.mandate.pause-until.hint")}
            problem={problems["until"]}
            short
          />
          <button type="submit" class="quiet">
            {say(locale, "page.mandate.pause")}
          </button>
        </ActionForm>
      )}
      <p>
        <a class="button danger" href={to("cancel")}>
          {say(locale, "page.mandate.cancel")}
        </a>
      </p>
    </section>
  );
};

/** Before a mandate is cancelled for good. */
export const CancelMandatePage: FC<{ visit: Visit; mandate: Mandate }> = ({ visit, mandate }) => {
  const { locale } = visit;
  const title = say(locale, "page.mandate.cancel.title", { biller: mandate.biller.title });
  return (
    <Frame visit={visit} title={title} room="autopay">
      <div class="narrow stack">
        <h1>{title}</h1>
        <p>{say(locale, "page.mandate.cancel.what")}</p>
        <ActionForm visit={visit} action={`/mandates/${mandate.id}/cancel`} class="row">
          <button type="submit" class="danger">
            {say(locale, "page.mandate.cancel.button")}
          </button>
          <a href={`/mandates/${mandate.id}`}>{say(locale, "page.action.keep")}</a>
        </ActionForm>
      </div>
    </Frame>
  );
};

interface EditProps extends MandateProps {
  readonly form: TermsForm;
  readonly offer: TriggerOffer;
}

/** Other cards, limits or answers. Narrower ones work at once, wider ones ask for a fresh consent. */
export const EditMandatePage: FC<EditProps> = ({ visit, mandate, methods, form, offer, problems = {} }) => {
  const { locale } = visit;
  const title = say(locale, "page.mandate.edit");
  return (
    <Frame visit={visit} title={title} room="autopay">
      <div class="narrow stack">
        <a class="crumb" href={`/mandates/${mandate.id}`}>
          {say(locale, "page.mandate.title", { biller: mandate.biller.title })}
        </a>
        <h1>{title}</h1>
        <p class="lead">{say(locale, "page.mandate.edit.lead")}</p>
        <ProblemSummary visit={visit} problems={problems} />
        <ActionForm visit={visit} action={`/mandates/${mandate.id}/edit`} class="stack-loose">
          <TermsFields
            visit={visit}
            methods={methods}
            form={form}
            problems={problems}
            offerNotice={false}
            offer={offer}
          />
          <button type="submit">{say(locale, "page.mandate.edit.button")}</button>
        </ActionForm>
      </div>
    </Frame>
  );
};

/** Wider terms: the consent in full, as for a new mandate. */
export const WidenMandatePage: FC<{ visit: Visit; mandate: Mandate; subject: ConsentSubject }> = (props) => {
  const { visit, mandate, subject } = props;
  const { locale } = visit;
  const title = say(locale, "page.mandate.widen");
  return (
    <Frame visit={visit} title={title} room="autopay">
      <div class="narrow stack">
        <h1>{title}</h1>
        <p class="lead">{say(locale, "page.mandate.widen.lead")}</p>
        <ConsentText visit={visit} subject={subject} />
        <ActionForm visit={visit} action={`/mandates/${mandate.id}/consent`} class="row">
          <button type="submit">{say(locale, "page.setup.agree")}</button>
          <a href={`/mandates/${mandate.id}/edit`}>{say(locale, "page.action.back")}</a>
        </ActionForm>
      </div>
    </Frame>
  );
};
