import { type Proof, sizeOf } from "../proof.ts";
import { provePure } from "./pure/pure.ts";

/**
 * Every cause is delivered three times and leads to one message for each channel that is on: nothing lost, nothing on a channel that is off, nothing at night. A second copy only
 * where a provider took a message and the engine never heard of it, with the same Message-ID.
 */
export const oneMessage: Proof = {
  name: "one-message",
  sizes: { small: { pure: 20_000 }, full: { pure: 1_000_000 } },
  async run({ seed, sizes, say }) {
    const pure = provePure({ seed, events: sizeOf(sizes, "pure"), say });
    return { violations: pure.violations, result: { pure: pure.counts } };
  },
};
