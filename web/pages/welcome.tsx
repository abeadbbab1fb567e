import type { FC } from "hono/jsx";
import { say } from "../../words/say.ts";
import { Frame } from "../parts/frame.tsx";
import type { Visit } from "../visit.ts";

const promises = ["once", "notice", "stop", "proof"] as const;

/** The front door for who has not signed in. */
export const WelcomePage: FC<{ visit: Visit }> = ({ visit }) => {
  const { locale } = visit;
  return (
    <Frame visit={visit} title={say(locale, "page.welcome.title")}>
      <div class="narrow stack">
        <h1>{say(locale, "page.welcome.title")}</h1>
        <p class="lead">{say(locale, "page.welcome.lead")}</p>
        <p>
          <a class="button" href="/sign-in">
            {say(locale, "page.sign-in")}
          </a>
        </p>
      </div>
      <div class="grid grid-two">
        {promises.map((name) => (
          <section class="card stack">
            <h2>{say(locale, `page.welcome.${name}.title`)}</h2>
            <p class="soft">{say(locale, `page.welcome.${name}.text`)}</p>
          </section>
        ))}
      </div>
    </Frame>
  );
};
