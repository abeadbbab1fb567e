import type { CaseFile } from "../case-file.ts";
import { grouped } from "../grouping.ts";
import { Inquiry, type Outcome } from "../inquiry.ts";

/** Of lower rank first: what is known never goes back. */
const RANK: Readonly<Record<string, number>> = {
  sending: 0,
  unknown: 1,
  challenged: 2,
  pending: 2,
  held: 3,
  "not-charged": 4,
  charged: 5,
};

/** I10: a forged event is never accepted, one that comes twice has one effect, a late one moves nothing back. */
export function webhooks(file: CaseFile): Outcome {
  const inquiry = new Inquiry();
  let forged = 0;
  for (const { op, phase, status, id } of file.record.intents) {
    if (op !== "forged-webhook" || phase !== "answered") continue;
    forged += 1;
    const isRefused = status !== undefined && status >= 400 && status < 500;
    inquiry.expect(isRefused, { about: `forged event ${id}`, words: `it was answered ${status}` });
  }
  const repeated = [...file.bank.newsTaken].filter(([, times]) => times > 1);
  for (const [name] of repeated)
    inquiry.expect(effectsOf(file, name) <= 1, {
      about: `event ${name}`,
      words: `it came again and had ${effectsOf(file, name)} effects`,
    });
  judgeEvents(file, inquiry);
  judgeOrder(file, inquiry);
  return inquiry.outcome(`${forged} forged, ${repeated.length} taken more than once`);
}

/** An event is kept once, however often it comes. */
function effectsOf(file: CaseFile, eventId: string): number {
  return file.by.nudgesOf.get(eventId)?.length ?? 0;
}

function judgeEvents(file: CaseFile, inquiry: Inquiry): void {
  const entries = grouped(
    file.rows.ledger.filter(({ kind }) => kind !== "L13"),
    ({ kind, evidence_object }) => `${kind} ${evidence_object}`,
  );
  for (const [name, lines] of entries) {
    const times = new Set(lines.map(({ transaction_id }) => transaction_id)).size;
    inquiry.expect(times === 1, { about: name, words: `it is posted ${times} times` });
  }
}

function judgeOrder(file: CaseFile, inquiry: Inquiry): void {
  for (const [chargeId, rows] of file.by.evidenceOf) {
    inquiry.look();
    let reached = 0;
    for (const { outcome, moved, source } of rows) {
      const rank = RANK[outcome] ?? 0;
      // two operators may take back what they had decided by hand
      if (moved && rank < reached && source !== "operators") {
        inquiry.find({
          about: chargeId,
          words: `late news (${source}) moved it back to ${outcome}`,
          paymentId: chargeId.replace(/-\d+$/, ""),
        });
      }
      if (moved) reached = rank;
    }
  }
}
