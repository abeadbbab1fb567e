import type { FC } from "hono/jsx";
import { NON_WORKING_DAY_RULES } from "../../domain/working-days/country-days.ts";
import { formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { COOL_DOWNS, type TriggerForm, type TriggerOffer } from "../trigger-form.ts";
import { coolDownWords } from "../trigger-words.ts";
import type { Visit } from "../visit.ts";
import { Choices, Field, type FieldProblems, Select } from "./forms.tsx";

interface TriggerFieldsProps {
  readonly visit: Visit;
  readonly form: TriggerForm;
  readonly offer: TriggerOffer;
  readonly problems: FieldProblems;
}

const days = Array.from({ length: 31 }, (_, index) => String(index + 1));
const weekdays = ["1", "2", "3", "4", "5", "6", "7"];

/**
 * When the mandate pays, and how much. Without script: every answer is there, and the style sheet hides those that the chosen kind does not ask for
 * (`data-when`); an older browser shows them all, and what does not belong to the choice is not read.
 */
export const TriggerFields: FC<TriggerFieldsProps> = (props) => {
  const { visit, form, offer, problems } = props;
  const { locale } = visit;
  return (
    <>
      <Choices
        name="when"
        legend={say(locale, "page.trigger.when")}
        options={offer.whens.map((when) => ({
          value: when,
          label: say(locale, `page.trigger.when.${when}`),
          hint: say(locale, `page.trigger.when.${when}.hint`),
        }))}
        chosen={form.when}
        problem={problems["when"]}
      />
      {offer.whens.includes("month") ? <ScheduleFields {...props} /> : null}
      {offer.whens.includes("balance") ? <BalanceFields {...props} /> : null}
    </>
  );
};

const ScheduleFields: FC<TriggerFieldsProps> = ({ visit, form, offer, problems }) => {
  const { locale } = visit;
  return (
    <>
      <div data-when="month">
        <Select
          name="day"
          label={say(locale, "page.trigger.day")}
          hint={say(locale, "page.trigger.day.hint")}
          options={days.map((value) => ({ value, label: value }))}
          chosen={form.day}
          problem={problems["day"]}
        />
      </div>
      <div data-when="week">
        <Select
          name="weekday"
          label={say(locale, "page.trigger.weekday")}
          options={weekdays.map((weekday) => ({
            value: weekday,
            label: say(locale, "page.trigger.weekday.name", { weekday }),
          }))}
          chosen={form.weekday}
        />
      </div>
      <div data-when="month week" class="stack-loose">
        <Choices
          name="dayOff"
          legend={say(locale, "page.schedule.day-off")}
          options={NON_WORKING_DAY_RULES.map((rule) => ({
            value: rule,
            label: say(locale, `page.schedule.day-off.${rule}`),
          }))}
          chosen={form.dayOff}
        />
        <PaysFields visit={visit} form={form} offer={offer} problems={problems} />
      </div>
    </>
  );
};

const PaysFields: FC<TriggerFieldsProps> = ({ visit: { locale }, form, offer, problems }) => {
  const { sums, pays } = offer;
  if (sums === null || !pays.includes("own")) return <input type="hidden" name="pays" value="due" />;
  const money = (amountMinor: number) => formatMoney(locale, { amountMinor, currency: "RUB" });
  const bounds = { least: money(sums.leastMinor), most: money(sums.mostMinor) };
  return (
    <>
      {pays.includes("due") ? (
        <Choices
          name="pays"
          legend={say(locale, "page.trigger.pays")}
          options={[
            {
              value: "due",
              label: say(locale, "page.trigger.pays.due"),
              hint: say(locale, "page.trigger.pays.due.hint"),
            },
            {
              value: "own",
              label: say(locale, "page.trigger.pays.own"),
              hint: say(locale, "page.trigger.pays.own.hint"),
            },
          ]}
          chosen={form.pays}
        />
      ) : (
        <input type="hidden" name="pays" value="own" />
      )}
      <Field
        name="amount"
        label={say(locale, "page.trigger.amount")}
        hint={say(locale, "page.trigger.sum.hint", bounds)}
        value={form.amount}
        problem={problems["amount"]}
        inputmode="decimal"
        short
      />
    </>
  );
};

const BalanceFields: FC<TriggerFieldsProps> = ({ visit, form, offer, problems }) => {
  const { locale } = visit;
  const { sums } = offer;
  if (sums === null) return null;
  const money = (amountMinor: number) => formatMoney(locale, { amountMinor, currency: "RUB" });
  const bounds = { least: money(sums.leastMinor), most: money(sums.mostMinor) };
  const waits = [...new Set([...COOL_DOWNS, form.coolDown])].filter((minutes) => /^\d{1,5}$/.test(minutes));
  const roubles = { inputmode: "decimal", short: true } as const;
  return (
    <div data-when="balance" class="stack-loose">
      <Field
        name="below"
        label={say(locale, "page.trigger.below")}
        value={form.below}
        problem={problems["below"]}
        {...roubles}
      />
      <Field
        name="topUp"
        label={say(locale, "page.trigger.top-up")}
        hint={say(locale, "page.trigger.sum.hint", bounds)}
        value={form.topUp}
        problem={problems["topUp"]}
        {...roubles}
      />
      <Field
        name="perDay"
        label={say(locale, "page.trigger.per-day")}
        value={form.perDay}
        problem={problems["perDay"]}
        {...roubles}
      />
      <Select
        name="coolDown"
        label={say(locale, "page.trigger.cool-down")}
        options={waits
          .toSorted((a, b) => Number(a) - Number(b))
          .map((minutes) => ({ value: minutes, label: coolDownWords(locale, Number(minutes)) }))}
        chosen={form.coolDown}
        problem={problems["coolDown"]}
      />
    </div>
  );
};
