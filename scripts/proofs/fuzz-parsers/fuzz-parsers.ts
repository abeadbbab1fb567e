import { type Hunt, hunt } from "../../../test/fuzz/hunt.ts";
import { targets } from "../../../test/fuzz/targets/all.ts";
import { type Proof, sizeOf, type Violation } from "../proof.ts";

/** After its samples a parser may make the process grow by so much. */
const MOST_GROWN_MIB = 100;

/** Fuzzes one parser after another, each for its share of the time. */
export async function fuzzParsers(order: {
  readonly seed: number;
  readonly seconds: number;
  /** One parser alone. */
  readonly only?: string | undefined;
  readonly mostInputs?: number;
  readonly say: (line: string) => void;
}): Promise<{ readonly hunts: readonly Hunt[] }> {
  const { seed, seconds, only, say, mostInputs } = order;
  const chosen = targets.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) throw new Error(`no parser is called ${only ?? ""}`);
  const hunts: Hunt[] = [];
  for (const { name } of chosen) {
    const one = await hunt({
      target: name,
      seed,
      seconds: seconds / chosen.length,
      ...(mostInputs === undefined ? {} : { mostInputs }),
    });
    hunts.push(one);
    say(
      `${name}: ${one.inputs} inputs, ${one.parts} parts of code, grown by ${one.grownMib} MiB, ${one.findlings.length} failures`,
    );
  }
  return { hunts };
}

/** Whatever a stranger sends to a parser: it answers, in time, with what it declares, and memory does not grow. */
export const parsersUnderFuzz: Proof = {
  name: "fuzz-parsers",
  sizes: { small: { seconds: 60 }, full: { seconds: 3_600 } },
  async run({ seed, sizes, say }) {
    const { hunts } = await fuzzParsers({ seed, seconds: sizeOf(sizes, "seconds"), say });
    const failures: Violation[] = hunts.flatMap(({ target, findlings }) =>
      findlings.map(({ why, base64 }) => ({ invariant: `${target}: ${why}`, seed, events: [base64] })),
    );
    const grown: Violation[] = hunts
      .filter(({ grownMib }) => grownMib > MOST_GROWN_MIB)
      .map(({ target, grownMib }) => ({
        invariant: `${target}: memory does not grow`,
        seed,
        events: [`${grownMib} MiB`],
      }));
    return {
      result: {
        parsers: hunts.length,
        inputs: hunts.reduce((sum, { inputs }) => sum + inputs, 0),
        inputsOf: Object.fromEntries(hunts.map(({ target, inputs }) => [target, inputs])),
        partsOf: Object.fromEntries(hunts.map(({ target, parts }) => [target, parts])),
        mostGrownMib: Math.max(...hunts.map(({ grownMib }) => grownMib)),
        failures: failures.length,
      },
      violations: [...failures, ...grown],
    };
  },
};
