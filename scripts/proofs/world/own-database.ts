import { randomUUID } from "node:crypto";
import { openDatabase } from "../../../db/database.ts";
import { createSealer } from "../../../db/sealed.ts";
import type { Ground } from "../../../test/support/rows.ts";
import { withMigratedDatabase } from "../../temporary-database.ts";

/** Runs `work` on a migrated database of its own, without gateway, workflow or loop. */
export async function onOwnDatabase<Result>(work: (ground: Ground) => Promise<Result>): Promise<Result> {
  return withMigratedDatabase(async (url) => {
    const { db, close } = openDatabase({ url, applicationName: "kvitok-proof", maxConnections: 26 });
    try {
      return await work({
        db,
        // a key for cards that do not exist
        sealer: createSealer({ active: "proof", keys: new Map([["proof", Buffer.alloc(32, 7)]]) }),
        bank: { bindCard: () => Promise.resolve(`token-${randomUUID()}`) },
      });
    } finally {
      await close();
    }
  });
}
