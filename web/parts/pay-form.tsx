import type { Child, FC } from "hono/jsx";
import type { MethodChoice as Choice, Payment } from "../../api/client.ts";
import { formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import type { SavingChoice } from "../consent.ts";
import type { Visit } from "../visit.ts";
import { ActionForm, type FieldProblems } from "./forms.tsx";
import { BindFirst, bindingPath, canChoose, MethodChoice, PhoneField } from "./method-choice.tsx";
import { SavingFields } from "./saving.tsx";

/** What was chosen before, on the same page once more. */
export interface PayAnswers {
  readonly chosen?: string | undefined;
  /** The number as the payer wrote it. */
  readonly phone?: string | undefined;
  /** For which later payments it is to be saved. */
  readonly saved?: readonly SavingChoice[] | undefined;
  readonly problems?: FieldProblems;
}

interface PayFormProps extends PayAnswers {
  readonly visit: Visit;
  readonly action: string;
  readonly billerId: string;
  readonly amount: Payment["amount"];
  readonly payee: string;
  readonly choice: Choice;
  /** Fields of this payment alone. */
  readonly children?: Child;
}

/** From where, and the button: pressing it is the payer's instruction to pay. */
export const PayForm: FC<PayFormProps> = (props) => {
  const { visit, action, billerId, choice, payee, problems = {} } = props;
  const { locale } = visit;
  if (!canChoose(choice)) return <BindFirst visit={visit} billerId={billerId} returnTo={action} />;
  const amount = formatMoney(locale, props.amount);
  return (
    <ActionForm visit={visit} action={action} class="stack">
      <input type="hidden" name="amount" value={String(props.amount.amountMinor)} />
      {props.children}
      <MethodChoice visit={visit} choice={choice} chosen={props.chosen} problem={problems["method"]} />
      <PhoneField visit={visit} choice={choice} value={props.phone} problem={problems["phone"]} />
      <SavingFields visit={visit} choice={choice} ticked={props.saved ?? []} problem={problems["save"]} />
      {choice.canEnterCard || !choice.canBindCard ? null : (
        <p>
          <a href={bindingPath({ billerId, returnTo: action })}>{say(locale, "method.bind-another")}</a>
        </p>
      )}
      <p class="soft">{say(locale, "page.pay.instruction", { amount, payee })}</p>
      <button type="submit">{say(locale, "page.pay.button", { amount })}</button>
    </ActionForm>
  );
};
