import { NOTIFICATION_EVENTS, type NotificationEvent } from "../../../../domain/notification.ts";
import { CHANNELS, type ChannelName, type QuietHours } from "../../../../domain/notifications/channels.ts";
import { TOPICS } from "../../../../domain/notifications/event-rules.ts";
import { eventsOf } from "../../../../domain/notifications/choosing.ts";
import { type ChoiceRow, WHOLE_TOPIC } from "../../../../domain/notifications/verdict.ts";
import type { Chance } from "../../chance.ts";

/** Minutes since a midnight of the recipient; days have 1440 of them here (clocks that change are proved on the database). */
type Minute = number;

/** Something that happened and of which its recipient is to be told. */
export type Cause = {
  readonly id: string;
  readonly at: Minute;
  readonly event: NotificationEvent;
  readonly billId: string | null;
  readonly paymentId: string | null;
  readonly methodId: string | null;
  readonly category: string | null;
  readonly billerId: string | null;
  /** From then on it says nothing any more; of a question: by when it must be answered. */
  readonly endsAt: Minute;
};

/** What a recipient wants, and where they can be reached. */
export type Wishes = {
  readonly choices: readonly ChoiceRow[];
  readonly quiet: QuietHours | "none" | null;
  readonly digestAtMinute: number;
  /** What the operator allows: few, so that floods are frequent. */
  readonly messagesAnHour: number;
  /** `bill/<id>` and `biller/<id>` */
  readonly mutes: readonly string[];
  readonly reachable: readonly ChannelName[];
};

/** A recipient's days: what happened, when each cause was delivered to the engine, and what they wanted when. */
export type Story = {
  readonly causes: readonly Cause[];
  /** Every cause three times, the earliest first. */
  readonly tellings: readonly { readonly at: Minute; readonly cause: Cause }[];
  /** From a minute on; the first from the beginning. */
  readonly wishes: readonly { readonly from: Minute; readonly wishes: Wishes }[];
};

const DAY = 1_440;
const DAYS = 3;
/** So often each cause is delivered. */
const DELIVERIES = 3;
const CATEGORIES = ["housing", "mobile"] as const;
const TOLD = NOTIFICATION_EVENTS.filter((event) => event !== "digest" && event !== "test-message");
/** Events of one bill come more often than others: they make one another out of date. */
const OF_A_BILL = [
  "bill-arrived",
  "bill-changed",
  "bill-annulled",
  "reminder",
  "overdue",
  "discount-ending",
  "paid",
  "notice",
  "notice-changed",
] as const satisfies readonly NotificationEvent[];

/** Draws a story of so many causes. */
export function drawStory(chance: Chance, count: number): Story {
  const causes = Array.from({ length: count }, (_, index) => drawCause(chance, index));
  const tellings = causes
    .flatMap((cause) => deliveriesOf(chance, cause.at).map((at) => ({ at, cause })))
    .toSorted((a, b) => a.at - b.at);
  return { causes, tellings, wishes: drawTimeline(chance) };
}

function drawCause(chance: Chance, index: number): Cause {
  // now and then many together: the hour has room for ten, and what is under way is replaced
  const at = chance.percent(25) ? DAY + 600 + chance.below(15) : chance.below(DAYS * DAY);
  const event = chance.percent(55) ? chance.pick(OF_A_BILL) : chance.pick(TOLD);
  const subject = chance.below(3);
  const isOfBill = !/^(method|mandate|card|source)/.test(event);
  return {
    id: `c${index}`,
    at,
    event,
    billId: isOfBill ? `b${subject}` : null,
    paymentId: isOfBill ? `p${subject}` : null,
    methodId: event.startsWith("method") ? `m${subject % 2}` : null,
    category: isOfBill ? (CATEGORIES[subject % 2] ?? null) : null,
    billerId: isOfBill ? `biller${subject}` : null,
    endsAt: at + 30 + chance.below(2 * DAY),
  };
}

function deliveriesOf(chance: Chance, at: Minute): readonly Minute[] {
  return Array.from({ length: DELIVERIES }, (_, index) =>
    index === 0 ? at : at + (chance.percent(60) ? chance.below(3) : chance.below(900)),
  );
}

function drawTimeline(chance: Chance): Story["wishes"] {
  const first = { from: 0, wishes: drawWishes(chance) };
  if (chance.percent(60)) return [first];
  // often while much is under way
  const from = chance.percent(50) ? DAY + 600 + chance.below(40) : chance.below(DAYS * DAY);
  return [first, { from, wishes: changed(chance, first.wishes) }];
}

function drawWishes(chance: Chance): Wishes {
  return {
    choices: drawChoices(chance),
    quiet: drawQuiet(chance),
    digestAtMinute: chance.pick([0, 8 * 60, 18 * 60, 23 * 60 + 30]),
    messagesAnHour: 10,
    mutes: chance.percent(20) ? [chance.pick(["bill/b0", "bill/b1", "biller/biller2"])] : [],
    reachable: CHANNELS.filter((channel) => chance.percent(channel === "email" ? 90 : 45)),
  };
}

/** Whether a change is told as such or as an arrival depends on what has left before: neither has a choice of its own here. */
function singleEvents(topic: (typeof TOPICS)[number]): ReturnType<typeof eventsOf> {
  return eventsOf(topic).filter((event) => event !== "bill-arrived" && event !== "bill-changed");
}

function drawChoices(chance: Chance): readonly ChoiceRow[] {
  return TOPICS.flatMap((topic) =>
    CHANNELS.flatMap((channel) =>
      ["*", ...CATEGORIES]
        .filter((category) => chance.percent(category === "*" ? 45 : 12))
        .map((category) => ({
          topic,
          channel,
          category,
          event: chance.percent(20) ? chance.pick(singleEvents(topic)) : WHOLE_TOPIC,
          choice: chance.pick(["on", "on", "off", "digest"] as const),
        })),
    ),
  );
}

function drawQuiet(chance: Chance): Wishes["quiet"] {
  const fromMinute = chance.below(DAY);
  return chance.pick([
    null,
    null,
    "none",
    { fromMinute: 21 * 60, toMinute: 9 * 60 },
    { fromMinute, toMinute: chance.below(DAY) },
    { fromMinute: 600, toMinute: 600 },
  ] as const);
}

/** One thing becomes another. */
function changed(chance: Chance, wishes: Wishes): Wishes {
  const other = drawWishes(chance);
  return chance.pick([
    { ...wishes, choices: other.choices },
    { ...wishes, quiet: other.quiet, digestAtMinute: other.digestAtMinute },
    { ...wishes, mutes: other.mutes },
    { ...wishes, reachable: other.reachable },
    { ...wishes, reachable: wishes.reachable.slice(1) },
  ]);
}
