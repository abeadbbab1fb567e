import type { FC } from "hono/jsx";
import type { Method } from "../../api/client.ts";
import { NOTICE_PACK_NAMES } from "../../domain/notice-policy.ts";
import { say } from "../../words/say.ts";
import type { TermsForm } from "../mandate-draft.ts";
import type { TriggerOffer } from "../trigger-form.ts";
import type { Visit } from "../visit.ts";
import { Choices, Field, type FieldProblems } from "./forms.tsx";
import { methodOption } from "./method-choice.tsx";
import { TriggerFields } from "./trigger-fields.tsx";

interface TermsFieldsProps {
  readonly visit: Visit;
  /** Active methods of the payer. */
  readonly methods: readonly Method[];
  readonly form: TermsForm;
  readonly problems: FieldProblems;
  /** Offer the choice of the notice rule: in the sandbox only, and only while a mandate is set up. */
  readonly offerNotice: boolean;
  /** What may make it act. */
  readonly offer: TriggerOffer;
}

/** Cards, limits, and what to do about bills that do not fit. */
export const TermsFields: FC<TermsFieldsProps> = (props) => {
  const { visit, form, problems } = props;
  const { locale } = visit;
  return (
    <>
      <TriggerFields visit={visit} form={form.trigger} offer={props.offer} problems={problems} />
      <MethodFields {...props} />
      <Choices
        name="perPayment"
        legend={say(locale, "page.setup.per-payment")}
        options={[
          { value: "limited", label: say(locale, "page.setup.per-payment.limited") },
          { value: "unlimited", label: say(locale, "page.setup.unlimited") },
        ]}
        chosen={form.perPayment}
      />
      <Field
        name="perPaymentLimit"
        label={say(locale, "page.setup.per-payment.limit")}
        value={form.perPaymentLimit}
        problem={problems["perPaymentLimit"]}
        inputmode="decimal"
        short
      />
      <PeriodFields visit={visit} form={form} problems={problems} />
      <Choices
        name="overLimit"
        legend={say(locale, "page.setup.over-limit")}
        options={[
          { value: "ask", label: say(locale, "page.setup.over-limit.ask") },
          { value: "skip", label: say(locale, "page.setup.over-limit.skip") },
        ]}
        chosen={form.overLimit}
      />
      <BillFields visit={visit} form={form} areAsked={props.offer.pays.includes("due")} />
      {props.offerNotice ? (
        <Choices
          name="noticePack"
          legend={say(locale, "page.setup.notice")}
          hint={say(locale, "page.setup.notice.hint")}
          options={NOTICE_PACK_NAMES.map((name) => ({
            value: name,
            label: say(locale, `page.setup.notice.${name}`),
          }))}
          chosen={form.noticePack}
        />
      ) : null}
    </>
  );
};

/** What only bills raise: sums that differ from the usual one, and bills that come late. Kept as they are where none is paid. */
const BillFields: FC<{ visit: Visit; form: TermsForm; areAsked: boolean }> = ({ visit, form, areAsked }) => {
  const { locale } = visit;
  if (!areAsked)
    return (
      <>
        <input type="hidden" name="lateBill" value={form.lateBill} />
        <input type="hidden" name="unusualAmount" value={form.unusualAmount} />
      </>
    );
  return (
    <div data-when="bill month week" class="stack-loose">
      <Choices
        name="unusualAmount"
        legend={say(locale, "page.setup.unusual")}
        hint={say(locale, "page.setup.unusual.hint")}
        options={[
          { value: "ask", label: say(locale, "page.setup.unusual.ask") },
          { value: "pay", label: say(locale, "page.setup.unusual.pay") },
        ]}
        chosen={form.unusualAmount}
      />
      <Choices
        name="lateBill"
        legend={say(locale, "page.setup.late-bill")}
        hint={say(locale, "page.setup.late-bill.hint")}
        options={[
          { value: "ask", label: say(locale, "page.setup.late-bill.ask") },
          { value: "pay", label: say(locale, "page.setup.late-bill.pay") },
        ]}
        chosen={form.lateBill}
      />
    </div>
  );
};

const MethodFields: FC<TermsFieldsProps> = ({ visit, methods, form, problems }) => {
  const { locale } = visit;
  const options = methods.map((method) => methodOption(visit, method));
  return (
    <>
      <Choices
        name="method"
        legend={say(locale, "page.setup.method")}
        options={options}
        chosen={form.methods[0] ?? ""}
        problem={problems["method"]}
      />
      {options.length < 2 ? null : (
        <div class="field">
          <label for="fallback">{say(locale, "page.setup.fallback")}</label>
          <p class="hint" id="fallback-hint">
            {say(locale, "page.setup.fallback.hint")}
          </p>
          <select id="fallback" name="fallback" aria-describedby="fallback-hint">
            <option value="">{say(locale, "page.setup.fallback.none")}</option>
            {options.map(({ value, label, hint }) => (
              <option value={value} selected={value === form.methods[1]}>
                {[label, hint].filter(Boolean).join(" · ")}
              </option>
            ))}
          </select>
        </div>
      )}
    </>
  );
};

const PeriodFields: FC<{ visit: Visit; form: TermsForm; problems: FieldProblems }> = ({
  visit,
  form,
  problems,
}) => {
  const { locale } = visit;
  return (
    <>
      <div class="field">
        <label for="perPeriod">{say(locale, "page.setup.per-period")}</label>
        <select id="perPeriod" name="perPeriod">
          {(["unlimited", "day", "week", "month", "year"] as const).map((period) => (
            <option value={period} selected={period === form.perPeriod}>
              {say(locale, `page.setup.per-period.${period}`)}
            </option>
          ))}
        </select>
      </div>
      <Field
        name="perPeriodLimit"
        label={say(locale, "page.setup.per-period.limit")}
        hint={say(locale, "page.setup.per-period.hint")}
        value={form.perPeriodLimit}
        problem={problems["perPeriodLimit"]}
        inputmode="decimal"
        short
      />
    </>
  );
};
