import type { WholeWorld, WorldOptions } from "../../../test/support/whole-world.ts";
import { type Findings, type Proof, sizeOf, type Violation } from "../proof.ts";
import { layGround, type Watch, watchOver } from "./fuzz-world.ts";
import { type RoundEnd, tryApi } from "./schemathesis.ts";

/** What the proof stands on: the tool's programs, and a whole engine whose requests are watched. */
export type FuzzApiNeeds = {
  readonly programs: string;
  readonly inWorld: <Result>(
    options: WorldOptions,
    work: (world: WholeWorld) => Promise<Result>,
  ) => Promise<Result>;
};

/** Of every biller of such a world. */
const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
/** A round that goes on for ever would keep its failures for itself. */
const MOST_SECONDS = 600;

/**
 * Whatever is sent to the API, it answers as its document says: never 5xx, no body, status or header but the described ones, and wrong input is refused. Seen
 * from both sides: by Schemathesis, which knows the document alone, and by a count of all answers at the API.
 */
export const fuzzApi: Proof<FuzzApiNeeds> = {
  name: "fuzz-api",
  sizes: { small: { requests: 500, examples: 4 }, full: { requests: 100_000, examples: 60 } },
  async run({ seed, sizes, say, needs }) {
    const watch = watchOver(SECRET);
    return needs.inWorld({ around: watch.around }, async (world) => {
      const ground = await layGround(world);
      const rounds: RoundEnd[] = [];
      const isSmall = sizeOf(sizes, "requests") < 10_000;
      while (watch.requests() < sizeOf(sizes, "requests")) {
        const before = watch.requests();
        const end = await tryApi({
          programs: needs.programs,
          api: world.api,
          ground,
          seed: seed + rounds.length,
          examples: sizeOf(sizes, "examples"),
          phases: isSmall
            ? ["examples", "fuzzing", "stateful"]
            : ["examples", "coverage", "fuzzing", "stateful"],
          seconds: isSmall ? 40 : MOST_SECONDS,
        });
        rounds.push(end);
        if (watch.requests() === before) throw new Error(`a round asked nothing:\n${end.words}`);
        say(
          `${watch.requests()} requests, ${end.failures.length} kinds of failures in round ${rounds.length}`,
        );
        if (end.failures.length + end.errors.length > 0) say(end.words);
      }
      return findingsOf(seed, watch, rounds);
    });
  },
};

function findingsOf(seed: number, watch: Watch, rounds: readonly RoundEnd[]): Findings {
  const told: Violation[] = rounds.flatMap(({ failures, errors }, index) => [
    ...failures.map(({ title, operations }) => ({
      invariant: title,
      seed: seed + index,
      events: operations,
    })),
    ...errors.map((error) => ({ invariant: "the tool does its work", seed: seed + index, events: [error] })),
  ]);
  const broken = watch.broken();
  return {
    result: {
      requests: watch.requests(),
      byStatus: watch.byStatus(),
      rounds: rounds.length,
      cases: rounds.reduce((sum, { cases }) => sum + cases, 0),
      serverErrors: broken.length,
    },
    violations: [
      ...told,
      ...(broken.length === 0 ? [] : [{ invariant: "no answer is 5xx", seed, events: broken }]),
    ],
  };
}
