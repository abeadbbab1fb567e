import { setTimeout as pause } from "node:timers/promises";
import { isGrpcServiceError, ServiceError } from "@temporalio/client";
import { sql } from "kysely";
import { type CityClock, readRestless } from "../../../api/city-clock.ts";
import { moveClockTo, readClock, ringClock, whileNobodySends } from "../../../db/queries/clock.ts";
import { type DueInstant, readNextDue } from "../../../db/queries/due-instants.ts";
import { createCityClock } from "../../../processes/city-clock.ts";
import type { WholeWorld } from "../../../test/support/whole-world.ts";

/** What is due within two hours happens at their end, an even hour in Moscow: neighbours share a jump, and which of them never depends on how fast the machine was. */
const CELL_MS = 2 * 3_600_000;
const MOSCOW_MS = 3 * 3_600_000;
const LOOK_AGAIN_MS = 20;
/** Each ring makes every loop look; on a busy machine they would only keep each other from their work. */
const FIRST_RING_MS = 150;
const LATER_RINGS_MS = 1_200;
const PATIENCE_MS = 240_000;
const SENDERS_END_WITHIN_MS = 60_000;
const TELL_EVERY_MS = 10_000;

/** The city's time, which goes only when nothing is left to do at an hour. */
export class Walk {
  /** Jumps of the clock so far. */
  jumps = 0;
  readonly #world: WholeWorld;
  readonly #clock: CityClock;
  readonly #say: (line: string) => void;
  readonly #waits = new Map<string, number>();
  readonly #begun = Date.now();
  #toldAt = Date.now();
  #toldJumps = 0;

  constructor(world: WholeWorld, say: (line: string) => void) {
    const { atWork } = createCityClock([], world.temporal().client);
    this.#world = world;
    this.#say = say;
    this.#clock = { follow: ({ aheadMs }) => world.bank.aheadBy(aheadMs), atWork };
  }

  /** Sets the city's clock to its first instant, before anything has happened in it. */
  async begin(at: string): Promise<void> {
    const { db } = this.#world;
    await sql`update sandbox_clock set business_anchor = ${at}::timestamptz, real_anchor = clock_timestamp()`.execute(
      db,
    );
    await this.#clock.follow(await readClock(db));
  }

  /** Lives through the even hours before an instant for which something is due; nothing is left to do when it returns. */
  async until(instant: string): Promise<void> {
    for (;;) {
      await this.rest();
      const next = await readNextDue(this.#world.db);
      const hour = next === null ? Number.POSITIVE_INFINITY : evenHourAfter(next.at);
      if (hour >= Date.parse(instant)) return;
      await this.#jump(new Date(hour).toISOString());
    }
  }

  /** As {@link until}, and on to the instant itself. */
  async to(instant: string): Promise<void> {
    await this.until(instant);
    await this.#jump(instant);
    await this.rest();
  }

  /**
   * Waits until nothing is due or under way.
   *
   * @throws when what is due does not change for as long as there is patience
   */
  async rest(): Promise<void> {
    const { db } = this.#world;
    let [seen, since] = ["", Date.now()];
    let [rungAt, ringAfter] = [Date.now(), FIRST_RING_MS];
    for (;;) {
      const askedAt = Date.now();
      const restless = await this.#restless();
      const lookedMs = Date.now() - askedAt;
      const [first] = restless;
      if (first === undefined) return;
      const names = restless.map(({ kind, id, at }) => `${kind} ${id}, since ${at}`).join("\n  ");
      if (names !== seen) [seen, since] = [names, Date.now()];
      if (Date.now() - this.#toldAt > TELL_EVERY_MS)
        this.#tell(`standing, ${restless.length} to do, first ${first.kind} ${first.id} since ${first.at}`);
      if (Date.now() - since > PATIENCE_MS) throw new Error(`the city stands still, waiting for\n  ${names}`);
      if (Date.now() - rungAt > ringAfter) {
        await ringClock(db);
        [rungAt, ringAfter] = [Date.now(), Math.min(LATER_RINGS_MS, 2 * ringAfter)];
      }
      await pause(Math.max(LOOK_AGAIN_MS, lookedMs));
      this.#waits.set(first.kind, (this.#waits.get(first.kind) ?? 0) + Date.now() - askedAt);
    }
  }

  /** A server that does not answer in time is at work itself: it is asked again, as long as there is patience. */
  async #restless(): Promise<readonly DueInstant[]> {
    try {
      return await readRestless({ db: this.#world.db, clock: this.#clock });
    } catch (error) {
      if (!isGrpcServiceError(error) && !(error instanceof ServiceError)) throw error;
      this.#say(`Temporal did not answer in time: ${error.message}`);
      return [{ kind: "temporal", id: "answer", at: "now" }];
    }
  }

  async #jump(to: string): Promise<void> {
    const { db } = this.#world;
    const moved = await whileNobodySends(db, SENDERS_END_WITHIN_MS, async () => {
      await moveClockTo(db, { to, movedBy: "simulation" });
      await this.#clock.follow(await readClock(db));
      return true;
    });
    if (moved === undefined) throw new Error(`somebody is still sending at ${to}`);
    this.jumps += 1;
    this.#tell(to.slice(0, 13));
  }

  /** Where the city is, how fast it goes, and what it waited for since this was told last. */
  #tell(where: string): void {
    const now = Date.now();
    if (now - this.#toldAt < TELL_EVERY_MS) return;
    const jumps = this.jumps - this.#toldJumps;
    const perJump = Math.round((now - this.#toldAt) / Math.max(1, jumps));
    const waits = [...this.#waits].toSorted(([, a], [, b]) => b - a).slice(0, 4);
    const told = waits.map(([kind, ms]) => `${kind} ${Math.round(ms / Math.max(1, jumps))}`).join(", ");
    this.#say(`${where}, ${this.jumps} jumps, ${perJump} ms each (waiting: ${told})`);
    this.#waits.clear();
    [this.#toldAt, this.#toldJumps] = [now, this.jumps];
  }

  /** Real seconds since the walk began. */
  seconds(): number {
    return Math.round((Date.now() - this.#begun) / 1_000);
  }
}

function evenHourAfter(at: string): number {
  return Math.ceil((Date.parse(at) + MOSCOW_MS) / CELL_MS) * CELL_MS - MOSCOW_MS;
}
