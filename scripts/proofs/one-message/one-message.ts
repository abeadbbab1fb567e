import { type Proof, sizeOf } from "../proof.ts";
import { type OwnDatabase, proveThroughEngine } from "./engine/through-engine.ts";
import { provePure } from "./pure/pure.ts";

/** Lends a database of the sandbox. */
export type OnOwnDatabase = <Result>(work: (database: OwnDatabase) => Promise<Result>) => Promise<Result>;

/**
 * Every cause is delivered three times and leads to one message for each channel that is on: nothing lost, nothing on a channel that is off, nothing at night. A second copy only
 * where a provider took a message and the engine never heard of it, with the same Message-ID; first by the rules alone, then through the engine, whose worker and SMTP server are killed.
 */
export const oneMessage: Proof<OnOwnDatabase> = {
  name: "one-message",
  sizes: {
    small: { pure: 20_000, engine: 120, workerKills: 1, smtpKills: 1 },
    full: { pure: 1_000_000, engine: 20_000, workerKills: 3, smtpKills: 3 },
  },
  async run({ seed, sizes, say, needs }) {
    const pure = provePure({ seed, events: sizeOf(sizes, "pure"), say });
    const engine = await needs((database) =>
      proveThroughEngine(database, {
        seed,
        causes: sizeOf(sizes, "engine"),
        workerKills: sizeOf(sizes, "workerKills"),
        smtpKills: sizeOf(sizes, "smtpKills"),
        say,
      }),
    );
    return {
      violations: [...pure.violations, ...engine.violations],
      result: { pure: pure.counts, engine: engine.counts },
    };
  },
};
