import type { Database } from "../../../db/database.ts";
import { changeTerms, lockMandate } from "../../../db/queries/mandates.ts";
import { NOTICE_PACKS } from "../../../domain/notice-policy.ts";
import { isNarrowing, type Terms } from "../../../domain/terms.ts";
import type { Trigger } from "../../../domain/trigger.ts";
import { rub } from "../../../test/support/rows.ts";
import type { Chance } from "../chance.ts";
import { PACKS, randomSchedule } from "./sets.ts";

/** Draws of an edit until one of the wanted kind comes; terms that allow next to nothing know no narrower ones. */
const MOST_DRAWS = 20;

/** Edits the terms by the command that people have for it; left out where no random edit is of the kind. */
export async function edit(
  db: Database,
  chance: Chance,
  of: {
    readonly mandateId: string;
    readonly residentId: string;
    readonly kind: "narrowing" | "widening";
  },
): Promise<void> {
  const narrowing = of.kind === "narrowing";
  await db.transaction().execute(async (transaction) => {
    const mandate = await lockMandate(transaction, of);
    if (mandate === undefined || mandate.state === "ended") return;
    for (let draw = 0; draw < MOST_DRAWS; draw += 1) {
      const terms = edited(chance, mandate.terms);
      if (isNarrowing(mandate.terms, terms) !== narrowing) continue;
      return changeTerms(transaction, { ...of, version: mandate.version + 1, terms, narrowing });
    }
  });
}

function edited(chance: Chance, terms: Terms): Terms {
  const change = chance.pick([
    () => ({ limitPerPayment: chance.percent(30) ? "unlimited" : rub(9_000 + chance.below(60_000)) }),
    () => ({
      limitPerPeriod: chance.percent(30)
        ? "unlimited"
        : { amount: rub(20_000 + chance.below(150_000)), period: chance.pick(["week", "month"] as const) },
    }),
    () => ({ methods: terms.methods.slice(0, 1) }),
    () => ({ overLimit: chance.pick(["ask", "skip"] as const) }),
    () => ({ lateBill: chance.pick(["ask", "pay"] as const) }),
    () => ({ unusualAmount: chance.pick(["ask", "pay"] as const) }),
    () => ({ noticePack: NOTICE_PACKS[chance.pick(PACKS)] }),
    () => ({ trigger: otherTrigger(chance, terms.trigger) }),
  ] as const satisfies readonly (() => Partial<Terms>)[]);
  return { ...terms, ...change() };
}

/** The same kind of mandate on another day, or with another sum. */
function otherTrigger(chance: Chance, trigger: Trigger): Trigger {
  if (trigger.kind !== "on-schedule") return trigger;
  if (trigger.pays === "due" || chance.percent(50)) return { ...trigger, schedule: randomSchedule(chance) };
  return { ...trigger, pays: rub(10_000 + chance.below(60_000)) };
}
