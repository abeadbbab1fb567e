import type { FC } from "hono/jsx";
import type { BillerDetails, MethodChoice as Choice, Template } from "../../api/client.ts";
import { formatDate, formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { Facts } from "../parts/facts.tsx";
import { ActionButton, ActionForm, Field, type FieldProblems, ProblemSummary } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import { UnfitMethods } from "../parts/method-choice.tsx";
import { type PayAnswers, PayForm } from "../parts/pay-form.tsx";
import { type SumForm, TemplateSum } from "../parts/template-sum.tsx";
import type { Visit } from "../visit.ts";

/** All templates: one click leads to the page that pays. */
export const TemplatesPage: FC<{ visit: Visit; templates: readonly Template[] }> = ({ visit, templates }) => {
  const { locale } = visit;
  return (
    <Frame visit={visit} title={say(locale, "templates.title")} room="templates">
      <div class="row between">
        <div>
          <h1>{say(locale, "templates.title")}</h1>
          <p class="lead">{say(locale, "templates.lead")}</p>
        </div>
        <a class="button quiet" href="/billers?for=template">
          {say(locale, "templates.new")}
        </a>
      </div>
      {templates.length === 0 ? (
        <p>{say(locale, "templates.none")}</p>
      ) : (
        <div class="grid">
          {templates.map((template) => (
            <TemplateSlip visit={visit} template={template} />
          ))}
        </div>
      )}
    </Frame>
  );
};

const TemplateSlip: FC<{ visit: Visit; template: Template }> = ({ visit, template }) => {
  const { locale } = visit;
  const path = `/templates/${template.id}`;
  const hidden = <span class="hidden-visually">{` ${template.name}`}</span>;
  return (
    <article class="slip" data-template={template.id}>
      <div class="slip-body stack">
        <div>
          <h2>{template.name}</h2>
          <p class="soft">{`${template.biller.title} · ${template.account}`}</p>
        </div>
        <Sum visit={visit} template={template} />
      </div>
      <div class="slip-tear row">
        {template.amount === null && template.due.length === 0 ? null : (
          <a class="button" href={`${path}/pay`}>
            {say(locale, "templates.pay")}
            {hidden}
          </a>
        )}
        <a href={path}>
          {say(locale, "templates.edit")}
          {hidden}
        </a>
      </div>
    </article>
  );
};

/** The fixed sum, or the earliest bill that is due. */
const Sum: FC<{ visit: Visit; template: Template }> = ({ visit: { locale }, template: { amount, due } }) => {
  if (amount !== null) return <p class="amount">{formatMoney(locale, amount)}</p>;
  const [first, ...others] = due;
  if (first === undefined) return <p class="soft">{say(locale, "templates.due.none")}</p>;
  const more = others.length === 0 ? "" : `, ${say(locale, "templates.due.more", { count: others.length })}`;
  return (
    <div>
      <p class="amount">{formatMoney(locale, first.amount)}</p>
      <p class="soft">
        {say(locale, "templates.due.until", { due: formatDate(locale, first.dueOn) }) + more}
      </p>
    </div>
  );
};

/** What was typed, to be shown again when something is wrong with it. */
export interface TemplateForm extends SumForm {
  readonly name: string;
}

/** One template: its name and sum, and its end. */
export const TemplatePage: FC<{
  visit: Visit;
  template: Template;
  biller: BillerDetails;
  form: TemplateForm;
  problems: FieldProblems;
}> = ({ visit, template, biller, form, problems }) => {
  const { locale } = visit;
  const path = `/templates/${template.id}`;
  return (
    <Frame visit={visit} title={template.name} room="templates">
      <div class="narrow stack">
        <div>
          <a class="crumb" href="/templates">
            {say(locale, "templates.back")}
          </a>
          <h1>{template.name}</h1>
        </div>
        <Facts
          of={[
            [say(locale, "page.fact.biller"), template.biller.title],
            [say(locale, "page.fact.account"), template.account],
          ]}
        />
        <ProblemSummary visit={visit} problems={problems} />
        <ActionForm visit={visit} action={path} class="stack">
          <NameField visit={visit} value={form.name} problem={problems["name"]} />
          <TemplateSum visit={visit} sums={biller.withoutBill} form={form} problems={problems} />
          <button type="submit">{say(locale, "templates.save")}</button>
        </ActionForm>
        <section class="card stack">
          <h2>{say(locale, "templates.delete")}</h2>
          <p>{say(locale, "templates.delete.text")}</p>
          <ActionButton
            visit={visit}
            action={`${path}/delete`}
            class="danger"
            label={say(locale, "templates.delete")}
            about={template.name}
          />
        </section>
      </div>
    </Frame>
  );
};

/** What a template is called by its person. */
export const NameField: FC<{ visit: Visit; value: string; problem: string | undefined }> = (props) => (
  <Field
    name="name"
    label={say(props.visit.locale, "templates.name")}
    hint={say(props.visit.locale, "templates.name.hint")}
    value={props.value}
    problem={props.problem}
  />
);

interface PayProps extends PayAnswers {
  readonly visit: Visit;
  readonly template: Template;
  readonly amount: NonNullable<Template["amount"]>;
  readonly biller: BillerDetails;
  readonly choice: Choice;
  /** The same sum went there a moment ago: that payment, where it is known. */
  readonly justPaid?: { readonly paymentId: string | undefined; readonly words: string } | undefined;
}

/** The confirm page of a sum of the payer's own: what, how much, to whom, from where. */
export const PayOwnSumPage: FC<PayProps> = (props) => {
  const { visit, template, amount, biller, choice, justPaid, ...again } = props;
  const { locale } = visit;
  const title = say(locale, "templates.pay.title");
  return (
    <Frame visit={visit} title={`${title}: ${template.name}`} room="templates">
      <div>
        <a class="crumb" href="/templates">
          {say(locale, "templates.back")}
        </a>
        <h1>{title}</h1>
      </div>
      <ProblemSummary visit={visit} problems={again.problems ?? {}} />
      <JustPaid visit={visit} justPaid={justPaid} />
      <div class="columns">
        <div class="slip">
          <div class="slip-body stack">
            <p class="amount amount-large">{formatMoney(locale, amount)}</p>
            <Facts
              of={[
                [say(locale, "templates.name"), template.name],
                [say(locale, "page.fact.biller"), biller.title],
                [say(locale, "page.fact.payee"), biller.payee.name],
                [say(locale, "page.fact.account"), template.account],
                [say(locale, "page.fact.fee"), say(locale, "page.fact.no-fee")],
              ]}
            />
          </div>
          <div class="slip-tear">
            <PayForm
              {...again}
              visit={visit}
              action={`/templates/${template.id}/pay`}
              billerId={biller.id}
              amount={amount}
              payee={biller.payee.name}
              choice={choice}
            >
              {justPaid === undefined ? null : (
                <div class="choice">
                  <input type="checkbox" id="again" name="again" value="yes" />
                  <label for="again">{say(locale, "templates.again")}</label>
                </div>
              )}
            </PayForm>
          </div>
        </div>
        <div class="stack">
          <div class="card stack">
            <h2>{say(locale, "page.pay.what-next")}</h2>
            <p class="soft">{say(locale, "page.pay.what-next.text")}</p>
          </div>
          <UnfitMethods visit={visit} choice={choice} />
        </div>
      </div>
    </Frame>
  );
};

/** Asks before the same sum goes there once more. */
const JustPaid: FC<Pick<PayProps, "visit" | "justPaid">> = ({ visit: { locale }, justPaid }) =>
  justPaid === undefined ? null : (
    <div class="note note-wait" role="alert">
      <p>{justPaid.words}</p>
      {justPaid.paymentId === undefined ? null : (
        <a href={`/payments/${justPaid.paymentId}`}>{say(locale, "templates.again.watch")}</a>
      )}
    </div>
  );
