import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";
import { forecastOf } from "../../../db/queries/forecast.ts";
import type { ForecastLine } from "../../../domain/forecast/line.ts";
import { type Ground, makeBiller } from "../../../test/support/rows.ts";
import { Chance } from "../chance.ts";
import type { Span } from "./compare.ts";
import { Engine } from "./drive.ts";
import { readHappened } from "./events.ts";
import { carryIn, type Input, INPUTS } from "./inputs.ts";
import type { Foreseen, Lived } from "./judge.ts";
import { makeSet, type MandateSet, MOST_MINOR } from "./sets.ts";

/** Payers who live on one database at one time; what one of them does is nothing to the others. */
export type WorldOrder = {
  readonly seed: number;
  readonly sets: number;
  readonly days: number;
  /** Is told of every instant that is over. */
  readonly onInstant: () => void;
};

const DAY_MS = 86_400_000;
const INPUT_PERCENT = 35;
/** Days of the beginning: half a year before the last year that Russia has decreed, and further. */
const FIRST_DAYS = ["2026-02-02", "2026-04-20", "2026-09-14", "2026-11-23"] as const;

type World = {
  readonly db: Database;
  readonly engine: Engine;
  readonly chance: Chance;
  readonly sets: readonly MandateSet[];
  readonly inputs: readonly Input[];
  readonly begin: string;
  readonly end: string;
};

/** Lets random payers live through their days on a database of their own; what was foreseen, what came, and what happened. */
export async function liveThrough(ground: Ground, order: WorldOrder): Promise<Lived> {
  const world = await makeWorld(ground, order);
  const first = await foreseeAll(world, { after: before(world.begin), until: world.end });
  await world.engine.settle();
  const settled = await foreseeAll(world, { after: world.begin, until: world.end });
  const behind = await live(world, order.onInstant);
  const happened = await readHappened(world.db, world.engine.questions);
  return { ...world, seed: order.seed, foreseen: [first, settled], behind, happened };
}

function before(instant: string): string {
  return new Date(Date.parse(instant) - 60_000).toISOString();
}

async function makeWorld(ground: Ground, order: WorldOrder): Promise<World> {
  const { db } = ground;
  const chance = new Chance(order.seed);
  const engine = new Engine(db);
  const today = chance.pick(FIRST_DAYS);
  const begin = new Date(Date.parse(`${today}T00:17:00Z`) + chance.below(DAY_MS - 3_600_000)).toISOString();
  const end = new Date(Date.parse(begin) + order.days * DAY_MS).toISOString();
  await engine.moveTo(begin);
  await makeBiller(db);
  await sql`update billers set without_bill = ${JSON.stringify({ leastMinor: 1_000, mostMinor: MOST_MINOR })}::jsonb`.execute(
    db,
  );
  const sets: MandateSet[] = [];
  for (let index = 0; index < order.sets; index += 1)
    sets.push(await makeSet(ground, chance, { index, today }));
  // while they were made the clock went on: bills have an order
  await engine.freeze();
  await engine.moveTo(begin);
  const inputs = sets
    .filter(() => chance.percent(INPUT_PERCENT))
    .map((set) => ({
      set,
      mandate: chance.pick(set.mandates),
      kind: chance.pick(INPUTS),
      at: new Date(
        Date.parse(begin) + 3_600_000 + chance.below(order.days * DAY_MS - 7_200_000),
      ).toISOString(),
    }))
    .toSorted((a, b) => (a.at < b.at ? -1 : 1));
  return { db, engine, chance, sets, inputs, begin, end };
}

async function foreseeAll(world: World, span: Span): Promise<ReadonlyMap<string, Foreseen>> {
  const all = new Map<string, Foreseen>();
  for (const { residentId } of world.sets)
    all.set(residentId, { lines: await foresee(world, residentId), span });
  return all;
}

async function foresee({ db, begin, end }: World, residentId: string): Promise<readonly ForecastLine[]> {
  const days = Math.ceil((Date.parse(end) - Date.parse(begin)) / DAY_MS);
  const found = await forecastOf(db, { residentId, days });
  if (found === undefined) throw new Error(`no resident ${residentId}`);
  return found.lines;
}

/** From one due instant to the next; inputs come between them, and a forecast is taken behind each. */
async function live(world: World, onInstant: () => void): Promise<ReadonlyMap<Input, Foreseen>> {
  const { engine, db, chance, end } = world;
  const behind = new Map<Input, Foreseen>();
  const waiting = [...world.inputs];
  for (;;) {
    const due = await engine.nextDue(end);
    const [input] = waiting;
    if (due === null && input === undefined) return behind;
    if (input !== undefined && (due === null || input.at <= due)) {
      waiting.shift();
      await engine.moveTo(input.at);
      await carryIn({ db, engine, chance }, input);
      await engine.settle();
      const lines = await foresee(world, input.set.residentId);
      behind.set(input, { lines, span: { after: input.at, until: end } });
    } else if (due !== null) {
      await engine.moveTo(due);
      await engine.settle();
    }
    onInstant();
  }
}
