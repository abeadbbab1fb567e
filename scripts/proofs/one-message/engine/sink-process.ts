// An SMTP server that forgets what it takes: its journal keeps who got what, on the disk before it says 250.
import { receiveMail } from "../../../../sandbox/mailbox/smtp-receiver.ts";
import { FaultBoard, type SmtpFault } from "../../../../sandbox/mailbox/fault-board.ts";
import { CityTime } from "../../../../sandbox/city-clock.ts";
import { openCityJournal } from "../../../../sandbox/city-journal.ts";

/** One handing over, as the sink saw it; `phase`: what the proof was at then. */
export type RawMail = {
  readonly phase: number;
  readonly messageId: string | null;
  readonly to: string;
  readonly subject: string;
  /** The sink has it. */
  readonly isTaken: boolean;
  readonly replyCode: number | null;
};

/** What the proof tells its sink. */
export type SinkOrder = { readonly phase: number; readonly faults: readonly SmtpFault[] };

const [port = "0", file = ""] = process.argv.slice(2);
const journal = openCityJournal<RawMail>(file, () => undefined);
const faults = new FaultBoard();
let phase = 0;

process.on("message", (order: SinkOrder) => {
  phase = order.phase;
  for (const fault of order.faults) faults.arm(fault);
  process.send?.("heard");
});

const sink = await receiveMail(
  Number(port),
  {
    clock: new CityTime(),
    record: ({ messageId, to, replyCode }, content) =>
      journal.append({
        phase,
        messageId,
        to: to[0] ?? "",
        subject: content?.mail.subject ?? "",
        isTaken: content !== undefined,
        replyCode,
      }),
  },
  faults,
  { write: () => Promise.reject(new Error("nothing comes back from this server")) },
);
process.once("disconnect", () => process.exit(0));
process.send?.({ port: sink.port });
