import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";
import { CaseFile } from "./case-file.ts";
import type { Outcome } from "./inquiry.ts";
import { atMostOnce } from "./invariants/at-most-once.ts";
import { authority } from "./invariants/authority.ts";
import { canaries } from "./invariants/canaries.ts";
import { dueMoments } from "./invariants/due-moments.ts";
import { equalLedgers } from "./invariants/equal-ledgers.ts";
import { exactlyOnce } from "./invariants/exactly-once.ts";
import { integrators } from "./invariants/integrators.ts";
import { legalHistories } from "./invariants/legal-histories.ts";
import { nothingStuck } from "./invariants/nothing-stuck.ts";
import { repeatedCalls } from "./invariants/repeated-calls.ts";
import { replay } from "./invariants/replay.ts";
import { retryPolicy } from "./invariants/retry-policy.ts";
import { rightMessages } from "./invariants/right-messages.ts";
import { stopBarrier } from "./invariants/stop-barrier.ts";
import { webhooks } from "./invariants/webhooks.ts";
import { drawTimeline, timelineOf } from "./timeline.ts";

/** Of what is broken so much is shown in full. */
const EXAMPLES = 5;

export type Judged = {
  readonly id: string;
  readonly name: string;
  readonly state: Outcome["state"];
  readonly note?: string;
  /** How many things were looked at. */
  readonly checked: number;
  readonly broken: number;
  /** What was found, each kind of it once. */
  readonly wordings: readonly string[];
  readonly examples: readonly {
    readonly about: string;
    readonly words: string;
    readonly timeline?: readonly string[];
  }[];
};

export type Verdict = {
  readonly seed: number | string;
  readonly mutant: string | null;
  readonly repeat: string;
  readonly invariants: readonly Judged[];
  readonly counts: Readonly<Record<string, number>>;
};

type Invariant = {
  readonly id: string;
  readonly name: string;
  readonly judge: (file: CaseFile, order: Order) => Outcome | Promise<Outcome>;
};

export type Order = {
  readonly directory: string;
  /** The program that replays histories. */
  readonly replayProgram: string;
  /** A connection in a transaction, over which the rows are read instead of over one of its own. */
  readonly client?: Client;
};

const INVARIANTS: readonly Invariant[] = [
  { id: "I1", name: "a debt is charged at most once", judge: atMostOnce },
  { id: "I2", name: "what is owed and can be paid is paid exactly once", judge: exactlyOnce },
  { id: "I3", name: "every capture was allowed", judge: authority },
  { id: "I4", name: "nothing is sent after a stop", judge: stopBarrier },
  { id: "I5", name: "ledger and bank tell the same", judge: equalLedgers },
  { id: "I6", name: "the right people are told, once", judge: rightMessages },
  { id: "I7", name: "nothing is stuck", judge: nothingStuck },
  { id: "I8", name: "only legal moves", judge: legalHistories },
  { id: "I9", name: "a repeated call has one effect", judge: repeatedCalls },
  { id: "I10", name: "forged, doubled and late events do nothing", judge: webhooks },
  { id: "I11", name: "retries keep to their table", judge: retryPolicy },
  {
    id: "I12",
    name: "every history replays",
    judge: ({ record }, order) => replay(record.histories, order.replayProgram),
  },
  { id: "I13", name: "no secret stands anywhere", judge: canaries },
  { id: "I14", name: "no debit before its moment", judge: dueMoments },
  {
    id: "I15",
    name: "a batch is the sum of its items",
    judge: () => ({ checked: 0, findings: [], state: "not-built", note: "the product has no batches" }),
  },
  { id: "I16", name: "integrators hear everything, in order, signed", judge: integrators },
];

/** Judges a run and writes `verdict.json` beside what it left behind. */
export async function judgeRun(order: Order): Promise<Verdict> {
  const file = await CaseFile.open(order.directory, order.client);
  const invariants: Judged[] = [];
  for (const invariant of INVARIANTS) {
    invariants.push(judged(file, invariant, await invariant.judge(file, order)));
  }
  const { seed, mutant = null, command = `npm run chaos -- --seed ${seed}` } = file.record.run;
  const verdict = {
    seed,
    mutant,
    repeat: command,
    invariants,
    counts: countsOf(file),
  };
  writeFileSync(join(order.directory, "verdict.json"), `${JSON.stringify(verdict, null, 2)}\n`);
  return verdict;
}

function judged(file: CaseFile, { id, name }: Invariant, outcome: Outcome): Judged {
  const examples = outcome.findings.slice(0, EXAMPLES).map(({ about, words, paymentId }) => ({
    about,
    words,
    ...(paymentId === undefined ? {} : { timeline: drawTimeline(timelineOf(file, paymentId)) }),
  }));
  const { checked, state, note, findings } = outcome;
  return {
    id,
    name,
    state,
    checked,
    broken: findings.length,
    wordings: wordingsOf(findings),
    examples,
    ...(note === undefined ? {} : { note }),
  };
}

const NAMES_AND_NUMBERS = /KV-[\w-]+|\b[0-9a-f][0-9a-f-]{11,}\b|\d+/g;

/** The first of each kind: findings that differ in names and numbers alone say the same. */
function wordingsOf(findings: Outcome["findings"]): readonly string[] {
  const kinds = new Map<string, string>();
  for (const { words } of findings) {
    const kind = words.replaceAll(NAMES_AND_NUMBERS, "#");
    if (!kinds.has(kind)) kinds.set(kind, words);
  }
  return [...kinds.values()];
}

function countsOf(file: CaseFile): Readonly<Record<string, number>> {
  const { rows, record, bank, sinks } = file;
  return {
    bills: rows.bills.length,
    payments: rows.payments.length,
    paid: rows.payments.filter(({ state }) => state === "paid").length,
    charges: rows.charges.length,
    transmissions: bank.transmissions.length,
    captures: bank.captures.length,
    unknownOutcomes: rows.charges.filter((charge) => wasUnknown(file, charge.id)).length,
    faults: record.faults.filter(({ phase }) => phase === "begin").length,
    messageFaults: bank.messageFaults,
    mails: sinks.mails.length,
    hooks: file.hooks.receipts.length,
    histories: record.histories.length,
    calls: record.intents.filter(({ phase }) => phase === "sent").length,
  };
}

/** Sent more than once, or found out by looking: its first transmission ended without an answer. */
function wasUnknown(file: CaseFile, chargeId: string): boolean {
  if (file.passesOf(chargeId).length > 1) return true;
  const first = file.by.evidenceOf.get(chargeId)?.find(({ moved }) => moved);
  return first !== undefined && first.source !== "answer";
}
