import type { Database } from "../db/database.ts";
import { type AlarmMail, bundleAlarms, leaseAlarmMails, settleAlarmMail } from "../db/queries/alarms.ts";
import { judgeProbes } from "../db/queries/circuits.ts";
import type { Locale } from "../words/locale.ts";
import { writeAlarmMail } from "./alarm-mail.ts";
import { type Loop, type LoopLog, startLoop } from "./loop.ts";
import type { SendPlainMail } from "./plain-mail.ts";

/** Cases of one moment share a look. */
const GATHER_MS = 250;
const BATCH = 10;
/** More new cases than this within a minute share one mail: nobody reads forty. */
const MOST_A_MINUTE = 20;

/**
 * Tells the operators of every new case, once, and once more of what nobody has closed for a day. A mail that no relay took stays due and is counted
 * in `/health`; a repeat carries the same Message-ID. Without an address nobody is told, and the rows say so.
 */
export function startAlarms(parts: {
  readonly db: Database;
  readonly send: SendPlainMail;
  /** Where the operators read; "" when nobody is to be told by mail. */
  readonly to: string;
  readonly publicUrl: string;
  readonly livemode: boolean;
  readonly locale?: Locale;
  readonly log: LoopLog;
}): Loop {
  const { db, log } = parts;
  return startLoop({
    name: "alarms",
    everyMs: 5_000,
    gatherMs: GATHER_MS,
    log,
    work: async () => {
      await judgeProbes(db);
      await bundleAlarms(db, MOST_A_MINUTE);
      const mails = await leaseAlarmMails(db, BATCH);
      await Promise.all(mails.map((mail) => tell(mail)));
      return mails.length === BATCH;
    },
  });

  async function tell(mail: AlarmMail): Promise<void> {
    const { to, publicUrl, livemode, locale = "ru", send } = parts;
    if (to === "") return settleAlarmMail(db, { id: mail.id, end: "not-wanted", answer: "no address" });
    try {
      const { outcome, providerAnswer } = await send(
        writeAlarmMail(mail, { to, locale, publicUrl, livemode }),
      );
      const end = outcome === "accepted" ? "sent" : "later";
      if (end === "later") log.error({ loop: "alarms", error: outcome }, "an alarm was not taken over");
      await settleAlarmMail(db, { id: mail.id, end, answer: providerAnswer });
    } catch (error) {
      log.error({ loop: "alarms", error }, `the alarm ${mail.id} could not be sent`);
      await settleAlarmMail(db, { id: mail.id, end: "later", answer: "defect" });
    }
  }
}
