import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../scripts/checks/steps.ts";

/** Held by a test whose title begins with the row's words, or not yet, and then with what it comes. */
type Held = "test" | `later: ${string}`;

/** The hard cases of the payment rules (§16), in their order. */
const HARD_CASES: Readonly<Record<string, Held>> = {
  "success after the payer's deadline": "test",
  "success after cancel": "test",
  "challenge found when looking up an unknown": "test",
  "canceled, later succeeded": "test",
  "pending for days": "test",
  "capture unanswered, refused, partial": "test",
  "two devices open one link, or a second challenge is asked for": "test",
  "another method during a challenge": "test",
  "fallback while the first is undecided": "test",
  "stop between gate and socket": "test",
  "replay wanted after a stop, or with a key older than 23 h": "test",
  "replay answered 400 or 401": "test",
  "worker frozen after the gate, woken after 20 s": "test",
  "deploy changes a description during unknown": "test",
  "stored 500 at Stripe": "test",
  "registry shows our own payment first": "test",
  "amount raised, lowered, or annulled during the challenge, then confirmed": "test",
  "two payers' mandates, one bill": "test",
  "stranger starts and leaves": "test",
  "payee's account swapped after the notice": "test",
  "notice accepted, bounced an hour later": "test",
  "hold or outage beyond not_after": "test",
  "card withdrawn while a charge of it is unknown": "test",
  "refund unknown; chargeback of a refunded payment": "test",
  "restore from a backup": "later: restore and reconciliation",
  "balance still low after a top-up": "later: top-ups by threshold",
};

/** Every title of a test or a group of tests in the tree, without the code around it. */
function titles(): readonly string[] {
  const files = readdirSync(path.join(projectRoot, "test"), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => /\.test\.tsx?$/.test(file) && !file.endsWith("hard-cases.test.ts"))
    .flatMap((file) => {
      const text = readFileSync(path.join(projectRoot, "test", file), "utf8");
      return [...text.matchAll(/\b(?:test|describe)(?:\.each\([\s\S]*?\))?\(\s*(["'`])(.*?)\1/g)];
    })
    .map(([, , title = ""]) => title.replaceAll('\\"', '"'));
}

const known = titles();

test.each(Object.entries(HARD_CASES))("%s: %s", (row, held) => {
  const holding = known.filter((title) => title.startsWith(row));
  if (held === "test") expect(holding, `no test begins with these words`).not.toEqual([]);
  else expect(holding, "held by now: say so in this table").toEqual([]);
});
