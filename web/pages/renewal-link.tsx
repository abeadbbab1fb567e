import type { FC } from "hono/jsx";
import type { RenewalLink } from "../../api/client.ts";
import { formatInstant } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { Frame } from "../parts/frame.tsx";
import type { Visit } from "../visit.ts";

interface RenewalLinkProps {
  readonly visit: Visit;
  readonly link: RenewalLink;
  /** This very page: the button posts to it. */
  readonly path: string;
}

/** Where the link leads that keeps an autopay which is about to end: opening it changes nothing, the button keeps it by its terms. Needs no sign-in. */
export const RenewalLinkPage: FC<RenewalLinkProps> = ({ visit, link, path }) => {
  const { locale, zone } = visit;
  const { endsAt } = link.mandate;
  const title = say(locale, titleOf(link));
  return (
    <Frame visit={visit} title={title}>
      <div class="narrow stack">
        <h1>{title}</h1>
        {link.usable ? (
          <>
            <p>{say(locale, "page.link.renew.what", { biller: link.biller.title })}</p>
            {endsAt === null ? null : (
              <p>{say(locale, "page.link.renew.ends", { until: formatInstant(locale, endsAt, zone) })}</p>
            )}
            <p class="soft">{say(locale, "page.link.renew.then")}</p>
            <form method="post" action={path} class="row">
              <input type="hidden" name="confirmed" value="yes" />
              <button type="submit">{say(locale, "page.link.renew.button")}</button>
              <a href={`/mandates/${link.mandate.id}`}>{say(locale, "page.link.details")}</a>
            </form>
          </>
        ) : (
          <>
            <p>{link.biller.title}</p>
            <p class="note" aria-live="polite">
              {toldOf(visit, link)}
            </p>
            <p class="row">
              <a href={`/mandates/${link.mandate.id}`}>{say(locale, "page.link.details")}</a>
              <a href="/">{say(locale, "page.problem.home")}</a>
            </p>
          </>
        )}
      </div>
    </Frame>
  );
};

function titleOf({ usable, state }: RenewalLink) {
  if (usable) return "page.link.renew.title" as const;
  return state === "used" ? ("page.link.renew.used.title" as const) : ("page.link.not-now.title" as const);
}

/** What the link has done, or why it does nothing now and the way out. */
function toldOf({ locale, zone }: Visit, { state, usedAt }: RenewalLink): string {
  switch (state) {
    case "used":
      return say(locale, "page.link.renew.used", {
        at: usedAt === null ? "" : formatInstant(locale, usedAt, zone),
      });
    case "kept":
    case "ended":
    case "terms-changed":
      return say(locale, `page.link.state.${state}`);
    case "expired":
      return say(locale, "page.link.renew.expired");
    default:
      throw new RangeError(`no link that keeps an autopay is ${state}`);
  }
}
