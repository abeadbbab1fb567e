import type { FC } from "hono/jsx";
import type { Preferences } from "../../api/client.ts";
import type { Locale } from "../../words/locale.ts";
import { say } from "../../words/say.ts";
import { alwaysWords, shownChannels, type Topic } from "../preference-words.ts";
import type { Visit } from "../visit.ts";
import { PreferenceEvents } from "./preference-events.tsx";

type Grid = Preferences["grids"][number];
type Cell = Grid["cells"][number];
type Channel = Preferences["channels"][number];

interface GridProps {
  readonly visit: Visit;
  readonly preferences: Preferences;
  /** The choices for all bills, or for one kind of them. */
  readonly grid: Grid;
}

/** Topics by channels, a choice in each cell, named in full: on a small screen every topic stands as a block of its own. */
export const PreferenceGrid: FC<GridProps> = ({ visit, preferences, grid }) => {
  const { locale } = visit;
  const channels = shownChannels(preferences);
  const topics = preferences.topics.filter(({ topic }) => grid.cells.some((cell) => cell.topic === topic));
  return (
    <table class="choices-grid" aria-labelledby="grid">
      <thead>
        <tr>
          <th scope="col">{say(locale, "preferences.topic")}</th>
          {channels.map((channel) => (
            <ChannelHead visit={visit} channel={channel} />
          ))}
        </tr>
      </thead>
      <tbody>
        {topics.map(({ topic }) => (
          <>
            <tr data-topic={topic}>
              <TopicHead visit={visit} topic={topic} />
              {channels.map(({ name }) => (
                <td>
                  {grid.cells
                    .filter((cell) => cell.topic === topic && cell.channel === name)
                    .map((cell) => (
                      <CellChoice visit={visit} cell={cell} category={grid.category} />
                    ))}
                </td>
              ))}
            </tr>
            <PreferenceEvents visit={visit} preferences={preferences} grid={grid} topic={topic} />
          </>
        ))}
      </tbody>
    </table>
  );
};

const ChannelHead: FC<{ visit: Visit; channel: Channel }> = ({ visit: { locale }, channel }) => (
  <th scope="col">
    {say(locale, `preferences.channel.${channel.name}`)}
    {channel.reachable ? null : (
      <span class="hint">{say(locale, `preferences.channel.${channel.name}.away`)}</span>
    )}
  </th>
);

const TopicHead: FC<{ visit: Visit; topic: Topic }> = ({ visit: { locale }, topic }) => {
  const always = alwaysWords(locale, topic);
  return (
    <th scope="row">
      {say(locale, `preferences.topic.${topic}`)}
      <span class="hint">{say(locale, `preferences.about.${topic}`)}</span>
      {always === null ? null : (
        <span class="hint always">
          {say(locale, "preferences.always.mark", { what: inSentence(locale, always) })}
        </span>
      )}
    </th>
  );
};

/** Words that stand alone elsewhere, after a colon. */
function inSentence(locale: Locale, words: string): string {
  return words.slice(0, 1).toLocaleLowerCase(locale) + words.slice(1);
}

/** The name of a cell's field in the form. */
export function cellField({ topic, channel }: Pick<Cell, "topic" | "channel">): string {
  return `${topic}.${channel}`;
}

const CellChoice: FC<{ visit: Visit; cell: Cell; category: string }> = ({ visit, cell, category }) => {
  const { locale } = visit;
  const field = cellField(cell);
  const inherits = category !== "*" && cell.from !== "own";
  const [topic, channel] = [
    say(locale, `preferences.topic.${cell.topic}`),
    say(locale, `preferences.channel.${cell.channel}`),
  ];
  return (
    <div class="cell">
      <span class="cell-channel" aria-hidden="true">
        {channel}
      </span>
      <select name={field} id={field} aria-label={say(locale, "preferences.cell", { topic, channel })}>
        {category === "*" ? null : (
          <option value="inherit" selected={inherits}>
            {inherits
              ? say(locale, `preferences.choice.all.${cell.choice}`)
              : say(locale, "preferences.reset.category")}
          </option>
        )}
        {(["on", "digest", "off"] as const).map((choice) => (
          <option value={choice} selected={!inherits && choice === cell.choice}>
            {say(locale, `preferences.choice.${choice}`)}
          </option>
        ))}
      </select>
    </div>
  );
};
