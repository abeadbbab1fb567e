import { sql } from "kysely";
import type { Violation } from "../proof.ts";
import type { World } from "../world/world.ts";
import type { WorkflowRunName } from "../world/workflow-runs.ts";
import type { CityAccount, Wish } from "./people.ts";

/** A bill that the generator sent: what it must have started. */
export type SentBill = { readonly account: string; readonly period: string; readonly wish: Wish };

/** The bill that a workflow was started for. */
export type StartedBill = { readonly account: string; readonly period: string };

const keyOf = ({ account, period }: StartedBill): string => `${account}/${period}`;

/** Every bill of every account and period; what is sent twice is one bill. */
export function expectedOf(
  accounts: readonly CityAccount[],
  periods: readonly string[],
): readonly SentBill[] {
  return periods.flatMap((period) => accounts.map(({ account, wish }) => ({ account, wish, period })));
}

/** Judges a morning by the rows and by the runs that Temporal knows. */
export async function judgeMorning(
  { db }: Pick<World, "db">,
  about: {
    readonly seed: number;
    readonly sent: readonly SentBill[];
    readonly runs: readonly WorkflowRunName[];
  },
) {
  const violations = [...judgeRuns({ ...about, subjects: await readSubjects(db) })];
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from bills`.execute(db);
  const bills = rows[0]?.n ?? 0;
  if (bills !== about.sent.length)
    violations.push({
      invariant: "each bill is one row",
      seed: about.seed,
      events: [`${bills} rows for ${about.sent.length} bills`],
    });
  return { violations, bills };
}

/**
 * Holds the runs against the generator's bills: each bill that somebody wants something of has started one workflow, of the right kind, once; nothing else
 * has started.
 */
export function judgeRuns(about: {
  readonly seed: number;
  readonly sent: readonly SentBill[];
  readonly runs: readonly Pick<WorkflowRunName, "workflowId" | "type">[];
  readonly subjects: ReadonlyMap<string, StartedBill>;
}): readonly Violation[] {
  const wishes = new Map(about.sent.map((bill) => [keyOf(bill), bill.wish]));
  const violations: Violation[] = [];
  const broken = (invariant: string, event: string) =>
    violations.push({ invariant, seed: about.seed, events: [event] });
  const started = new Map<string, string>();
  for (const { workflowId, type } of about.runs) {
    const subject = about.subjects.get(workflowId);
    const key = subject ? keyOf(subject) : workflowId;
    const wish = wishes.get(key);
    const before = started.get(key);
    if (before !== undefined)
      broken("one bill starts one workflow, once", `${key}: ${before} and ${workflowId}`);
    else if (wish !== type)
      broken(
        "a bill starts what its people want",
        `${workflowId}: ${type} where the wish is ${wish ?? "unknown"}`,
      );
    started.set(key, workflowId);
  }
  for (const [key, wish] of wishes) {
    if (wish !== "nothing" && !started.has(key)) broken("no bill is forgotten", `${key}: no ${wish}`);
  }
  return violations;
}

/** What the ids of workflows stand for. */
async function readSubjects(db: World["db"]): Promise<ReadonlyMap<string, StartedBill>> {
  const { rows } = await sql<StartedBill & { workflowId: string }>`
    select 'payment/' || y.id as "workflowId", b.account, b.period from payments y join bills b on b.id = y.bill_id
    union all
    select 'bill/' || id, account, period from bills where told`.execute(db);
  return new Map(rows.map((row) => [row.workflowId, row]));
}
