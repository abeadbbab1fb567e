import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import { mandateWorkflowId } from "../../../workflows/messages.ts";
import { Chance } from "../chance.ts";
import { clientOf } from "../orders/case.ts";
import type { InWorld } from "../orders/orders.ts";
import { rowsAre } from "../orders/quiet.ts";
import { type Findings, type Proof, type ProofOrder, sizeOf } from "../proof.ts";
import { jump } from "../world/clock.ts";
import { makePayers, type WorldPayer } from "../world/payers.ts";
import { Callers } from "./callers.ts";
import { judgeLife } from "./verdict.ts";

/** Takes a fixed sum without a bill. */
const BILLER = "fund-01";
const RESTART_EVERY = 75;
const STARTS_WITHIN_MS = 30_000;

/**
 * A mandate lives through hundreds of its weeks, with messages all the time, also while it looks, while it makes room for its next run, and while its worker is
 * exchanged. None may be lost, every week has one run and one debit at most, and no history grows long.
 */
export const longMandate: Proof<InWorld> = {
  name: "long-mandate",
  sizes: { small: { cycles: 6, messages: 110 }, full: { cycles: 300, messages: 3_000 } },
  run: (order) => order.needs((world) => play(world, order)),
};

async function play(world: WholeWorld, order: ProofOrder<InWorld>): Promise<Findings> {
  const { seed, say } = order;
  const [cycles, messages] = [sizeOf(order.sizes, "cycles"), sizeOf(order.sizes, "messages")];
  const payer = await weeklyGiver(world);
  const workflowId = mandateWorkflowId(payer.mandateId);
  const firstRunId = await begin(world, payer.mandateId);
  const api = await clientOf(world, payer);
  const callers = new Callers(world, { payer, api, chance: new Chance(seed) });
  for (let cycle = 1; cycle <= cycles; cycle += 1) {
    const wanted = Math.round((messages * cycle) / cycles) - Math.round((messages * (cycle - 1)) / cycles);
    const before = await runsSoFar(world, payer.mandateId);
    const talking = callers.say(wanted);
    const restarting = cycle % RESTART_EVERY === 0 ? world.restartWorker() : undefined;
    await toNextRun(world, payer.mandateId);
    await Promise.all([talking, restarting]);
    await untilSettled(world);
    // a pause that met the jump has put off this week's run: it comes once nobody speaks any more
    for (let more = 0; more < 3 && (await runsSoFar(world, payer.mandateId)) === before; more += 1) {
      await toNextRun(world, payer.mandateId);
      await untilSettled(world);
    }
    if (cycle % 10 === 0) say(`${cycle} of ${cycles} weeks`);
  }
  await talkOnUntilContinued(world, callers, { workflowId, firstRunId, most: messages * 3 });
  await api.cancelMandate(payer.mandateId);
  await world.temporal().client.workflow.getHandle(workflowId).result();
  return judgeLife(world, { payer, seed, cycles, told: callers.told, workflowId, firstRunId });
}

/** A slow machine hears several messages at one look, and makes less history of them: a life of few weeks is talked to until it has gone over to its next run. */
async function talkOnUntilContinued(
  world: WholeWorld,
  callers: Callers,
  life: { readonly workflowId: string; readonly firstRunId: string; readonly most: number },
): Promise<void> {
  const { client } = world.temporal();
  for (let said = 0; said < life.most; said += 10) {
    const { runId } = await client.workflow.getHandle(life.workflowId).describe();
    if (runId !== life.firstRunId) return;
    await callers.say(10);
    await untilSettled(world);
  }
}

async function weeklyGiver(world: WholeWorld): Promise<WorldPayer> {
  const [payer] = await makePayers(world, {
    count: 1,
    billerId: BILLER,
    gateway: "yookassa",
    token: await world.bank.bindCard(),
    issuer: world.issuer,
    terms: {
      trigger: {
        kind: "on-schedule",
        schedule: { kind: "weekly", weekday: 3 },
        pays: { amountMinor: 50_000, currency: "RUB" },
      },
    },
  });
  if (payer === undefined) throw new Error("no payer was made");
  return payer;
}

async function begin(world: WholeWorld, mandateId: string): Promise<string> {
  await sql`select tell_workflow('start-mandate', ${mandateId})`.execute(world.db);
  await rowsAre(
    world,
    sql`select count(*)::int as n from mandates where id = ${mandateId} and next_look_at is not null`,
    1,
  );
  const handle = world.temporal().client.workflow.getHandle(mandateWorkflowId(mandateId));
  const deadline = Date.now() + STARTS_WITHIN_MS;
  for (;;) {
    try {
      return (await handle.describe()).runId;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(100);
    }
  }
}

/** Weeks whose run is over, whatever came of it. */
async function runsSoFar(world: WholeWorld, mandateId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from mandate_runs where mandate_id = ${mandateId} and state <> 'ahead'`.execute(
    world.db,
  );
  return rows[0]?.n ?? 0;
}

/** What a pause has left out is over at once: the week after it is next. */
async function toNextRun(world: WholeWorld, mandateId: string): Promise<void> {
  const { rows } = await sql<{ seconds: number }>`
    select greatest(0, extract(epoch from plan_at - business_now()))::float8 as seconds from mandate_runs
      where mandate_id = ${mandateId} and state = 'ahead'`.execute(world.db);
  await jump(world, (rows[0]?.seconds ?? 0) + 1);
}

/** Nothing is due, nothing under way, everything told. */
function untilSettled(world: WholeWorld): Promise<void> {
  return rowsAre(
    world,
    sql<{ n: number }>`select ((select count(*) from mandates where next_look_at <= business_now())
      + (select count(*) from payments where state in ('scheduled', 'charging'))
      + (select count(*) from outbox where done_at is null)
      + (select count(*) from notifications where state in ('queued', 'sending') and due_at <= business_now()))::int as n`,
    0,
  );
}
