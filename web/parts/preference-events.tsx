import type { FC } from "hono/jsx";
import type { Preferences } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { eventWords, shownChannels, type Topic } from "../preference-words.ts";
import type { Visit } from "../visit.ts";

type Grid = Preferences["grids"][number];
type Cell = Grid["events"][number];
type Event = Cell["event"];
type Channel = Preferences["channels"][number];

interface EventsProps {
  readonly visit: Visit;
  readonly preferences: Preferences;
  readonly grid: Grid;
  readonly topic: Topic;
}

/** The events of a topic, one by one, folded under it; open where one has a choice of its own. A topic of one event has nothing to unfold. */
export const PreferenceEvents: FC<EventsProps> = ({ visit, preferences, grid, topic }) => {
  const cells = grid.events.filter((cell) => cell.topic === topic);
  const events = [...new Set(cells.map(({ event }) => event))];
  return events.length < 2 ? null : (
    <tr class="events-row" data-events={topic}>
      <td colspan={shownChannels(preferences).length + 1}>
        <EventList
          visit={visit}
          preferences={preferences}
          grid={grid}
          topic={topic}
          cells={cells}
          events={events}
        />
      </td>
    </tr>
  );
};

type EventListProps = EventsProps & { readonly cells: readonly Cell[]; readonly events: readonly Event[] };

const EventList: FC<EventListProps> = ({ visit, preferences, grid, topic, cells, events }) => {
  const { locale } = visit;
  const hasOwn = cells.some(({ from }) => from === "own");
  return (
    <details open={hasOwn}>
      <summary>
        {say(locale, "preferences.events", { count: events.length })}
        <span class="hidden-visually">{`: ${say(locale, `preferences.topic.${topic}`)}`}</span>
        {hasOwn ? <span class="hint">{say(locale, "preferences.events.own")}</span> : null}
      </summary>
      <ul class="event-choices">
        {events.map((event) => (
          <li>
            <EventName visit={visit} preferences={preferences} event={event} />
            {shownChannels(preferences).map((channel) =>
              cells
                .filter((cell) => cell.event === event && cell.channel === channel.name)
                .map((cell) => <EventCell visit={visit} cell={cell} channel={channel} grid={grid} />),
            )}
          </li>
        ))}
      </ul>
    </details>
  );
};

function isMinimum({ topics }: Preferences, event: Event): boolean {
  return topics.some(({ always }) => always.includes(event));
}

const EventName: FC<{ visit: Visit; preferences: Preferences; event: Event }> = (props) => (
  <p>
    {eventWords(props.visit.locale, props.event)}
    {isMinimum(props.preferences, props.event) ? (
      <span class="hint always">{say(props.visit.locale, "preferences.events.why")}</span>
    ) : null}
  </p>
);

/** The name of an event's field in the form. */
export function eventField({ topic, event, channel }: Pick<Cell, "topic" | "event" | "channel">): string {
  return `${topic}.${event}.${channel}`;
}

const EventCell: FC<{ visit: Visit; cell: Cell; channel: Channel; grid: Grid }> = (props) => {
  const { visit, cell, channel } = props;
  const name = say(visit.locale, `preferences.channel.${channel.name}`);
  return (
    <div class="cell">
      <span class="cell-channel" aria-hidden="true">
        {name}
      </span>
      {cell.minimumStays && channel.carriesMinimum ? (
        <span class="fixed-choice">
          <span class="hidden-visually">{`${name}: `}</span>
          {say(visit.locale, "preferences.events.always")}
        </span>
      ) : (
        <EventChoice visit={visit} cell={cell} isForAll={props.grid.category === "*"} />
      )}
    </div>
  );
};

const EventChoice: FC<{ visit: Visit; cell: Cell; isForAll: boolean }> = ({ visit, cell, isForAll }) => {
  const { locale } = visit;
  const field = eventField(cell);
  const inherits = cell.from !== "own";
  const from = isForAll || cell.from === "topic" ? "events.topic" : "choice.all";
  const event = eventWords(locale, cell.event);
  const channel = say(locale, `preferences.channel.${cell.channel}`);
  return (
    <select name={field} id={field} aria-label={say(locale, "preferences.cell", { topic: event, channel })}>
      <option value="inherit" selected={inherits}>
        {inherits
          ? say(locale, `preferences.${from}.${cell.choice}`)
          : say(locale, "preferences.events.topic")}
      </option>
      {(["on", "digest", "off"] as const).map((choice) => (
        <option value={choice} selected={!inherits && choice === cell.choice}>
          {say(locale, `preferences.choice.${choice}`)}
        </option>
      ))}
    </select>
  );
};
