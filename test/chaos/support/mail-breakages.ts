import type { Breakage } from "./breakage.ts";
import type { Journals, Story } from "./told-run.ts";

type MailLine = {
  readonly kind: string;
  readonly delivery: { readonly at: string; readonly messageId: string };
};

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

function firstMail({ mail: [line] }: Journals): MailLine {
  if (line === undefined) throw new Error("the story has no mail");
  return line as MailLine;
}

/** The first mail comes again after so many seconds, a few times. */
function again(
  journals: Journals,
  { times, seconds }: Readonly<Record<"times" | "seconds", number>>,
): string {
  const line = firstMail(journals);
  const { at } = line.delivery;
  const copy = { ...line, delivery: { ...line.delivery, at: later(at, seconds * 1_000) } };
  journals.mail = [...journals.mail, ...Array.from({ length: times }, () => copy)];
  return at;
}

/** The letter about the payment that was made, as the mail server would know it. */
const isReceipt = (line: unknown, { paid: { receiptId } }: Story): boolean =>
  (line as MailLine).delivery.messageId.includes(receiptId);

const receiptIs =
  (words: string) =>
  ({ paid: { paymentId } }: Story): readonly string[] => [
    `update notifications set ${words}, sent_at = null where payment_id = '${paymentId}' and event = 'paid'`,
  ];

/** Mails that come too often, or never, and words that excuse neither: I6. */
export const mailBreakages: readonly Breakage[] = [
  {
    id: "I6",
    name: "one mail came a thousand times, and workers ended all the time",
    words: /1001 times taken over with 250: after silence it is sent once more/,
    journals: (journals) => {
      const at = again(journals, { times: 1_000, seconds: 0 });
      journals.processes = Array.from({ length: 26 }, (_, index) => ({
        at,
        name: "worker-1",
        pid: index,
        event: "exited",
        fault: `f${index}`,
      }));
    },
  },
  {
    id: "I6",
    name: "a mail came twice, and only the way to an API was slow",
    words: /2 times taken over with 250, and nobody died/,
    journals: (journals) => {
      const at = again(journals, { times: 1, seconds: 0 });
      const fault = { at, id: "f1", code: "F8", kind: "latency", target: "generator-api-2" };
      journals.faults = [
        { ...fault, phase: "begin" },
        { ...fault, at: later(at, 5_000), phase: "end" },
      ];
    },
  },
  {
    id: "I6",
    name: "more mails came twice than a worker that ended can have had in its hands",
    words: /1 of \d+ came more than once: above 0\.1 %, and more than the 0 that were in the hands/,
    journals: (journals) => {
      const at = again(journals, { times: 1, seconds: 25 });
      journals.processes = [
        { at: later(at, 24_000), name: "worker-1", pid: 1, event: "exited", fault: "f1" },
      ];
    },
  },
  {
    id: "I6",
    name: "a payment was told twice, once before it was written",
    words: /2 messages tell that it ended/,
    sql: ({ paid: { paymentId } }) => [
      `insert into notifications select (jsonb_populate_record(n, '{"id":"KV-TWICE","dedupe_key":"twice","event_key":"paid/twice","message_id":"twice"}')).*
         from notifications n where payment_id = '${paymentId}' and event = 'paid'`,
    ],
  },
  {
    id: "I6",
    name: "the receipt of a payment was dropped as expired, and nobody got it",
    words: /nobody got the word that it ended: paid is dropped \(expired\)/,
    sql: receiptIs("state = 'dropped', why = 'expired'"),
    journals: (journals, story) => {
      journals.mail = journals.mail.filter((line) => !isReceipt(line, story));
    },
  },
  {
    id: "I6",
    name: "the receipt of a payment counts as refused, and the mail server refused nothing",
    words: /nobody got the word that it ended: paid is bounced/,
    sql: receiptIs("state = 'bounced'"),
    journals: (journals, story) => {
      journals.mail = journals.mail.filter((line) => !isReceipt(line, story));
    },
  },
];

/** The mail server refused the receipt for good: it says so itself. */
export const refusedForGood: Partial<Breakage> = {
  sql: receiptIs("state = 'bounced'"),
  journals: (journals, story) => {
    journals.mail = journals.mail.map((line) => {
      if (!isReceipt(line, story)) return line;
      const { delivery, ...rest } = line as MailLine;
      return { ...rest, delivery: { ...delivery, outcome: "refused", replyCode: 550 } };
    });
  },
};

/** A worker ended between a server's 250 and the mark of it. */
export const twiceByDeath: Partial<Breakage> = {
  journals: (journals) => {
    const at = again(journals, { times: 1, seconds: 20 });
    journals.processes = [{ at: later(at, 2_000), name: "worker-1", pid: 1, event: "exited", fault: "f1" }];
  },
};
