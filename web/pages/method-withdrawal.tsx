import type { Child, FC } from "hono/jsx";
import type { Method, MethodStop } from "../../api/client.ts";
import { formatDate, formatInstant, formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { ActionForm } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import { methodName } from "../parts/method-choice.tsx";
import { inFlightWords } from "../parts/notice-box.tsx";
import type { Visit } from "../visit.ts";

interface WithdrawalProps {
  readonly visit: Visit;
  readonly method: Method;
  readonly withdrawal: MethodStop;
}

/** Before a method is withdrawn: everything that stops with it, what goes on, and what had already left. */
export const WithdrawPage: FC<WithdrawalProps> = ({ visit, method, withdrawal }) => {
  const { locale } = visit;
  const title = say(locale, "page.method.withdraw.title", { method: methodName(visit, method) });
  return (
    <Frame visit={visit} title={title} room="methods">
      <div class="narrow stack">
        <a class="crumb" href="/methods">
          {say(locale, "page.nav.methods")}
        </a>
        <h1>{title}</h1>
        <p>{say(locale, "page.method.withdraw.what")}</p>
        <Consequences visit={visit} withdrawal={withdrawal} />
        <ActionForm visit={visit} action={`/methods/${method.id}/withdraw`} class="row">
          <button type="submit" class="danger">
            {say(locale, "page.method.withdraw.button")}
          </button>
          <a href="/methods">{say(locale, "page.action.keep")}</a>
        </ActionForm>
      </div>
    </Frame>
  );
};

/** After it: the same list, since when it holds, and the count of what was sent afterwards. */
export const WithdrawnPage: FC<WithdrawalProps> = ({ visit, method, withdrawal }) => {
  const { locale, zone } = visit;
  const title = say(locale, "page.stopped.withdrawn");
  const { stoppedAt, sentAfter, lastSentAt, inFlight } = withdrawal;
  return (
    <Frame visit={visit} title={title} room="methods">
      <div class="narrow stack" data-method={method.id} data-state={method.state}>
        <a class="crumb" href="/methods">
          {say(locale, "page.nav.methods")}
        </a>
        <h1>{`${title}: ${methodName(visit, method)}`}</h1>
        <div class={sentAfter === 0 ? "note note-good" : "note note-bad"}>
          {stoppedAt === null ? null : (
            <p>{say(locale, "page.stopped.since", { time: formatInstant(locale, stoppedAt, zone) })}</p>
          )}
          {inFlight.length === 0 ? <p>{say(locale, "method.withdrawn.nothing-more")}</p> : null}
          <p data-sent-after={sentAfter}>
            {say(locale, "method.withdrawn.sent-after", { count: sentAfter })}
          </p>
          {lastSentAt === null ? null : (
            <p class="soft">
              {say(locale, "method.withdrawn.last-sent", { time: formatInstant(locale, lastSentAt, zone) })}
            </p>
          )}
        </div>
        <Consequences visit={visit} withdrawal={withdrawal} />
        <p>
          <a class="button" href="/methods">
            {say(locale, "page.method.to-list")}
          </a>
        </p>
      </div>
    </Frame>
  );
};

/** What the API said of the withdrawal, in words; the same before and after. */
const Consequences: FC<{ visit: Visit; withdrawal: MethodStop }> = ({ visit, withdrawal }) => {
  const { locale } = visit;
  const { follows, planned, inFlight, twins } = withdrawal;
  const stops = follows.filter(({ outcome }) => outcome === "stops");
  const goesOn = follows.filter(({ outcome }) => outcome === "goes-on");
  return (
    <>
      {follows.length === 0 ? <p>{say(locale, "page.method.withdraw.nothing")}</p> : null}
      <Listed
        title={say(locale, "method.withdraw.twins")}
        tone="wait"
        lines={twins.map(({ title }) => <li>{title ?? say(locale, "page.method.card")}</li>)}
      />
      <Listed
        title={say(locale, "page.method.withdraw.stops")}
        tone="wait"
        lines={stops.map((follow) => <MandateLine follow={follow} />)}
      />
      <Listed
        title={say(locale, "method.withdraw.goes-on")}
        tone="good"
        lines={goesOn.map((follow) => {
          const next = follow.next ?? say(locale, "page.method.card");
          return <MandateLine follow={follow} more={say(locale, "method.withdraw.next", { method: next })} />;
        })}
      />
      <Listed
        title={say(locale, "method.withdraw.planned")}
        tone="calm"
        lines={planned.map((debit) => (
          <li>
            <a href={`/payments/${debit.payment}`}>
              {`${formatMoney(locale, debit.amount)}, ${debit.payee}, ${formatDate(locale, debit.plannedOn)}`}
            </a>
            {`. ${say(locale, `method.withdraw.planned.${debit.outcome}`)}`}
          </li>
        ))}
      />
      <Listed
        title={say(locale, "method.withdraw.in-flight")}
        tone="wait"
        lines={inFlight.map((charge) => (
          <li>
            <a href={`/payments/${charge.payment}`}>{inFlightWords(visit, charge)}</a>
          </li>
        ))}
      />
    </>
  );
};

const MandateLine: FC<{ follow: MethodStop["follows"][number]; more?: string }> = ({ follow, more }) => (
  <li>
    <a href={`/mandates/${follow.mandate}`}>{`${follow.biller}, ${follow.account}`}</a>
    {more === undefined ? "" : `. ${more}`}
  </li>
);

const Listed: FC<{ title: string; tone: "wait" | "good" | "calm"; lines: Child[] }> = (props) =>
  props.lines.length === 0 ? null : (
    <div class={`note note-${props.tone}`}>
      <h2>{props.title}</h2>
      <ul class="bullets">{props.lines}</ul>
    </div>
  );
