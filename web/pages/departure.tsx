import type { FC } from "hono/jsx";
import { say } from "../../words/say.ts";
import { Frame } from "../parts/frame.tsx";
import type { Visit } from "../visit.ts";

type Destination = "bank" | "bind" | "identity";

/**
 * On the way to somebody else's page. It is a page and no redirect, because browsers hold the forms' `form-action` against redirects,
 * and because people should see that they are leaving.
 */
export const DeparturePage: FC<{ visit: Visit; to: Destination; url: string }> = ({ visit, to, url }) => {
  const { locale } = visit;
  return (
    <Frame visit={visit} title={say(locale, `page.departure.${to}.title`)} leaveFor={url}>
      <div class="narrow stack">
        <h1>{say(locale, `page.departure.${to}.title`)}</h1>
        <p class="working">{say(locale, `page.departure.${to}.text`)}</p>
        <p>
          <a class="button" href={url} rel="noreferrer">
            {say(locale, "page.departure.go")}
          </a>
        </p>
      </div>
    </Frame>
  );
};
