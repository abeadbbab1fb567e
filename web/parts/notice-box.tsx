import type { FC } from "hono/jsx";
import { formatInstant, formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import type { InFlight, Notice } from "../notice.ts";
import type { Visit } from "../visit.ts";

/** What the last action answered; empty when there is nothing to say. */
export const NoticeBox: FC<{ visit: Visit }> = ({ visit }) => {
  const { notice, locale } = visit;
  if (notice === undefined) return null;
  if (notice.kind === "done") {
    return (
      <div class="note note-good" aria-live="polite">
        <p>{say(locale, `page.done.${notice.what}`)}</p>
      </div>
    );
  }
  return <Stopped visit={visit} notice={notice} />;
};

/** The answer to a stop: since when nothing is sent any more, and what had been sent before. */
const Stopped: FC<{ visit: Visit; notice: Extract<Notice, { kind: "stopped" }> }> = ({ visit, notice }) => {
  const { locale, zone } = visit;
  const quiet = notice.inFlight.length === 0;
  return (
    <div class={quiet ? "note note-good" : "note note-wait"} aria-live="polite">
      <h2>{say(locale, `page.stopped.${notice.what}`)}</h2>
      {notice.stoppedAt === null ? null : (
        <p>{say(locale, "page.stopped.since", { time: formatInstant(locale, notice.stoppedAt, zone) })}</p>
      )}
      {quiet ? (
        <p>{say(locale, "page.stopped.nothing-more")}</p>
      ) : (
        <ul class="bullets">
          {notice.inFlight.map((charge) => (
            <li>
              <a href={`/payments/${charge.payment}`}>{inFlightWords(visit, charge)}</a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};

/** One charge that had left before a stop, and what can still become of it. */
export function inFlightWords({ locale, zone }: Visit, charge: InFlight): string {
  const amount = formatMoney(locale, charge.amount);
  if (charge.state === "challenged" && charge.next !== null) {
    return say(locale, "page.stopped.challenged", {
      amount,
      until: formatInstant(locale, charge.next, zone),
    });
  }
  return say(locale, "page.stopped.sent", { amount, time: formatInstant(locale, charge.sentAt, zone) });
}
