import { readClock, whileNobodySends } from "../../../db/queries/clock.ts";
import { moveClock } from "../../../db/queries/operator.ts";
import type { World } from "./world.ts";

const SENDERS_END_WITHIN_MS = 90_000;

/** Moves the city's clock and the bank's together, while nobody passes the gate and the last transmission has ended. */
export async function jump({ db, bank }: Pick<World, "db" | "bank">, seconds: number): Promise<void> {
  const moved = await whileNobodySends(db, SENDERS_END_WITHIN_MS, async () => {
    await moveClock(db, { advanceSeconds: Math.ceil(seconds), scale: null, movedBy: "proof" });
    await bank.aheadBy((await readClock(db)).aheadMs);
    return true;
  });
  if (moved === undefined) throw new Error(`somebody is still sending after ${SENDERS_END_WITHIN_MS} ms`);
}
