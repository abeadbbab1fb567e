import type { FC } from "hono/jsx";
import type { Me } from "../../../api/client.ts";
import { formatInstant } from "../../../words/format.ts";
import { say } from "../../../words/say.ts";
import { ActionForm, Field, type FieldProblems, ProblemSummary } from "../../parts/forms.tsx";
import { Frame } from "../../parts/frame.tsx";
import type { Visit } from "../../visit.ts";

interface MailProps {
  readonly visit: Visit;
  readonly me: Me;
  readonly address: string;
  readonly problems: FieldProblems;
}

/** The address that messages go to, and another one to be proved. */
export const MailPage: FC<MailProps> = ({ visit, me, address, problems }) => {
  const { locale } = visit;
  const title = say(locale, "page.mail.title");
  return (
    <Frame visit={visit} title={title}>
      <div class="narrow stack">
        <h1>{title}</h1>
        <MailState visit={visit} me={me} />
        <p class="lead">{say(locale, "page.mail.lead")}</p>
        <ProblemSummary visit={visit} problems={problems} />
        <ActionForm visit={visit} action="/profile/mail" class="stack">
          <Field
            name="address"
            type="email"
            label={say(locale, "page.mail.address")}
            hint={say(locale, "page.mail.address.hint")}
            value={address}
            autocomplete="email"
            problem={problems["address"]}
          />
          <button type="submit">{say(locale, "page.mail.send")}</button>
        </ActionForm>
        <p>
          <a href="/profile">{say(locale, "page.profile.back")}</a>
        </p>
      </div>
    </Frame>
  );
};

/** Where messages go, and what still waits for its link. */
export const MailState: FC<{ visit: Visit; me: Me }> = ({ visit, me }) => {
  const { locale, zone } = visit;
  const state = me.emailVerified ? "proved" : "unproved";
  const { mailTrouble } = me;
  return (
    <div class="stack">
      {me.email === null ? (
        <p class="state state-bad">{say(locale, "page.mail.none")}</p>
      ) : (
        <>
          <p class="break">{me.email}</p>
          {mailTrouble === null ? (
            <p class={me.emailVerified ? "state state-good" : "state state-bad"}>
              {say(locale, `page.mail.${state}`)}
            </p>
          ) : (
            <p class="state state-bad">
              {say(locale, `page.mail.${mailTrouble.reason}`, {
                since: formatInstant(locale, mailTrouble.since, zone),
              })}
            </p>
          )}
        </>
      )}
      {me.pendingEmail === null ? null : (
        <p class="state state-wait break">
          {say(locale, "page.mail.pending", {
            address: me.pendingEmail.address,
            until: formatInstant(locale, me.pendingEmail.expiresAt, zone),
          })}
        </p>
      )}
    </div>
  );
};

/** The link of the letter leads here; only the button proves anything. */
export const MailProofPage: FC<{ visit: Visit; code: string; address: string | undefined }> = (props) => {
  const { visit, code, address } = props;
  const { locale } = visit;
  const title = say(locale, "page.mail.proof.title");
  return (
    <Frame visit={visit} title={title}>
      <div class="narrow stack">
        <h1>{title}</h1>
        {address === undefined ? (
          <p>{say(locale, "page.mail.proof.none")}</p>
        ) : (
          <>
            <p class="break">{say(locale, "page.mail.proof.text", { address })}</p>
            <ActionForm visit={visit} action="/profile/mail/proof">
              <input type="hidden" name="code" value={code} />
              <button type="submit">{say(locale, "page.mail.proof.button")}</button>
            </ActionForm>
          </>
        )}
        <p>
          <a href="/profile">{say(locale, "page.profile.back")}</a>
        </p>
      </div>
    </Frame>
  );
};
