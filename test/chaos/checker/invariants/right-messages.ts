import type { CaseFile } from "../case-file.ts";
import type { NotificationRow } from "../row-shapes.ts";
import { Inquiry, type Outcome } from "../inquiry.ts";
import type { MailDelivery } from "../sink-journals.ts";
import { MAIL_ROAD, wasStruck } from "../disturbances.ts";
import { judgeShare } from "./mails-twice.ts";
import { judgeEnding, wishFor } from "./owed-words.ts";

/** A sender that heard nothing sends once more (payment rules §13). */
const MOST_SENDINGS = 2;
/** Nobody stands still for longer; the 250 may have come to somebody who did. */
const FROZEN_BEFORE_MS = 20_000;
/** The mailbox is told of a jump a moment after the engine. */
const CLOCKS_APART_MS = 1_000;
/** Whoever lives writes down by then what was answered. */
const MARKED_WITHIN_MS = 30_000;

/** I6: who must be told is told, by the channels that they chose, once; nobody else, nothing else. */
export function rightMessages(file: CaseFile): Outcome {
  const inquiry = new Inquiry();
  const mails = file.mailsOf;
  for (const payment of file.rows.payments) {
    if (payment.state === "paid" || payment.state === "closed") {
      judgeEnding(file, inquiry, payment);
    }
  }
  for (const row of file.rows.notifications) judgeRow({ file, inquiry, mails }, row);
  const rows = new Map(file.rows.notifications.map((row) => [row.message_id, row]));
  const readers = new Map(file.rows.residents.map(({ email, id }) => [email?.toLowerCase() ?? id, id]));
  for (const [name, deliveries] of mails) judgeMail({ file, inquiry, rows, readers }, name, deliveries);
  judgeShare(file, inquiry);
  return inquiry.outcome();
}

type Rows = {
  readonly file: CaseFile;
  readonly inquiry: Inquiry;
  readonly mails: ReadonlyMap<string, readonly MailDelivery[]>;
};

function judgeRow({ file, inquiry, mails }: Rows, row: NotificationRow): void {
  inquiry.look();
  const words = complaintOf(file, row, mails.get(row.message_id) ?? []);
  if (words === undefined) return;
  inquiry.find({
    about: row.event_key,
    words,
    ...(row.payment_id === null ? {} : { paymentId: row.payment_id }),
  });
}

function complaintOf(
  file: CaseFile,
  row: NotificationRow,
  mails: readonly MailDelivery[],
): string | undefined {
  const wish = wishFor(file, row);
  if (row.state === "accepted" && !row.legal_minimum && wish?.choice === "off") {
    if (wish.changed_at < (row.sent_at ?? row.created_at))
      return "it was sent although its reader had switched it off";
  }
  return row.channel === "email" ? complaintOfMail(file, row, { mails, wish }) : undefined;
}

function complaintOfMail(
  file: CaseFile,
  row: NotificationRow,
  known: { readonly mails: readonly MailDelivery[]; readonly wish: object | undefined },
): string | undefined {
  const taken = known.mails.filter(({ outcome }) => outcome.startsWith("stored"));
  if (row.state === "accepted") {
    // a line of another letter has no mail of its own
    return taken.length > 0 || row.carried_by !== null
      ? undefined
      : "it counts as accepted, and the mail server never had it";
  }
  if (row.state !== "dropped") return undefined;
  if (taken.length > 0 && !mayBeUnheardOf(file, row, taken))
    return `it was dropped (${row.why}), and the mail server has it`;
  return row.why === "preference" && row.topic !== null && known.wish === undefined
    ? "it was dropped by preference, and nobody wished so"
    : undefined;
}

/**
 * A mail whose answer was lost is sent once more only while it still says the truth (payment rules §13): one that was superseded or switched off meanwhile ends as dropped, and the mail server may have it.
 * So nobody may have heard a single 250, the row must say that an answer is missing, and a fault must be the cause.
 */
function mayBeUnheardOf(file: CaseFile, row: NotificationRow, taken: readonly MailDelivery[]): boolean {
  return (
    row.uncertain > 0 &&
    taken.every(({ outcome, cityMs }) => {
      const atMs = file.clock.realMs(cityMs);
      const span = { fromMs: atMs - FROZEN_BEFORE_MS, untilMs: atMs + MARKED_WITHIN_MS };
      return outcome === "stored-then-dropped" || wasStruck(file, MAIL_ROAD, span);
    })
  );
}

type Mails = {
  readonly file: CaseFile;
  readonly inquiry: Inquiry;
  readonly rows: ReadonlyMap<string, NotificationRow>;
  /** Whose an address is. */
  readonly readers: ReadonlyMap<string, string>;
};

function judgeMail(
  { file, inquiry, rows, readers }: Mails,
  name: string,
  deliveries: readonly MailDelivery[],
): void {
  const [first] = deliveries;
  const reader = readers.get(first?.to[0]?.toLowerCase() ?? "");
  // letters to operators and to people who are none of ours are no messages about payments
  if (reader === undefined) return;
  inquiry.look();
  const row = rows.get(name);
  const about = row?.event_key ?? name;
  if (row === undefined) {
    inquiry.find({ about, words: `a mail to ${first?.to[0]} that no message of ours is behind` });
    return;
  }
  const payment = row.payment_id === null ? {} : { paymentId: row.payment_id };
  if (row.resident_id !== reader)
    inquiry.find({ about, words: `it went to ${first?.to[0]}, who is not its reader`, ...payment });
  const stored = deliveries.filter(({ outcome }) => outcome === "stored");
  if (stored.length > MOST_SENDINGS) {
    inquiry.find({
      about,
      words: `${stored.length} times taken over with 250: after silence it is sent once more, and never again`,
      ...payment,
    });
  } else if (stored.length > 1 && !isExplained(file, stored)) {
    inquiry.find({
      about,
      words: `${stored.length} times taken over with 250, and nobody died between the answer and our mark`,
      ...payment,
    });
  }
}

/** Somebody on the road was killed, frozen or cut off between the first 250 and its mark. */
function isExplained(file: CaseFile, stored: readonly MailDelivery[]): boolean {
  const [firstMs = 0, againMs = 0] = stored.map(({ cityMs }) => file.clock.realMs(cityMs));
  const untilMs = Math.min(againMs + CLOCKS_APART_MS, firstMs + MARKED_WITHIN_MS);
  return wasStruck(file, MAIL_ROAD, { fromMs: firstMs - FROZEN_BEFORE_MS, untilMs });
}
