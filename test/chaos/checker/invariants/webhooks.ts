import type { News } from "../bank-journal.ts";
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
  const repeated = [...file.bank.newsTaken].filter(([, { times }]) => times > 1);
  let judged = 0;
  for (const [name, news] of repeated) {
    const effects = effectsOf(file, news);
    if (effects === undefined) continue;
    judged += 1;
    inquiry.expect(effects <= 1, {
      about: `event ${name}`,
      words: `it came again and had ${effects} effects`,
    });
  }
  judgeEvents(file, inquiry);
  judgeOrder(file, inquiry);
  return inquiry.outcome(
    `${forged} forged, ${repeated.length} taken more than once, ${judged} of them of things that we know`,
  );
}

/** What a charge comes to by an object's news. */
const OUTCOME_OF: Readonly<Record<string, string>> = {
  "payment.succeeded": "charged",
  "payment.canceled": "not-charged",
  "payment.waiting_for_capture": "held",
};

/** How often it was kept under one name, and how often it moved the charge that it is about; undefined: nothing of ours can tell. */
function effectsOf(file: CaseFile, news: News): number | undefined {
  if ("eventId" in news) return file.by.nudgesOf.get(news.eventId)?.length;
  const kept = (file.by.nudgesOfObject.get(news.objectId) ?? []).filter(({ event }) => event === news.event);
  const charges = file.by.chargesOfObject.get(news.objectId) ?? [];
  if (kept.length === 0 && charges.length === 0) return undefined;
  const names = [...grouped(kept, ({ event_id: name }) => name ?? "").values()].map(({ length }) => length);
  const moves = charges.map(
    ({ id }) =>
      (file.by.evidenceOf.get(id) ?? []).filter(
        // two operators may take back what they had decided by hand
        ({ moved, outcome, source }) => moved && outcome === OUTCOME_OF[news.event] && source !== "operators",
      ).length,
  );
  return Math.max(...names, ...moves);
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
