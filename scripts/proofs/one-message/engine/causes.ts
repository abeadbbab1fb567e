import type { Database } from "../../../../db/database.ts";
import { pushBill } from "../../../../test/support/rows-bills.ts";
import type { Chance } from "../../chance.ts";
import type { News, SentBill } from "./expected.ts";
import { BILLER, type Neighbour } from "./town.ts";

/** So often each word of a biller comes. */
const DELIVERIES = 3;
const LANES = 6;
const AMOUNT_MINOR = 512_345;
const AMENDED_MINOR = 498_700;

/** Bills of everybody, and what becomes of them, so many causes together. */
export function causesOf(
  chance: Chance,
  neighbours: readonly Neighbour[],
  size: { readonly bills: number; readonly causes: number },
): readonly SentBill[] {
  const periods = Array.from(
    { length: size.bills },
    (_, index) => `2026-${String(12 - index).padStart(2, "0")}`,
  );
  const all = neighbours.flatMap(({ residentId }) => periods.map((period) => ({ residentId, period })));
  let left = size.causes - all.length;
  const drawn = all.map((bill) => ({ bill, at: chance.next() })).toSorted((a, b) => a.at - b.at);
  return drawn.map(({ bill }) => {
    left -= 1;
    return { ...bill, news: left < 0 ? ("none" as const) : drawNews(chance) };
  });
}

function drawNews(chance: Chance): News {
  return chance.pick(["amended", "amended", "annulled", "paid"] as const);
}

/** Says a word about every bill three times, in a drawn order, over a few lanes. */
export async function deliverThrice(
  db: Database,
  chance: Chance,
  bills: readonly SentBill[],
  word: "arrival" | "news",
): Promise<void> {
  const waiting = Array.from({ length: DELIVERIES }, () => bills)
    .flat()
    .map((bill) => ({ bill, at: chance.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ bill }) => bill);
  const lane = async () => {
    for (let bill = waiting.pop(); bill; bill = waiting.pop())
      await say(db, bill, word === "arrival" ? "none" : bill.news);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function say(db: Database, { residentId, period }: SentBill, news: News): Promise<void> {
  const about = { billerId: BILLER, account: residentId, period, dueOn: "2026-12-25" };
  if (news === "none") await pushBill(db, about);
  else if (news === "amended")
    await pushBill(db, { ...about, version: 2, amountMinor: AMENDED_MINOR, fullMinor: AMENDED_MINOR });
  else await pushBill(db, { ...about, version: 2, amountMinor: AMOUNT_MINOR, status: news });
}
