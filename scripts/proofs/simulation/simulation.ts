import type { WholeWorld } from "../../../test/support/whole-world.ts";
import { grouped } from "../bill-changes/many.ts";
import { type Findings, type Proof, sizeOf } from "../proof.ts";
import { readCost, type ReadActions } from "./cost.ts";
import { judgeYear } from "./judge.ts";
import { digestOf, type Outcome, readOutcomes } from "./outcomes.ts";
import { People } from "./people.ts";
import { mustBeSeen, readSeen } from "./seen.ts";
import { Sources } from "./sources.ts";
import { planTown } from "./town-plan.ts";
import { beginMandates, readBillers, type Settled, settleTown } from "./town.ts";
import { Walk } from "./walk.ts";
import { type Deed, earlyOf, eveningOf, midnightOf, planYear } from "./year-plan.ts";

/** A whole engine to live in, and the server's own count of billable actions where it is kept. */
export type LivingWorld = { readonly world: WholeWorld; readonly actions: ReadActions | null };

/** Lends one; two runs of one seed live in two of them. */
export type InLivingWorld = <Result>(work: (living: LivingWorld) => Promise<Result>) => Promise<Result>;

/** What such a world is made with: its cards were bound before anything was told of them, and nobody waits for a city's crowd. */
export const CITY = { webhooks: false, news: true, gatherMs: 20 } as const;

export type YearOrder = {
  readonly seed: number;
  readonly residents: number;
  readonly days: number;
  readonly say: (line: string) => void;
};

/** What a year came to. */
export type Year = { readonly outcomes: readonly Outcome[]; readonly findings: Findings };

/**
 * A year in the sandbox city by the real engine: rows, workflows, loops, bank. Everything that comes from outside is drawn from the seed, and so is what comes of it: two runs of one
 * seed end with the same list, byte for byte, a balanced ledger, and a bank that has taken each debt once.
 */
export const simulation: Proof<InLivingWorld> = {
  name: "simulation",
  sizes: { small: { residents: 1, days: 8, runs: 2 }, full: { residents: 10, days: 365, runs: 1 } },
  run: async ({ seed, sizes, say, needs }) => {
    const [residents, days] = [sizeOf(sizes, "residents"), sizeOf(sizes, "days")];
    const years: Year[] = [];
    for (let run = 0; run < sizeOf(sizes, "runs"); run += 1)
      years.push(await needs((living) => liveYear(living, { seed, residents, days, say })));
    const [first, ...others] = years;
    if (first === undefined) throw new Error("a simulation of no run");
    const different = others.filter(({ outcomes }) => digestOf(outcomes) !== digestOf(first.outcomes));
    return {
      ...first.findings,
      violations: [
        ...years.flatMap(({ findings }) => findings.violations),
        ...different.map(({ outcomes }) => differenceOf(seed, first.outcomes, outcomes)),
      ],
    };
  },
};

/** Lives through so many days, from the first of January on, and judges them. */
export async function liveYear({ world, actions }: LivingWorld, order: YearOrder): Promise<Year> {
  const { seed, residents, days, say } = order;
  const walk = new Walk(world, say);
  await walk.begin(midnightOf(0));
  const town = planTown({ seed, households: residents, billers: await readBillers(world) });
  const deeds = planYear({ seed, days, town });
  const settled = await settleTown(world, { seed, town });
  say(`${residents} households with ${town.length} accounts; ${deeds.length} things to happen`);
  await beginMandates(world, settled, () => walk.rest());
  const before = actions === null ? 0 : await actions();
  const sources = new Sources(world);
  await new City(world, { seed, settled, deeds, walk, sources }).live(days);
  const [outcomes, seen] = [await readOutcomes(world), await readSeen(world)];
  const about = { seed, outcomes, told: sources.told, seen: mustBeSeen(seen, days) };
  const { violations, result } = await judgeYear(world, about);
  const cost = await readCost(world, actions === null ? null : (await actions()) - before);
  say(`${walk.jumps} jumps of the clock in ${walk.seconds()} s; list ${digestOf(outcomes).slice(0, 16)}`);
  return {
    outcomes,
    findings: {
      violations,
      result: {
        ...result,
        ...cost,
        seen,
        jumps: walk.jumps,
        categories: categoriesOf(settled),
        listDigest: numberOf(outcomes),
      },
    },
  };
}

/** The first 48 bits of the list's digest: two records of one seed are compared by it. */
const numberOf = (outcomes: readonly Outcome[]) => Number.parseInt(digestOf(outcomes).slice(0, 12), 16);

const categoriesOf = (settled: readonly Settled[]) =>
  new Set(settled.map(({ of }) => of.biller.category)).size;

/** The days of the city: its sources in the morning, its people in the evening, and the engine all the time. */
class City {
  readonly #settled: readonly Settled[];
  readonly #deeds: ReadonlyMap<string, readonly Deed[]>;
  readonly #walk: Walk;
  readonly #sources: Sources;
  readonly #people: People;

  constructor(
    world: WholeWorld,
    of: {
      readonly seed: number;
      readonly settled: readonly Settled[];
      readonly deeds: readonly Deed[];
      readonly walk: Walk;
      readonly sources: Sources;
    },
  ) {
    this.#settled = of.settled;
    this.#walk = of.walk;
    this.#deeds = grouped(of.deeds, ({ at }) => at);
    this.#sources = of.sources;
    this.#people = new People(world, of);
  }

  async live(days: number): Promise<void> {
    for (let day = 0; day < days; day += 1) {
      await this.#morning(earlyOf(day));
      await this.#evening(eveningOf(day));
    }
    await this.#walk.to(midnightOf(days));
  }

  async #morning(at: string): Promise<void> {
    const deeds = this.#deeds.get(at) ?? [];
    await this.#walk.until(at);
    if (deeds.length === 0 && !(await this.#sources.hasOpen())) return;
    await this.#walk.to(at);
    await this.#sources.readAgain(this.#settled);
    for (const deed of deeds) await this.#carryOut(deed);
    await this.#walk.rest();
  }

  async #evening(at: string): Promise<void> {
    const deeds = this.#deeds.get(at) ?? [];
    await this.#walk.until(at);
    if (deeds.length === 0 && (await this.#people.waiting()).length === 0) return;
    await this.#walk.to(at);
    for (const deed of deeds) {
      await this.#carryOut(deed);
      await this.#walk.rest();
    }
    for (const one of await this.#people.waiting()) {
      await this.#people.answer(one);
      await this.#walk.rest();
    }
  }

  async #carryOut(deed: Deed): Promise<void> {
    const settled = this.#settled.find(({ of }) => of.name === deed.of.name);
    if (settled === undefined) throw new Error(`nobody has settled ${deed.of.name}`);
    switch (deed.do) {
      case "tell":
        return this.#sources.tell(settled, deed.word);
      case "spend":
        return this.#sources.spend(settled, deed.minor);
      case "decline":
        return this.#sources.decline(settled, deed);
      case "pay":
        return this.#people.pay(settled, deed);
      case "pause":
        return this.#people.pause(settled, deed.until);
      case "resume":
        return this.#people.resume(settled);
      case "cancel":
        return this.#people.cancel(settled);
      case "skip":
        return this.#people.skip(settled);
      case "lower-limit":
        return this.#people.lowerLimit(settled);
    }
  }
}

/** The first line in which two lists of one seed differ. */
function differenceOf(seed: number, first: readonly Outcome[], second: readonly Outcome[]) {
  const at = first.findIndex((line, index) => JSON.stringify(line) !== JSON.stringify(second[index]));
  const place = at < 0 ? first.length : at;
  const lines = [first[place], second[place]].map((line) => JSON.stringify(line ?? "no such line"));
  return { invariant: "one seed, one list", seed, events: [`line ${place + 1}`, ...lines] };
}
