import { randomUUID } from "node:crypto";
import type { Child, FC } from "hono/jsx";
import { say } from "../../words/say.ts";
import type { Visit } from "../visit.ts";

/** What is wrong in a form, by field; the words are ready for people. */
export type FieldProblems = Readonly<Record<string, string>>;

/** A form of ours: posts to us, bears the session's token, and a key that makes a double click one action. */
export const ActionForm: FC<{ visit: Visit; action: string; class?: string; children?: Child }> = (props) => (
  <form method="post" action={props.action} class={props.class} novalidate>
    <input type="hidden" name="token" value={props.visit.formToken} />
    <input type="hidden" name="once" value={randomUUID()} />
    {props.children}
  </form>
);

/** One button that does one thing at once. */
export const ActionButton: FC<{
  visit: Visit;
  action: string;
  label: string;
  class?: string;
  about?: string;
}> = (props) => (
  <ActionForm visit={props.visit} action={props.action}>
    <button type="submit" class={props.class}>
      {props.label}
      {props.about === undefined ? null : <span class="hidden-visually">{` ${props.about}`}</span>}
    </button>
  </ActionForm>
);

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly value?: string;
  readonly problem?: string | undefined;
  readonly type?: "text" | "date" | "email" | "time";
  readonly inputmode?: "decimal" | "numeric" | "tel";
  readonly autocomplete?: string;
  readonly short?: boolean;
}

/** A line of text with its label, hint and what is wrong with it. */
export const Field: FC<FieldProps> = (props) => {
  const described = [
    props.hint === undefined ? undefined : `${props.name}-hint`,
    props.problem === undefined ? undefined : `${props.name}-problem`,
  ].filter((id) => id !== undefined);
  return (
    <div class="field">
      <label for={props.name}>{props.label}</label>
      {props.hint === undefined ? null : (
        <p class="hint" id={`${props.name}-hint`}>
          {props.hint}
        </p>
      )}
      {props.problem === undefined ? null : (
        <p class="problem" id={`${props.name}-problem`}>
          {props.problem}
        </p>
      )}
      <input
        type={props.type ?? "text"}
        id={props.name}
        name={props.name}
        value={props.value ?? ""}
        class={props.short === true ? "short" : undefined}
        inputmode={props.inputmode}
        autocomplete={props.autocomplete ?? "off"}
        aria-invalid={props.problem === undefined ? undefined : "true"}
        aria-describedby={described.length === 0 ? undefined : described.join(" ")}
      />
    </div>
  );
};

/** One of several answers. */
export interface Option {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

interface ChoicesProps {
  readonly name: string;
  readonly legend: string;
  readonly options: readonly Option[];
  readonly chosen: string;
  readonly hint?: string;
  readonly problem?: string | undefined;
}

/** Choose exactly one. */
export const Choices: FC<ChoicesProps> = (props) => (
  <fieldset
    class="field"
    aria-describedby={props.problem === undefined ? undefined : `${props.name}-problem`}
  >
    <legend id={props.name}>{props.legend}</legend>
    {props.hint === undefined ? null : <p class="hint">{props.hint}</p>}
    {props.problem === undefined ? null : (
      <p class="problem" id={`${props.name}-problem`}>
        {props.problem}
      </p>
    )}
    {props.options.map((option, index) => (
      <div class="choice">
        <input
          type="radio"
          id={`${props.name}-${index}`}
          name={props.name}
          value={option.value}
          checked={option.value === props.chosen}
        />
        <label for={`${props.name}-${index}`}>
          {option.label}
          {option.hint === undefined ? null : <span class="hint">{option.hint}</span>}
        </label>
      </div>
    ))}
  </fieldset>
);

interface SelectProps {
  readonly name: string;
  readonly label: string;
  readonly options: readonly Option[];
  readonly chosen: string;
  readonly hint?: string;
  readonly problem?: string | undefined;
}

/** Choose exactly one of many. */
export const Select: FC<SelectProps> = (props) => {
  const hint = `${props.name}-hint`;
  const problem = `${props.name}-problem`;
  const described = [
    ...(props.hint === undefined ? [] : [hint]),
    ...(props.problem === undefined ? [] : [problem]),
  ];
  return (
    <div class="field">
      <label for={props.name}>{props.label}</label>
      {props.hint === undefined ? null : (
        <p class="hint" id={hint}>
          {props.hint}
        </p>
      )}
      {props.problem === undefined ? null : (
        <p class="problem" id={problem}>
          {props.problem}
        </p>
      )}
      <select
        id={props.name}
        name={props.name}
        aria-invalid={props.problem === undefined ? undefined : "true"}
        aria-describedby={described.length === 0 ? undefined : described.join(" ")}
      >
        {props.options.map(({ value, label }) => (
          <option value={value} selected={value === props.chosen}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
};

/** Says before the form what is wrong in it, with a link to each field. */
export const ProblemSummary: FC<{ visit: Visit; problems: FieldProblems }> = ({ visit, problems }) => {
  const entries = Object.entries(problems);
  if (entries.length === 0) return null;
  return (
    <div class="note note-bad" role="alert">
      <h2>{say(visit.locale, "page.form.problems")}</h2>
      <ul class="bullets">
        {entries.map(([field, words]) => (
          <li>
            <a href={`#${field}`}>{words}</a>
          </li>
        ))}
      </ul>
    </div>
  );
};
