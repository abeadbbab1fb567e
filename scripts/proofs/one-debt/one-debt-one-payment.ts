import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { Chance } from "../chance.ts";
import { percentilesOf } from "../percentiles.ts";
import { type Findings, type Proof, type ProofOrder, sizeOf } from "../proof.ts";
import { pushBills } from "../world/bills.ts";
import { makePayers } from "../world/payers.ts";
import type { MakeWorld, World } from "../world/world.ts";
import {
  attack,
  type Answered,
  type Attacker,
  makeAttacker,
  type Route,
  ROUTES,
  saveTemplates,
  type Target,
} from "./attackers.ts";
import { judgeFight } from "./verdict.ts";

const AMOUNT_MINOR = 512_345;
/** People of the sandbox city who fight over the same bills, from many devices each. */
const LOGINS = ["anna", "boris", "clara"] as const;
const CARDS_OF_EACH = 120;
const ENDS_WITHIN_MS = 1_800_000;

const TEMPLATES_OF_EACH = 100;

/** Routes that do not exist yet; each joins the fight with the capability that brings it. */
const NOT_THERE_YET = { batch: 0 } as const;

/**
 * Clients attack bills by every route while the mandates debit them, and the worker is killed meanwhile. The bank must have
 * taken each debt once.
 */
export const oneDebtOnePayment: Proof<MakeWorld> = {
  name: "one-debt-one-payment",
  sizes: {
    small: { bills: 40, clients: 10, requestsOfEach: 20, restarts: 1 },
    full: { bills: 1_000, clients: 50, requestsOfEach: 200, restarts: 3 },
  },
  async run(order) {
    const world = await order.needs();
    try {
      return await fight(world, order);
    } finally {
      await world.close();
    }
  },
};

async function fight(world: World, order: ProofOrder<MakeWorld>): Promise<Findings> {
  const { seed, sizes, say } = order;
  const billerId = "gorod-zhkh";
  const bankToken = await world.bank.bindCard();
  const payers = await makePayers(world, {
    count: sizeOf(sizes, "bills"),
    billerId,
    gateway: "yookassa",
    token: bankToken,
  });
  const accounts = payers.map(({ account }) => account);
  const attackers = await makeAttackers(world, { seed, bankToken, billerId, accounts });
  const billIds = await pushBills(
    world,
    accounts.map((account) => ({ billerId, account, amountMinor: AMOUNT_MINOR })),
  );
  const bills = accounts.map((account, index) => ({ account, billId: billIds[index] ?? "" }));
  say(
    `${billIds.length} bills are pushed, their mandates debit them; ${sizeOf(sizes, "clients")} clients begin`,
  );
  const clients = Array.from({ length: sizeOf(sizes, "clients") }, (_, index) => {
    const chance = new Chance(seed * 1_000 + index);
    const attacker = chance.pick(attackers);
    const route = ROUTES[index % ROUTES.length] ?? "api";
    const targets = targetsOf({ attacker, route, bills, chance });
    return attack(world, {
      attacker,
      route,
      targets: targets.slice(0, sizeOf(sizes, "requestsOfEach")),
      amountMinor: AMOUNT_MINOR,
      chance,
    });
  });
  const [answers] = await Promise.all([
    Promise.all(clients).then((all): readonly Answered[] => all.flat()),
    restart(world, sizeOf(sizes, "restarts"), say),
  ]);
  say(`${answers.length} requests are answered`);
  await untilPaid(world, billIds, say);
  const { violations, counts } = await judgeFight(world, { seed, billIds, answers });
  return {
    violations,
    result: { ...counts, workerRestarts: sizeOf(sizes, "restarts"), notThereYet: NOT_THERE_YET },
    percentiles: { requestMs: percentilesOf(answers.map(({ milliseconds }) => milliseconds)) },
  };
}

/** The people; each has templates for the same accounts, so that these are fought over most. */
async function makeAttackers(
  world: World,
  order: {
    readonly seed: number;
    readonly bankToken: string;
    readonly billerId: string;
    readonly accounts: readonly string[];
  },
): Promise<readonly Attacker[]> {
  const { seed, billerId, accounts } = order;
  const templated = shuffled(accounts, new Chance(seed)).slice(0, TEMPLATES_OF_EACH);
  return Promise.all(
    LOGINS.map(async (login) => {
      const person = await makeAttacker(world, { login, cards: CARDS_OF_EACH, ...order });
      return {
        ...person,
        templates: await saveTemplates(world, person.residentId, { billerId, accounts: templated }),
      };
    }),
  );
}

/** What a client goes through: all bills, or those of its person's templates again and again. */
function targetsOf(about: {
  readonly attacker: Attacker;
  readonly route: Route;
  readonly bills: readonly Target[];
  readonly chance: Chance;
}): readonly Target[] {
  const { attacker, route, bills, chance } = about;
  if (route !== "template") return shuffled(bills, chance);
  const own = bills.filter(({ account }) => attacker.templates.has(account));
  const rounds = Math.ceil(bills.length / own.length);
  return Array.from({ length: rounds }, () => shuffled(own, chance)).flat();
}

function shuffled<Item>(items: readonly Item[], chance: Chance): readonly Item[] {
  return items
    .map((item) => ({ item, at: chance.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

async function restart(world: World, times: number, say: (line: string) => void): Promise<void> {
  for (let time = 1; time <= times; time += 1) {
    await pause(2_000);
    await world.restartWorker();
    say(`the worker was killed and is back, ${time} of ${times}`);
  }
}

/** A charge whose worker was killed is looked up when its lease is over: that takes a minute of real time. */
async function untilPaid(
  world: World,
  billIds: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  const deadline = Date.now() + ENDS_WITHIN_MS;
  let told = Date.now();
  for (;;) {
    const { rows } = await sql<{ open: number }>`
      select ((select count(*) from bills where id = any(${billIds}) and state <> 'paid')
        + (select count(*) from payments where bill_id = any(${billIds}) and state not in ('paid', 'closed')))::int as open`.execute(
      world.db,
    );
    const open = rows[0]?.open ?? 0;
    if (open === 0 || Date.now() > deadline) return;
    if (Date.now() - told > 10_000) {
      told = Date.now();
      say(`${open} bills and payments are open`);
    }
    await pause(250);
  }
}
