import type { FC } from "hono/jsx";
import type { Account, Category, Mute, Preferences, PushDevice, TestMessage } from "../../../api/client.ts";
import { formatMoney } from "../../../words/format.ts";
import { say } from "../../../words/say.ts";
import { ActionButton, ActionForm, type FieldProblems, ProblemSummary } from "../../parts/forms.tsx";
import { Frame } from "../../parts/frame.tsx";
import { PreferenceGrid } from "../../parts/preference-grid.tsx";
import { type QuietForm, QuietHours } from "../../parts/quiet-hours.tsx";
import { isUnderWay, TestMessages } from "../../parts/test-messages.tsx";
import { notificationsPath } from "../../notifications-path.ts";
import {
  alwaysWords,
  hasOwnChoice,
  ownEventWords,
  previewOf,
  sortedCategories,
} from "../../preference-words.ts";
import type { Visit } from "../../visit.ts";

interface NotificationsProps {
  readonly visit: Visit;
  readonly preferences: Preferences;
  /** Whose choices the table shows: `*` for all bills. */
  readonly category: string;
  /** Kinds of bills that a choice can be made for. */
  readonly categories: readonly Category[];
  readonly accounts: readonly Account[];
  readonly devices: readonly PushDevice[];
  readonly tests: readonly TestMessage[];
  readonly form: QuietForm;
  readonly problems: FieldProblems;
}

/** What a resident is told, how and when; what comes whatever they choose, and why. */
export const NotificationsPage: FC<NotificationsProps> = (props) => {
  const { visit, preferences, problems, form } = props;
  const { locale } = visit;
  const title = say(locale, "preferences.title");
  return (
    <Frame visit={visit} title={title} live={isUnderWay(props.tests)}>
      <div>
        <a class="crumb" href="/profile">
          {say(locale, "page.profile.title")}
        </a>
        <h1>{title}</h1>
        <p class="lead">{say(locale, "preferences.lead")}</p>
      </div>
      <ProblemSummary visit={visit} problems={problems} />
      <Preview visit={visit} preferences={preferences} />
      <GridCard {...props} />
      <div class="grid grid-two">
        <div class="stack-loose">
          <QuietHours visit={visit} zone={preferences.zone} form={form} problems={problems} />
          <TestMessages {...props} />
        </div>
        <div class="stack-loose">
          <Always visit={visit} preferences={preferences} />
          <Mutes {...props} />
        </div>
      </div>
    </Frame>
  );
};

const Preview: FC<{ visit: Visit; preferences: Preferences }> = ({ visit: { locale }, preferences }) => {
  const titles = preferences.grids.flatMap((grid) =>
    grid.title !== null && hasOwnChoice(grid) ? [grid.title] : [],
  );
  const events = ownEventWords(locale, preferences);
  return (
    <section class="note note-calm">
      <h2>{say(locale, "preferences.preview")}</h2>
      <ul class="bullets">
        {previewOf(locale, preferences).map((sentence) => (
          <li>{sentence}</li>
        ))}
        {events.length === 0 ? null : (
          <li>{say(locale, "preferences.preview.events", { events: events.join("; ") })}</li>
        )}
        {titles.length === 0 ? null : (
          <li>{say(locale, "preferences.preview.own", { titles: titles.join(", ") })}</li>
        )}
      </ul>
    </section>
  );
};

const GridCard: FC<NotificationsProps> = (props) => {
  const { visit, preferences, category } = props;
  const { locale } = visit;
  const grid = preferences.grids.find((one) => one.category === category);
  if (grid === undefined) return null;
  const isForAll = category === "*";
  const hasOwn = hasOwnChoice(grid);
  return (
    <section class="card stack">
      <h2 id="grid">{isForAll ? say(locale, "preferences.grid") : grid.title}</h2>
      <CategoryChoice {...props} />
      <Connecting visit={visit} preferences={preferences} />
      <ActionForm visit={visit} action={`${notificationsPath}/choices`} class="stack">
        <input type="hidden" name="category" value={category} />
        <PreferenceGrid visit={visit} preferences={preferences} grid={grid} />
        {isForAll ? null : <p class="soft">{say(locale, "preferences.unsaved")}</p>}
        <button type="submit">{say(locale, "preferences.save")}</button>
      </ActionForm>
      {hasOwn ? (
        <ActionForm visit={visit} action={`${notificationsPath}/reset`}>
          <input type="hidden" name="category" value={category} />
          <button type="submit" class="quiet">
            {say(locale, isForAll ? "preferences.reset" : "preferences.reset.category")}
          </button>
        </ActionForm>
      ) : null}
    </section>
  );
};

/** The pages on which channels are connected that do not reach the reader now. */
const Connecting: FC<{ visit: Visit; preferences: Preferences }> = ({ visit: { locale }, preferences }) => {
  const away = (["email", "push"] as const).filter((wanted) =>
    preferences.channels.some(({ name, reachable }) => name === wanted && !reachable),
  );
  return away.length === 0 ? null : (
    <p class="row">
      {away.map((name) => (
        <a href={CHANNEL_PAGES[name]}>{say(locale, `preferences.channel.${name}.mend`)}</a>
      ))}
    </p>
  );
};

const CHANNEL_PAGES = { email: "/profile/mail", push: "/profile/push" } as const;

const CategoryChoice: FC<NotificationsProps> = ({ visit, preferences, category, categories }) => {
  const { locale } = visit;
  const { education, other } = sortedCategories(categories);
  const own = new Set(preferences.grids.filter(hasOwnChoice).map((grid) => grid.category));
  const group = (label: string, of: readonly Category[]) =>
    of.length === 0 ? null : (
      <optgroup label={label}>
        {of.map(({ id, title }) => (
          <option value={id} selected={id === category}>
            {own.has(id) ? say(locale, "preferences.category.own", { title }) : title}
          </option>
        ))}
      </optgroup>
    );
  return (
    <form method="get" action={notificationsPath} class="field">
      <label for="category">{say(locale, "preferences.category")}</label>
      <p class="hint" id="category-hint">
        {say(locale, "preferences.category.hint")}
      </p>
      <div class="row">
        <select id="category" name="category" aria-describedby="category-hint" class="grow">
          <option value="*" selected={category === "*"}>
            {say(locale, "preferences.category.all")}
          </option>
          {group(say(locale, "preferences.category.education"), education)}
          {group(say(locale, "preferences.category.other"), other)}
        </select>
        <button type="submit" class="quiet">
          {say(locale, "preferences.category.show")}
        </button>
      </div>
    </form>
  );
};

const Always: FC<{ visit: Visit; preferences: Preferences }> = ({ visit: { locale }, preferences }) => {
  const carrier = preferences.channels.find(({ carriesMinimum }) => carriesMinimum);
  return (
    <section class="card stack">
      <h2>{say(locale, "preferences.always")}</h2>
      <ul class="bullets">
        {preferences.topics.map(({ topic, always }) =>
          always.length === 0 ? null : <li>{alwaysWords(locale, topic)}</li>,
        )}
      </ul>
      <p class="soft">{say(locale, "preferences.always.why")}</p>
      <p class="soft">{say(locale, "preferences.always.quiet")}</p>
      <p class={carrier === undefined ? "state state-bad" : "soft"}>
        {carrier === undefined
          ? say(locale, "preferences.always.nowhere")
          : say(locale, "preferences.always.channel", {
              channel: say(locale, `preferences.channel.${carrier.name}`),
            })}
      </p>
    </section>
  );
};

const Mutes: FC<NotificationsProps> = ({ visit, preferences, accounts }) => {
  const { locale } = visit;
  const { mutes } = preferences;
  const isMuted = (billerId: string) => mutes.some(({ kind, id }) => kind === "biller" && id === billerId);
  const loud = accounts.filter(
    ({ biller }, index) =>
      !isMuted(biller.id) && accounts.findIndex((other) => other.biller.id === biller.id) === index,
  );
  return (
    <section class="card stack">
      <h2>{say(locale, "preferences.mutes")}</h2>
      {mutes.length === 0 ? (
        <p class="soft">{say(locale, "preferences.mutes.none")}</p>
      ) : (
        <ul class="lines">
          {mutes.map((mute) => (
            <MuteLine visit={visit} mute={mute} />
          ))}
        </ul>
      )}
      {loud.length === 0 ? null : (
        <>
          <h3>{say(locale, "preferences.mutes.add")}</h3>
          <p class="soft">{say(locale, "preferences.mutes.add.hint")}</p>
          <ul class="lines">
            {loud.map(({ biller }) => (
              <li>
                <p>{biller.title}</p>
                <MuteButton visit={visit} of={{ kind: "biller", id: biller.id }} about={biller.title} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
};

const MuteButton: FC<{ visit: Visit; of: { kind: string; id: string }; about: string }> = (props) => (
  <ActionForm visit={props.visit} action={`${notificationsPath}/mute`}>
    <input type="hidden" name="kind" value={props.of.kind} />
    <input type="hidden" name="id" value={props.of.id} />
    <button type="submit" class="quiet">
      {say(props.visit.locale, "preferences.mutes.begin")}
      <span class="hidden-visually">{`: ${props.about}`}</span>
    </button>
  </ActionForm>
);

const MuteLine: FC<{ visit: Visit; mute: Mute }> = ({ visit, mute: { kind, id, biller, bill } }) => {
  const { locale } = visit;
  const what =
    bill === null
      ? say(locale, "preferences.mutes.biller")
      : say(locale, "preferences.mutes.bill", {
          purpose: bill.purpose,
          amount: formatMoney(locale, bill.amount),
        });
  return (
    <li data-muted={id}>
      <div>
        <p>{kind === "bill" ? <a href={`/bills/${id}`}>{biller.title}</a> : biller.title}</p>
        <p class="soft">{what}</p>
        {bill?.owed === false ? <p class="soft">{say(locale, "preferences.mutes.over")}</p> : null}
      </div>
      <ActionButton
        visit={visit}
        action={`${notificationsPath}/unmute/${kind}/${id}`}
        class="quiet"
        label={say(locale, "preferences.mutes.end")}
        about={biller.title}
      />
    </li>
  );
};
