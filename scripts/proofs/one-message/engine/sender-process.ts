// The loops of the engine that make messages of bills and send them, in a process that may be killed.
import { emailChannel } from "../../../../adapters/channels/email/email-channel.ts";
import { openDatabase } from "../../../../db/database.ts";
import { closeDigest, readOverdueDigests } from "../../../../db/queries/digests.ts";
import { startListener } from "../../../../loops/listener.ts";
import { type LoopLog, startLoop } from "../../../../loops/loop.ts";
import { startNotifier } from "../../../../loops/notifier.ts";
import { startPlanner } from "../../../../loops/planner.ts";

const [url = "", smtpUrl = ""] = process.argv.slice(2);
const { db } = openDatabase({ url, applicationName: "kvitok-proof-sender", maxConnections: 8 });
const log: LoopLog = {
  error: ({ loop, error }, message) => console.error(`${loop}: ${message}: ${String(error)}`),
};
const channel = emailChannel({ smtpUrl, from: "Kvitok <kvitok@kvitok.test>", answersWithinSeconds: 20 });
const planner = startPlanner({ db, log });
const notifier = startNotifier({
  db,
  channels: new Map([[channel.name, channel]]),
  publicUrl: "https://kvitok.test",
  // Test key, not a secret
  linkKey: Buffer.alloc(32, 5),
  log,
});
// what a workflow does at the instant of a digest, and the sweeper where it did not
startLoop({
  name: "digests",
  everyMs: 500,
  log,
  work: async () => {
    const due = await readOverdueDigests(db, { graceMs: 0, limit: 50 });
    for (const digest of due) await closeDigest(db, digest);
    return due.length > 0;
  },
});
startListener({
  url,
  log,
  onBell: (bell) => {
    if (bell === "plan" || bell === "*") planner.ring();
    if (bell === "notify" || bell === "*") notifier.ring();
  },
});
process.once("disconnect", () => process.exit(0));
process.send?.("ready");
