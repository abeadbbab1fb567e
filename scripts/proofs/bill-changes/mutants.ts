import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";

type Amendment = readonly [fn: string, old: string, now: string];

const VERSION: Amendment = [
  "gate_check_debt",
  "if (mit and b.version <> p.bill_version) or due <> p.amount_minor or b.part <> p.part then",
  "if false then",
];
const HOUR: Amendment = ["gate_check_debt", "if due <> bill_due_at(b, at) then", "if false then"];
const AT_SENDING: Amendment = ["gate", "if bill_due_at(b, sent_at) <> p.amount_minor then", "if false then"];
const LAST_REFUSAL = "drop trigger charge_is_what_is_due on charges";

/** An engine that does one thing wrong: what is changed in its functions, and what the proof has to say of it. */
export type Mutant = {
  readonly does: string;
  readonly amends: readonly Amendment[];
  readonly runs: readonly string[];
  readonly caught: RegExp;
  /** Runs in which bills come by that it does wrong; their moments differ a little from run to run. */
  readonly seeds: readonly number[];
};

/** Engines that each break one rule, on real tables: a proof that calls one of them right proves nothing. */
export const MUTANTS: readonly Mutant[] = [
  {
    does: "does not read the bill again",
    amends: [["gate", "when 'debt' then gate_check_debt(p, q)", "when 'debt' then gate_pass()"], AT_SENDING],
    runs: [LAST_REFUSAL],
    caught: /annulled|paid already|another sum/,
    seeds: [1, 2],
  },
  {
    does: "sends the sum that was announced",
    amends: [VERSION, HOUR, AT_SENDING],
    runs: [LAST_REFUSAL],
    caught: /another sum than is due/,
    seeds: [1, 2],
  },
  {
    does: "debits what was withdrawn",
    amends: [
      [
        "gate_check_debt",
        "if b.state = 'annulled' then return row('end', 'annulled', null)::gate_answer; end if;",
        "if b.state = 'annulled' then return gate_pass(); end if;",
      ],
    ],
    runs: [],
    caught: /an annulled bill/,
    seeds: [2, 3],
  },
  {
    does: "debits what is paid already",
    amends: [
      [
        "gate_check_debt",
        "if b.state in ('paid', 'paid-elsewhere') then return row('end', 'paid-elsewhere', null)::gate_answer; end if;",
        "if b.state in ('paid', 'paid-elsewhere') then return gate_pass(); end if;",
      ],
    ],
    runs: [],
    caught: /paid already/,
    seeds: [4, 5],
  },
  {
    does: "judges what it has read before it waited for the bill",
    amends: [
      ["gate", "  perform 1 from bills where id = p.bill_id for share;\n", ""],
      [
        "gate",
        "    sent_at := business_now();",
        "    perform 1 from bills where id = p.bill_id for share; sent_at := business_now();",
      ],
      AT_SENDING,
    ],
    runs: [LAST_REFUSAL],
    caught: /annulled|paid already|another sum|nobody has checked/,
    seeds: [1, 2],
  },
  {
    does: "knows of no discount",
    amends: [],
    runs: [
      "create or replace function bill_due_at(b bills, p_at timestamptz) returns bigint language sql immutable parallel safe as $$ select b.amount_minor $$",
    ],
    caught: /another sum than is due/,
    seeds: [1, 2],
  },
  {
    does: "takes a discount two days after its end",
    amends: [],
    runs: [
      `create or replace function bill_due_at(b bills, p_at timestamptz) returns bigint language sql immutable parallel safe as
        $$ select due_minor(b.amount_minor, b.full_minor, b.discount, b.discount_ends_at, p_at - interval '2 days') $$`,
    ],
    caught: /after its end/,
    seeds: [1, 2],
  },
  {
    does: "announces every amendment anew",
    amends: [],
    runs: [
      "create or replace function standing_notice(p payments, b bills) returns notices language sql volatile as $$ select null::notices $$",
    ],
    caught: /fewer than 99|without a reason/,
    seeds: [2, 3],
  },
];

/** Makes an engine wrong. */
export async function plant(db: Database, { amends, runs }: Mutant): Promise<void> {
  for (const [fn, old, now] of amends) {
    const { rows } = await sql<{
      text: string;
    }>`select pg_get_functiondef(oid) as text from pg_proc where proname = ${fn}`.execute(db);
    const text = rows[0]?.text ?? "";
    if (text.split(old).length !== 2) throw new Error(`${fn} does not say once: ${old}`);
    await sql.raw(text.replace(old, () => now)).execute(db);
  }
  for (const statement of runs) await sql.raw(statement).execute(db);
}
