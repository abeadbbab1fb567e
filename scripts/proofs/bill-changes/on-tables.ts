import { sql } from "kysely";
import { setClock } from "../../../test/db/support/money-core.ts";
import type { Ground } from "../../../test/support/rows.ts";
import { Chance } from "../chance.ts";
import type { Told } from "./journal.ts";
import { atOnce } from "./many.ts";
import { makeTurns } from "./races.ts";
import { beginOf, drawMinutes, MINUTE_MS } from "./story.ts";
import { Timeline } from "./timeline.ts";
import { type Bill, settle } from "./town.ts";

/** Bills arrive in the first half. */
const DAYS = 28;
/** Whatever was announced last comes within these days more. */
const DAYS_AFTER = 35;
/** So many bills share a minute of change on the average. */
const BILLS_OF_A_MINUTE = 40;
const DAY_MS = 1_440 * MINUTE_MS;

/** Every bill with what happened to it, and how much was asked of the gate. */
export type Played = { readonly told: Told[]; readonly counts: Record<string, number> };

/** Plays one run on the tables; answers every bill with what happened to it, and how much was asked of the gate. */
export async function playOnTables(
  ground: Ground,
  order: { readonly seed: number; readonly bills: number; readonly say: (line: string) => void },
): Promise<Played> {
  const { db } = ground;
  const chance = new Chance(order.seed);
  const from = beginOf(chance);
  await setClock(db, new Date(from - DAY_MS).toISOString());
  const count = Math.max(60, Math.ceil(order.bills / BILLS_OF_A_MINUTE));
  const minutes = drawMinutes(chance, from, { days: DAYS, count });
  const bills = await settle(ground, { seed: order.seed, count: order.bills, minutes });
  await makeTurns(db);
  order.say(`${bills.length} bills over ${minutes.length} minutes of ${DAYS} days`);
  const timeline = new Timeline(db, bills, () => chance.percent(50));
  await timeline.run(from + (DAYS + DAYS_AFTER) * DAY_MS, order.say);
  const told: Told[] = [];
  await atOnce(bills, async (bill) => {
    told.push(await lastStateOf(ground, bill));
  });
  return { told, counts: timeline.counts };
}

async function lastStateOf({ db }: Ground, { payer, story, seed, entries }: Bill): Promise<Told> {
  const { rows } = await sql<Told["left"]>`select b.state as bill, y.state as payment, y.need, y.outcome
    from bills b left join lateral (select * from payments y where y.bill_id = b.id order by y.created_at desc, y.id desc limit 1) y on true
    where b.account = ${payer.account} and b.biller_id = ${payer.billerId}`.execute(db);
  const [left] = rows;
  if (left === undefined) throw new Error(`the bill of ${payer.account} is gone`);
  return { story, seed, entries, left };
}
