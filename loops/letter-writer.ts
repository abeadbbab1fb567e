import type { Database } from "../db/database.ts";
import { type Letter, leaseLetters, settleLetter } from "../db/queries/letters.ts";
import type { Sealer } from "../db/sealed.ts";
import { say } from "../words/say.ts";
import { type Loop, type LoopLog, startLoop } from "./loop.ts";
import type { PlainMail, SendPlainMail } from "./plain-mail.ts";

const GATHER_MS = 100;
const BATCH = 10;

/**
 * Sends letters about an account itself: a link that proves an address, word to an address that was replaced, word to a person who was erased. Nothing personal stands in
 * them. What a relay took over, or never will, is forgotten; the rest stays due, and a repeat carries the same Message-ID.
 */
export function startLetters(parts: {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly send: SendPlainMail;
  readonly publicUrl: string;
  readonly livemode: boolean;
  readonly log: LoopLog;
}): Loop {
  const { db, sealer, send, log } = parts;
  return startLoop({
    name: "letters",
    everyMs: 5_000,
    gatherMs: GATHER_MS,
    log,
    work: async () => {
      const letters = await leaseLetters(db, sealer, BATCH);
      await Promise.all(letters.map((letter) => deliver(letter)));
      return letters.length === BATCH;
    },
  });

  async function deliver(letter: Letter): Promise<void> {
    try {
      const { outcome } = await send(writeLetter(letter, parts));
      if (outcome !== "accepted")
        log.error({ loop: "letters", error: outcome }, "a letter was not taken over");
      await settleLetter(db, { id: letter.id, isDone: outcome === "accepted" || outcome === "refused" });
    } catch (error) {
      log.error({ loop: "letters", error }, `the letter ${letter.id} could not be sent`);
      await settleLetter(db, { id: letter.id, isDone: false });
    }
  }
}

/** Writes a letter in its reader's language; it names nobody. */
export function writeLetter(
  { id, kind, to, locale, path }: Letter,
  how: { readonly publicUrl: string; readonly livemode: boolean },
): PlainMail {
  const lines = [
    say(locale, `letter.${kind}.text`),
    ...(path === null ? [] : [new URL(path, how.publicUrl).href]),
    `--\n${say(locale, "mail.brand")}. ${say(locale, "letter.foot")}`,
    ...(how.livemode ? [] : [say(locale, "mail.sandbox")]),
  ];
  return {
    messageId: `letter/${id}`,
    to,
    subject: say(locale, `letter.${kind}.subject`),
    text: `${lines.join("\n\n")}\n`,
  };
}
