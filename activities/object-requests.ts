import type { Expected, Gateway, ObjectRequest, Transmission } from "../adapters/gateways/port.ts";
import {
  type IdleObject,
  notePrepared,
  passObjectGate,
  takeIdleObjects,
} from "../db/queries/charge-objects.ts";
import { openCase } from "../db/queries/charging.ts";
import type { VoidWhy } from "../domain/object-wish.ts";
import { type ChargingDependencies, storeSeen } from "./seen-store.ts";
import { openSendWindow } from "./send-window.ts";
import { evidenceOfSighting, evidenceOfTransmission, namedByVoid, type Seen } from "./evidence.ts";

/** A charge whose object is to be taken or ended. */
export type ObjectCharge = {
  readonly id: string;
  readonly paymentId: string;
  readonly preparedRound: number | null;
  readonly objectId: string;
  readonly expected: Expected;
};

/** What became of a capture or a void: something seen, nothing known, or no permission for it. */
export type ObjectOutcome =
  | { readonly kind: "seen"; readonly seen: Seen }
  | { readonly kind: "nothing"; readonly alarm?: string }
  | { readonly kind: "unwanted"; readonly why: string };

/** Takes money that is only held, in full, if the payment still wants it (payment rules §2.1). */
export function captureObject(
  { db }: Pick<ChargingDependencies, "db">,
  gateway: Gateway,
  charge: ObjectCharge,
): Promise<ObjectOutcome> {
  return send(db, { gateway, charge, kind: "capture", why: null, request: gateway.capture });
}

/** Ends an object that took no money. No stop and no hold keeps it back; refused because the money was taken, it says so. */
export function voidObject(
  { db }: Pick<ChargingDependencies, "db">,
  gateway: Gateway,
  charge: ObjectCharge,
  why: VoidWhy,
): Promise<ObjectOutcome> {
  return send(db, { gateway, charge, kind: "void", why, request: gateway.void });
}

async function send(
  db: ChargingDependencies["db"],
  parts: {
    readonly gateway: Gateway;
    readonly charge: ObjectCharge;
    readonly kind: "capture" | "void";
    readonly why: VoidWhy | null;
    readonly request: ((request: ObjectRequest) => Promise<Transmission>) | undefined;
  },
): Promise<ObjectOutcome> {
  const { gateway, charge, kind, why, request } = parts;
  if (request === undefined) return { kind: "nothing" };
  const mayStillSend = openSendWindow();
  const answer = await passObjectGate(db, {
    chargeId: charge.id,
    kind,
    why,
    gateway: gateway.name,
    merchantAccount: gateway.merchantAccount,
  });
  if (answer.verdict === "unwanted") return { kind: "unwanted", why: answer.reason };
  if (answer.verdict !== "passed") return { kind: "nothing" };
  const ended = await request({
    key: keyOf(charge, kind) + repeatOf(gateway, answer.transmission),
    objectId: charge.objectId,
    expected: charge.expected,
    attemptBefore: charge.expected.attemptBefore ?? null,
    mayStillSend,
  });
  return outcomeOf(ended, answer);
}

function outcomeOf(
  ended: Transmission,
  passed: { readonly transmission: number; readonly voidWhy: VoidWhy | null },
): ObjectOutcome {
  if (ended.kind === "seen") {
    return {
      kind: "seen",
      seen: namedByVoid(evidenceOfTransmission(ended, passed.transmission), passed.voidWhy),
    };
  }
  if (ended.kind === "refused") return { kind: "nothing", alarm: `${ended.code}: ${ended.detail}` };
  if (ended.kind === "never-sent" || ended.alarm === undefined) return { kind: "nothing" };
  return { kind: "nothing", alarm: ended.alarm };
}

/** Payment rules §8.3: where one object stands for the payment its end is the round's, else the charge's own. */
function keyOf(charge: ObjectCharge, kind: "capture" | "void"): string {
  if (kind === "void" && charge.preparedRound !== null) {
    return `${charge.paymentId}-void-${charge.preparedRound}`;
  }
  return `${charge.id}-${kind}`;
}

/**
 * Where a gateway answers a used key with what it answered first, also a 500, the same key would never learn anything: a later transmission gets
 * one of its own. Taking or ending an object twice does nothing twice (docs/decisions/0041).
 */
function repeatOf(gateway: Gateway, transmission: number): string {
  return transmission > 1 && gateway.can.replayAnswers === "stored" ? `-${transmission}` : "";
}

/** At most this many in one sweep. */
const IDLE_AT_ONCE = 50;

/**
 * The daily sweep (payment rules §8.3): ends objects of payments that are over or of amounts that have changed. They carry no undecided charge and took nothing;
 * what cannot be ended today is asked again tomorrow. Answers how many were ended.
 */
export async function voidIdleObjects(
  dependencies: Pick<ChargingDependencies, "db" | "gateways" | "sealer" | "claimKey">,
): Promise<number> {
  const { db, gateways } = dependencies;
  let ended = 0;
  for (const idle of await takeIdleObjects(db, IDLE_AT_ONCE)) {
    const gateway = gateways.get(idle.gateway);
    if (gateway?.void === undefined || gateway.merchantAccount !== idle.merchantAccount) continue;
    const mayStillSend = openSendWindow();
    const answer = await gateway.void({
      key: `${idle.paymentId}-void-${idle.round}`,
      objectId: idle.objectId,
      expected: {
        chargeId: idle.chargeId ?? "",
        paymentId: idle.paymentId,
        amount: { amountMinor: idle.amountMinor, currency: idle.currency },
        livemode: idle.livemode,
        attemptBefore: idle.attemptBefore,
      },
      attemptBefore: idle.attemptBefore,
      mayStillSend,
    });
    if (answer.kind !== "seen") continue;
    if (answer.sighting.outcome.kind !== "not-charged") {
      await keepLateNews(dependencies, idle, answer);
      continue;
    }
    await notePrepared(db, { ...idle, closed: answer.sighting.outcome.how === "voided" });
    ended += 1;
  }
  return ended;
}

/** What counted as ended took money, or still may: that is evidence about the newest charge on it. An object without any charge is a person's business. */
async function keepLateNews(
  dependencies: Pick<ChargingDependencies, "db" | "sealer" | "claimKey" | "gateways">,
  idle: IdleObject,
  answer: Extract<Transmission, { kind: "seen" }>,
): Promise<void> {
  if (idle.chargeId === null) {
    await openCase(dependencies.db, {
      kind: "gateway-alarm",
      subject: `${idle.gateway}/${idle.objectId}`,
      detail: { alarm: `an object without a charge shows ${answer.sighting.outcome.kind}` },
    });
    return;
  }
  // only the end without money plans a next step, and this is none
  const charge = { id: idle.chargeId, looks: 0, initiatedBy: "mit", triesWithoutMoney: 0 } as const;
  await storeSeen(dependencies, idle.gateway, charge, evidenceOfSighting(answer.sighting, "look-up", 1));
}
