import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { ApiProblem, type Client } from "../../../api/client.ts";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import type { Chance } from "../chance.ts";
import { clientOf } from "../orders/case.ts";
import type { WorldPayer } from "../world/payers.ts";
import { type Moment, MOMENTS, type Moments } from "./moments.ts";

/** The ways in which a payer says "no more". */
export const DEEDS = ["cancel", "pause", "withdraw", "skip"] as const;
export type Deed = (typeof DEEDS)[number];

/** Somebody who stopped, and what was answered. Instants are of the machine's clock, in milliseconds. */
export type Stopped = {
  readonly payer: WorldPayer;
  readonly billId: string;
  readonly deed: Deed;
  /** How far the debit had come, and how much longer the payer waited. */
  readonly after: Moment;
  readonly waitedMs: number;
  readonly askedAt: number;
  readonly answeredAt: number;
  /** Charges that the answer lists as under way. */
  readonly listed: readonly string[];
};

/** The bank takes about so long to answer. */
const WITHIN_MS = 400;
const LOOK_EVERY_MS = 50;

/** Lets a bill come near its debit, then stops it in one of the ways. */
export async function stopAtSomeMoment(
  world: WholeWorld,
  about: {
    readonly payer: WorldPayer;
    readonly billId: string;
    readonly moments: Moments;
    readonly chance: Chance;
  },
): Promise<Stopped> {
  const { payer, billId, moments, chance } = about;
  const api = await clientOf(world, payer);
  const waitedMs = chance.below(WITHIN_MS);
  const wanted = chance.pick(DEEDS);
  const moment = chance.pick(MOMENTS);
  const isOver = { stopped: false };
  const confirming = confirmWhenAsked(world, { api, billId, moments, isOver });
  await moments.until(billId, moment);
  const after = moments.at(billId);
  await pause(waitedMs);
  const paymentId = wanted === "skip" ? await paymentOf(world, billId) : null;
  const askedAt = Date.now();
  const { deed, listed } = await stop(api, { payer, wanted, paymentId });
  const answeredAt = Date.now();
  isOver.stopped = true;
  await confirming;
  return { payer, billId, deed, after, waitedMs, askedAt, answeredAt, listed };
}

type Answer = { readonly deed: Deed; readonly listed: readonly string[] };

async function stop(
  api: Client,
  about: { readonly payer: WorldPayer; readonly wanted: Deed; readonly paymentId: string | null },
): Promise<Answer> {
  const { payer, wanted, paymentId } = about;
  const charges = ({ inFlight }: { readonly inFlight: readonly { readonly charge: string }[] }) =>
    inFlight.map(({ charge }) => charge);
  switch (wanted) {
    case "cancel":
      return { deed: wanted, listed: charges(await api.cancelMandate(payer.mandateId)) };
    case "pause":
      return { deed: wanted, listed: charges(await api.pauseMandate(payer.mandateId)) };
    case "withdraw":
      return { deed: wanted, listed: charges(await api.withdrawMethod(payer.methodId)) };
    case "skip":
      // what is paid, or not planned yet, cannot be skipped: then the mandate ends
      try {
        if (paymentId !== null) return { deed: wanted, listed: charges(await api.skipPayment(paymentId)) };
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.status !== 409) throw error;
      }
      return stop(api, { ...about, wanted: "cancel" });
  }
}

async function paymentOf({ db }: WholeWorld, billId: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select id from payments where bill_id = ${billId} order by created_at desc limit 1`.execute(db);
  return rows[0]?.id ?? null;
}

/** Whose bank asks for them confirms on our page, as long as they have not stopped. */
async function confirmWhenAsked(
  { db }: WholeWorld,
  about: {
    readonly api: Client;
    readonly billId: string;
    readonly moments: Moments;
    readonly isOver: { readonly stopped: boolean };
  },
): Promise<void> {
  const { api, billId, moments, isOver } = about;
  while (!isOver.stopped && moments.at(billId) !== "asked") await pause(LOOK_EVERY_MS);
  if (isOver.stopped) return;
  const { rows } = await sql<{ id: string; amount: number }>`select id, amount_minor as amount from payments
    where bill_id = ${billId} and state = 'needs-payer' and need = 'confirm-again'`.execute(db);
  const [asked] = rows;
  if (asked !== undefined) await confirm(api, asked);
}

async function confirm(api: Client, asked: { readonly id: string; readonly amount: number }): Promise<void> {
  try {
    const amount = { amountMinor: asked.amount, currency: "RUB" as const };
    await api.confirmPayment(asked.id, { amount, methodId: null });
  } catch (error) {
    // the stop was first
    if (!(error instanceof ApiProblem)) throw error;
  }
}
