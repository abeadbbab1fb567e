import type { ChannelName } from "../../../../domain/notifications/channels.ts";
import type { Chance } from "../../chance.ts";

/** One handing over that a provider has taken: what its own journal holds, whatever the engine heard of it. */
export type RawDelivery = {
  readonly at: number;
  readonly channel: ChannelName;
  readonly messageId: string;
  /** The causes that it tells of: one, or the lines of a digest. */
  readonly tells: readonly string[];
};

/** What went wrong around one sending; `heard`: the engine got an answer. */
export type Trouble = RawDelivery & {
  readonly kind: "refused" | "later" | "silence" | "killed" | "bounced";
  /** The provider has the message. */
  readonly isTaken: boolean;
};

/** How a sending ends, seen from the engine. */
export type Ending = {
  readonly answer: "accepted" | "refused" | "later" | "silence" | "killed";
  /** Minutes until the answer. */
  readonly after: number;
  /** Minutes after which an accepted message comes back. */
  readonly bouncesAfter: number | null;
};

/** Shares in a hundred sendings. */
type Shares = Readonly<
  Record<
    | "later"
    | "refused"
    | "silenceLost"
    | "silenceTaken"
    | "killedBefore"
    | "killedAfter"
    | "slow"
    | "bounced",
    number
  >
>;

const USUAL: Shares = {
  later: 1.5,
  refused: 0.4,
  silenceLost: 0.05,
  silenceTaken: 0.01,
  killedBefore: 0.1,
  killedAfter: 0.01,
  slow: 2,
  bounced: 0.4,
};
const ROUGH: Shares = {
  later: 15,
  refused: 6,
  silenceLost: 6,
  silenceTaken: 6,
  killedBefore: 5,
  killedAfter: 6,
  slow: 12,
  bounced: 6,
};

/** A provider of messages that answers, is silent, or loses the engine between its 250 and the mark; it keeps its own journal. */
export class Provider {
  readonly journal: RawDelivery[] = [];
  readonly troubles: Trouble[] = [];
  readonly #chance: Chance;
  readonly #shares: Shares;

  constructor(chance: Chance, isRough: boolean) {
    this.#chance = chance;
    this.#shares = isRough ? ROUGH : USUAL;
  }

  send(delivery: RawDelivery): Ending {
    const shares = this.#shares;
    let drawn = this.#chance.next() * 100;
    const within = (share: number): boolean => (drawn -= share) < 0;
    const failed = (answer: "later" | "refused" | "silence" | "killed", isTaken: boolean): Ending => {
      this.troubles.push({ ...delivery, kind: answer, isTaken });
      return { answer, after: 0, bouncesAfter: null };
    };
    if (within(shares.later)) return failed("later", false);
    if (within(shares.refused)) return failed("refused", false);
    if (within(shares.silenceLost)) return failed("silence", false);
    if (within(shares.killedBefore)) return failed("killed", false);
    this.journal.push(delivery);
    if (within(shares.silenceTaken)) return failed("silence", true);
    if (within(shares.killedAfter)) return failed("killed", true);
    const slowness = within(shares.slow) ? 1 + this.#chance.below(8) : 0;
    const bouncesAfter = within(shares.bounced) ? slowness + 1 + this.#chance.below(400) : null;
    return { answer: "accepted", after: slowness, bouncesAfter };
  }

  /** The mail reader finds a bounce. */
  bounce(at: number, messageId: string): void {
    const taken = this.journal.findLast((delivery) => delivery.messageId === messageId);
    if (taken !== undefined) this.troubles.push({ ...taken, at, kind: "bounced", isTaken: true });
  }
}
