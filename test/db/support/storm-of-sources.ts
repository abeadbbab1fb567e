import { sql } from "kysely";
import {
  endDiscounts,
  judgeKeptWords,
  mergeTwins,
  settleFollowUps,
} from "../../../db/queries/bill-changes.ts";
import { addBill, type ReceivedBill } from "../../../db/queries/bills.ts";
import type { Database } from "../../../db/database.ts";
import { debtKey } from "../../../db/sealed.ts";
import { addDays } from "../../../domain/calendar.ts";
import type { BillDiscount } from "../../../domain/discount.ts";
import { pushBill } from "../../support/rows.ts";
import { jump } from "./money-core.ts";
import { pick } from "./race.ts";

const claimKey = Buffer.alloc(32, 3);

/** Whose bills are told: any of these accounts. */
export type Told = {
  readonly accounts: readonly string[];
  readonly periods: readonly string[];
  readonly version: number;
};

async function today(db: Database): Promise<string> {
  const { rows } = await sql<{ day: string }>`select business_now()::date::text as day`.execute(db);
  return rows[0]?.day ?? "";
}

async function anyDiscount(db: Database, random: () => number): Promise<BillDiscount | null> {
  if (random() < 0.5) return null;
  return { kind: "percent", value: 25, until: addDays(await today(db), Math.floor(random() * 3) - 1) };
}

/** Any source says anything of a bill, under one of its names or both. */
export async function sayAnything(db: Database, random: () => number, told: Told): Promise<void> {
  const account = pick(random, told.accounts);
  const period = pick(random, told.periods);
  const accountKey = debtKey(claimKey, ["gorod-zhkh", account, period, "charge"]);
  const uin = `UIN-${account}-${period}`;
  const byUin = { uin, identityKey: debtKey(claimKey, ["uin", uin]) };
  const fullMinor = pick(random, [300_000, 400_000, 500_000]);
  const said: Partial<ReceivedBill> = {
    source: pick(random, ["push", "push", "file", "gis-gmp"]),
    version: told.version,
    status: pick(random, ["issued", "issued", "issued", "issued", "annulled", "paid"]),
    fullMinor,
    amountMinor: random() < 0.8 ? fullMinor : 200_000,
    discount: await anyDiscount(db, random),
    acknowledgement: random() < 0.2 ? "matched" : null,
    overpaid: random() < 0.05,
  };
  const drawn = random();
  if (drawn < 0.6) await pushBill(db, { ...said, account, period });
  else if (drawn < 0.8) await pushBill(db, { ...said, ...byUin, accountKey, account, period });
  else await pushBill(db, { ...said, ...byUin, account: "", period: "" });
}

/** What the sweeper does about bills. */
export async function followBills(db: Database): Promise<void> {
  await settleFollowUps(db);
  await endDiscounts(db);
  await judgeKeptWords(db);
  await mergeTwins(db);
}

/** Somebody adds any of these bills by its number. */
export async function addAnyBill(
  db: Database,
  residentId: string,
  accounts: readonly string[],
): Promise<void> {
  const { rows } = await sql<{
    id: string;
  }>`select id from bills where account = any(${accounts}::text[]) and state <> 'merged'
    order by random() limit 1`.execute(db);
  const [bill] = rows;
  if (bill) await addBill(db, { residentId, billId: bill.id, label: null });
}

/** Half a day goes by: discounts end, notices grow old. */
export function letTimePass(db: Database): Promise<void> {
  return jump(db, "11 hours");
}
