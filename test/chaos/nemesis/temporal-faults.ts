import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { isLoggedUnavailable, PersistenceFaultCount } from "../temporal-server/persistence-faults.ts";
import { readMetrics } from "../temporal-server/read-metrics.ts";
import type { ChaosWorld } from "../world/world.ts";
import type { FaultLog } from "./fault-log.ts";
import { untilUp } from "./process-faults.ts";

const NOTE = { code: "F18", kind: "persistence faults", target: "temporal" };
const ASK_EVERY_MS = 1_000;
const ANSWER_WITHIN_MS = 2_000;
/** A server that ends in order hands its work over first; one that does not get to it is killed, as on any other day. */
const ENDS_WITHIN_MS = 10_000;

/** F18: Temporal's storage fails, or does what it was told and says that it failed, from its next start on. */
export class TemporalFaults {
  readonly #world: ChaosWorld;
  readonly #log: FaultLog;
  readonly #counted = new PersistenceFaultCount();
  readonly #over = new AbortController();
  #watching: Promise<void> = Promise.resolve();
  #id: string | undefined;

  constructor(world: ChaosWorld, log: FaultLog) {
    this.#world = world;
    this.#log = log;
  }

  /** The development server keeps its histories in a file of its own and lies about nothing: nothing happens there. */
  async start(): Promise<void> {
    const { fullTemporal } = this.#world.parts;
    if (fullTemporal === undefined) return;
    this.#id = this.#log.begin(NOTE);
    fullTemporal.faults.isOn = true;
    await this.#restart(this.#id);
    this.#watching = this.#watch();
  }

  /** Starts the server once more, with a storage that does what it says. Answers what was seen of the faults, by kind; undefined where there were none. */
  async stop(): Promise<Readonly<Record<string, number>> | undefined> {
    const { fullTemporal } = this.#world.parts;
    if (fullTemporal === undefined || this.#id === undefined) return undefined;
    this.#over.abort();
    await this.#watching;
    await this.#ask();
    fullTemporal.faults.isOn = false;
    await this.#restart(this.#id);
    const byKind = { ...this.#counted.byKind(), Unavailable: await this.#countUnavailable() };
    this.#log.end(this.#id, { ...NOTE, detail: byKind });
    return byKind;
  }

  async #restart(fault: string): Promise<void> {
    const player = this.#world.player("temporal");
    const { pid } = player;
    player.end("SIGTERM", fault);
    const deadline = Date.now() + ENDS_WITHIN_MS;
    while (player.pid === pid && Date.now() < deadline) await pause(50);
    if (player.pid === pid) player.end("SIGKILL", fault);
    await untilUp(player);
  }

  async #watch(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      await this.#ask();
      await pause(ASK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** A server that is down now has nothing to tell. */
  async #ask(): Promise<void> {
    const { pid } = this.#world.player("temporal");
    if (pid === undefined) return;
    const text = await readMetrics(this.#world.ports.temporalServer.metrics, ANSWER_WITHIN_MS);
    if (text !== undefined) this.#counted.note(String(pid), text);
  }

  /** Line by line: an hour's log is longer than a string may be. */
  async #countUnavailable(): Promise<number> {
    const file = join(this.#world.logs, "temporal.log");
    if (!existsSync(file)) return 0;
    let count = 0;
    const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
    for await (const line of lines) if (isLoggedUnavailable(line)) count += 1;
    return count;
  }
}
