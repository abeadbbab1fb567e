import type { FC } from "hono/jsx";
import type { Erasure } from "../../../api/client.ts";
import { formatInstant, formatMoney } from "../../../words/format.ts";
import { say } from "../../../words/say.ts";
import { ActionForm, type FieldProblems, ProblemSummary } from "../../parts/forms.tsx";
import { Frame } from "../../parts/frame.tsx";
import type { Visit } from "../../visit.ts";

interface ErasureProps {
  readonly visit: Visit;
  readonly problems: FieldProblems;
  /** What stood against it a moment ago. */
  readonly waitsFor: Erasure["waitsFor"];
}

/** The way out: what it means, what stays and why, and the one button that does it. */
export const ErasurePage: FC<ErasureProps> = ({ visit, problems, waitsFor }) => {
  const { locale } = visit;
  const title = say(locale, "page.data.erase.title");
  return (
    <Frame visit={visit} title={title}>
      <div class="narrow stack">
        <h1>{title}</h1>
        <ProblemSummary visit={visit} problems={problems} />
        {waitsFor.length === 0 ? null : <Waiting visit={visit} waitsFor={waitsFor} />}
        <p class="lead">{say(locale, "page.data.erase.lead")}</p>
        <ul class="bullets">
          <li>{say(locale, "page.data.erase.stops")}</li>
          <li>{say(locale, "page.data.erase.goes")}</li>
          <li>{say(locale, "page.data.erase.stays")}</li>
          <li>{say(locale, "page.data.erase.waits")}</li>
        </ul>
        <p>
          <a href="/profile/export" download>
            {say(locale, "page.data.export.first")}
          </a>
        </p>
        <section class="card stack">
          <ActionForm visit={visit} action="/profile/erase" class="stack">
            <div class="choice">
              <input type="checkbox" id="confirm" name="confirm" value="erase" required />
              <label for="confirm">{say(locale, "page.data.erase.confirm")}</label>
            </div>
            <button type="submit" class="danger">
              {say(locale, "page.data.erase.button")}
            </button>
          </ActionForm>
        </section>
        <p>
          <a href="/profile">{say(locale, "page.profile.back")}</a>
        </p>
      </div>
    </Frame>
  );
};

const Waiting: FC<{ visit: Visit; waitsFor: Erasure["waitsFor"] }> = ({ visit, waitsFor }) => {
  const { locale, zone } = visit;
  return (
    <section class="card stack">
      <h2>{say(locale, "page.data.waiting.title")}</h2>
      <p>{say(locale, "page.data.waiting.text")}</p>
      <ul class="bullets">
        {waitsFor.map(({ what, paymentId, amount, endsBy }) => (
          <li>
            {say(locale, `page.data.waiting.${what}`)}
            {amount === null ? null : ` ${formatMoney(locale, amount)}`}
            {paymentId === null ? null : (
              <>
                {" "}
                <a href={`/payments/${paymentId}`}>{paymentId}</a>
              </>
            )}
            {what !== "unconfirmed" || endsBy === null ? null : (
              <p>{say(locale, "page.data.waiting.ends-by", { time: formatInstant(locale, endsBy, zone) })}</p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
};

/** Nobody is signed in any more. */
export const ErasedPage: FC<{ visit: Visit }> = ({ visit }) => {
  const { locale } = visit;
  const title = say(locale, "page.data.erased.title");
  return (
    <Frame visit={visit} title={title}>
      <div class="narrow stack">
        <h1>{title}</h1>
        <p class="lead">{say(locale, "page.data.erased.text")}</p>
      </div>
    </Frame>
  );
};
