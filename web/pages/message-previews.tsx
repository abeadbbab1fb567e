import type { FC } from "hono/jsx";
import { say } from "../../words/say.ts";
import { type MessagePreview, previewsPath } from "../message-previews.ts";
import { Frame } from "../parts/frame.tsx";
import type { Visit } from "../visit.ts";

/** Every message there is, on every channel, in the reader's language. */
export const MessagePreviewsPage: FC<{ visit: Visit; previews: readonly MessagePreview[] }> = (props) => {
  const { visit, previews } = props;
  const { locale } = visit;
  const title = say(locale, "previews.title");
  return (
    <Frame visit={visit} title={title}>
      <div class="narrow stack">
        <h1>{title}</h1>
        <p class="lead">{say(locale, "previews.lead", { count: previews.length })}</p>
        {previews.map((preview) => (
          <Preview visit={visit} preview={preview} />
        ))}
      </div>
    </Frame>
  );
};

const Preview: FC<{ visit: Visit; preview: MessagePreview }> = ({ visit: { locale }, preview }) => {
  const { event, mail, push, hidden, sms } = preview;
  const screens = [
    ["previews.push", push],
    ["previews.hidden", hidden],
  ] as const;
  return (
    <section class="stack">
      <h2 class="break">{event}</h2>
      <p class="break">
        {say(locale, "previews.mail")}: {mail.subject}
      </p>
      <p>
        <a href={`${previewsPath}/${event}/${locale}`}>{say(locale, "previews.mail-open", { event })}</a>
      </p>
      <details>
        <summary>{say(locale, "previews.text")}</summary>
        {mail.text.split("\n\n").map((block) => (
          <p class="break">
            {block.split("\n").map((line, index) => (
              <>
                {index === 0 ? null : <br />}
                {line}
              </>
            ))}
          </p>
        ))}
      </details>
      {screens.map(([name, words]) => (
        <p class="break">
          {say(locale, name)}: <strong>{words.title}</strong> {words.body}
        </p>
      ))}
      <p class="break">
        {say(locale, "previews.sms")}: {sms}
      </p>
    </section>
  );
};
