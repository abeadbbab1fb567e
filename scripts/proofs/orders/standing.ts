import { sql } from "kysely";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import { pushBills } from "../world/bills.ts";
import { makePayers, type WorldPayer } from "../world/payers.ts";
import { type Case, type CaseGateway, clientOf, type Event } from "./case.ts";
import { rowsAre } from "./quiet.ts";

const AMOUNT_MINOR = 512_345;
/** A card whose bank wants to see its holder every time: a debit without them is declined, one with them is challenged. */
const ASKING_CARD = "pm_card_authenticationRequired";

/** A debit that the bank would not make without the payer; they confirmed on our page and are sent to the bank's. */
export async function standOnBankPages(
  world: WholeWorld,
  gateway: CaseGateway,
  group: readonly (readonly Event[])[],
): Promise<readonly Case[]> {
  if (group.length === 0) return [];
  const { billerId, token } = await (gateway === "stripe"
    ? atStripe(world)
    : atYooKassa(world, group.length));
  const payers = await makePayers(world, {
    count: group.length,
    billerId,
    gateway,
    token,
    issuer: world.issuer,
  });
  const billIds = await pushBills(
    world,
    payers.map(({ account }) => ({ billerId, account, amountMinor: AMOUNT_MINOR })),
  );
  const paymentIds = await untilAsked(world, billIds);
  const asked = group.map((order, index) => ({ order, payer: payers[index], paymentId: paymentIds[index] }));
  const apis = await Promise.all(
    asked.map(async ({ payer, paymentId }) => {
      if (!payer || paymentId === undefined) throw new Error("there is no payer for an order");
      return confirmed(world, { payer, paymentId, methodId: gateway === "stripe" ? payer.methodId : null });
    }),
  );
  await rowsAre(
    world,
    sql<{
      n: number;
    }>`select count(*)::int as n from charges where payment_id = any(${paymentIds}) and state = 'challenged'`,
    group.length,
  );
  return Promise.all(
    asked.map(async ({ order, payer, paymentId }, index): Promise<Case> => {
      const api = apis[index];
      if (!api || !payer || paymentId === undefined) throw new Error("there is no payer for an order");
      const { confirmation } = await api.getPayment(paymentId);
      if (confirmation === null) throw new Error(`${paymentId} has no link to the bank`);
      return { gateway, order, payer, api, paymentId, bankPage: confirmation.url, listed: null };
    }),
  );
}

type Ground = { readonly billerId: string; readonly token: string };

/** The first try of each is declined: the bank wants the payer. */
async function atYooKassa(world: WholeWorld, times: number): Promise<Ground> {
  await world.bank.arm({
    match: { operation: "create_payment" },
    times,
    fault: { kind: "decline", reason: "3d_secure_failed" },
  });
  return { billerId: world.billers[0]?.id ?? "", token: await world.bank.bindCard() };
}

async function atStripe({ stripe }: WholeWorld): Promise<Ground> {
  if (stripe === undefined) throw new Error("this world has no Stripe");
  return { billerId: stripe.billerId, token: await stripe.savedCard(ASKING_CARD) };
}

async function untilAsked(world: WholeWorld, billIds: readonly string[]): Promise<readonly string[]> {
  const asked = sql`from payments where bill_id = any(${billIds}) and state = 'needs-payer'`;
  await rowsAre(world, sql<{ n: number }>`select count(*)::int as n ${asked}`, billIds.length);
  const { rows } = await sql<{ id: string; billId: string }>`select id, bill_id as "billId" ${asked}`.execute(
    world.db,
  );
  const byBill = new Map(rows.map((row) => [row.billId, row.id]));
  return billIds.map((billId) => byBill.get(billId) ?? "");
}

async function confirmed(
  world: WholeWorld,
  parts: { readonly payer: WorldPayer; readonly paymentId: string; readonly methodId: string | null },
) {
  const { payer, paymentId, methodId } = parts;
  const api = await clientOf(world, payer);
  await api.confirmPayment(paymentId, { amount: { amountMinor: AMOUNT_MINOR, currency: "RUB" }, methodId });
  return api;
}
