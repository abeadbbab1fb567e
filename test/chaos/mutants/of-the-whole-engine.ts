/** A change of source text, or of the last definition of a function in the database; `passage` occurs there exactly once. */
export type Change = { readonly passage: string; readonly instead: string } & (
  | { readonly file: string }
  | { readonly databaseFunction: string }
);

/** A bug that is tried with real processes (Track B): perhaps several changes, and whatever in the database would refuse it. */
export type EngineMutant = {
  readonly name: string;
  /** One of these has to go red, */
  readonly invariants: readonly string[];
  /** in words that tell of this bug: whatever else a run breaks is no catch. */
  readonly words: RegExp;
  readonly changes: readonly Change[];
  /** Guards of the database that would stop this bug by themselves: taken away, so that the harness is what is tried. */
  readonly guards?: readonly { readonly what: string; readonly statement: string }[];
};

const GATE_MANDATE = "gate_check_mandate";

/** The planted bugs of the reliability plan, in its order; 14 needs batches, which the product does not have. */
export const ENGINE_MUTANTS: readonly EngineMutant[] = [
  {
    name: "key-of-each-transmission",
    invariants: ["I1"],
    words: /captures stand for one debt|took its money again/,
    changes: [
      {
        file: "activities/looking-up.ts",
        passage: "key: charge.id,",
        // a key with a slash would never leave
        instead: "key: `${charge.id}-${answer.transmission}`,",
      },
    ],
  },
  {
    name: "silence-is-a-decline",
    invariants: ["I1", "I5"],
    words: /captures stand for one debt|took its money again|it is not-charged here, the bank took the money/,
    changes: [
      {
        file: "activities/evidence.ts",
        passage:
          'evidence: { source: "answer", rank: 2, hash: `unanswered/${transmission}`, outcome: "unknown" },',
        instead: 'evidence: notCharged("refused", "technical", `unanswered/${transmission}`),',
      },
    ],
  },
  {
    name: "missing-is-absent",
    invariants: ["I1", "I2", "I5", "I8"],
    words:
      /captures stand for one debt|took its money again|it is not-charged here, the bank took the money|it is owed and unpaid, and nothing explains it|moved it from \S+ to not-charged/,
    changes: [
      {
        file: "activities/evidence.ts",
        passage: '    case "missing":\n',
        instead:
          '    case "missing":\n      return { evidence: { source: "look-up", rank: 1, hash: "missing", outcome: "not-charged", how: "absent", reason: "absent" } };\n',
      },
      {
        // the database believes an absence of unknown charges alone
        databaseFunction: "record_evidence",
        passage: "and (c.state <> 'unknown' or (c.object_id is not null and e->>'source' <> 'void')) then",
        instead: "and false then",
      },
    ],
  },
  {
    name: "stop-seen-only-at-the-start",
    invariants: ["I4", "I3"],
    words: /was let out after (?:mandate|payment|link)\.\w+ of|was let out while its mandate was stopped/,
    changes: [
      {
        databaseFunction: GATE_MANDATE,
        passage: "if mandate_stops(p) then return row('end', 'stopped', null)::gate_answer; end if;",
        instead: "",
      },
      { databaseFunction: GATE_MANDATE, passage: "if m.state <> 'active' then", instead: "if false then" },
      {
        databaseFunction: "gate_check_claim",
        passage: "if p.stop_mark is not null then return row('end', 'stopped', null)::gate_answer; end if;",
        instead: "",
      },
    ],
  },
  {
    name: "limit-of-the-announcement",
    invariants: ["I3"],
    words: /above the limit of \d+ for one payment|, above \d+ for a/,
    changes: [
      {
        databaseFunction: "gate_check_limits",
        passage: "v.version = m.version",
        instead: "v.version = p.mandate_version",
      },
    ],
  },
  {
    name: "news-kept-as-often-as-they-come",
    invariants: ["I10"],
    words: /it came again and had \d+ effects/,
    changes: [
      {
        databaseFunction: "keep_nudge",
        passage: `
    on conflict (gateway, event_id) where event_id is not null do update
      set repeats = gateway_nudges.repeats + 1, done_at = null, attempts = 0, not_before = clock_timestamp()
      where not numbered and gateway_nudges.done_at is not null;`,
        instead: ";",
      },
    ],
    guards: [{ what: "each event has one row", statement: "drop index gateway_nudges_once" }],
  },
  {
    name: "late-news-move-a-charge-back",
    invariants: ["I10", "I8"],
    words: /late news .* moved it back|moved it from (?:charged|not-charged|held|pending|challenged) to/,
    changes: [
      {
        databaseFunction: "record_evidence",
        passage: "moves := charge_rank(target) > charge_rank(c.state)",
        instead: "moves := charge_rank(target) <> charge_rank(c.state)",
      },
    ],
  },
  {
    name: "told-before-it-is-written",
    invariants: ["I6"],
    words: /messages tell that it ended/,
    changes: [
      {
        file: "activities/seen-store.ts",
        passage: "  const { savesMethodId = null } = charge;\n",
        instead: `  const { savesMethodId = null } = charge;
  if (evidence.outcome === "charged") {
    const { sql } = await import("kysely");
    await sql\`select tell_resident('paid', y.resident_id, \${\`paid/\${charge.id}/\${evidence.source}\`}, y.id, payment_words(y), false, y.id)
      from payments y join charges c on c.payment_id = y.id where c.id = \${charge.id}\`.execute(db);
  }
`,
      },
      {
        // the transaction tells under the same name, so that only a transaction that did not happen shows
        databaseFunction: "settle_charged",
        passage: "'paid/' || c.id, p.id,",
        instead:
          "'paid/' || c.id || (select '/' || x.source from evidence x where x.id = c.evidence_id), p.id,",
      },
    ],
  },
  {
    name: "message-done-before-it-is-sent",
    invariants: ["I6", "I3"],
    words: /the mail server never had it/,
    changes: [
      {
        databaseFunction: "lease_notifications",
        passage: "          taken := taken || n.id;\n        elsif",
        instead:
          "          perform end_message(n.id, 'accepted', null, 'planted');\n          taken := taken || n.id;\n        elsif",
      },
    ],
  },
  {
    name: "money-is-booked-each-time-it-is-seen",
    invariants: ["I5", "I10"],
    words: /it is posted \d+ times|the bank took \d+, the ledger says \d+|it came again and had \d+ effects/,
    changes: [
      {
        file: "activities/evidence.ts",
        passage: "hash: hashOf([objectId, outcome]) };",
        instead: "hash: hashOf([objectId, outcome, Math.random()]) };",
      },
      {
        databaseFunction: "record_evidence",
        passage: "moves := charge_rank(target) > charge_rank(c.state)",
        instead:
          "moves := charge_rank(target) > charge_rank(c.state) or (target = 'charged' and c.state = 'charged')",
      },
    ],
    guards: [{ what: "the ledger has one transaction for each proof", statement: "drop index ledger_once" }],
  },
  {
    name: "accepted-counts-as-taken",
    invariants: ["I5", "I1", "I2"],
    words:
      /it is charged here, the bank took nothing|the bank took 0, the ledger says [1-9]|says paid, the bank took nothing|captures stand for one debt|took its money again/,
    changes: [
      {
        file: "adapters/gateways/yookassa/transmission.ts",
        passage: "  return postedOf(ended, (answer) => executed(answer, checks));",
        instead: `  if (ended.kind === "answered" && ended.answer.status === 202) {
    const { chargeId, amount } = checks.expected;
    const at = new Date().toISOString();
    return { kind: "seen", sighting: { objectId: \`accepted-\${chargeId}\`, createdAt: at, outcome: { kind: "charged", amount }, raw: ended.answer.body } };
  }
  return postedOf(ended, (answer) => executed(answer, checks));`,
      },
    ],
  },
  {
    name: "each-call-is-a-new-one",
    invariants: ["I9"],
    words: /nothing keeps its key|with other words|it made \d+ bills|payments stand for its bill/,
    changes: [
      {
        file: "api/idempotency.ts",
        passage: 'key: readKey(c.req.header("idempotency-key")) };',
        instead: 'key: `${readKey(c.req.header("idempotency-key")).slice(0, 200)}/${Math.random()}` };',
      },
    ],
  },
  {
    name: "retry-day-by-the-machine",
    invariants: ["I11"],
    words: /it came -?\d+ s after .* s are the least/,
    changes: [
      {
        databaseFunction: "retry_instant",
        passage: "today date := (failed at time zone zone)::date;",
        instead: "today date := (clock_timestamp() at time zone zone)::date;",
      },
      {
        // the shortest wait of the class would move a day of the past behind it
        databaseFunction: "retry_plan",
        passage: "p.id || '/' || (rule->>'kind')), failed + wait);",
        instead: "p.id || '/' || (rule->>'kind')), failed);",
      },
    ],
  },
  {
    name: "late-money-is-dropped",
    invariants: ["I5"],
    words: /the bank took [1-9]\d*, the ledger says 0/,
    changes: [
      {
        databaseFunction: "settle_charged",
        passage: "  if p.state = 'closed' then",
        instead: "  if p.state <> 'charging' then return; end if;\n  if p.state = 'closed' then",
      },
    ],
  },
  {
    name: "expired-card-for-ever",
    invariants: ["I11"],
    words: /after which nothing is tried without the payer|its card was dead since/,
    changes: [
      {
        file: "domain/declines/reason.ts",
        passage: '"card-expired": { class: "method-dead", ...otherCard },',
        instead: '"card-expired": { class: "soft", ...otherCard },',
      },
    ],
  },
];

/** The mutant of a name; a name that nobody knows is a mistake of the caller. */
export function engineMutantOf(name: string): EngineMutant {
  const found = ENGINE_MUTANTS.find((mutant) => mutant.name === name);
  if (found === undefined)
    throw new Error(
      `no mutant is named ${name}; there are ${ENGINE_MUTANTS.map((mutant) => mutant.name).join(", ")}`,
    );
  return found;
}
