import type { Ground } from "../../../test/support/rows.ts";
import { type Proof, sizeOf } from "../proof.ts";
import { proveOnDatabase } from "./on-database.ts";
import { provePure } from "./pure.ts";

/** Lends a migrated database of the sandbox. */
export type OnDatabase = <Result>(work: (ground: Ground) => Promise<Result>) => Promise<Result>;

/**
 * Random orders of acceptance, bounce, another sum, another payee, edited mandate, falsified notice, waiting and attempts to debit, over all packs, zones and changes of clocks. No debit without a valid
 * notice, none that differs from it; first on the pure model, judged as its payer would, then on the real tables, which have to agree after every step.
 */
export const noticeGate: Proof<OnDatabase> = {
  name: "notice-gate",
  sizes: { small: { pure: 4_000, database: 40 }, full: { pure: 100_000, database: 300 } },
  async run({ seed, sizes, say, needs }) {
    const pure = provePure({ seed, cases: sizeOf(sizes, "pure"), say });
    const real = await needs((ground) =>
      proveOnDatabase(ground, { seed, cases: sizeOf(sizes, "database"), say }),
    );
    return {
      violations: [...pure.violations, ...real.violations],
      result: { pure: pure.counts, database: real.counts, disagreements: real.violations.length },
    };
  },
};
