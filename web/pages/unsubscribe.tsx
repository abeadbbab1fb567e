import type { FC } from "hono/jsx";
import type { Unsubscribe } from "../../api/client.ts";
import { formatList } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { notificationsPath } from "../notifications-path.ts";
import { Frame } from "../parts/frame.tsx";
import { alwaysWords } from "../preference-words.ts";
import type { Visit } from "../visit.ts";

interface UnsubscribePageProps {
  readonly visit: Visit;
  readonly link: Unsubscribe;
  /** This very page: its buttons post to it. */
  readonly path: string;
}

const TITLES = {
  on: "unsubscribe.title",
  off: "unsubscribe.done",
  expired: "unsubscribe.expired.title",
} as const;

/** Where the link of a mail leads: opening it changes nothing, its button stops such mails, and undoes that. Needs no sign-in and tells nothing of whose mail it was. */
export const UnsubscribePage: FC<UnsubscribePageProps> = ({ visit, link, path }) => {
  const { locale } = visit;
  const title = say(locale, TITLES[link.state]);
  return (
    <Frame visit={visit} title={title}>
      <div class="narrow stack">
        <h1>{title}</h1>
        <WhatItDoes visit={visit} link={link} />
        {link.state === "on" ? <Offer visit={visit} path={path} /> : null}
        {link.state === "off" ? <Stays visit={visit} link={link} /> : null}
        {link.undoable ? (
          <form method="post" action={path}>
            <input type="hidden" name="undo" value="yes" />
            <button type="submit" class="quiet">
              {say(locale, "unsubscribe.undo")}
            </button>
          </form>
        ) : null}
        <p>
          <a href={notificationsPath}>{say(locale, "unsubscribe.settings")}</a>
        </p>
      </div>
    </Frame>
  );
};

const WhatItDoes: FC<Omit<UnsubscribePageProps, "path">> = ({ visit: { locale }, link }) => {
  if (link.state === "expired") return <p>{say(locale, "unsubscribe.expired")}</p>;
  const words = link.topics.map((topic) => say(locale, `preferences.short.${topic}`));
  const topics = formatList(locale, words);
  return link.state === "on" ? (
    <p>{say(locale, "unsubscribe.what", { topics })}</p>
  ) : (
    <p class="note note-good" aria-live="polite">
      {say(locale, "unsubscribe.done.what", { topics })}
    </p>
  );
};

/** The button sends what a mail program would send for its reader. */
const Offer: FC<Pick<UnsubscribePageProps, "visit" | "path">> = ({ visit: { locale }, path }) => (
  <>
    <p class="soft">{say(locale, "unsubscribe.then")}</p>
    <form method="post" action={path}>
      <input type="hidden" name="List-Unsubscribe" value="One-Click" />
      <button type="submit">{say(locale, "unsubscribe.button")}</button>
    </form>
  </>
);

const Stays: FC<Omit<UnsubscribePageProps, "path">> = ({ visit: { locale }, link }) => {
  const always = link.topics.flatMap((topic) => alwaysWords(locale, topic) ?? []);
  if (always.length === 0) return <p class="soft">{say(locale, "unsubscribe.stays.nothing")}</p>;
  return (
    <section class="stack">
      <h2>{say(locale, "unsubscribe.stays")}</h2>
      <ul class="bullets">
        {always.map((words) => (
          <li>{words}</li>
        ))}
      </ul>
      <p class="soft">{say(locale, "preferences.always.why")}</p>
    </section>
  );
};
