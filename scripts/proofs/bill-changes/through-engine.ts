import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { NOTICE_PACKS } from "../../../domain/notice-policy.ts";
import { payee as onFile } from "../../../test/support/rows.ts";
import { Chance } from "../chance.ts";
import { sayAsBiller } from "../world/biller-voice.ts";
import type { World } from "../world/world.ts";
import { makePayers, type WorldPayer } from "../world/payers.ts";
import { CHANGES, changed, type ChangeName, firstWord, type Word } from "./words.ts";

/** The parts of a world that this needs. */
export type EngineWorld = Pick<World, "db" | "sealer" | "api" | "bank" | "billers">;

/** A word over the biller's own road, with what is known of the instant of its commit: after it was asked for, before it was answered. Real milliseconds. */
export type Heard = {
  readonly change: ChangeName | "arrival";
  readonly word: Word;
  readonly askedAt: number;
  readonly answeredAt: number;
};

/** A bill that went through the whole engine. */
export type EngineBill = {
  readonly seed: number;
  readonly payer: WorldPayer;
  readonly billId: string;
  readonly heard: readonly Heard[];
};

/** From a notice's acceptance to its debit, in seconds: changes come on both sides of it. */
const LEAD_SECONDS = 4;
const CHANGES_WITHIN_MS = 9_000;
const HANDFUL = 40;
const SEED_STEP = 7_919;
const ENDS_WITHIN_MS = 90_000;
/** A bill with an open payment that a person has to look at, or an ended one. */
const OPEN = sql<{
  open: number;
}>`select ((select count(*) from payments where state in ('scheduled', 'charging'))
  + (select count(*) from outbox where done_at is null and kind = 'plan-bill'))::int as open`;

/** Bills over HTTP, changed over HTTP at random moments of a debit by real workflows, worker and bank. */
export async function playThroughEngine(
  world: EngineWorld,
  order: { readonly seed: number; readonly bills: number; readonly say: (line: string) => void },
): Promise<readonly EngineBill[]> {
  const biller = world.billers[0];
  if (biller === undefined) throw new Error("a world without billers");
  const payers = await makePayers(world, {
    count: order.bills,
    billerId: biller.id,
    gateway: "yookassa",
    token: await world.bank.bindCard(),
    terms: { noticePack: { ...NOTICE_PACKS.demo, leadSeconds: LEAD_SECONDS } },
  });
  const today = await todayOf(world);
  const bills: EngineBill[] = [];
  for (let from = 0; from < payers.length; from += HANDFUL) {
    const handful = payers.slice(from, from + HANDFUL);
    bills.push(
      ...(await Promise.all(
        handful.map((payer, index) =>
          liveOne(world, {
            payer,
            secret: biller.secret,
            today,
            seed: order.seed + (from + index) * SEED_STEP,
          }),
        ),
      )),
    );
    order.say(`${bills.length} of ${payers.length} have been through the engine`);
  }
  await untilNothingIsOpen(world);
  return bills;
}

async function todayOf({ db }: EngineWorld): Promise<string> {
  const { rows } = await sql<{ day: string }>`select business_now()::date::text as day`.execute(db);
  return rows[0]?.day ?? "";
}

async function liveOne(
  world: EngineWorld,
  {
    payer,
    secret,
    today,
    seed,
  }: { readonly payer: WorldPayer; readonly secret: string; readonly today: string; readonly seed: number },
): Promise<EngineBill> {
  const chance = new Chance(seed);
  const first = firstWord(chance, today);
  const { heard, billId } = await push(world, { payer, secret, version: 1, word: first, change: "arrival" });
  const all = [heard];
  const moments = Array.from({ length: chance.pick([0, 1, 1, 2, 3]) }, () =>
    chance.below(CHANGES_WITHIN_MS),
  ).toSorted((a, b) => a - b);
  const begun = heard.answeredAt;
  for (const [index, moment] of moments.entries()) {
    await pause(Math.max(0, begun + moment - Date.now()));
    const { word: now } = all.at(-1) ?? heard;
    // money for another account stops its biller for everybody: that is for the tables
    const change = chance.pick(CHANGES.filter((one) => one !== "payee"));
    const word = changed(chance, change, { now, first, today });
    all.push((await push(world, { payer, secret, version: index + 2, word, change })).heard);
  }
  return { seed, payer, billId, heard: all };
}

async function push(
  { api }: EngineWorld,
  said: {
    readonly payer: WorldPayer;
    readonly secret: string;
    readonly version: number;
    readonly word: Word;
    readonly change: ChangeName | "arrival";
  },
): Promise<{ readonly heard: Heard; readonly billId: string }> {
  const { payer, secret, version, word, change } = said;
  const money = (amountMinor: number) => ({ amountMinor, currency: "RUB" });
  const content = {
    bills: [
      {
        account: payer.account,
        period: "2026-11",
        version,
        status: word.status,
        amount: money(word.leftMinor),
        fullAmount: money(word.fullMinor),
        ...(word.discount === null ? {} : { discount: word.discount }),
        dueOn: word.dueOn,
        purpose: word.purpose,
        payee: onFile,
      },
    ],
  };
  const askedAt = Date.now();
  const biller = { id: payer.billerId, secret };
  const { status, body } = await sayAsBiller<{ results?: readonly { billId: string | null }[] }>(
    api,
    biller,
    {
      room: "bills",
      content,
    },
  );
  const answeredAt = Date.now();
  const billId = body.results?.[0]?.billId;
  if (typeof billId !== "string")
    throw new Error(`a bill was not taken: ${status} ${JSON.stringify(body).slice(0, 400)}`);
  return { billId, heard: { change, word, askedAt, answeredAt } };
}

async function untilNothingIsOpen({ db }: EngineWorld): Promise<void> {
  for (let [fewest, deadline] = [Number.POSITIVE_INFINITY, 0]; ; await pause(250)) {
    const { rows } = await OPEN.execute(db);
    const open = rows[0]?.open ?? 0;
    if (open === 0) return;
    if (open < fewest) [fewest, deadline] = [open, Date.now() + ENDS_WITHIN_MS];
    // what never ends is counted as lost without a reason
    if (Date.now() > deadline) return;
  }
}
