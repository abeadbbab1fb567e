import type { FC } from "hono/jsx";
import type { Bill, BillerDetails } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { choicePath, readChoice } from "../biller-choice.ts";
import { Facts } from "../parts/facts.tsx";
import { ActionForm, type FieldProblems, ProblemSummary } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import { BillerCard, NumberFields } from "../parts/payer-number.tsx";
import { TemplateSum } from "../parts/template-sum.tsx";
import type { NumberForm } from "../payer-number.ts";
import type { Visit } from "../visit.ts";
import { NameField, type TemplateForm } from "./templates.tsx";

interface NewTemplateProps {
  readonly visit: Visit;
  readonly biller: BillerDetails;
  /** The bill that it is made from; undefined: the payer types their number. */
  readonly bill: Bill | undefined;
  readonly form: TemplateForm & { readonly number: NumberForm };
  readonly problems: FieldProblems;
}

/** Save details: the number is asked for and proved as the biller's own entry in the catalogue says. */
export const NewTemplatePage: FC<NewTemplateProps> = ({ visit, biller, bill, form, problems }) => {
  const { locale } = visit;
  const title = say(locale, "templates.new");
  return (
    <Frame visit={visit} title={title} room="templates">
      <div class="narrow stack">
        <h1>{title}</h1>
        <p class="lead">{say(locale, "templates.new.lead")}</p>
        <ProblemSummary visit={visit} problems={problems} />
        {bill === undefined ? (
          <BillerCard visit={visit} biller={biller} otherPath={choicePath(readChoice({ for: "template" }))} />
        ) : (
          <Facts
            of={[
              [say(locale, "page.fact.biller"), bill.biller.title],
              [say(locale, "page.fact.account"), bill.account],
            ]}
          />
        )}
        <ActionForm visit={visit} action="/templates/new" class="stack">
          {bill === undefined ? (
            <NumberFields visit={visit} biller={biller} form={form.number} problems={problems} />
          ) : (
            <input type="hidden" name="bill" value={bill.id} />
          )}
          <NameField visit={visit} value={form.name} problem={problems["name"]} />
          <TemplateSum visit={visit} sums={biller.withoutBill} form={form} problems={problems} />
          <button type="submit">{say(locale, "templates.save")}</button>
        </ActionForm>
      </div>
    </Frame>
  );
};
