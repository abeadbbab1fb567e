import type { FC } from "hono/jsx";
import { say } from "../../words/say.ts";
import { Frame } from "../parts/frame.tsx";
import type { Visit } from "../visit.ts";

interface ProblemPageProps {
  readonly visit: Visit;
  readonly title: string;
  readonly text: string;
  /** How long trying again is of no use; told when it is a minute or more. */
  readonly waitSeconds?: number | undefined;
  /** Where trying again leads; absent where that makes no sense. */
  readonly again?: string | undefined;
  /** For support: which request it was. */
  readonly requestId?: string | undefined;
}

/** Something did not work: says what, what that means for the money, and where to go. */
export const ProblemPage: FC<ProblemPageProps> = (props) => {
  const { visit, title, text, again, requestId, waitSeconds = 0 } = props;
  const { locale } = visit;
  return (
    <Frame visit={visit} title={title}>
      <div class="narrow stack">
        <h1>{title}</h1>
        <p>{text}</p>
        {waitSeconds < 60 ? null : (
          <p>{say(locale, "page.problem.wait", { minutes: Math.ceil(waitSeconds / 60) })}</p>
        )}
        <p class="row">
          {again === undefined ? null : (
            <a class="button" href={again}>
              {say(locale, "page.problem.again")}
            </a>
          )}
          <a href="/">{say(locale, "page.problem.home")}</a>
        </p>
        {requestId === undefined ? null : (
          <p class="soft">{say(locale, "page.problem.request", { id: requestId })}</p>
        )}
      </div>
    </Frame>
  );
};
