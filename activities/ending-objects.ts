import type { Gateway, LookUp, Sighting } from "../adapters/gateways/port.ts";
import type { UndecidedCharge } from "../db/queries/charging.ts";
import { type UnfinishedObject, wishForObject } from "../domain/object-wish.ts";
import type { ChargingDependencies } from "./seen-store.ts";
import type { Seen } from "./evidence.ts";
import { captureObject, type ObjectCharge, type ObjectOutcome, voidObject } from "./object-requests.ts";

/** What taking or ending an object showed. */
export type Ended = { readonly seen?: Seen; readonly alarm?: string };

/** In these states an answer of the gateway has shown the attempt. */
const ATTEMPT_SEEN = {
  sending: false,
  unknown: false,
  pending: true,
  challenged: true,
  held: true,
} as const satisfies Record<UndecidedCharge["state"], boolean>;

type LookedAt = Omit<UndecidedCharge, "objectId"> & ObjectCharge;

/**
 * Does with an object that a look found unfinished what the rules ask for: takes held money in full or gives it back, ends what waits for a payer
 * who may not or need not answer any more, ends what has not run. Undefined: nothing but waiting.
 */
export async function endObject(
  dependencies: ChargingDependencies,
  gateway: Gateway,
  charge: LookedAt,
  look: LookUp,
): Promise<Ended | undefined> {
  const shows = showsOf(look);
  if (shows === undefined) return undefined;
  const wish = wishForObject(
    {
      shows,
      stopped: charge.stopped,
      voidWhy: charge.voidWhy,
      confirmationOver: charge.confirmBy !== null && Date.parse(charge.now) >= Date.parse(charge.confirmBy),
      sinceLastSentMs: Date.parse(charge.now) - Date.parse(charge.lastSentAt),
      attemptSeen: ATTEMPT_SEEN[charge.state],
    },
    gateway.can,
  );
  if (wish === null) return undefined;
  if (wish !== "capture") return endedBy(await voidObject(dependencies, gateway, charge, wish));
  const taken = await captureObject(dependencies, gateway, charge);
  if (taken.kind !== "unwanted") return endedBy(taken);
  return endedBy(await voidObject(dependencies, gateway, charge, "unwanted"));
}

/** Ends an object that belongs to no open try: a ghost, or what is left beside a payment that was paid. */
export async function endStrayObject(
  dependencies: ChargingDependencies,
  gateway: Gateway,
  charge: ObjectCharge,
  stray: { readonly shows: Sighting["outcome"]["kind"]; readonly ghost: boolean },
): Promise<Seen | undefined> {
  const { shows, ghost } = stray;
  const can =
    (shows === "held" && gateway.can.voidHeld) || (shows === "challenged" && gateway.can.voidPending);
  if (!can) return undefined;
  const ended = await voidObject(dependencies, gateway, charge, ghost ? "ghost" : "unwanted");
  return ended.kind === "seen" ? ended.seen : undefined;
}

function showsOf(look: LookUp): UnfinishedObject["shows"] | undefined {
  if (look.kind === "not-run") return "not-run";
  if (look.kind !== "seen") return undefined;
  const { kind } = look.sighting.outcome;
  return kind === "charged" || kind === "not-charged" ? undefined : kind;
}

function endedBy(outcome: ObjectOutcome): Ended {
  if (outcome.kind === "seen") return { seen: outcome.seen };
  return outcome.kind === "nothing" && outcome.alarm !== undefined ? { alarm: outcome.alarm } : {};
}
