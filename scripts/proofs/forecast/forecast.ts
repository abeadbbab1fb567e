import type { Ground } from "../../../test/support/rows.ts";
import { type Findings, type Proof, sizeOf } from "../proof.ts";
import { playApart } from "../world/apart.ts";
import { judge } from "./judge.ts";
import { liveThrough, type WorldOrder } from "./world.ts";

/** Lends a migrated database of the sandbox that nothing has been written to; as many at one time as are asked for. */
export type LendDatabase = <Result>(work: (ground: Ground) => Promise<Result>) => Promise<Result>;

/** Payers on one database: every instant looks at all of their rows, so few are quick, and a database costs as much as one of them. */
const SETS_OF_A_WORLD = 25;
/** Worlds at one time; they take turns at this process and at PostgreSQL. */
const LANES = 3;
const SAY_EVERY_MS = 5_000;
/** Violations of a world that are told before the end. */
const SHOWN = 10;

type Sum = { readonly [name: string]: number | Sum };

/**
 * Random payers live through 90 days of the real planner, runs, notices, gate and evidence on a moved clock. Without anything new the forecast of the first day equals what happens, line by
 * line; where an input came, every line that differs is named by it, and the forecast that is taken behind it holds again. They live in worlds of a few, each on a database, a first day and a
 * seed of its own, so that one is run again without the others.
 */
export const forecast: Proof<LendDatabase> = {
  name: "forecast",
  sizes: { small: { sets: 20, days: 90 }, full: { sets: 1_000, days: 90 } },
  async run({ seed, sizes, say, needs }) {
    const days = sizeOf(sizes, "days");
    const progress = new Progress(sizeOf(sizes, "sets"), say);
    const order = { seed, count: sizeOf(sizes, "sets"), most: SETS_OF_A_WORLD, lanes: LANES };
    const found = await playApart(order, async (world) => {
      const of = { seed: world.seed, sets: world.count, days };
      const findings = await needs((ground) => lifeOf(ground, { ...of, onInstant: progress.instant }));
      progress.world(of.sets, findings);
      return findings;
    });
    return {
      violations: found.flatMap(({ violations }) => violations),
      result: found.map(({ result }) => result).reduce(sumOf, { worlds: found.length }) as Findings["result"],
    };
  },
};

async function lifeOf(ground: Ground, order: WorldOrder): Promise<Findings> {
  const { violations, result } = judge(await liveThrough(ground, order));
  const again = `that world alone: --seed ${order.seed} --count sets=${order.sets} --count days=${order.days}`;
  return {
    result,
    violations: violations.map((violation) => ({ ...violation, events: [...violation.events, again] })),
  };
}

function sumOf(a: Sum, b: Sum): Sum {
  const sum: Record<string, number | Sum> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const other = sum[name];
    sum[name] =
      typeof value === "number"
        ? value + (typeof other === "number" ? other : 0)
        : sumOf(typeof other === "object" ? other : {}, value);
  }
  return sum;
}

/** Says how far the worlds are, not more often than somebody wants to read it. */
class Progress {
  readonly #sets: number;
  readonly #say: (line: string) => void;
  #instants = 0;
  #done = 0;
  #violations = 0;
  #saidAt = performance.now();

  constructor(sets: number, say: (line: string) => void) {
    this.#sets = sets;
    this.#say = say;
  }

  readonly instant = (): void => {
    this.#instants += 1;
    if (performance.now() - this.#saidAt >= SAY_EVERY_MS) this.#tell();
  };

  world(sets: number, { violations }: Findings): void {
    this.#done += sets;
    this.#violations += violations.length;
    this.#tell();
    // who waits for a long run reads at once what is wrong
    for (const { events } of violations.slice(0, SHOWN)) this.#say(events.join(" · "));
  }

  #tell(): void {
    this.#saidAt = performance.now();
    this.#say(
      `${this.#done} of ${this.#sets} sets have lived, ${this.#instants} instants, ${this.#violations} violations`,
    );
  }
}
