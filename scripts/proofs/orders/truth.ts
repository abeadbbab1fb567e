import { sql } from "kysely";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import type { Violation } from "../proof.ts";
import type { Debit } from "../world/bank-view.ts";
import type { Case, Event } from "./case.ts";

/** What people were told by mail when money was taken, and when it was not. */
const TAKEN_MAILS = ["paid", "charged-after-stop"];

/**
 * Was the payer in time? At YooKassa until the confirmation's end: a stop cannot end it, and who confirms at the bank all the same has told it so. Stripe's
 * intent is ended at the stop.
 */
export function isTaken({ gateway, order }: Pick<Case, "gateway" | "order">): boolean {
  const before = (event: Event) => order.indexOf("return") < order.indexOf(event);
  return before("expiry") && (gateway === "yookassa" || before("cancel"));
}

/** Holds every case against the bank's word: what API, page and mail say must be what happened. */
export async function judgeCases(
  world: WholeWorld,
  cases: readonly Case[],
  seed: number,
): Promise<readonly Violation[]> {
  const debits = await world.bank.debits();
  const judged = await Promise.all(cases.map((subject) => judgeCase(world, subject, { debits, seed })));
  return judged.flat();
}

async function judgeCase(
  world: WholeWorld,
  subject: Case,
  { debits: all, seed }: { readonly debits: readonly Debit[]; readonly seed: number },
): Promise<readonly Violation[]> {
  const { order, paymentId, payer } = subject;
  const debits = all.filter(({ chargeId }) => chargeId?.startsWith(`${paymentId}-`) === true).length;
  const [view, page, mails] = await Promise.all([
    subject.api.getPayment(paymentId),
    world.page(`/payments/${paymentId}`, payer.residentId),
    mailsOf(world, paymentId, payer.residentId),
  ]);
  const expected = isTaken(subject) ? 1 : 0;
  const mustBe = expected === 1 ? "paid" : "closed";
  const broken = [
    ...(debits === expected ? [] : [`one capture at most: ${debits} instead of ${expected}`]),
    ...(view.state === mustBe ? [] : [`the API tells the truth: ${view.state} instead of ${mustBe}`]),
    ...(expected === 1 || view.outcome === "stopped" ? [] : ["the API tells why it ended"]),
    ...(page.includes(`data-state="${mustBe}"`) ? [] : [`the page tells the truth: not ${mustBe}`]),
    ...brokenWords(subject, expected, mails),
  ];
  const events = [
    `${subject.gateway}: ${order.join(" → ")}`,
    `payment ${paymentId}`,
    `listed by the stop: ${subject.listed ?? "-"}`,
    ...mails,
  ];
  return broken.map((invariant) => ({ invariant, seed, events }));
}

/** Mail and the stop's answer: who confirms at the bank after a stop is told plainly that it was charged. */
function brokenWords({ listed }: Case, expected: number, mails: readonly string[]): readonly string[] {
  const taken = mails.filter((event) => TAKEN_MAILS.includes(event));
  const afterStop = taken.includes("charged-after-stop");
  return [
    ...(taken.length === expected ? [] : [`the mail tells the truth: ${mails.join(", ")}`]),
    ...(afterStop && listed !== 1 ? ["the stop's answer listed what was charged after it"] : []),
    ...(listed === 1 && expected === 1 && !afterStop ? ["money after the stop is told as such"] : []),
  ];
}

/** Events of the letters that lie in the payer's mailbox about this payment. */
export async function mailsOf(
  world: WholeWorld,
  paymentId: string,
  residentId: string,
): Promise<readonly string[]> {
  const { rows } = await sql<{ event: string; messageId: string; email: string }>`
    select n.event, n.message_id as "messageId", r.email from notifications n join residents r on r.id = n.resident_id
    where n.payment_id = ${paymentId} and n.resident_id = ${residentId} order by n.created_at`.execute(
    world.db,
  );
  const letters = await world.mail.letters(rows[0]?.email ?? "");
  return rows
    .filter(({ messageId }) => letters.some((letter) => letter.messageId.includes(messageId)))
    .map(({ event }) => event);
}
