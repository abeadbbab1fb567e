import type { FC } from "hono/jsx";
import type { Me, SavedIdentifier } from "../../../api/client.ts";
import { say } from "../../../words/say.ts";
import { ActionForm, Choices, Select } from "../../parts/forms.tsx";
import { Frame } from "../../parts/frame.tsx";
import { notificationsPath } from "../../notifications-path.ts";
import type { Visit } from "../../visit.ts";
import { IdentifierList } from "./identifiers.tsx";
import { MailState } from "./mail.tsx";

interface ProfileProps {
  readonly visit: Visit;
  readonly me: Me;
  readonly identifiers: readonly SavedIdentifier[];
  /** Zones that dates can be written in. */
  readonly zones: readonly string[];
}

/** Everything about the person: language, zone, terms, and the ways to the rest. */
export const ProfilePage: FC<ProfileProps> = ({ visit, me, identifiers, zones }) => {
  const { locale } = visit;
  const title = say(locale, "page.profile.title");
  return (
    <Frame visit={visit} title={title}>
      <h1>{title}</h1>
      <p class="lead">{me.name}</p>
      <section class="card stack">
        <div class="row between">
          <h2>{say(locale, "page.identifiers.title")}</h2>
          <a class="button" href="/profile/identifiers/new">
            {say(locale, "page.identifiers.add")}
          </a>
        </div>
        <p class="soft">{say(locale, "page.identifiers.lead")}</p>
        <IdentifierList visit={visit} identifiers={identifiers} />
      </section>
      <div class="grid grid-two">
        <section class="card stack">
          <h2>{say(locale, "page.mail.title")}</h2>
          <MailState visit={visit} me={me} />
          <p>
            <a href="/profile/mail">{say(locale, "page.mail.change")}</a>
          </p>
        </section>
        <section class="card stack">
          <h2>{say(locale, "preferences.title")}</h2>
          <p class="soft">{say(locale, "preferences.profile")}</p>
          <p>
            <a href={notificationsPath}>{say(locale, "preferences.change")}</a>
          </p>
        </section>
        <Settings visit={visit} me={me} zones={zones} />
        <section class="card stack">
          <h2>{say(locale, "page.profile.more")}</h2>
          <ul class="bullets">
            <li>
              <a href="/profile/sessions">{say(locale, "page.sessions.title")}</a>
            </li>
            <li>
              <a href="/profile/push">{say(locale, "page.push.title")}</a>
            </li>
            <li>
              <a href="/terms">{say(locale, "page.terms.link")}</a>
            </li>
            <li>
              <a href="/profile/export" download>
                {say(locale, "page.data.export")}
              </a>
            </li>
            <li>
              <a href="/profile/erase">{say(locale, "page.data.erase.title")}</a>
            </li>
          </ul>
        </section>
      </div>
    </Frame>
  );
};

const Settings: FC<{ visit: Visit; me: Me; zones: readonly string[] }> = ({ visit, me, zones }) => {
  const { locale } = visit;
  return (
    <section class="card stack">
      <h2>{say(locale, "page.profile.settings")}</h2>
      <ActionForm visit={visit} action="/profile/settings" class="stack">
        <Choices
          name="locale"
          legend={say(locale, "page.profile.language")}
          options={[
            { value: "ru", label: say("ru", "page.language") },
            { value: "en", label: say("en", "page.language") },
          ]}
          chosen={me.locale}
          hint={say(locale, "page.profile.language.hint")}
        />
        <Select
          name="zone"
          label={say(locale, "page.profile.zone")}
          hint={say(locale, "page.profile.zone.hint")}
          options={zones.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))}
          chosen={me.zone}
        />
        <button type="submit">{say(locale, "page.profile.save")}</button>
      </ActionForm>
    </section>
  );
};
