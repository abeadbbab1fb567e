import type { FC } from "hono/jsx";
import type { Session } from "../../../api/client.ts";
import { formatInstant } from "../../../words/format.ts";
import { say } from "../../../words/say.ts";
import { deviceName } from "../../device-name.ts";
import { Facts } from "../../parts/facts.tsx";
import { ActionButton } from "../../parts/forms.tsx";
import { Frame } from "../../parts/frame.tsx";
import type { Visit } from "../../visit.ts";

/** Where one is signed in; each can be ended, and all at once. */
export const SessionsPage: FC<{ visit: Visit; sessions: readonly Session[] }> = ({ visit, sessions }) => {
  const { locale } = visit;
  const title = say(locale, "page.sessions.title");
  return (
    <Frame visit={visit} title={title}>
      <h1>{title}</h1>
      <p class="lead">{say(locale, "page.sessions.lead")}</p>
      <div class="grid">
        {sessions.map((session) => (
          <SessionSlip visit={visit} session={session} />
        ))}
      </div>
      <section class="card stack">
        <h2>{say(locale, "page.sessions.everywhere")}</h2>
        <p>{say(locale, "page.sessions.everywhere.text")}</p>
        <ActionButton
          visit={visit}
          action="/profile/sessions/end-all"
          class="danger"
          label={say(locale, "page.sessions.everywhere")}
        />
      </section>
      <p>
        <a href="/profile">{say(locale, "page.profile.back")}</a>
      </p>
    </Frame>
  );
};

const SessionSlip: FC<{ visit: Visit; session: Session }> = ({ visit, session }) => {
  const { locale, zone } = visit;
  const device = deviceName(session.device) ?? say(locale, "page.sessions.unknown");
  return (
    <article class="slip" data-session={session.id}>
      <div class="slip-body stack">
        <h2>{device}</h2>
        {session.current ? <p class="state state-good">{say(locale, "page.sessions.current")}</p> : null}
        <Facts
          of={[
            [say(locale, "page.sessions.since"), formatInstant(locale, session.startedAt, zone)],
            [say(locale, "page.sessions.seen"), formatInstant(locale, session.lastSeenAt, zone)],
            [say(locale, "page.sessions.until"), formatInstant(locale, session.expiresAt, zone)],
          ]}
        />
      </div>
      {session.current ? null : (
        <div class="slip-tear row">
          <ActionButton
            visit={visit}
            action={`/profile/sessions/${session.id}/end`}
            class="danger"
            label={say(locale, "page.sessions.end")}
            about={device}
          />
        </div>
      )}
    </article>
  );
};
