import type { CaseFile } from "../case-file.ts";
import type { NotificationRow, PaymentRow } from "../row-shapes.ts";
import { Inquiry, type Outcome } from "../inquiry.ts";
import type { MailDelivery } from "../sink-journals.ts";

/** Of a thousand mails one may come twice, each because somebody died between the server's 250 and our mark. */
const DUPLICATES_SHARE = 0.001;
/** Where they die every few seconds it may be more, but no more than were under way: a sender has so many in its hands. */
const MOST_IN_HANDS = 40;
const FEW_MAILS = 1_000;
/** A sender that heard nothing tries again after ten minutes; it may have died so long before. */
const BEFORE_DEATH_MS = 60_000;
/** Nobody stands still for longer; the 250 may have come to somebody who did. */
const FROZEN_BEFORE_MS = 20_000;
/** Whoever lives writes down by then what was answered. */
const MARKED_WITHIN_MS = 30_000;

/** Of each group one must have been told, by the state in which a payment ended. */
const OWED_WORDS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  paid: [["paid", "charged-after-stop"]],
  returned: [["money-returning"], ["money-returned"]],
};

/** I6: who must be told is told, by the channels that they chose, once; nobody else, nothing else. */
export function rightMessages(file: CaseFile): Outcome {
  const inquiry = new Inquiry();
  const mails = file.mailsOf;
  for (const payment of file.rows.payments) {
    if (payment.state === "paid" || payment.state === "closed") {
      judgePayment(file, inquiry, payment, file.toldOf(payment.id));
    }
  }
  for (const row of file.rows.notifications) judgeRow({ file, inquiry, mails }, row);
  const rows = new Map(file.rows.notifications.map((row) => [row.message_id, row]));
  const readers = new Map(file.rows.residents.map(({ email, id }) => [email?.toLowerCase() ?? id, id]));
  for (const [name, deliveries] of mails) judgeMail({ file, inquiry, rows, readers }, name, deliveries);
  judgeShare(file, inquiry, mails);
  return inquiry.outcome();
}

function judgePayment(
  file: CaseFile,
  inquiry: Inquiry,
  payment: PaymentRow,
  told: readonly NotificationRow[],
): void {
  const resident = file.by.residents.get(payment.resident_id);
  // somebody who has left, or never gave an address, cannot be told
  if (
    resident === undefined ||
    resident.email === null ||
    !resident.email_verified ||
    resident.erased_at !== null
  )
    return;
  for (const group of OWED_WORDS[payment.outcome ?? payment.state] ?? []) {
    const found = told.filter(({ event, channel }) => channel === "email" && group.includes(event));
    inquiry.expect(found.length > 0, {
      about: payment.id,
      words: `it ended as ${payment.outcome ?? payment.state} and nobody was told: ${group.join(" or ")}`,
      paymentId: payment.id,
    });
    const charges = file.chargesOf(payment.id).filter(({ state }) => state === "charged").length;
    if (found.length > Math.max(charges, 1)) {
      inquiry.find({
        about: payment.id,
        words: `${found.length} messages tell that it ended: ${found.map(({ event_key }) => event_key).join(", ")}`,
        paymentId: payment.id,
      });
    }
  }
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
      return outcome === "stored-then-dropped" || wasDisturbed(file, span);
    })
  );
}

/** What its reader chose for it: for its category, else for all; undefined: nothing. */
function wishFor(file: CaseFile, row: NotificationRow) {
  const wishes = (file.by.choicesOf.get(row.resident_id) ?? []).filter(
    (one) => one.topic === row.topic && one.channel === row.channel,
  );
  return (
    wishes.find(({ category }) => category === row.category) ??
    wishes.find(({ category }) => category === "*")
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
  if (stored.length > 1 && !isExplained(file, stored)) {
    inquiry.find({
      about,
      words: `${stored.length} times taken over with 250, and nobody died between the answer and our mark`,
      ...payment,
    });
  }
}

/** Somebody was killed, frozen or cut off between the first 250 and the second sending. */
function isExplained(file: CaseFile, stored: readonly MailDelivery[]): boolean {
  const [first = 0, last = 0] = [stored[0]?.cityMs ?? 0, stored.at(-1)?.cityMs ?? 0].map((at) =>
    file.clock.realMs(at),
  );
  return wasDisturbed(file, { fromMs: first - BEFORE_DEATH_MS, untilMs: last + 1_000 });
}

/** Something came between a server's 250 and the mark of it, on the machine's clock. */
function wasDisturbed(
  file: CaseFile,
  { fromMs, untilMs }: Readonly<Record<"fromMs" | "untilMs", number>>,
): boolean {
  const within = (at: string) => Date.parse(at) >= fromMs && Date.parse(at) <= untilMs;
  return (
    file.record.processes.some(
      ({ name, event, at }) =>
        /worker|postgres/.test(name) && (event === "exited" || event === "stopped") && within(at),
    ) ||
    file.record.faults.some(
      ({ code, phase, at }) => phase === "begin" && /^F(?:1|2|6|7|8|16|17|22)$/.test(code) && within(at),
    )
  );
}

function judgeShare(
  file: CaseFile,
  inquiry: Inquiry,
  mails: ReadonlyMap<string, readonly MailDelivery[]>,
): void {
  const stored = file.sinks.mails.filter(({ outcome }) => outcome === "stored").length;
  const names = [...mails.values()].filter((all) => all.some(({ outcome }) => outcome === "stored")).length;
  const twice = stored - names;
  const ends = file.record.processes.filter(
    ({ name, event, fault }) => event === "exited" && fault !== undefined && /worker|postgres/.test(name),
  ).length;
  if (stored >= FEW_MAILS && twice > Math.max(stored * DUPLICATES_SHARE, ends * MOST_IN_HANDS)) {
    inquiry.find({
      about: "all mails",
      words: `${twice} of ${stored} came more than once: above 0.1 %, and more than ${ends} ends of processes explain`,
    });
  }
}
