import type { FC } from "hono/jsx";
import type { DebitLink } from "../../api/client.ts";
import { formatDate, formatInstant, formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { Frame } from "../parts/frame.tsx";
import type { Visit } from "../visit.ts";

interface LinkPageProps {
  readonly visit: Visit;
  readonly link: DebitLink;
  /** This very page: the button posts to it. */
  readonly path: string;
}

/** Where a link about a debit leads: opening it changes nothing, pressing the button does its one thing. Needs no sign-in. */
export const LinkPage: FC<LinkPageProps> = ({ visit, link, path }) => {
  const { locale } = visit;
  const title = say(locale, link.usable ? `page.link.${link.action}.title` : titleOf(link));
  return (
    <Frame visit={visit} title={title}>
      <div class="narrow stack">
        <h1>{title}</h1>
        <p>{aboutOf(visit, link)}</p>
        {link.usable ? <Offer visit={visit} link={link} path={path} /> : <Told visit={visit} link={link} />}
      </div>
    </Frame>
  );
};

function aboutOf({ locale }: Visit, { action, amount, biller, plannedOn, isQuestion }: DebitLink): string {
  if (isQuestion)
    return say(locale, `page.link.${action}.what-question`, {
      amount: formatMoney(locale, amount),
      biller: biller.title,
    });
  return say(locale, `page.link.${action}.what`, {
    amount: formatMoney(locale, amount),
    biller: biller.title,
    day: formatDate(locale, plannedOn),
  });
}

const Offer: FC<LinkPageProps> = ({ visit, link, path }) => {
  const { locale } = visit;
  const { action } = link;
  return (
    <>
      {action === "pay-now" ? (
        <p>
          {say(locale, "page.link.pay-now.with", { method: link.method ?? say(locale, "page.link.card") })}
        </p>
      ) : null}
      {link.state === "sent" ? <p class="note note-wait">{sentWords(visit, link)}</p> : null}
      <p class="soft">{say(locale, `page.link.${action}.then`)}</p>
      <form method="post" action={path} class="row">
        <input type="hidden" name="confirmed" value="yes" />
        <button type="submit" class={action === "skip" ? "danger" : undefined}>
          {say(locale, `page.link.${action}.button`)}
        </button>
        <a href={`/payments/${link.payment.id}`}>{say(locale, "page.link.details")}</a>
      </form>
    </>
  );
};

const Told: FC<Omit<LinkPageProps, "path">> = ({ visit, link }) => {
  const { locale } = visit;
  const { confirmation } = link;
  const what = link.state === "used" ? usedWords(visit, link) : whyWords(visit, link);
  return (
    <>
      <p class="note" aria-live="polite">
        {what}
      </p>
      {confirmation === null ? null : (
        <p>
          <a class="button" href={confirmation.url} rel="noreferrer">
            {say(locale, "page.link.to-bank")}
          </a>
        </p>
      )}
      <p class="row">
        <a href={`/payments/${link.payment.id}`}>{say(locale, "page.link.details")}</a>
        <a href="/">{say(locale, "page.problem.home")}</a>
      </p>
    </>
  );
};

function titleOf({ action, state }: DebitLink) {
  return state === "used"
    ? (`page.link.${action}.used.title` as const)
    : ("page.link.not-now.title" as const);
}

/** What the link has done, and how that stands now. */
function usedWords(visit: Visit, link: DebitLink): string {
  const { locale, zone } = visit;
  const at = link.usedAt === null ? "" : formatInstant(locale, link.usedAt, zone);
  if (link.action === "pay-now") {
    const { state } = link.payment;
    if (state === "paid") return say(locale, "page.link.used.paid", { at });
    if (state === "closed" || state === "returning") return say(locale, "page.link.used.not-paid", { at });
    return say(locale, link.confirmation === null ? "page.link.used.paying" : "page.link.used.bank", { at });
  }
  const late = link.payment.outcome !== "skipped" && link.sentAt !== null;
  return late ? sentWords(visit, link) : say(locale, "page.link.used.skipped", { at });
}

function sentWords({ locale, zone }: Visit, { sentAt }: DebitLink): string {
  return say(locale, "page.link.state.sent", {
    at: sentAt === null ? "" : formatInstant(locale, sentAt, zone),
  });
}

/** Why the link does nothing now, and the way out. */
function whyWords(visit: Visit, link: DebitLink): string {
  const { state } = link;
  if (state === "sent") return sentWords(visit, link);
  if (state === "open" || state === "used") throw new RangeError("this link has not been refused");
  return say(visit.locale, `page.link.state.${state}`);
}
