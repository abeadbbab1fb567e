import type { Child, FC } from "hono/jsx";
import type { BillerDetails, MethodChoice as Choice } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { choicePath, readChoice } from "../biller-choice.ts";
import { type ConsentSubject, consentParagraphs, mandateConsentVersion } from "../consent.ts";
import type { MandateDraft, TermsForm } from "../mandate-draft.ts";
import { ActionForm, type FieldProblems, ProblemSummary } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import { bindingPath, UnfitMethods } from "../parts/method-choice.tsx";
import { BillerCard, NumberFields } from "../parts/payer-number.tsx";
import { TermsFields } from "../parts/terms-fields.tsx";
import type { NumberForm } from "../payer-number.ts";
import type { TriggerOffer } from "../trigger-form.ts";
import type { Visit } from "../visit.ts";

const steps = ["what", "terms", "consent"] as const;

const Step: FC<{ visit: Visit; step: (typeof steps)[number]; problems?: FieldProblems; children?: Child }> = (
  props,
) => {
  const { visit, step } = props;
  const { locale } = visit;
  return (
    <Frame
      visit={visit}
      title={`${say(locale, "page.setup.title")}: ${say(locale, `page.setup.step.${step}`)}`}
      room="autopay"
    >
      <div class="narrow stack">
        <h1>{say(locale, "page.setup.title")}</h1>
        <ol class="steps">
          {steps.map((name) => (
            <li aria-current={name === step ? "step" : undefined}>
              {say(locale, `page.setup.step.${name}`)}
            </li>
          ))}
        </ol>
        <ProblemSummary visit={visit} problems={props.problems ?? {}} />
        {props.children}
      </div>
    </Frame>
  );
};

interface WhatProps {
  readonly visit: Visit;
  readonly biller: BillerDetails;
  readonly form: NumberForm;
  readonly problems: FieldProblems;
}

/** Step 1: by which number of the biller that was chosen. */
export const SetupWhatPage: FC<WhatProps> = ({ visit, biller, form, problems }) => {
  const { locale } = visit;
  return (
    <Step visit={visit} step="what" problems={problems}>
      <p class="lead">{say(locale, "page.setup.lead")}</p>
      <BillerCard visit={visit} biller={biller} otherPath={choicePath(readChoice({ for: "mandate" }))} />
      <ActionForm visit={visit} action="/mandates/new" class="stack">
        <NumberFields visit={visit} biller={biller} form={form} problems={problems} />
        <button type="submit">{say(locale, "page.action.go-on")}</button>
      </ActionForm>
    </Step>
  );
};

interface TermsProps {
  readonly visit: Visit;
  readonly draft: MandateDraft;
  /** The payer's methods, judged for this biller. */
  /** What the payer calls the biller; the consent names it as it is registered. */
  readonly title: string;
  readonly choice: Choice;
  readonly offer: TriggerOffer;
  readonly form: TermsForm;
  readonly problems: FieldProblems;
}

/** Step 2: from which card, how much at most. */
export const SetupTermsPage: FC<TermsProps> = ({ visit, draft, title, choice, offer, form, problems }) => {
  const { locale } = visit;
  const methods = choice.items.filter(({ allowed }) => allowed).map(({ method }) => method);
  const binding = bindingPath({ billerId: draft.billerId, returnTo: "/mandates/new/terms" });
  return (
    <Step visit={visit} step="terms" problems={problems}>
      <p class="lead">{`${title}, ${draft.account}`}</p>
      {methods.length === 0 ? (
        <div class="note note-wait">
          <h2>{say(locale, "page.setup.no-method")}</h2>
          <p>{say(locale, "page.setup.no-method.text")}</p>
          <p>
            <a class="button" href={binding}>
              {say(locale, "page.method.bind")}
            </a>
          </p>
        </div>
      ) : (
        <ActionForm visit={visit} action="/mandates/new/terms" class="stack-loose">
          <TermsFields
            visit={visit}
            methods={methods}
            form={form}
            problems={problems}
            offerNotice={!visit.livemode}
            offer={offer}
          />
          <div class="row">
            <button type="submit">{say(locale, "page.action.go-on")}</button>
            <a href="/mandates/new">{say(locale, "page.action.back")}</a>
          </div>
        </ActionForm>
      )}
      <UnfitMethods visit={visit} choice={choice} />
    </Step>
  );
};

/** The consent in full, with its edition. */
export const ConsentText: FC<{ visit: Visit; subject: ConsentSubject }> = ({ visit, subject }) => (
  <div class="card consent" id="consent">
    {consentParagraphs(visit.locale, subject).map((paragraph) => (
      <p>{paragraph}</p>
    ))}
    <p class="soft">{say(visit.locale, "page.consent.version", { version: mandateConsentVersion })}</p>
  </div>
);

/** Step 3: everything that is promised, word for word; the button is the consent. */
export const SetupConsentPage: FC<{ visit: Visit; subject: ConsentSubject }> = ({ visit, subject }) => {
  const { locale } = visit;
  return (
    <Step visit={visit} step="consent">
      <p class="lead">{say(locale, "page.setup.consent.lead")}</p>
      <ConsentText visit={visit} subject={subject} />
      <ActionForm visit={visit} action="/mandates/new/consent" class="row">
        <button type="submit">{say(locale, "page.setup.agree")}</button>
        <a href="/mandates/new/terms">{say(locale, "page.action.back")}</a>
      </ActionForm>
    </Step>
  );
};
