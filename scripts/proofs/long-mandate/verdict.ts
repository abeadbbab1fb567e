import { sql } from "kysely";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import type { Findings, Violation } from "../proof.ts";
import type { WorldPayer } from "../world/payers.ts";
import type { Told } from "./callers.ts";
import { readRuns, type RunStory } from "./histories.ts";

/** A run makes room at 400 events; what one look and its last messages add beside it. */
const LONGEST_HISTORY = 500;

type Life = {
  readonly payer: WorldPayer;
  readonly seed: number;
  readonly cycles: number;
  readonly told: Told;
  readonly workflowId: string;
  readonly firstRunId: string;
};

type Week = {
  readonly period: string;
  readonly gapDays: number | null;
  readonly state: "ahead" | "run" | "skipped";
  readonly why: string | null;
  readonly paid: number;
  readonly debits: number;
};

/** Holds the life of a mandate against the rows, the bank's own book, and the histories. */
export async function judgeLife(world: WholeWorld, life: Life): Promise<Findings> {
  const { told, workflowId, firstRunId } = life;
  const weeks = await readWeeks(world, life.payer.mandateId);
  const runs = await readRuns(world.temporal().client, { workflowId, firstRunId });
  const rung = await outboxRings(world, life.payer.mandateId);
  const sum = (of: (run: RunStory) => number) => runs.reduce((total, run) => total + of(run), 0);
  const signals = sum((run) => run.signals);
  const longest = Math.max(...runs.map(({ events }) => events));
  const atBank = (await world.bank.debits()).filter(({ reversed }) => reversed !== true).length;
  const debits = weeks.reduce((total, week) => total + week.debits, 0);
  const rules: readonly (readonly [holds: boolean, invariant: string, events: readonly string[]])[] = [
    [weeks.length >= life.cycles, "every cycle has its run", [`${weeks.length} runs, ${life.cycles} cycles`]],
    [
      weeks.every(({ gapDays }) => gapDays === null || gapDays === 7),
      "no week is left out or run twice",
      gaps(weeks),
    ],
    [
      weeks.every(({ paid, debits: n }) => n === paid && n <= 1),
      "a run is debited once at most",
      doubles(weeks),
    ],
    [
      weeks.every(({ state, why }) => state !== "skipped" || why === "paused"),
      "only a pause leaves a week out",
      weeks
        .filter(({ state }) => state === "skipped")
        .map(({ period, why }) => `${period}: ${why ?? "no reason"}`),
    ],
    [atBank === debits, "the bank took what the rows say", [`${atBank} at the bank, ${debits} in the rows`]],
    [signals >= rung && rung >= told.rings, "every message reaches the workflow", [`${signals} of ${rung}`]],
    [
      sum((run) => run.unheard) === 0,
      "after every message the rows are read",
      [`${sum((run) => run.unheard)} unheard`],
    ],
    [longest <= LONGEST_HISTORY, "no history grows long", [`${longest} events`]],
    [isOneLife(runs), "each run continues as the next, the last one completes", runs.map(({ end }) => end)],
  ];
  const violations: Violation[] = rules.flatMap(([holds, invariant, events]) =>
    holds ? [] : [{ invariant, seed: life.seed, events }],
  );
  return {
    violations,
    result: {
      cycles: weeks.length,
      skippedInAPause: weeks.filter(({ state }) => state === "skipped").length,
      debits,
      messages: told.rings + told.edits + told.pauses + told.resumes,
      told: { ...told },
      signals,
      runs: runs.length,
      longestHistory: longest,
      events: sum((run) => run.events),
    },
  };
}

function isOneLife(runs: readonly RunStory[]): boolean {
  return runs.every(({ end }, index) => end === (index === runs.length - 1 ? "completed" : "continued"));
}

const gaps = (weeks: readonly Week[]) =>
  weeks.flatMap(({ period, gapDays }) =>
    gapDays === null || gapDays === 7 ? [] : [`${period} after ${gapDays} days`],
  );

const doubles = (weeks: readonly Week[]) =>
  weeks.flatMap(({ period, paid, debits }) =>
    debits === paid && debits <= 1 ? [] : [`${period}: ${debits} debits, ${paid} paid`],
  );

async function readWeeks({ db }: WholeWorld, mandateId: string): Promise<readonly Week[]> {
  const { rows } = await sql<Week>`
    select x.period::text as period, x.period - lag(x.period) over (order by x.period) as "gapDays", x.state, x.why,
      (select count(*) from payments y where y.bill_id = x.bill_id and y.state = 'paid')::int as paid,
      (select count(*) from charges c join payments y on y.id = c.payment_id where y.bill_id = x.bill_id and c.state = 'charged')::int as debits
    from mandate_runs x where x.mandate_id = ${mandateId} and x.state <> 'ahead' order by x.period`.execute(
    db,
  );
  return rows;
}

/** What the engine itself had to tell this workflow, whoever asked for it. */
async function outboxRings({ db }: WholeWorld, mandateId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from outbox where kind = 'wake-mandate' and subject_id = ${mandateId} and done_at is not null`.execute(
    db,
  );
  return rows[0]?.n ?? 0;
}
