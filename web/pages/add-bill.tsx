import type { Child, FC } from "hono/jsx";
import { say } from "../../words/say.ts";
import { scanningPath } from "../scanning-path.ts";
import { ActionForm, Field, type FieldProblems, ProblemSummary } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import type { Visit } from "../visit.ts";

/** What was typed, by field, to be shown again when something is wrong with it. */
export type FindingForm = Readonly<Record<string, string>>;

interface AddBillProps {
  readonly visit: Visit;
  readonly form: FindingForm;
  readonly problems: FieldProblems;
}

/** Every way to find a bill by hand. */
export const AddBillPage: FC<AddBillProps> = ({ visit, form, problems }) => {
  const { locale } = visit;
  const title = say(locale, "finding.title");
  const field = (name: string) => ({ name, value: form[name] ?? "", problem: problems[name] });
  return (
    <Frame visit={visit} title={title} room="bills">
      <div class="stack">
        <a class="crumb" href="/">
          {say(locale, "page.home.title")}
        </a>
        <h1>{title}</h1>
        <p class="lead">{say(locale, "finding.lead")}</p>
        <p>
          <a href="/profile">{say(locale, "finding.to-profile")}</a>
        </p>
        <ProblemSummary visit={visit} problems={problems} />
      </div>
      <div class="grid">
        <UinWidget visit={visit} field={field} />
        <Road visit={visit} title="finding.qr.title" text="finding.qr.text" path={scanningPath}>
          {say(locale, "finding.qr.link")}
        </Road>
        <CodeWidget visit={visit} field={field} />
        <DriverWidgets visit={visit} field={field} />
        <CompanyWidget visit={visit} field={field} />
        <Road
          visit={visit}
          title="finding.account.title"
          text="finding.account.text"
          path="/billers?for=account"
        >
          {say(locale, "page.action.add-account")}
        </Road>
      </div>
    </Frame>
  );
};

interface FieldsProps {
  readonly visit: Visit;
  /** What was typed into a field, and what is wrong with it. */
  readonly field: (name: string) => {
    readonly name: string;
    readonly value: string;
    readonly problem: string | undefined;
  };
}

const UinWidget: FC<FieldsProps> = ({ visit, field }) => (
  <Widget visit={visit} title="finding.uin.title" action="/bills/add/uin" button="finding.uin.button">
    <Field
      {...field("uin")}
      label={say(visit.locale, "finding.uin.label")}
      hint={say(visit.locale, "finding.uin.hint")}
    />
  </Widget>
);

const CodeWidget: FC<FieldsProps> = ({ visit, field }) => (
  <Widget visit={visit} title="finding.code.title" action="/bills/add/code" button="finding.code.button">
    <Field
      {...field("code")}
      label={say(visit.locale, "finding.code.label")}
      hint={say(visit.locale, "finding.code.hint")}
      inputmode="numeric"
    />
    <Field
      {...field("period")}
      label={say(visit.locale, "finding.paper.period")}
      hint={say(visit.locale, "finding.paper.period.hint")}
      short
    />
  </Widget>
);

const DriverWidgets: FC<FieldsProps> = ({ visit, field }) => (
  <>
    {(["sts", "licence"] as const).map((name) => (
      <Widget
        visit={visit}
        title={`finding.${name}.title`}
        action={`/bills/add/${name}`}
        button={`finding.${name}.button`}
      >
        <Field
          {...field(name)}
          label={say(visit.locale, `finding.${name}.label`)}
          hint={say(visit.locale, `finding.${name}.hint`)}
        />
      </Widget>
    ))}
  </>
);

const CompanyWidget: FC<FieldsProps> = ({ visit, field }) => (
  <Widget
    visit={visit}
    title="finding.company.title"
    action="/bills/add/company"
    button="finding.company.button"
  >
    <Field
      {...field("inn")}
      label={say(visit.locale, "finding.company.inn")}
      hint={say(visit.locale, "finding.company.inn.hint")}
      inputmode="numeric"
    />
    <Field
      {...field("kpp")}
      label={say(visit.locale, "finding.company.kpp")}
      hint={say(visit.locale, "finding.company.kpp.hint")}
    />
  </Widget>
);

interface RoadProps {
  readonly visit: Visit;
  readonly title: "finding.qr.title" | "finding.account.title";
  readonly text: "finding.qr.text" | "finding.account.text";
  readonly path: string;
  readonly children?: Child;
}

/** A way that has a page of its own. */
const Road: FC<RoadProps> = ({ visit, title, text, path, children }) => (
  <section class="card stack">
    <h2>{say(visit.locale, title)}</h2>
    <p>{say(visit.locale, text)}</p>
    <a class="button quiet" href={path}>
      {children}
    </a>
  </section>
);

interface WidgetProps {
  readonly visit: Visit;
  readonly title: `finding.${"uin" | "code" | "sts" | "licence" | "company"}.title`;
  readonly button: `finding.${"uin" | "code" | "sts" | "licence" | "company"}.button`;
  readonly action: string;
  readonly children?: Child;
}

const Widget: FC<WidgetProps> = ({ visit, title, button, action, children }) => (
  <section class="card stack">
    <h2>{say(visit.locale, title)}</h2>
    <ActionForm visit={visit} action={action} class="stack">
      {children}
      <button type="submit">{say(visit.locale, button)}</button>
    </ActionForm>
  </section>
);
