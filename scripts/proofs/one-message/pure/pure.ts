import { Chance } from "../../chance.ts";
import type { Violation } from "../../proof.ts";
import { Engine } from "./engine.ts";
import type { Mutant } from "./mutants.ts";
import { complaintsOf, copiesIn, type Evidence } from "./oracle.ts";
import { Provider } from "./provider.ts";
import { drawStory, type Story, type Wishes } from "./story.ts";

export const INVARIANT =
  "one message for each cause and channel, on channels that are on, at hours that are free";
/** Causes of one recipient. */
const CAUSES = 20;
/** In so many recipients of a thousand nearly everything goes wrong. */
const ROUGH_PER_MILLE = 2;
const MOST_VIOLATIONS = 20;
/** A recipient has a seed of their own, so that a failing one is run again without the others. */
const SEED_STEP = 7_919;
const HORIZON = 12 * 1_440;

export type Counts = {
  recipients: number;
  events: number;
  tellings: number;
  deliveries: number;
  /** Deliveries that carried more than one cause. */
  digests: number;
  troubles: number;
  /** Providers took it, and the engine never heard. */
  unheard: number;
  copies: number;
  copiesPerMille: number;
};

/** The days of one recipient; what a provider and a recipient have seen of them. */
export function liveThrough(
  seed: number,
  options: { readonly causes: number; readonly mutant?: Mutant | undefined; readonly isRough?: boolean },
): Evidence {
  const chance = new Chance(seed);
  const story = drawStory(chance, options.causes);
  const provider = new Provider(chance, options.isRough ?? chance.below(1_000) < ROUGH_PER_MILLE);
  const engine = new Engine(provider, options.mutant);
  let told = 0;
  for (let now = 0; now < HORIZON; ) {
    const wishes = wishesAt(story, now);
    for (let telling = story.tellings[told]; telling !== undefined && telling.at <= now; ) {
      engine.tell(telling.cause, now, wishes);
      told += 1;
      telling = story.tellings[told];
    }
    engine.tick(now, wishes);
    now = Math.min(engine.next(now), story.tellings[told]?.at ?? Number.POSITIVE_INFINITY);
  }
  return { story, journal: provider.journal, troubles: provider.troubles };
}

function wishesAt({ wishes }: Story, now: number): Wishes {
  const found = wishes.findLast(({ from }) => from <= now) ?? wishes[0];
  if (found === undefined) throw new Error("a story begins with wishes");
  return found.wishes;
}

/** Runs so many random events, each delivered three times, through the rules, and judges them as their recipients would. */
export function provePure(order: {
  readonly seed: number;
  readonly events: number;
  readonly mutant?: Mutant;
  readonly isRough?: boolean;
  /** So many violations are enough. */
  readonly most?: number;
  readonly say?: (line: string) => void;
}): { readonly violations: readonly Violation[]; readonly counts: Counts } {
  const { mutant, isRough } = order;
  const violations: Violation[] = [];
  const counts: Counts = {
    recipients: 0,
    events: 0,
    tellings: 0,
    deliveries: 0,
    digests: 0,
    troubles: 0,
    unheard: 0,
    copies: 0,
    copiesPerMille: 0,
  };
  for (
    let index = 0;
    counts.events < order.events && violations.length < (order.most ?? MOST_VIOLATIONS);
    index += 1
  ) {
    const seed = order.seed + index * SEED_STEP;
    const causes = Math.min(CAUSES, order.events - counts.events);
    const evidence = liveThrough(seed, { causes, mutant, ...(isRough === undefined ? {} : { isRough }) });
    count(counts, evidence);
    const complaints = complaintsOf(evidence);
    if (complaints.length > 0)
      violations.push({
        invariant: `${INVARIANT}: ${complaints.join("; ")}`,
        seed,
        events: eventsOf(evidence),
      });
    if (index > 0 && index % 5_000 === 0) order.say?.(`${counts.events} events through the rules`);
  }
  counts.copiesPerMille = Math.round((counts.copies / Math.max(1, counts.deliveries)) * 100_000) / 100;
  return { violations, counts };
}

function count(counts: Counts, evidence: Evidence): void {
  const { story, journal, troubles } = evidence;
  counts.recipients += 1;
  counts.events += story.causes.length;
  counts.tellings += story.tellings.length;
  counts.deliveries += journal.length;
  counts.digests += journal.filter(({ tells }) => tells.length > 1).length;
  counts.troubles += troubles.length;
  counts.unheard += troubles.filter(
    ({ kind, isTaken }) => isTaken && (kind === "silence" || kind === "killed"),
  ).length;
  counts.copies += copiesIn(evidence);
}

function eventsOf({ story, journal, troubles }: Evidence): readonly string[] {
  return [
    ...story.wishes.map(({ from, wishes }) => `from ${from}: ${JSON.stringify(wishes)}`),
    ...story.tellings.map(({ at, cause }) => `${at} told ${JSON.stringify(cause)}`),
    ...journal.map((delivery) => `${delivery.at} delivered ${JSON.stringify(delivery)}`),
    ...troubles.map((trouble) => `${trouble.at} trouble ${JSON.stringify(trouble)}`),
  ];
}
