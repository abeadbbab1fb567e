import type { FC } from "hono/jsx";
import type { BillerDetails } from "../../api/client.ts";
import { formatMoney } from "../../words/format.ts";
import { FORMATTING_TAG, type Locale } from "../../words/locale.ts";
import { say } from "../../words/say.ts";
import { fieldName, type NumberForm } from "../payer-number.ts";
import type { Visit } from "../visit.ts";
import { Facts } from "./facts.tsx";
import { Field, type FieldProblems } from "./forms.tsx";

type ReferenceField = BillerDetails["reference"]["fields"][number];

/** Who is paid, so that a payer sees whether it is the one they mean. */
export const BillerCard: FC<{ visit: Visit; biller: BillerDetails; otherPath: string }> = (props) => {
  const { visit, biller, otherPath } = props;
  const { locale } = visit;
  return (
    <div class="card stack">
      <div class="row between">
        <h2>{biller.title}</h2>
        <a href={otherPath}>{say(locale, "billers.other")}</a>
      </div>
      <Facts
        of={[
          [say(locale, "billers.fact.category"), biller.categoryTitle],
          [say(locale, "page.fact.inn"), biller.payee.inn],
          [say(locale, "billers.fact.hours"), hoursOf(locale, biller)],
          [say(locale, "billers.fact.discount"), discountOf(locale, biller)],
        ]}
      />
    </div>
  );
};

function hoursOf(locale: Locale, { hours }: BillerDetails): string | null {
  const format = new Intl.DateTimeFormat(FORMATTING_TAG[locale], { weekday: "short", timeZone: "UTC" });
  // 1 January 2024 was a Monday.
  const name = (day: number) => format.format(Date.UTC(2024, 0, day));
  const written = hours?.map(({ days, from, until }) => {
    const runs = runsOf(days).map(([first, last]) =>
      first === last ? name(first) : `${name(first)}–${name(last)}`,
    );
    return say(locale, "billers.hours", { days: runs.join(", "), from, until });
  });
  return written?.join("; ") ?? null;
}

/** Days that follow one another, as their first and last: Monday to Friday. */
function runsOf(days: readonly number[]): readonly (readonly [first: number, last: number])[] {
  const runs: [number, number][] = [];
  for (const day of days.toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run?.[1] === day - 1) run[1] = day;
    else runs.push([day, day]);
  }
  return runs;
}

function discountOf(locale: Locale, { discount }: BillerDetails): string | null {
  if (discount === null) return null;
  const days = discount.withinDays;
  if (discount.kind === "percent") {
    return say(locale, "billers.discount.percent", { value: String(discount.value), days });
  }
  const value = formatMoney(locale, { amountMinor: discount.value, currency: "RUB" });
  return say(locale, "billers.discount.amount", { value, days });
}

/** The questions of a biller, each with its hint and an example. */
export const NumberFields: FC<{
  visit: Visit;
  biller: BillerDetails;
  form: NumberForm;
  problems: FieldProblems;
}> = ({ visit, biller, form, problems }) => (
  <>
    <input type="hidden" name="billerId" value={biller.id} />
    {biller.reference.fields.map((field) => (
      <Field
        name={fieldName(field.key)}
        label={field.optional ? say(visit.locale, "billers.optional", { title: field.title }) : field.title}
        hint={`${field.hint}. ${say(visit.locale, "billers.example", { example: field.example })}`}
        value={form[field.key] ?? ""}
        problem={problems[fieldName(field.key)]}
        {...keyboardFor(field)}
      />
    ))}
  </>
);

/** Digits are typed on a keyboard of digits, where nothing else can stand there. */
function keyboardFor({ identifier, example }: ReferenceField): { readonly inputmode?: "numeric" | "tel" } {
  if (identifier === "mobile" || identifier === "landline") return { inputmode: "tel" };
  return /^\d+$/.test(example) && identifier !== "uin" ? { inputmode: "numeric" } : {};
}
