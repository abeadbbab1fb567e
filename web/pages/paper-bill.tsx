import type { FC } from "hono/jsx";
import type { PaymentQr } from "../../api/client.ts";
import { writtenMonth } from "../../domain/written-month.ts";
import { formatMoney } from "../../words/format.ts";
import { fieldWords } from "../../words/identifiers.ts";
import { say } from "../../words/say.ts";
import { Facts } from "../parts/facts.tsx";
import { ActionForm, Field, type FieldProblems, ProblemSummary } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import { QrReader } from "../parts/qr-reader.tsx";
import { periodWords } from "../../words/periods.ts";
import { scanningPath } from "../scanning-path.ts";
import type { Visit } from "../visit.ts";

/** Point the camera at a paper bill, or send its picture. */
export const ScanPage: FC<{ visit: Visit; problems: FieldProblems }> = ({ visit, problems }) => {
  const title = say(visit.locale, "finding.qr.title");
  return (
    <Frame visit={visit} title={title} room="bills" scanning>
      <div class="narrow stack">
        <Crumb visit={visit} />
        <h1>{title}</h1>
        <p class="lead">{say(visit.locale, "finding.qr.text")}</p>
        <ProblemSummary visit={visit} problems={problems} />
        <QrReader visit={visit} action={scanningPath} />
      </div>
    </Frame>
  );
};

const Crumb: FC<{ visit: Visit }> = ({ visit }) => (
  <a class="crumb" href="/bills/add">
    {say(visit.locale, "finding.back")}
  </a>
);

/** What was entered beside the code. */
export interface PaperForm {
  readonly account: string;
  readonly period: string;
  readonly amount: string;
}

interface PaperProps {
  readonly visit: Visit;
  readonly codes: readonly PaymentQr[];
  readonly otherCodes: number;
  readonly form: PaperForm;
  readonly problems: FieldProblems;
}

/** What a paper's code says, and what has to be added to it by hand. A paper with and without insurance has two codes. */
export const PaperPage: FC<PaperProps> = ({ visit, codes, otherCodes, form, problems }) => {
  const { locale } = visit;
  const title = say(locale, "finding.paper.title");
  return (
    <Frame visit={visit} title={title} room="bills">
      <div class="narrow stack">
        <Crumb visit={visit} />
        <h1>{title}</h1>
        <p class="lead">{say(locale, "finding.paper.lead")}</p>
        {otherCodes === 0 ? null : <p>{say(locale, "finding.paper.other", { count: otherCodes })}</p>}
        <ProblemSummary visit={visit} problems={problems} />
        {codes.map((code, index) => (
          <Paper
            visit={visit}
            code={code}
            form={form}
            problems={problems}
            only={codes.length === 1}
            at={index}
          />
        ))}
      </div>
    </Frame>
  );
};

const SHOWN = [
  "Name",
  "PayeeINN",
  "PersonalAcc",
  "BIC",
  "BankName",
  "PersAcc",
  "Contract",
  "PaymPeriod",
  "UIN",
];

/** A field as people read it: papers write the month as `022026`. */
function shown({ locale }: Visit, field: string, value: string | undefined): string | undefined {
  return field === "PaymPeriod" && value !== undefined
    ? periodWords(locale, writtenMonth(value) ?? value)
    : value;
}

interface PaperCardProps {
  readonly visit: Visit;
  readonly code: PaymentQr;
  readonly form: PaperForm;
  readonly problems: FieldProblems;
  readonly only: boolean;
  readonly at: number;
}

const Paper: FC<PaperCardProps> = ({ visit, code, form, problems, only, at }) => {
  const { locale } = visit;
  const { fields } = code;
  return (
    <article class="slip" data-paper={at} id={only ? "qr" : undefined}>
      <div class="slip-body stack">
        <h2>{fields["Purpose"] ?? fields["Name"] ?? ""}</h2>
        {code.amount === null ? null : <p class="amount amount-large">{formatMoney(locale, code.amount)}</p>}
        <Facts of={SHOWN.map((field) => [fieldWords(locale, field), shown(visit, field, fields[field])])} />
        {code.problems.map(({ detail }) => (
          <p class="state state-wait">{detail}</p>
        ))}
      </div>
      <div class="slip-tear">
        <ActionForm visit={visit} action="/bills/add/paper" class="stack">
          <input type="hidden" name="qr" value={code.base64} />
          {only ? <Missing visit={visit} code={code} form={form} problems={problems} /> : null}
          <button type="submit">
            {say(locale, "finding.paper.button")}
            <span class="hidden-visually">
              {code.amount === null ? "" : ` ${formatMoney(locale, code.amount)}`}
            </span>
          </button>
        </ActionForm>
      </div>
    </article>
  );
};

/** Fields that the code does not hold, or that were refused as it holds them. */
const Missing: FC<Pick<PaperCardProps, "visit" | "code" | "form" | "problems">> = (props) => {
  const { visit, code, form, problems } = props;
  const { locale } = visit;
  const { fields } = code;
  const isForeign = fields["UIN"] !== undefined;
  const asked = {
    account: fields["PersAcc"] === undefined && fields["Contract"] === undefined && !isForeign,
    period: fields["PaymPeriod"] !== undefined && writtenMonth(fields["PaymPeriod"]) === null,
    amount: code.amount === null && !isForeign,
  };
  return (
    <>
      {(["account", "period", "amount"] as const)
        .filter((name) => asked[name] || problems[name] !== undefined || form[name] !== "")
        .map((name) => (
          <Field
            name={name}
            label={say(locale, `finding.paper.${name}`)}
            hint={say(locale, `finding.paper.${name}.hint`)}
            value={form[name]}
            problem={problems[name]}
            {...(name === "amount" ? { inputmode: "decimal" as const } : {})}
          />
        ))}
    </>
  );
};
