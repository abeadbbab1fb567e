import type { Gateway, Prepared, Preparation } from "../adapters/gateways/port.ts";
import {
  beginPreparation,
  notePrepared,
  type PreparationRow,
  putOffCharge,
  refusePreparation,
} from "../db/queries/charge-objects.ts";
import { type ChargeFacts, openCase } from "../db/queries/charging.ts";
import { holdGateway } from "../db/queries/holds.ts";
import { afterNotCharged } from "../domain/retry-policy.ts";
import { isRefusalOfUs } from "./evidence.ts";
import type { ChargingDependencies } from "./seen-store.ts";
import { lookAtUnwatchedCharge } from "./looking-up.ts";

/** The object that a charge confirms, as the gate checks it again under its locks. */
export type PreparedCharge = {
  readonly round: number;
  readonly objectId: string;
  readonly attemptBefore: string | null;
};

/** What is prepared, for whom. */
type Wish = {
  readonly gateway: Gateway;
  readonly preparation: Preparation;
  readonly facts: ChargeFacts;
  readonly chargeId: string;
  readonly initiatedBy: "mit" | "cit";
  readonly methodToken: string;
};

/** An object that was closed meanwhile is followed by one other; more than that is no accident. */
const MOST_ROUNDS = 3;

/**
 * Makes or reads the object that stands for all charges of a payment, before the gate (payment rules §8.3). It moves no money: a crash or a lost answer costs an
 * idle object. Null: there is none, the payment was put off, ended, or wants no charge.
 */
export async function prepareCharge(
  dependencies: ChargingDependencies,
  wish: Wish,
): Promise<PreparedCharge | null> {
  const { db } = dependencies;
  const { gateway, facts, chargeId, initiatedBy } = wish;
  const { paymentId, instructionId } = facts;
  const { name, merchantAccount } = gateway;
  for (let tries = 0; tries < MOST_ROUNDS; tries += 1) {
    const about = { paymentId, chargeId, initiatedBy, instructionId, gateway: name, merchantAccount };
    const row = await beginPreparation(db, about);
    // another amount than the one just read: the gate would say so, the next look reads it again
    if (row === null || row.amountMinor !== facts.amountMinor) return null;
    const prepared = await ask(wish, row);
    switch (prepared.kind) {
      case "ready":
        return keep(dependencies, { paymentId, row, prepared });
      case "closed": {
        const { round, objectId } = row;
        await notePrepared(db, { paymentId, round, objectId, attemptBefore: null, closed: true });
        break;
      }
      case "refused":
        await refuse(dependencies, wish, row, prepared);
        return null;
      case "unanswered":
        await putOff(dependencies, wish, row, prepared);
        return null;
    }
  }
  await putOffCharge(db, { paymentId, round: 0, remark: "object closed again and again" });
  return null;
}

function ask({ preparation, facts, methodToken }: Wish, row: PreparationRow): Promise<Prepared> {
  return preparation.prepare({
    key: `${facts.paymentId}-pi-${row.round}`,
    paymentId: facts.paymentId,
    amount: { amountMinor: row.amountMinor, currency: row.currency },
    description: facts.purpose,
    payerReference: facts.residentId,
    methodToken,
    ...(row.objectId === null ? {} : { preparedObjectId: row.objectId }),
    methodKind: facts.methodKind,
    livemode: facts.livemode,
  });
}

async function keep(
  { db }: Pick<ChargingDependencies, "db">,
  made: {
    readonly paymentId: string;
    readonly row: PreparationRow;
    readonly prepared: Extract<Prepared, { kind: "ready" }>;
  },
): Promise<PreparedCharge> {
  const { row, prepared } = made;
  const { objectId, attemptBefore } = prepared;
  await notePrepared(db, {
    paymentId: made.paymentId,
    round: row.round,
    objectId,
    attemptBefore,
    closed: false,
  });
  return { round: row.round, objectId, attemptBefore };
}

/** A definite no: the same request would be refused again, whoever pays. Nothing was taken; the payment ends or asks as after a refused charge. */
async function refuse(
  dependencies: ChargingDependencies,
  { gateway, facts, chargeId, initiatedBy }: Wish,
  row: PreparationRow,
  refused: Extract<Prepared, { kind: "refused" }>,
): Promise<void> {
  const { db } = dependencies;
  const { status, code, detail } = refused;
  const refusesUs = status !== undefined && isRefusalOfUs(status);
  // before the payment moves: after it no gate of this gateway passes, and nothing is prepared
  if (refusesUs) await holdGateway(db, { gateway: gateway.name, why: `${status} ${code}` });
  else await lookAtLastCharge(dependencies, row);
  const plan = afterNotCharged({
    gateway: gateway.name,
    how: "refused",
    reason: "ours",
    initiatedBy,
    attempt: facts.triesWithoutMoney + 1,
    gatewayHeld: refusesUs,
  });
  const { paymentId } = facts;
  await refusePreparation(db, { paymentId, round: row.round, chargeId, refusesUs, code, detail, plan });
}

/** No answer: the same request under the same key comes later. A person hears of what will not mend itself. */
async function putOff(
  dependencies: ChargingDependencies,
  { facts: { paymentId } }: Wish,
  row: PreparationRow,
  { alarm }: Extract<Prepared, { kind: "unanswered" }>,
): Promise<void> {
  const { db } = dependencies;
  if (alarm !== undefined) {
    await openCase(db, { kind: "gateway-alarm", subject: paymentId, detail: { alarm } });
    await lookAtLastCharge(dependencies, row);
  }
  await putOffCharge(db, { paymentId, round: row.round, remark: "gateway not ready" });
}

/** The object took money after all, say, or an attempt on it that counted as ended is not finished. */
async function lookAtLastCharge(
  dependencies: ChargingDependencies,
  { lastChargeId, objectId }: PreparationRow,
): Promise<void> {
  if (lastChargeId !== null && objectId !== null)
    await lookAtUnwatchedCharge(dependencies, { chargeId: lastChargeId, objectId });
}
