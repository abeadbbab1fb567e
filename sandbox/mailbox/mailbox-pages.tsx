import type { FC } from "hono/jsx";
import { CityPage } from "../city-page.tsx";
import type { StoredMail } from "./mail-store.ts";

const place = "Sandbox city · mailbox (no message leaves this machine)";
const shownHeaders = [
  "to",
  "date",
  "message-id",
  "reply-to",
  "list-unsubscribe",
  "list-unsubscribe-post",
  "auto-submitted",
];

/** The list of messages, newest first, because a person looks for the last one. */
export const MailListPage: FC<{ mails: readonly StoredMail[] }> = ({ mails }) => (
  <CityPage
    language="en"
    title={`Mailbox: ${mails.length} ${mails.length === 1 ? "message" : "messages"}`}
    place={place}
  >
    {mails.length === 0 ? (
      <p class="card soft">Nothing has arrived yet.</p>
    ) : (
      <ul class="plain card">
        {mails.toReversed().map((mail) => (
          <li style="padding:.6rem 0">
            <a href={`/m/${mail.id}`}>{mail.subject || "(no subject)"}</a>
            <div class="soft">
              to {mail.to.join(", ")} · <time datetime={mail.receivedAt}>{mail.receivedAt}</time>
            </div>
          </li>
        ))}
      </ul>
    )}
  </CityPage>
);

/** One message: the HTML in a frame that may run nothing and reach nothing of this page, then text and headers. */
export const MailPage: FC<{ mail: StoredMail }> = ({ mail }) => (
  <CityPage language="en" title={mail.subject || "(no subject)"} place={place}>
    <p>
      <a href="/">All messages</a> · <a href={`/messages/${mail.id}/raw`}>Source</a>
    </p>
    <section class="card" aria-label="Headers">
      <dl>
        <dt>received</dt>
        <dd>
          <time datetime={mail.receivedAt}>{mail.receivedAt}</time>
        </dd>
        <dt>envelope</dt>
        <dd>
          {mail.envelope.from} → {mail.envelope.to.join(", ")}
        </dd>
        <dt>from</dt>
        <dd>{mail.from}</dd>
        {shownHeaders.flatMap((name) =>
          (mail.headers[name] ?? []).map((value) => (
            <>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </>
          )),
        )}
      </dl>
    </section>
    {mail.html === null ? null : (
      <section>
        <h2>As a mail program shows it</h2>
        <iframe
          title="The message"
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          srcdoc={mail.html}
        ></iframe>
      </section>
    )}
    <section>
      <h2>Text</h2>
      <div class="card">
        <pre>{mail.text}</pre>
      </div>
    </section>
  </CityPage>
);
