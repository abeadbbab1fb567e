import type { Breakage } from "./breakage.ts";
import type { Journals, Story } from "./told-run.ts";

type Fact = Readonly<Record<string, unknown>>;
type Line = { readonly entries: readonly Fact[] };

/** Money that the bank found to have been taken by the charge that was declined first, and that went back afterwards. */
const laterFoundAndGivenBack = ({ confirmed: { paymentId } }: Story): readonly string[] => [
  `insert into evidence (charge_id, rank, source, outcome, hash, facts, moved) values ('${paymentId}-1', 1, 'look-up', 'charged', 'later', '{}', true)`,
  `update charges set state = 'charged', charged_minor = amount_minor, how = null, reason = null where id = '${paymentId}-1'`,
  `insert into refunds (id, payment_id, charge_id, amount_minor, currency, state, why, object_id, first_sent_at, last_sent_at, transmissions, decided_at)
     select 'KV-REFUND', payment_id, id, amount_minor, currency, 'done', 'not-wanted', 'refund-1', business_now(), business_now(), 1, business_now() from charges where id = '${paymentId}-1'`,
];

const entriesOf = (journals: Journals): readonly Fact[] =>
  (journals.bank as readonly Line[]).flatMap(({ entries }) => entries);

function takenAndReturned(journals: Journals, { confirmed: { paymentId } }: Story, objectId: string): void {
  const second = entriesOf(journals).find(
    ({ kind, chargeId }) => kind === "debit" && chargeId === `${paymentId}-2`,
  );
  if (second === undefined) throw new Error("the story has no such debit");
  const real = new Date().toISOString();
  const first = { ...second, real, chargeId: `${paymentId}-1`, objectId, paymentId: objectId };
  const { amountMinor } = second as { readonly amountMinor?: unknown };
  const back = { kind: "money-returned", real, refundId: "refund-1", objectId, amountMinor };
  journals.bank = [...journals.bank, { entries: [first] }, { entries: [back] }];
}

/** Two captures of one debt, of which the first was given back: I1. */
export const secondCaptures: readonly Breakage[] = [
  {
    id: "I1",
    name: "silence was read as a decline, a second charge took the money again, and the first was found later and given back",
    words: /-2 took its money again: .*-1 was not final at the bank when it was let out/,
    sql: laterFoundAndGivenBack,
    journals: (journals, story) => takenAndReturned(journals, story, "object-of-nobody"),
  },
];

/** The bank itself had said that the first takes no money before the second was let out (C11). */
export const takenAfterItsEnd: Partial<Breakage> = {
  sql: laterFoundAndGivenBack,
  journals: (journals, story) => {
    const name = `${story.confirmed.paymentId}-1`;
    const ended = entriesOf(journals)
      .filter(({ kind, change }) => kind === "payment" && change === "canceled")
      .map(
        ({ record }) =>
          record as { readonly id: string; readonly metadata?: { readonly charge_id?: string } },
      )
      .find(({ metadata }) => metadata?.charge_id === name);
    if (ended === undefined) throw new Error("the story has no such decline");
    takenAndReturned(journals, story, ended.id);
  },
};
