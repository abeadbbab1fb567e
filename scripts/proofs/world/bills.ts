import { sql } from "kysely";
import { sayAsBiller } from "./biller-voice.ts";
import type { World } from "./world.ts";

/** The most that one push may hold. */
const MOST = 500;

type Pushed = { readonly results?: readonly { readonly billId: string | null }[] };

/** A bill that is to be pushed. */
export type BillOrder = {
  readonly billerId: string;
  readonly account: string;
  readonly amountMinor: number;
  readonly period?: string;
};

/** Pushes bills as their biller does, signed and in bulk; answers their ids, in the same order. */
export async function pushBills(
  world: Pick<World, "api" | "billers" | "db">,
  orders: readonly BillOrder[],
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let from = 0; from < orders.length; from += MOST) {
    ids.push(...(await pushOnce(world, orders.slice(from, from + MOST))));
  }
  return ids;
}

async function pushOnce(
  world: Pick<World, "api" | "billers" | "db">,
  orders: readonly BillOrder[],
): Promise<readonly string[]> {
  const billerId = orders[0]?.billerId;
  const biller = world.billers.find(({ id }) => id === billerId);
  if (!biller || orders.some((order) => order.billerId !== billerId))
    throw new Error("one push is of one biller that this world knows");
  const { payee, dueOn } = await facts(world.db, biller.id);
  const content = {
    bills: orders.map(({ account, amountMinor, period = "2026-11" }) => ({
      account,
      period,
      version: 1,
      amount: { amountMinor, currency: "RUB" },
      dueOn,
      purpose: "Services of the month",
      payee,
      status: "issued",
    })),
  };
  const { status, body } = await sayAsBiller<Pushed>(world.api, biller, { room: "bills", content });
  const billIds = (body.results ?? []).flatMap(({ billId }) => billId ?? []);
  if (billIds.length !== orders.length)
    throw new Error(`bills were not taken: ${status} ${JSON.stringify(body).slice(0, 500)}`);
  return billIds;
}

async function facts(db: World["db"], billerId: string) {
  const { rows } = await sql<{ payee: unknown; dueOn: string }>`
    select payee, (business_now()::date + 25)::text as "dueOn" from billers where id = ${billerId}`.execute(
    db,
  );
  const [row] = rows;
  if (!row) throw new Error(`no biller ${billerId}`);
  return row;
}
