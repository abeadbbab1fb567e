import type { CaseFile } from "../case-file.ts";
import { MAIL_ROAD, wasStruck } from "../disturbances.ts";
import type { Inquiry } from "../inquiry.ts";
import type { NotificationRow, PaymentRow } from "../row-shapes.ts";

/** Of each group one must have been told, by the state in which a payment ended. */
const OWED_WORDS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  paid: [["paid", "charged-after-stop"]],
  returned: [["money-returning"], ["money-returned"]],
};
/** RFC 5321: from here on a server refuses for good. */
const REFUSED_FOR_GOOD = 500;
/** Nobody is frozen for longer, and nothing that is due waits for longer while anybody sends. */
const NEAR_MS = { beforeMs: 20_000, afterMs: 120_000 } as const;

/** Its payer was told how a payment ended: a word of each owed group got there, or could not for a reason that others confirm. */
export function judgeEnding(file: CaseFile, inquiry: Inquiry, payment: PaymentRow): void {
  const resident = file.by.residents.get(payment.resident_id);
  // somebody who has left, or never gave an address, cannot be told
  if (
    resident === undefined ||
    resident.email === null ||
    !resident.email_verified ||
    resident.erased_at !== null
  )
    return;
  const told = file.toldOf(payment.id);
  for (const group of OWED_WORDS[payment.outcome ?? payment.state] ?? []) {
    const words = told.filter(({ event }) => group.includes(event));
    const letters = words.filter(({ channel }) => channel === "email");
    const { id: paymentId } = payment;
    inquiry.expect(letters.length > 0, {
      about: paymentId,
      words: `it ended as ${payment.outcome ?? payment.state} and nobody was told: ${group.join(" or ")}`,
      paymentId,
    });
    const charges = file.chargesOf(paymentId).filter(({ state }) => state === "charged").length;
    if (letters.length > Math.max(charges, 1)) {
      inquiry.find({
        about: paymentId,
        words: `${letters.length} messages tell that it ended: ${letters.map(({ event_key }) => event_key).join(", ")}`,
        paymentId,
      });
    }
    if (letters.length > 0 && !words.some((row) => hasArrived(file, row) || isExcused(file, row))) {
      inquiry.find({
        about: paymentId,
        words: `nobody got the word that it ended: ${letters.map(({ event, state, why }) => `${event} is ${state} (${why})`).join(", ")}`,
        paymentId,
      });
    }
  }
}

/** By its own row, by the letter that carried it, or by the mail server, whatever the row says. */
function hasArrived(file: CaseFile, row: NotificationRow): boolean {
  const carrier = row.carried_by === null ? undefined : file.by.notifications.get(row.carried_by);
  if (row.state === "accepted" && (row.carried_by === null || carrier?.state === "accepted")) return true;
  return lettersOf(file, row).some(({ outcome }) => outcome.startsWith("stored"));
}

/** What the mail server saw of a message, or of the letter that carried it. */
function lettersOf(file: CaseFile, row: NotificationRow) {
  const carrier = row.carried_by === null ? undefined : file.by.notifications.get(row.carried_by);
  return file.mailsOf.get((carrier ?? row).message_id) ?? [];
}

/** A letter that counts as lost, as the mail server or a strike on its road confirms; it may have arrived without anybody's hearing of it. */
export function wasLost(file: CaseFile, row: NotificationRow): boolean {
  return row.state !== "accepted" && isExcused(file, row);
}

/** The closed list of what may keep a letter from its reader, each with what proves it (payment rules §13). */
function isExcused(file: CaseFile, row: NotificationRow): boolean {
  if (row.channel !== "email") return false;
  if (row.state === "bounced") return row.why === "no-answer" ? wasSilent(file, row) : wasRefused(file, row);
  if (row.state !== "dropped") return false;
  if (row.why === "no-channel") return cameBack(file, row);
  return row.why === "preference" && !row.legal_minimum && wishFor(file, row)?.choice === "off";
}

function wasRefused(file: CaseFile, row: NotificationRow): boolean {
  const isRefused = lettersOf(file, row).some(({ replyCode }) => (replyCode ?? 0) >= REFUSED_FOR_GOOD);
  return isRefused || file.auditOf(row.id).some(({ action }) => action === "mail.bounced");
}

/** No answer twice: the mail server broke off, or somebody on the road was struck when it was due. */
function wasSilent(file: CaseFile, row: NotificationRow): boolean {
  if (row.uncertain === 0) return false;
  if (lettersOf(file, row).some(({ replyCode }) => replyCode === null)) return true;
  const dueMs = file.clock.realMs(row.due_at);
  const near = { fromMs: dueMs - NEAR_MS.beforeMs, untilMs: dueMs + NEAR_MS.afterMs };
  return wasStruck(file, MAIL_ROAD, near);
}

/** An earlier letter to the same reader came back: the address is left alone from then on. */
function cameBack(file: CaseFile, { resident_id: resident }: NotificationRow): boolean {
  return file.rows.audit.some(
    ({ action, subject }) =>
      action === "mail.bounced" && file.by.notifications.get(subject)?.resident_id === resident,
  );
}

/** What its reader chose for a message: for its category, else for all; undefined: nothing. */
export function wishFor(file: CaseFile, row: NotificationRow) {
  const wishes = (file.by.choicesOf.get(row.resident_id) ?? []).filter(
    (one) => one.topic === row.topic && one.channel === row.channel,
  );
  return (
    wishes.find(({ category }) => category === row.category) ??
    wishes.find(({ category }) => category === "*")
  );
}
