import type { FC } from "hono/jsx";
import type { Biller } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { ActionForm, Choices, Field, type FieldProblems, ProblemSummary } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import type { Visit } from "../visit.ts";

/** What was typed, to be shown again when something is wrong with it. */
export interface AccountForm {
  readonly billerId: string;
  readonly account: string;
  readonly label: string;
}

interface NewAccountProps {
  readonly visit: Visit;
  readonly billers: readonly Biller[];
  readonly form: AccountForm;
  readonly problems: FieldProblems;
}

/** Connect an account at a biller: its bills are found from then on. */
export const NewAccountPage: FC<NewAccountProps> = ({ visit, billers, form, problems }) => {
  const { locale } = visit;
  const title = say(locale, "page.account.title");
  return (
    <Frame visit={visit} title={title} room="bills">
      <div class="narrow stack">
        <h1>{title}</h1>
        <p class="lead">{say(locale, "page.account.lead")}</p>
        <ProblemSummary visit={visit} problems={problems} />
        <ActionForm visit={visit} action="/accounts/new" class="stack">
          <Choices
            name="billerId"
            legend={say(locale, "page.account.biller")}
            options={billers.map(({ id, name }) => ({ value: id, label: name }))}
            chosen={form.billerId}
            problem={problems["billerId"]}
          />
          <Field
            name="account"
            label={say(locale, "page.fact.account")}
            hint={say(locale, "page.account.hint")}
            value={form.account}
            problem={problems["account"]}
          />
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
