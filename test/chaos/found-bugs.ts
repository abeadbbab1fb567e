/** A bug of the engine that was found by breaking it on purpose, and where it is mended. */
type FoundBug = {
  readonly found: string;
  readonly by: string;
  readonly mended: string;
  /** The test that fails without the mend. */
  readonly test: string;
};

/** Newest first; a bug of the harness or of its judges is none of these. */
export const FOUND_BUGS: readonly FoundBug[] = [
  {
    found:
      'A sender that had stood still wrote down "not now" for a mail that another one had taken over and handed in meanwhile: it went a third time. And an answer whose row somebody held kept all others unwritten.',
    by: "reading what the mend of the next row made possible",
    mended: "migration 0176: an answer names its try; `loops/settling.ts`: half a second at most",
    test: "test/db/stale-answers.test.ts",
  },
  {
    found:
      "A mandate that somebody had begun to fill in, with biller and account, was shown to whoever signed in next in the same browser.",
    by: "attacks on the sign-in",
    mended: "`web/drafts.ts`: a draft is sealed with its person",
    test: "test/security/sign-in-attacks.test.ts",
  },
  {
    found:
      "A request body without a length was read to its end before any clock ran: one byte a second held a connection for an hour.",
    by: "slow bodies",
    mended: "`api/request-body.ts`, `api/streamed-body.ts`: times for whole bodies, a pace for streams",
    test: "test/security/slow-requests.test.ts",
  },
  {
    found:
      "Answers of up to forty mails are written down together. One that the database refused kept the others unwritten, and after a minute all of them went once more.",
    by: "`npm run chaos -- --seed 101 --minutes 5`: I6, one mail in six came twice",
    mended: "`loops/settling.ts`: what fails is tried again in halves, and nobody waits for it",
    test: "test/loops/settling.test.ts",
  },
  {
    found:
      "News of a charge that had ended without money were forgotten when the gateway's own view did not show the object yet: money that came after all was not seen.",
    by: "reading the engine for what a stale status (F12) can hide from I1 and I5",
    mended:
      "`activities/looking-up.ts`: asked again, twenty times in some thirteen hours, then a person's case",
    test: "test/hard-cases/late-and-lost.test.ts",
  },
  {
    found:
      "A debit seen as pending was ended by the engine because an older view of it showed no attempt: an object whose money was under way was called void.",
    by: "`npm run simulate:payments`, kept as `test/chaos/regressions/old-view-of-a-pending-debit.json`",
    mended: "`domain/object-wish.ts`: an attempt that was seen stays seen",
    test: "test/chaos/payments-simulated.test.ts",
  },
  {
    found:
      "A change of nothing to one's own settings was answered with a defect (500), and two answers broke their own document.",
    by: "`npm run fuzz:api`",
    mended: "`api/routes`, `api/schemas`",
    test: "test/fuzz/api.test.ts",
  },
  {
    found:
      "A pause until the year 1 was taken, and no reader could read its mandate again; a cursor of the year 0 was a defect; `constructor` was taken for the subject of a report.",
    by: "`npm run fuzz`",
    mended: "`domain`, `api/cursors.ts`: refused where they are named",
    test: "test/fuzz/parsers.test.ts",
  },
  {
    found:
      "A card number that somebody wrote into a text was stored as it stood, and a gateway's metadata were logged as sent.",
    by: "planted card numbers (I13)",
    mended: "`domain/card-numbers.ts`, code `card-number-in-text`",
    test: "test/security/planted-cards.test.ts",
  },
];
