import type { FC } from "hono/jsx";
import type { BillerDetails, CreateTemplate } from "../../api/client.ts";
import { formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { parseRoubles } from "../amounts.ts";
import type { SentForm } from "../form-guard.ts";
import type { Visit } from "../visit.ts";
import { Choices, Field, type FieldProblems } from "./forms.tsx";

/** How much a template pays, as it was chosen and typed. */
export interface SumForm {
  readonly sum: "due" | "own";
  readonly amount: string;
}

/** What is due, or a sum of one's own where the biller takes one; where it does not there is nothing to ask. */
export const TemplateSum: FC<{
  visit: Visit;
  sums: BillerDetails["withoutBill"];
  form: SumForm;
  problems: FieldProblems;
}> = ({ visit: { locale }, sums, form, problems }) => {
  if (sums === null) return <input type="hidden" name="sum" value="due" />;
  const money = (amountMinor: number) => formatMoney(locale, { amountMinor, currency: "RUB" });
  return (
    <>
      <Choices
        name="sum"
        legend={say(locale, "templates.sum")}
        chosen={form.sum}
        options={[
          {
            value: "own",
            label: say(locale, "templates.sum.own"),
            hint: say(locale, "templates.sum.own.hint", {
              least: money(sums.leastMinor),
              most: money(sums.mostMinor),
            }),
          },
          {
            value: "due",
            label: say(locale, "templates.sum.due"),
            hint: say(locale, "templates.sum.due.hint"),
          },
        ]}
      />
      <Field
        name="amount"
        label={say(locale, "templates.amount")}
        value={form.amount}
        problem={problems["amount"]}
        inputmode="decimal"
        short
      />
    </>
  );
};

/** Reads how much from a form. */
export function readSumForm(sent: SentForm): SumForm {
  return { sum: sent.text("sum") === "own" ? "own" : "due", amount: sent.text("amount").slice(0, 40) };
}

/** The sum as the API takes it; null: what was typed is no amount. */
export function wishedSum({ sum, amount }: SumForm): CreateTemplate["amount"] | null {
  return sum === "due" ? "due" : parseRoubles(amount);
}
