import type { FC } from "hono/jsx";
import type { BillerDetails } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { choicePath, readChoice } from "../biller-choice.ts";
import { ActionForm, Field, type FieldProblems, ProblemSummary } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import { BillerCard, NumberFields } from "../parts/payer-number.tsx";
import type { NumberForm } from "../payer-number.ts";
import type { Visit } from "../visit.ts";

/** What was typed, to be shown again when something is wrong with it. */
export interface AccountForm {
  readonly number: NumberForm;
  readonly label: string;
}

interface NewAccountProps {
  readonly visit: Visit;
  readonly biller: BillerDetails;
  readonly form: AccountForm;
  readonly problems: FieldProblems;
}

/** Connect an account at a biller: its bills are found from then on. */
export const NewAccountPage: FC<NewAccountProps> = ({ visit, biller, form, problems }) => {
  const { locale } = visit;
  const title = say(locale, "page.account.title");
  return (
    <Frame visit={visit} title={title} room="bills">
      <div class="narrow stack">
        <h1>{title}</h1>
        <p class="lead">{say(locale, "page.account.lead")}</p>
        <ProblemSummary visit={visit} problems={problems} />
        <BillerCard visit={visit} biller={biller} otherPath={choicePath(readChoice({}))} />
        <ActionForm visit={visit} action="/accounts/new" class="stack">
          <NumberFields visit={visit} biller={biller} form={form.number} problems={problems} />
          <Field
            name="label"
            label={say(locale, "page.account.label")}
            hint={say(locale, "page.account.label.hint")}
            value={form.label}
            problem={problems["label"]}
          />
          <button type="submit">{say(locale, "page.account.button")}</button>
        </ActionForm>
      </div>
    </Frame>
  );
};
