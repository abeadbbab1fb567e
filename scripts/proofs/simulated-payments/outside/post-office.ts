import type { Clock } from "./clock.ts";
import type { Faults, Posting } from "./faults.ts";

/** A letter that reached its reader. */
export type Delivery = {
  readonly key: string;
  readonly payer: number;
  readonly event: string;
  readonly bill: number;
  readonly at: number;
};

/** A letter that came back, or was never heard of. */
export type Trouble = { readonly key: string; readonly how: Posting };

const BOUNCES_AFTER = 30;

/** The payers' mail server. */
export class PostOffice {
  readonly deliveries: Delivery[] = [];
  readonly troubles: Trouble[] = [];
  readonly #counts = new Map<number, number>();
  readonly #clock: Clock;
  readonly #faults: Faults;

  constructor(world: { clock: Clock; faults: Faults }) {
    this.#clock = world.clock;
    this.#faults = world.faults;
  }

  /** Takes a letter; `bouncesAt` is when it comes back. */
  send(letter: Omit<Delivery, "at">): {
    readonly said: "accepted" | "refused" | "not-now" | "silence";
    readonly bouncesAt: number | null;
  } {
    const nth = (this.#counts.get(letter.bill) ?? 0) + 1;
    this.#counts.set(letter.bill, nth);
    const how = this.#faults.mail(letter.bill, nth);
    if (how !== "accepted") this.troubles.push({ key: letter.key, how });
    if (how === "accepted" || how === "silence-delivered")
      this.deliveries.push({ ...letter, at: this.#clock.minutes });
    switch (how) {
      case "accepted":
        return { said: "accepted", bouncesAt: null };
      case "bounces":
        return { said: "accepted", bouncesAt: this.#clock.minutes + BOUNCES_AFTER };
      case "refused":
        return { said: "refused", bouncesAt: null };
      case "not-now":
        return { said: "not-now", bouncesAt: null };
      case "silence-delivered":
      case "silence-lost":
        return { said: "silence", bouncesAt: null };
    }
  }
}
