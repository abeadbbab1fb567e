import type { MailDrop, ReadReturnedMail } from "../adapters/channels/returned-mail.ts";
import type { Database } from "../db/database.ts";
import { takeMailReturn } from "../db/queries/returned-mail.ts";
import { type Loop, type LoopLog, startLoop } from "./loop.ts";

/** A bounce voids a notice whose debit is at least a day away. */
const EVERY_MS = 5_000;

/** Where returned mail is dropped, and how it is read. */
export type BounceReading = { readonly drop: MailDrop; readonly read: ReadReturnedMail };

/**
 * Reads the reports that a mail server drops as files, one after another: taken into the database first, moved away after it, so that a file whose reader died is read again and known by its bytes.
 */
export function startBounceReader({
  db,
  drop,
  read,
  log,
}: BounceReading & { readonly db: Database; readonly log: LoopLog }): Loop {
  return startLoop({
    name: "bounce-reader",
    everyMs: EVERY_MS,
    log,
    work: async () => {
      const file = await drop.next();
      if (file === undefined) return false;
      const report = file.raw === null ? null : await read(file.raw);
      if (file.raw !== null && report !== null) await takeMailReturn(db, file.raw, report);
      await drop.finish(file.name, report === null ? "refused" : "done");
      return true;
    },
  });
}
