import type { FC } from "hono/jsx";
import type { MethodChoice as Choice, Payment } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { SAVING_CHOICES, type SavingChoice, savingParagraphs } from "../consent.ts";
import type { Visit } from "../visit.ts";
import { methodKindWords } from "../../words/method-kinds.ts";

/** The uses behind a tick: who starts a payment themselves may start several at once. */
export const USES_OF = {
  "pay-now": ["pay-now", "batch"],
  mandate: ["mandate"],
} as const satisfies Record<SavingChoice, readonly string[]>;

/**
 * Whether what is taken for this payment is saved for later ones, and for which; nothing is ticked by itself. The style sheet hides it while a saved method or
 * the phone account is chosen; without that its hint says what can be saved.
 */
export const SavingFields: FC<{
  visit: Visit;
  choice: Choice;
  ticked: readonly SavingChoice[];
  problem: string | undefined;
}> = ({ visit: { locale }, choice, ticked, problem }) => {
  const savable = choice.once.filter(({ allowed, savable: can }) => allowed && can);
  if (savable.length === 0) return null;
  const kinds = savable.map(({ kind }) => methodKindWords(locale, kind)).join(", ");
  return (
    <fieldset class="field saving" aria-describedby={problem === undefined ? undefined : "save-problem"}>
      <legend id="save">{say(locale, "method.save")}</legend>
      <p class="hint">{say(locale, "method.save.hint", { kinds })}</p>
      {problem === undefined ? null : (
        <p class="problem" id="save-problem">
          {problem}
        </p>
      )}
      {SAVING_CHOICES.map((choiceName) => (
        <div class="choice">
          <input
            type="checkbox"
            id={`save-${choiceName}`}
            name="save"
            value={choiceName}
            checked={ticked.includes(choiceName)}
          />
          <label for={`save-${choiceName}`}>
            {say(locale, `method.save.${choiceName}`)}
            {choiceName === "mandate" ? (
              <span class="hint">{say(locale, "method.save.mandate.hint")}</span>
            ) : null}
          </label>
        </div>
      ))}
      <details>
        <summary>{say(locale, "method.save.text")}</summary>
        <div class="stack">
          {savingParagraphs(locale).map((paragraph) => (
            <p class="soft">{paragraph}</p>
          ))}
        </div>
      </details>
    </fieldset>
  );
};

/** What became of the wish to save it; null: there was none. */
export function savingWords({ locale }: Visit, { saving, once }: Payment): string | null {
  if (saving === null) return null;
  const method = saving.title ?? methodKindWords(locale, once ?? "bank_card");
  return say(locale, `method.saving.${saving.state}`, { method });
}
