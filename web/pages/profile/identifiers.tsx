import type { FC } from "hono/jsx";
import type { SavedIdentifier, WholeIdentifier } from "../../../api/client.ts";
import { SAVEABLE_KINDS } from "../../../domain/saved-identifier.ts";
import { formatInstant } from "../../../words/format.ts";
import { kindWords } from "../../../words/identifiers.ts";
import { say } from "../../../words/say.ts";
import { Facts } from "../../parts/facts.tsx";
import {
  ActionButton,
  ActionForm,
  Field,
  type FieldProblems,
  ProblemSummary,
  Select,
} from "../../parts/forms.tsx";
import { Frame } from "../../parts/frame.tsx";
import type { Visit } from "../../visit.ts";

/** What was typed, to be shown again when something is wrong with it. */
export interface IdentifierForm {
  readonly text: string;
  readonly kind: string;
  readonly label: string;
}

/** The saved identifiers, masked. */
export const IdentifierList: FC<{ visit: Visit; identifiers: readonly SavedIdentifier[] }> = (props) => {
  const { visit, identifiers } = props;
  const { locale } = visit;
  if (identifiers.length === 0) return <p>{say(locale, "page.identifiers.none")}</p>;
  return (
    <ul class="lines">
      {identifiers.map((one) => (
        <li data-identifier={one.id}>
          <div>
            <h3>
              <a href={`/profile/identifiers/${one.id}`}>{nameOf(visit, one)}</a>
            </h3>
            {one.label === null ? null : <p class="soft">{kindWords(locale, one.kind)}</p>}
            <Proof visit={visit} identifier={one} />
          </div>
          <p>{one.masked}</p>
        </li>
      ))}
    </ul>
  );
};

function nameOf({ locale }: Visit, { label, kind }: SavedIdentifier): string {
  return label ?? kindWords(locale, kind);
}

const Proof: FC<{ visit: Visit; identifier: SavedIdentifier }> = ({ visit, identifier }) => (
  <p class={identifier.provedBy === null ? "state" : "state state-good"}>
    {say(
      visit.locale,
      identifier.provedBy === null ? "page.identifiers.unproved" : "page.identifiers.proved",
    )}
  </p>
);

interface NewIdentifierProps {
  readonly visit: Visit;
  readonly form: IdentifierForm;
  readonly problems: FieldProblems;
}

/** Save an identifier: bills about it are found from then on. */
export const NewIdentifierPage: FC<NewIdentifierProps> = ({ visit, form, problems }) => {
  const { locale } = visit;
  const title = say(locale, "page.identifiers.add");
  const kinds = SAVEABLE_KINDS.map((kind) => ({ value: kind, label: kindWords(locale, kind) }));
  return (
    <Frame visit={visit} title={title}>
      <div class="narrow stack">
        <h1>{title}</h1>
        <p class="lead">{say(locale, "page.identifiers.lead")}</p>
        <ProblemSummary visit={visit} problems={problems} />
        <ActionForm visit={visit} action="/profile/identifiers/new" class="stack">
          <Field
            name="text"
            label={say(locale, "page.identifiers.text")}
            hint={say(locale, "page.identifiers.text.hint")}
            value={form.text}
            problem={problems["text"]}
          />
          <Select
            name="kind"
            label={say(locale, "page.identifiers.kind")}
            options={[{ value: "", label: say(locale, "page.identifiers.kind.any") }, ...kinds]}
            chosen={form.kind}
            problem={problems["kind"]}
          />
          <Field
            name="label"
            label={say(locale, "page.identifiers.label")}
            hint={say(locale, "page.identifiers.label.hint")}
            value={form.label}
            problem={problems["label"]}
          />
          <button type="submit">{say(locale, "page.identifiers.save")}</button>
        </ActionForm>
        <p>
          <a href="/profile">{say(locale, "page.profile.back")}</a>
        </p>
      </div>
    </Frame>
  );
};

interface IdentifierProps {
  readonly visit: Visit;
  readonly identifier: WholeIdentifier;
  readonly problems: FieldProblems;
}

/** One saved identifier as a whole, its name, and its end. */
export const IdentifierPage: FC<IdentifierProps> = ({ visit, identifier, problems }) => {
  const { locale, zone } = visit;
  const title = nameOf(visit, identifier);
  const path = `/profile/identifiers/${identifier.id}`;
  return (
    <Frame visit={visit} title={title}>
      <div class="narrow stack">
        <h1>{title}</h1>
        <Facts
          of={[
            [say(locale, "page.identifiers.kind"), kindWords(locale, identifier.kind)],
            [say(locale, "page.identifiers.text"), identifier.value],
            [say(locale, "page.identifiers.since"), formatInstant(locale, identifier.createdAt, zone)],
          ]}
        />
        <Proof visit={visit} identifier={identifier} />
        <ProblemSummary visit={visit} problems={problems} />
        <ActionForm visit={visit} action={`${path}/name`} class="stack">
          <Field
            name="label"
            label={say(locale, "page.identifiers.label")}
            hint={say(locale, "page.identifiers.label.hint")}
            value={identifier.label ?? ""}
            problem={problems["label"]}
          />
          <button type="submit">{say(locale, "page.profile.save")}</button>
        </ActionForm>
        <section class="card stack">
          <h2>{say(locale, "page.identifiers.delete")}</h2>
          <p>{say(locale, "page.identifiers.delete.text")}</p>
          <ActionButton
            visit={visit}
            action={`${path}/delete`}
            class="danger"
            label={say(locale, "page.identifiers.delete")}
            about={title}
          />
        </section>
        <p>
          <a href="/profile">{say(locale, "page.profile.back")}</a>
        </p>
      </div>
    </Frame>
  );
};
