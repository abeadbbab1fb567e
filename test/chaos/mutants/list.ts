/** Where a planted bug can be seen: `A` in the simulation of the pure core, `B` only with real processes. */
export type Track = "A" | "B";

/** One planted bug, as a change of source text. `passage` must occur in `file` exactly once. */
export type Mutant = {
  readonly name: string;
  /** What has to go red, and nothing else needs to: `I1` … `I15` of the reliability plan. */
  readonly invariants: readonly string[];
  readonly track: Track;
  /** From the root of the repository. */
  readonly file: string;
  readonly passage: string;
  readonly instead: string;
};

const simulation = "scripts/proofs/simulated-payments/engine";

/**
 * Bugs that a payment engine could have. Those of Track A stand in domain/ wherever the rule lives there; what PostgreSQL or an activity decides in life is
 * planted in the simulation's own shell.
 */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "key-of-the-transmission",
    invariants: ["I1"],
    track: "A",
    file: `${simulation}/charging.ts`,
    passage: "key: charge.id,",
    instead: "key: `${charge.id}/${charge.transmissions}`,",
  },
  {
    name: "unknown-is-declined",
    invariants: ["I1"],
    track: "A",
    file: "domain/charge.ts",
    passage: 'unanswered: "unknown",\n  },\n  challenged:',
    instead: 'unanswered: "not-charged",\n  },\n  challenged:',
  },
  {
    name: "not-found-is-absent",
    invariants: ["I1"],
    track: "A",
    file: `${simulation}/charging.ts`,
    passage: "  const shows = showsOf(shown);\n",
    instead:
      '  const shows = showsOf(shown);\n  if (shows === "not-run") return record(engine, charge, { event: "absence-proved", how: "absent" });\n',
  },
  {
    name: "stop-seen-only-by-the-planner",
    invariants: ["I4"],
    track: "A",
    file: `${simulation}/moves.ts`,
    passage: 'if (mandate !== null && (mandate.state !== "active" || payment.order <= mandate.lastStop))',
    instead: "if (mandate !== null && payment.order < 0)",
  },
  {
    name: "limit-of-the-plan",
    invariants: ["I3"],
    track: "A",
    file: `${simulation}/gate.ts`,
    passage: "const terms = termsOf(mandate);",
    instead: "const terms = mandate.versions[0]?.terms ?? termsOf(mandate);",
  },
  {
    name: "evidence-twice-counts-twice",
    invariants: ["I10"],
    track: "A",
    file: "domain/charge.ts",
    passage: "if (claimed === state) return kept(state, `already ${state}`);",
    instead: 'if (claimed === state) return moved(state, state, "again");',
  },
  {
    name: "late-news-moves-back",
    invariants: ["I10"],
    track: "A",
    file: "domain/charge.ts",
    passage: "  if (CHARGE_RANK[claimed] < CHARGE_RANK[state]) {\n",
    instead:
      '  if (CHARGE_RANK[claimed] < CHARGE_RANK[state] && claimed !== "unknown") return moved(state, claimed);\n  if (CHARGE_RANK[claimed] < CHARGE_RANK[state]) {\n',
  },
  {
    name: "entries-without-a-name-of-their-own",
    invariants: ["I5"],
    track: "A",
    file: "domain/ledger.ts",
    passage: "evidenceObject: origin.evidenceObject,",
    instead: "evidenceObject: `${origin.evidenceObject}/${Math.random()}`,",
  },
  {
    name: "accepted-is-charged",
    invariants: ["I1", "I5"],
    track: "A",
    file: "domain/charge.ts",
    passage:
      'accepted: "pending",\n    reserved: "held",\n    "ended-without-money": "not-charged",\n    refused:',
    instead:
      'accepted: "charged",\n    reserved: "held",\n    "ended-without-money": "not-charged",\n    refused:',
  },
  {
    name: "retry-day-of-the-machine",
    invariants: ["I11"],
    track: "A",
    file: "domain/retry-policy.ts",
    passage: "return addDays(calendar.today, rule.days);",
    instead: "return addDays(new Date(Date.now()).toISOString().slice(0, 10), rule.days);",
  },
  {
    name: "money-after-the-end-is-dropped",
    invariants: ["I5"],
    track: "A",
    file: "domain/payment.ts",
    passage: 'closed: { "money-kept": "paid", "money-not-wanted": "returning" },',
    instead: "closed: {},",
  },
  {
    name: "expired-card-again",
    invariants: ["I11"],
    track: "A",
    file: "domain/declines/reason.ts",
    passage: '"card-expired": { class: "method-dead", ...otherCard },',
    instead: '"card-expired": { class: "soft", ...otherCard },',
  },
];

/** The mutant of a name; a name that nobody knows is a mistake of the caller. */
export function mutantOf(name: string): Mutant {
  const found = MUTANTS.find((mutant) => mutant.name === name);
  if (found === undefined)
    throw new Error(
      `no mutant is named ${name}; there are ${MUTANTS.map((mutant) => mutant.name).join(", ")}`,
    );
  return found;
}

/** The text with the bug in it; fails when the passage is gone, or is there twice. */
export function planted(
  mutant: Pick<Mutant, "name" | "file" | "passage" | "instead">,
  source: string,
): string {
  const parts = source.split(mutant.passage);
  if (parts.length !== 2)
    throw new Error(
      `mutant ${mutant.name}: its passage occurs ${parts.length - 1} times in ${mutant.file}, once is wanted`,
    );
  return parts.join(mutant.instead);
}
