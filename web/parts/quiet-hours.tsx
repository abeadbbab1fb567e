import type { FC } from "hono/jsx";
import { say } from "../../words/say.ts";
import { notificationsPath } from "../notifications-path.ts";
import type { Visit } from "../visit.ts";
import { ActionForm, Choices, Field, type FieldProblems } from "./forms.tsx";

/** What was chosen, or typed a moment ago. */
export interface QuietForm {
  readonly quiet: string;
  readonly from: string;
  readonly to: string;
  readonly digestAt: string;
  readonly pushAmounts: boolean;
}

interface QuietHoursProps {
  readonly visit: Visit;
  readonly zone: string;
  readonly form: QuietForm;
  readonly problems: FieldProblems;
}

/** Quiet hours, the time of the digest, and what a locked screen may show. */
export const QuietHours: FC<QuietHoursProps> = ({ visit, zone, form, problems }) => {
  const { locale } = visit;
  const time = (name: "from" | "to") => (
    <Field
      name={name}
      type="time"
      label={say(locale, `preferences.quiet.${name}`)}
      value={form[name]}
      problem={problems[name]}
      short
    />
  );
  return (
    <section class="card stack">
      <h2>{say(locale, "preferences.when")}</h2>
      <ActionForm visit={visit} action={`${notificationsPath}/when`} class="stack">
        <Choices
          name="quiet"
          legend={say(locale, "preferences.quiet")}
          hint={say(locale, "preferences.quiet.hint", { zone: zone.replaceAll("_", " ") })}
          options={(["default", "none", "hours"] as const).map((value) => ({
            value,
            label: say(locale, `preferences.quiet.${value}`),
            ...(value === "none" ? {} : { hint: say(locale, `preferences.quiet.${value}.hint`) }),
          }))}
          chosen={form.quiet}
        />
        <div class="row quiet-hours">
          {time("from")}
          {time("to")}
        </div>
        <Field
          name="digestAt"
          type="time"
          label={say(locale, "preferences.digest")}
          value={form.digestAt}
          problem={problems["digestAt"]}
          short
        />
        <div class="choice">
          <input
            type="checkbox"
            id="pushAmounts"
            name="pushAmounts"
            value="yes"
            checked={form.pushAmounts}
            aria-describedby="pushAmounts-hint"
          />
          <label for="pushAmounts">
            {say(locale, "preferences.lock")}
            <span class="hint" id="pushAmounts-hint">
              {say(locale, "preferences.lock.hint")}
            </span>
          </label>
        </div>
        <button type="submit">{say(locale, "preferences.when.save")}</button>
      </ActionForm>
    </section>
  );
};
