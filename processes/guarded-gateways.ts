import { guarded } from "../adapters/gateways/guard.ts";
import { gatewayLimits } from "../adapters/gateways/limits.ts";
import type { Gateway } from "../adapters/gateways/port.ts";
import type { Database } from "../db/database.ts";
import { openCase } from "../db/queries/charging.ts";
import { noteGateway } from "../db/queries/circuits.ts";
import { createGateways } from "./gateways.ts";
import type { Log } from "./log.ts";

/** The deployment's gateways, each exchange that could start something new counted: the rows decide over all processes when one counts as down. */
export function createGuardedGateways(
  config: Parameters<typeof createGateways>[0],
  db: Database,
  log: Log,
): ReadonlyMap<string, Gateway> {
  const guardOne = (gateway: Gateway): Gateway =>
    guarded(gateway, async (count) => {
      const note = { gateway: gateway.name, ...count, ...gatewayLimits(gateway.name).circuit };
      await noteGateway(db, note).catch((error: unknown) =>
        log.error({ error, gateway: gateway.name }, "a gateway's answers could not be counted"),
      );
    });
  return new Map(
    [...createGateways(config, clockWatch(db, log))].map(([name, gateway]) => [name, guardOne(gateway)]),
  );
}

const TOLD_EVERY_MS = 60_000;

/** Key ages and windows are counted by our clock: a gateway whose clock differs by more than a minute is a case for an operator (payment rules §1.8). */
function clockWatch(db: Database, log: Log): (gateway: string, skewSeconds: number) => void {
  const toldAt = new Map<string, number>();
  return (gateway, skewSeconds) => {
    const now = performance.now();
    if (now - (toldAt.get(gateway) ?? -TOLD_EVERY_MS) < TOLD_EVERY_MS) return;
    toldAt.set(gateway, now);
    log.error({ gateway, skewSeconds }, "the gateway's clock and ours differ");
    openCase(db, {
      kind: "clock-skew",
      subject: gateway,
      detail: { alarm: `the gateway's clock differs from ours by ${Math.round(skewSeconds)} s` },
    }).catch((error: unknown) => log.error({ error, gateway }, "the clocks' difference could not be noted"));
  };
}
