import type { RawDelivery, Trouble } from "./provider.ts";
import type { Cause, Story, Wishes } from "./story.ts";

/** What a recipient may look at: what happened, what they wanted, what arrived, and what went wrong on the way. */
export type Evidence = {
  readonly story: Story;
  readonly journal: readonly RawDelivery[];
  readonly troubles: readonly Trouble[];
};

// What a person was promised, written down anew: nothing here is read from the rules.

const DIRECTORY: Readonly<Record<string, string>> = {
  bills: "bill-arrived bill-planned bill-changed bill-annulled another-autopay",
  reminders: "reminder overdue discount-ending",
  debits: "notice notice-changed failed-retry over-limit-skipped question-unanswered",
  payments:
    "needs-confirmation confirmation-reminder being-checked paid failed charged-after-stop nothing-taken money-returning money-returned",
  autopay:
    "mandate-created mandate-changed mandate-paused mandate-resumed mandate-ended mandate-expiring mandate-renewed",
  methods: "card-bound method-withdrawn method-expiring method-expired method-renewed method-gone",
  sources: "source-down",
};
const TOPIC_OF = new Map(
  Object.entries(DIRECTORY).flatMap(([topic, events]) =>
    events.split(" ").map((event) => [event, topic] as const),
  ),
);
/** Notice, question, failure, debit after a stop or none, money back, terms changed. */
const MUST_BE_TOLD = new Set(
  "notice notice-changed failed-retry needs-confirmation being-checked failed charged-after-stop nothing-taken money-returning money-returned mandate-changed mandate-paused mandate-ended method-withdrawn method-gone".split(
    " ",
  ),
);
const ENDS_BY_ITSELF = new Set(["reminder", "discount-ending", "confirmation-reminder", "bill-planned"]);
/** Who has heard none of these does not know the bill, and has no use for the word that it is withdrawn. */
const SAYS_THAT_IT_IS_THERE = new Set([
  "bill-arrived",
  "bill-planned",
  "bill-changed",
  "notice",
  "notice-changed",
]);
type Subject = "billId" | "paymentId" | "methodId";
/** What the newer says makes the older out of date, where both are about the same. */
const REPLACES: Readonly<Record<string, readonly [same: Subject, older: string]>> = {
  paid: [
    "billId",
    "bill-arrived bill-changed bill-planned reminder overdue discount-ending confirmation-reminder",
  ],
  "bill-annulled": ["billId", "bill-arrived bill-changed bill-planned reminder overdue discount-ending"],
  "bill-changed": ["billId", "bill-arrived bill-changed reminder overdue discount-ending"],
  overdue: ["billId", "reminder discount-ending"],
  reminder: ["billId", "reminder"],
  "discount-ending": ["billId", "discount-ending"],
  "bill-planned": ["paymentId", "bill-planned"],
  notice: ["paymentId", "notice notice-changed"],
  "notice-changed": ["paymentId", "notice notice-changed"],
  "method-expired": ["methodId", "method-expiring"],
  "method-renewed": ["methodId", "method-expiring method-expired"],
};
const ON_BY_DEFAULT: Readonly<Record<string, string>> = { email: "on", push: "on", sms: "off" };
/** By whose word the arrival is proved comes first. */
const CARRIERS = ["email", "sms", "push"] as const;
const DAY = 1_440;

/** Everything that a recipient could complain of, and how the story went for the counts. */
export function complaintsOf(evidence: Evidence): readonly string[] {
  const complaints: string[] = [];
  const known = new Known(evidence);
  for (const [index, delivery] of evidence.journal.entries()) {
    for (const id of delivery.tells) {
      const cause = known.causes.get(id);
      if (cause === undefined) complaints.push(`nobody caused ${id}`);
      else complaints.push(...known.wrongWith(cause, delivery, index));
    }
  }
  for (const cause of evidence.story.causes) complaints.push(...known.lost(cause), ...known.copiesOf(cause));
  return complaints;
}

/** How many deliveries were a second copy of something, each explained or complained of. */
export function copiesIn({ journal }: Pick<Evidence, "journal">): number {
  return journal.length - new Set(journal.map(({ messageId }) => messageId)).size;
}

class Known {
  readonly causes: ReadonlyMap<string, Cause>;
  readonly #evidence: Evidence;
  /** When a cause was first told to somebody who could be reached at all, and its place among all tellings. */
  readonly #told = new Map<string, { readonly at: number; readonly place: number }>();

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
    this.causes = new Map(evidence.story.causes.map((cause) => [cause.id, cause]));
    for (const [place, { at, cause }] of evidence.story.tellings.entries())
      if (!this.#told.has(cause.id) && this.#wishesAt(at).reachable.length > 0)
        this.#told.set(cause.id, { at, place });
  }

  /** What is wrong with one delivery of a cause. */
  wrongWith(cause: Cause, delivery: RawDelivery, index: number): readonly string[] {
    const { at, channel } = delivery;
    const wishes = this.#wishesAt(at);
    const mustBeTold = MUST_BE_TOLD.has(cause.event);
    const wrong: string[] = [];
    const say = (what: string) => wrong.push(`${what}: ${cause.event} (${cause.id}) by ${channel} at ${at}`);
    if (!wishes.reachable.includes(channel)) say("an address that is gone");
    if (choice(wishes, cause, channel) === "off" && !(mustBeTold && this.#mayCarry(cause, delivery, index)))
      say("a channel that is switched off");
    if (!mustBeTold && muted(wishes, cause)) say("a biller or a bill that is muted");
    if (sleeps(wishes, channel, at) && !this.#isUrgent(delivery)) say("in the quiet hours");
    if (!mustBeTold && ENDS_BY_ITSELF.has(cause.event) && at >= cause.endsAt)
      say("too late to mean anything");
    if (this.#isReplaced(cause, at)) say("out of date");
    return wrong;
  }

  /** A cause that should have arrived somewhere and did not. */
  lost(cause: Cause): readonly string[] {
    const told = this.#told.get(cause.id);
    if (told === undefined || this.#isReplaced(cause, Number.POSITIVE_INFINITY)) return [];
    const { reachable } = this.#wishesAt(told.at);
    const wanted = reachable.filter((channel) => this.#isWanted(cause, channel, told.at));
    const lost = wanted.filter(
      (channel) => this.#deliveries(cause, channel).length === 0 && !this.#isExcused(cause, channel, told.at),
    );
    const late = wanted.filter(
      (channel) => this.#isPlain(cause, channel, told.at) && this.#isLate(cause, channel, told.at),
    );
    return [
      ...lost.map((channel) => `lost: ${cause.event} (${cause.id}) by ${channel}`),
      ...late.map((channel) => `waited without a reason: ${cause.event} (${cause.id}) by ${channel}`),
      ...(MUST_BE_TOLD.has(cause.event) ? this.#minimumLost(cause, told.at) : []),
    ];
  }

  /** A second copy has the name of the first, follows silence or a kill, and is not followed by a third. */
  copiesOf(cause: Cause): readonly string[] {
    return CARRIERS.flatMap((channel) => {
      const all = this.#deliveries(cause, channel);
      const unexplained = all.slice(1).filter((_, index) => !this.#wasUnheard(all[index]));
      return [
        ...(new Set(all.map(({ messageId }) => messageId)).size > 1
          ? [`another name: ${cause.id} by ${channel}`]
          : []),
        ...(all.length > 2 ? [`${all.length} copies: ${cause.id} by ${channel}`] : []),
        ...unexplained.map(() => `a copy that nothing explains: ${cause.id} by ${channel}`),
      ];
    });
  }

  #wasUnheard(delivery: RawDelivery | undefined): boolean {
    return this.#evidence.troubles.some(
      ({ at, messageId, isTaken, kind }) =>
        isTaken &&
        (kind === "silence" || kind === "killed") &&
        at === delivery?.at &&
        messageId === delivery.messageId,
    );
  }

  #wishesAt(at: number): Wishes {
    const [first] = this.#evidence.story.wishes;
    const found = this.#evidence.story.wishes.findLast(({ from }) => from <= at) ?? first;
    if (found === undefined) throw new Error("a story begins with wishes");
    return found.wishes;
  }

  #later(at: number): readonly Wishes[] {
    return this.#evidence.story.wishes.filter(({ from }) => from > at).map(({ wishes }) => wishes);
  }

  #deliveries({ id }: Cause, channel: string): readonly RawDelivery[] {
    return this.#evidence.journal.filter(
      (delivery) => delivery.channel === channel && delivery.tells.includes(id),
    );
  }

  #troubles({ id }: Cause, channel: string): readonly Trouble[] {
    return this.#evidence.troubles.filter(
      (trouble) => trouble.channel === channel && trouble.tells.includes(id),
    );
  }

  #isReplaced(cause: Cause, at: number): boolean {
    const told = this.#told.get(cause.id);
    const isNotice = cause.event === "notice" || cause.event === "notice-changed";
    if (told === undefined || (MUST_BE_TOLD.has(cause.event) && !isNotice)) return false;
    return this.#evidence.story.tellings.some(({ at: newerAt, cause: newer }, place) => {
      const [same, older] = REPLACES[newer.event] ?? [];
      return (
        newerAt <= at &&
        place > told.place &&
        newer.id !== cause.id &&
        this.#told.get(newer.id)?.place === place &&
        same !== undefined &&
        newer[same] !== null &&
        newer[same] === cause[same] &&
        (older ?? "").split(" ").includes(cause.event)
      );
    });
  }

  #isWanted(cause: Cause, channel: string, at: number): boolean {
    const wishes = this.#wishesAt(at);
    if (MUST_BE_TOLD.has(cause.event))
      return choice(wishes, cause, channel) !== "off" || channel === carrier(wishes);
    return choice(wishes, cause, channel) !== "off" && !muted(wishes, cause);
  }

  #isExcused(cause: Cause, channel: string, toldAt: number): boolean {
    const changed = this.#later(toldAt).some(
      (wishes) =>
        !wishes.reachable.includes(channel as (typeof wishes.reachable)[number]) ||
        (choice(wishes, cause, channel) === "off" &&
          !(MUST_BE_TOLD.has(cause.event) && channel === carrier(wishes))) ||
        (!MUST_BE_TOLD.has(cause.event) && muted(wishes, cause)),
    );
    if (changed || this.#hasFailed(cause, channel)) return true;
    if (ENDS_BY_ITSELF.has(cause.event) && (toldAt >= cause.endsAt || !this.#isPlain(cause, channel, toldAt)))
      return true;
    return cause.event === "bill-annulled" && !this.#isHeardOf(cause, toldAt);
  }

  /** The channel has refused it, or brought it back, or was silent both times. */
  #hasFailed(cause: Cause, channel: string): boolean {
    const troubles = this.#troubles(cause, channel);
    const silences = troubles.filter(({ kind }) => kind === "silence" || kind === "killed");
    return silences.length > 1 || troubles.some(({ kind }) => kind === "refused" || kind === "bounced");
  }

  #isHeardOf({ billId }: Cause, before: number): boolean {
    const says = (id: string): boolean => {
      const cause = this.causes.get(id);
      return cause?.billId === billId && SAYS_THAT_IT_IS_THERE.has(cause?.event ?? "");
    };
    return this.#evidence.journal.some(({ at, tells }) => at < before && tells.some(says));
  }

  /** Nothing holds it: it is on, its reader is awake, nothing went wrong, nothing was changed, and the hour has room. */
  #isPlain(cause: Cause, channel: string, at: number): boolean {
    const wishes = this.#wishesAt(at);
    const within = (one: RawDelivery) => one.channel === channel && one.at >= at - 60 && one.at <= at;
    const sent = [...this.#evidence.journal, ...this.#evidence.troubles].filter(within).length;
    return (
      sent < 10 &&
      (choice(wishes, cause, channel) === "on" || MUST_BE_TOLD.has(cause.event)) &&
      !sleeps(wishes, channel, at) &&
      this.#later(at).length === 0 &&
      this.#troubles(cause, channel).length === 0
    );
  }

  #isLate(cause: Cause, channel: string, toldAt: number): boolean {
    const [first] = this.#deliveries(cause, channel);
    return first !== undefined && first.at > toldAt;
  }

  #minimumLost(cause: Cause, toldAt: number): readonly string[] {
    const seen = [this.#wishesAt(toldAt), ...this.#later(toldAt)];
    const always = CARRIERS.filter((channel) => seen.every(({ reachable }) => reachable.includes(channel)));
    const isTold = CARRIERS.some(
      (channel) =>
        this.#deliveries(cause, channel).length > 0 &&
        !this.#troubles(cause, channel).some(({ kind }) => kind === "bounced"),
    );
    const idle = always.filter((channel) => !this.#hasFailed(cause, channel));
    return isTold || idle.length === 0
      ? []
      : [`lost, and ${idle.join(", ")} would have brought it: ${cause.event} (${cause.id})`];
  }

  /** May this channel bring what must be told although it is off: it is the carrier, or stands in where no other has brought it. */
  #mayCarry(cause: Cause, { at, channel }: RawDelivery, index: number): boolean {
    const told = this.#told.get(cause.id)?.at ?? at;
    if (carrier(this.#wishesAt(at)) === channel || carrier(this.#wishesAt(told)) === channel) return true;
    const isBrought = this.#evidence.journal.slice(0, index).some(
      (other) =>
        other.channel !== channel &&
        // a push service takes messages for browsers that are gone
        other.channel !== "push" &&
        other.tells.includes(cause.id) &&
        !this.#troubles(cause, other.channel).some((trouble) => trouble.at <= at && trouble.isTaken),
    );
    return !isBrought;
  }

  #isUrgent({ at, tells }: RawDelivery): boolean {
    return tells.some((id) => {
      const cause = this.causes.get(id);
      return cause?.event === "needs-confirmation" && at >= cause.endsAt - 60;
    });
  }
}

function choice({ choices }: Wishes, { event, category }: Cause, channel: string): string {
  let found = ON_BY_DEFAULT[channel] ?? "off";
  let nearest = -1;
  for (const row of choices) {
    if (row.topic !== TOPIC_OF.get(event) || row.channel !== channel) continue;
    if (!["*", category].includes(row.category) || !["*", event].includes(row.event)) continue;
    const nearness = (row.category === "*" ? 0 : 2) + (row.event === "*" ? 0 : 1);
    if (nearness > nearest) [found, nearest] = [row.choice, nearness];
  }
  return found;
}

function muted({ mutes }: Wishes, { billId, billerId }: Cause): boolean {
  return mutes.includes(`bill/${billId ?? ""}`) || mutes.includes(`biller/${billerId ?? ""}`);
}

function carrier({ reachable }: Wishes): string | undefined {
  return CARRIERS.find((channel) => reachable.includes(channel));
}

/** Walks the night minute by minute of its length instead of comparing its ends. */
function sleeps({ quiet }: Wishes, channel: string, at: number): boolean {
  const night = quiet ?? (channel === "email" ? "none" : { fromMinute: 1_320, toMinute: 480 });
  if (night === "none") return false;
  const length = (night.toMinute - night.fromMinute + DAY) % DAY;
  return (at - night.fromMinute + DAY * 10) % DAY < length;
}
