import { sql } from "kysely";
import { NOTICE_PACKS } from "../../../domain/notice-policy.ts";
import { type Ground, makeBiller } from "../../../test/support/rows.ts";
import { Chance } from "../chance.ts";
import { makePayers, type WorldPayer } from "../world/payers.ts";
import type { Entry } from "./journal.ts";
import { grouped } from "./many.ts";
import { BILLER_ZONES, drawStory, type Story } from "./story.ts";
import type { Word } from "./words.ts";

/** A bill of the run: what its source will do, and what has happened to it so far. */
export type Bill = {
  readonly seed: number;
  readonly story: Story;
  readonly payer: WorldPayer;
  readonly chance: Chance;
  readonly entries: Entry[];
  /** The newest word, and its number at the source. */
  word: Word;
  version: number;
  met: boolean;
};

const SEED_STEP = 7_919;

/** Draws the bills of a run and writes everybody who will pay them. */
export async function settle(
  ground: Ground,
  order: { readonly seed: number; readonly count: number; readonly minutes: readonly number[] },
): Promise<readonly Bill[]> {
  for (const [index, zone] of BILLER_ZONES.entries()) {
    const id = await makeBiller(ground.db, `biller-${index}`);
    await sql`update billers set zone = ${zone} where id = ${id}`.execute(ground.db);
  }
  const drawn = Array.from({ length: order.count }, (_, index) => {
    const seed = order.seed + index * SEED_STEP;
    const chance = new Chance(seed);
    return { seed, chance, story: drawStory(chance, order.minutes) };
  });
  const bills: Bill[] = [];
  const groups = grouped(drawn, ({ story: { pack, zone, billerId, lateBill } }) =>
    [pack, zone, billerId, lateBill].join(" "),
  );
  for (const group of groups.values()) {
    const [one] = group;
    if (one === undefined) continue;
    const { billerId, lateBill, pack, zone } = one.story;
    const payers = await makePayers(ground, {
      count: group.length,
      billerId,
      gateway: "yookassa",
      token: "token-of-nobody",
      terms: { noticePack: NOTICE_PACKS[pack], lateBill, zone },
    });
    for (const [index, { seed, story, chance }] of group.entries()) {
      const payer = payers[index];
      if (payer === undefined) throw new Error("a payer for every bill");
      bills.push({ seed, story, payer, chance, entries: [], word: story.first, version: 0, met: false });
    }
  }
  return bills;
}
