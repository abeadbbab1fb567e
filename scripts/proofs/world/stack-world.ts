import { setTimeout as pause } from "node:timers/promises";
import { openDatabase } from "../../../db/database.ts";
import { createSealer, readKeyRing } from "../../../db/sealed.ts";
import { type BenchStack, startBenchStack } from "../../../bench/stack.ts";
import { savedCard } from "../../../test/contracts/gateway/stripe-world.ts";
import { BankView } from "./bank-view.ts";
import { listRunsAt } from "./workflow-runs.ts";
import type { World } from "./world.ts";

/** The demo biller whose bills are paid through Stripe. */
const STRIPE_BILLER = "globus";
const BACK_WITHIN_MS = 120_000;

/** The stack of `npm start` in a folder of its own: every part is a process, and a killed one is started again by the launcher. */
export async function startStackWorld(portBase: number): Promise<World> {
  const stack = await startBenchStack(portBase);
  const { board, secrets } = stack;
  const { db, close } = openDatabase({
    url: board.database,
    applicationName: "kvitok-proof",
    maxConnections: 10,
  });
  return {
    db,
    sealer: createSealer(readKeyRing(secrets.dataKeys)),
    bank: new BankView(board.bank.url.replace(/\/v3$/, "/control"), board.bank),
    api: board.api,
    billers: board.billers,
    stripe: {
      billerId: STRIPE_BILLER,
      savedCard: (card = "pm_card_visa") =>
        savedCard({ url: board.bank.stripe.url, secretKey: board.bank.stripe.secretKey }, card),
    },
    token: async (login) => {
      const user = board.users.find((known) => known.login === login);
      if (!user) throw new Error(`the city has no ${login}`);
      return user.token;
    },
    restartWorker: () => restart(stack, "worker"),
    restartTemporal: () => restart(stack, "temporal"),
    runs: (types) => listRunsAt({ address: board.temporal, namespace: "kvitok" }, types),
    async close() {
      await close();
      await stack.stop();
    },
  };
}

/** Kills a process and waits until the launcher has another one in its place. */
async function restart(stack: BenchStack, name: "worker" | "temporal"): Promise<void> {
  const pid = stack.pids()[name];
  if (pid === undefined) throw new Error(`the board names no ${name}`);
  process.kill(pid, "SIGKILL");
  const deadline = Date.now() + BACK_WITHIN_MS;
  while ((stack.pids()[name] ?? pid) === pid) {
    if (Date.now() > deadline) throw new Error(`no ${name} came back`);
    await pause(200);
  }
}
