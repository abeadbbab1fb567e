import { isLegalMinimum } from "../../../../domain/notification.ts";
import { CHANNEL_DEFAULTS, CHANNELS, type ChannelName } from "../../../../domain/notifications/channels.ts";
import { EVENT_RULES, type EventRule } from "../../../../domain/notifications/event-rules.ts";
import { quietHoursOf, type Verdict } from "../../../../domain/notifications/verdict.ts";
import type { Mutant } from "./mutants.ts";
import type { Provider } from "./provider.ts";
import { isDue, isUnheard, nextAt, replacedBy } from "./replacing.ts";
import { carrierOfMinimum, DIGEST_RULE, judge, move, newRow, type Row, whyNotWritten } from "./rows.ts";
import type { Cause, Wishes } from "./story.ts";

/** Minutes without an answer after which a message is repeated; after a kill the lease is shorter. */
const SILENCE = 10;
const LEASE = 1;
const LATER = 2;

/** The engine on minutes: every step as the rules of domain/ decide it, every state moved by their table. */
export class Engine {
  readonly rows: Row[] = [];
  readonly #provider: Provider;
  readonly #mutant: Mutant | undefined;
  #open = new Set<number>();
  #closed: number[] = [];

  constructor(provider: Provider, mutant?: Mutant) {
    this.#provider = provider;
    this.#mutant = mutant;
  }

  /** A cause is delivered; repetitions change nothing. */
  tell(cause: Cause, now: number, wishes: Wishes): void {
    const known = this.rows.filter((row) => row.cause?.id === cause.id);
    const again = this.#mutant === "writes a cause down each time it comes" ? known.length : 0;
    if (known.length > 0 && again === 0) return;
    let rule: EventRule = EVENT_RULES[cause.event];
    this.#replaceOlder(cause, rule);
    const unheard = isUnheard(this.rows, cause);
    const event = unheard && cause.event === "bill-changed" ? "bill-arrived" : cause.event;
    rule = EVENT_RULES[event];
    for (const channel of CHANNELS) {
      if (!wishes.reachable.includes(channel)) continue;
      const messageId = `${cause.id}/${channel}${again === 0 ? "" : `/${again}`}`;
      const row = newRow(
        { cause, event, rule, channel, messageId, legalMinimum: this.#isMinimum(cause) },
        now,
      );
      const why =
        unheard && cause.event === "bill-annulled"
          ? "collapsed"
          : whyNotWritten({ cause, event, rule, channel }, wishes, this.#mutant);
      if (why !== null) move(row, "dropped", why, false);
      this.rows.push(row);
    }
  }

  /** Everything that is due at a minute. */
  tick(now: number, wishes: Wishes): void {
    for (const row of this.rows.slice()) this.#hear(row, now, wishes);
    for (const closesAt of Array.from(this.#open).filter((at) => at <= now))
      this.#close(closesAt, now, wishes);
    const due = this.rows.filter((row) => isDue(row, now));
    for (const row of due.toSorted((a, b) => a.rule.priority - b.rule.priority || a.dueAt - b.dueAt))
      if (isDue(row, now)) this.#takeTurn(row, now, wishes);
  }

  /** The next minute at which something is due, after this one. */
  next(now: number): number {
    let soonest = Number.POSITIVE_INFINITY;
    const consider = (at: number | null | undefined) => {
      if (at !== null && at !== undefined && at < soonest) soonest = at;
    };
    for (const row of this.rows) {
      consider(row.answer?.at);
      consider(row.leaseUntil);
      consider(row.bouncesAt);
      if (row.state === "queued" && row.digestAt === null && row.carriedBy === null) consider(row.dueAt);
    }
    for (const closesAt of this.#open) consider(closesAt);
    return Math.max(now + 1, soonest);
  }

  #isMinimum(cause: Cause): boolean {
    return isLegalMinimum(cause.event) && this.#mutant !== "switches the legal minimum off";
  }

  #replaceOlder(cause: Cause, rule: EventRule): void {
    if (this.#mutant === "sends what is out of date") return;
    for (const row of this.rows) {
      const how = replacedBy(cause, rule, row);
      if (how === "notice") row.superseded = true;
      else if (how === "message") this.#replace(row);
    }
  }

  #replace(row: Row): void {
    if (row.state === "queued") return move(row, "dropped", "collapsed");
    if (row.state === "sending" && this.#mutant !== "forgets what was replaced on its way")
      row.superseded = true;
  }

  #hear(row: Row, now: number, wishes: Wishes): void {
    if (row.answer !== null && row.answer.at <= now) return this.#accept(row, now, row.answer.bouncesAfter);
    if (row.bouncesAt !== null && row.bouncesAt <= now) {
      row.bouncesAt = null;
      this.#provider.bounce(now, row.messageId);
      return this.#end(row, "bounced", { now, wishes });
    }
    if (row.state !== "sending" || row.answer !== null || row.leaseUntil === null || row.leaseUntil > now)
      return;
    if (row.resends > 0 && this.#mutant !== "repeats as often as it hears nothing")
      return this.#end(row, "unanswered-again", { now, wishes });
    if (row.resends > 0) row.resends = 0;
    move(row, "unanswered");
    row.resends += 1;
    // it goes alone now, at once; only the night holds it
    row.released = true;
    row.dueAt = now;
  }

  #accept(row: Row, now: number, bouncesAfter: number | null): void {
    for (const one of this.#withLines(row)) {
      if (one !== row) move(one, "taken");
      move(one, "accepted");
      one.sentAt = now;
    }
    row.bouncesAt = bouncesAfter === null ? null : now + bouncesAfter;
  }

  #withLines(row: Row): readonly Row[] {
    return [row, ...this.rows.filter(({ carriedBy, state }) => carriedBy === row && state !== "dropped")];
  }

  #end(
    row: Row,
    how: "bounced" | "refused-for-good" | "unanswered-again",
    at: { readonly now: number; readonly wishes: Wishes },
  ): void {
    const lines = this.#withLines(row).filter((one) => one !== row);
    move(row, how);
    for (const line of lines) {
      // a line shares the fate of its carrier
      if (line.state === "queued") {
        move(line, "taken");
        move(line, "refused-for-good");
      } else move(line, "bounced");
    }
    for (const one of [row, ...lines]) this.#failOver(one, at);
  }

  #failOver(lost: Row, { now, wishes }: { readonly now: number; readonly wishes: Wishes }): void {
    const { cause } = lost;
    if (!lost.legalMinimum || cause === null || this.#mutant === "lets no channel stand in for another")
      return;
    const others = this.rows.filter((row) => row.cause?.id === cause.id && row !== lost);
    // only where the provider's word proves the arrival has another brought it
    const isTold = others.some(
      ({ channel, state }) =>
        CHANNEL_DEFAULTS[channel].carriesNotices &&
        (state === "queued" || state === "sending" || state === "accepted"),
    );
    if (isTold && this.#mutant !== "lets one stand in for what was told") return;
    const isFree = (channel: ChannelName): boolean => {
      const own = others.find((row) => row.channel === channel);
      return own === undefined || (own.state === "dropped" && own.why === "preference");
    };
    const channel = CHANNELS.find(
      (name) => name !== lost.channel && wishes.reachable.includes(name) && isFree(name),
    );
    if (channel === undefined) return;
    const replaced = others.findIndex((row) => row.channel === channel);
    if (replaced >= 0) this.rows.splice(this.rows.indexOf(others[replaced] as Row), 1);
    const { event, rule, legalMinimum } = lost;
    const messageId = `${cause.id}/${channel}`;
    const row = newRow({ cause, event, rule, channel, messageId, legalMinimum, standsIn: true }, now);
    row.superseded = lost.superseded;
    this.rows.push(row);
  }

  #takeTurn(row: Row, now: number, wishes: Wishes): void {
    if (row.cause === null && this.#dropLines(row, now, wishes) === 0)
      return move(row, "dropped", "collapsed");
    const verdict = this.#judge(row, now, wishes);
    if (verdict.do === "send") return this.#send(row, now, wishes);
    if (verdict.do === "gather") return this.#hold(row, verdict, now, wishes);
    this.#drop(row, verdict.why, { now, wishes });
  }

  #judge(row: Row, now: number, wishes: Wishes): Verdict {
    const sentWithinHour = this.rows.filter(
      ({ channel, carriedBy, state, sentAt }) =>
        channel === row.channel &&
        carriedBy === null &&
        (state === "sending" || (state === "accepted" && sentAt !== null && sentAt > now - 60)),
    ).length;
    const lines = row.cause === null ? this.#withLines(row) : [];
    return judge(row, { now, wishes, sentWithinHour, lines }, this.#mutant);
  }

  #drop(
    row: Row,
    why: "preference" | "collapsed" | "expired" | "no-channel",
    at: { readonly now: number; readonly wishes: Wishes },
  ): void {
    const carries = row.legalMinimum && (row.standsIn || row.channel === carrierOfMinimum(at.wishes));
    move(row, "dropped", why, carries);
    if (why !== "collapsed" && this.#mutant !== "loses the minimum with its address") this.#failOver(row, at);
  }

  /** Drops lines that nobody wants any more; answers how many are left. */
  #dropLines(carrier: Row, now: number, wishes: Wishes): number {
    let left = 0;
    for (const line of this.rows.filter(
      ({ carriedBy, state }) => carriedBy === carrier && state === "queued",
    )) {
      const verdict = this.#judge(line, now, wishes);
      if (verdict.do === "drop") this.#drop(line, verdict.why, { now, wishes });
      else left += 1;
    }
    return left;
  }

  #hold(row: Row, { until }: Verdict & { do: "gather" }, now: number, wishes: Wishes): void {
    row.dueAt = this.#instantOf(until, row, now, wishes);
    // a gathering that has closed takes nobody in
    if (row.cause === null || row.released || this.#closed.includes(row.dueAt)) return;
    row.digestAt = row.dueAt;
    this.#open.add(row.dueAt);
  }

  #instantOf(until: "quiet-end" | "digest" | "next-hour", row: Row, now: number, wishes: Wishes): number {
    if (until === "next-hour") return (Math.floor(now / 60) + 1) * 60;
    if (until === "digest") return nextAt(wishes.digestAtMinute, now);
    const end = nextAt(quietHoursOf(wishes, row.channel)?.toMinute ?? 0, now);
    return row.event === "needs-confirmation" && row.cause !== null
      ? Math.min(end, row.cause.endsAt - 60)
      : end;
  }

  #close(closesAt: number, now: number, wishes: Wishes): void {
    this.#open.delete(closesAt);
    this.#closed.push(closesAt);
    const waiting = this.rows.filter(
      ({ digestAt, state, carriedBy }) => digestAt === closesAt && state === "queued" && carriedBy === null,
    );
    const wanted = waiting.filter((row) => {
      const verdict = this.#judge(row, now, wishes);
      if (verdict.do === "drop") this.#drop(row, verdict.why, { now, wishes });
      return verdict.do !== "drop";
    });
    for (const channel of CHANNELS) {
      const lines = wanted.filter((row) => row.channel === channel);
      const [only] = lines;
      if (only === undefined) continue;
      if (lines.length === 1) this.#release(only, now);
      else this.#carry(lines, { channel, now, name: `digest/${closesAt}/${channel}` });
    }
  }

  #release(row: Row, now: number): void {
    row.digestAt = null;
    row.released = true;
    row.dueAt = now;
  }

  #carry(
    lines: readonly Row[],
    { channel, now, name }: { readonly channel: ChannelName; readonly now: number; readonly name: string },
  ): void {
    const carrier = (messageId: string) =>
      newRow(
        {
          cause: null,
          event: "digest",
          rule: DIGEST_RULE,
          channel,
          messageId,
          legalMinimum: lines.some(({ legalMinimum }) => legalMinimum),
        },
        now,
      );
    const made = carrier(name);
    this.rows.push(made);
    for (const line of lines) line.carriedBy = made;
    if (this.#mutant === "closes a digest and keeps its lines")
      for (const line of lines) {
        const alone = newRow({ ...line, messageId: line.messageId }, now);
        alone.released = true;
        this.rows.push(alone);
      }
    if (this.#mutant === "closes a digest twice") {
      const twin = carrier(`${name}/again`);
      this.rows.push(twin);
      for (const line of lines) {
        const copy = newRow({ ...line }, now);
        copy.carriedBy = twin;
        this.rows.push(copy);
      }
    }
  }

  #send(row: Row, now: number, wishes: Wishes): void {
    move(row, "taken");
    const lines = this.#withLines(row).filter((one) => one !== row);
    const tells = (row.cause === null ? lines : [row]).flatMap(({ cause }) => cause?.id ?? []);
    const isRenamed = row.resends > 0 && this.#mutant === "gives a repetition a name of its own";
    const messageId = isRenamed ? `${row.messageId}/again` : row.messageId;
    const ending = this.#provider.send({ at: now, channel: row.channel, messageId, tells });
    const answer =
      ending.answer === "silence" && this.#mutant === "calls silence an acceptance"
        ? "accepted"
        : ending.answer;
    if (answer === "refused") return this.#end(row, "refused-for-good", { now, wishes });
    if (answer === "later") return this.#notNow(row, now);
    if (answer === "accepted" && ending.after === 0) return this.#accept(row, now, ending.bouncesAfter);
    row.leaseUntil = now + (answer === "killed" ? LEASE : SILENCE);
    if (answer === "accepted")
      row.answer = { at: now + ending.after, is: "accepted", bouncesAfter: ending.bouncesAfter };
  }

  #notNow(row: Row, now: number): void {
    move(row, "refused-for-now");
    row.dueAt = now + LATER;
    if (this.#mutant === "gives up what is refused for now") move(row, "dropped", "no-channel");
  }
}
