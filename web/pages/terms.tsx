import type { FC } from "hono/jsx";
import { say } from "../../words/say.ts";
import { SERVICE_TERMS } from "../../words/service-terms.ts";
import { ActionForm } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import type { Visit } from "../visit.ts";

/** The terms of use: to be read by everybody, to be accepted by who has signed in. `returnTo` is where to go on afterwards. */
export const TermsPage: FC<{ visit: Visit; returnTo: string }> = ({ visit, returnTo }) => {
  const { locale, terms, session } = visit;
  const { version } = SERVICE_TERMS;
  const { title, sections } = SERVICE_TERMS[locale];
  return (
    <Frame visit={visit} title={title}>
      <div class="narrow stack">
        <h1>{title}</h1>
        <p class="soft">{say(locale, "page.terms.version", { version })}</p>
        {session === undefined || terms === "current" ? null : (
          <p class="lead">{say(locale, `page.terms.lead-${terms}`)}</p>
        )}
        {sections.map(({ heading, paragraphs }) => (
          <section class="stack">
            <h2>{heading}</h2>
            {paragraphs.map((paragraph) => (
              <p>{paragraph}</p>
            ))}
          </section>
        ))}
        {session === undefined ? null : <Acceptance visit={visit} version={version} returnTo={returnTo} />}
      </div>
    </Frame>
  );
};

const Acceptance: FC<{ visit: Visit; version: string; returnTo: string }> = ({
  visit,
  version,
  returnTo,
}) => {
  const { locale, terms } = visit;
  if (terms === "current") return <p class="state state-good">{say(locale, "page.terms.accepted")}</p>;
  return (
    <section class="card stack">
      <ActionForm visit={visit} action="/terms">
        <input type="hidden" name="version" value={version} />
        <input type="hidden" name="locale" value={locale} />
        <input type="hidden" name="returnTo" value={returnTo} />
        <button type="submit">{say(locale, "page.terms.accept")}</button>
      </ActionForm>
      <p class="soft">{say(locale, "page.terms.otherwise")}</p>
    </section>
  );
};
