import { openDatabase } from "../../db/database.ts";
import { withMigratedDatabase } from "../temporary-database.ts";
import { billChanges } from "./bill-changes/bill-changes.ts";
import { calendar } from "./calendar/calendar.ts";
import { zoneClockOf } from "./calendar/zone-clock.ts";
import { cityMorning } from "./city-morning/city-morning.ts";
import { longMandate } from "./long-mandate/long-mandate.ts";
import { forecast } from "./forecast/forecast.ts";
import { fuzzApi } from "./fuzz-api/fuzz-api.ts";
import { REQUIREMENTS } from "./fuzz-api/schemathesis.ts";
import { parsersUnderFuzz } from "./fuzz-parsers/fuzz-parsers.ts";
import { noticeGate } from "./notice-gate/notice-gate.ts";
import { oneDebtOnePayment } from "./one-debt/one-debt-one-payment.ts";
import { oneMessage } from "./one-message/one-message.ts";
import { orders } from "./orders/orders.ts";
import { paymentModel } from "./payment-model/payment-model.ts";
import type { Proof } from "./proof.ts";
import { paymentsSimulated } from "./simulated-payments/payments-simulated.ts";
import { retryBudgets } from "./retry-budgets/retry-budgets.ts";
import { CITY, simulation } from "./simulation/simulation.ts";
import { unknownOutcomes } from "./unknown-outcomes/unknown-outcomes.ts";
import { stop } from "./stop/stop.ts";
import { startStackWorld } from "./world/stack-world.ts";
import type { MakeWorld } from "./world/world.ts";

/** What the command line has to give to a proof. */
export type Surroundings = {
  /** The first of the ports that a stack of its own takes. */
  readonly portBase: number;
};

/** A proof with what it needs, as the command line runs it. */
export type ListedProof = Proof<Surroundings>;

function onStack(proof: Proof<MakeWorld>): ListedProof {
  return {
    ...proof,
    run: ({ needs, ...order }) => proof.run({ ...order, needs: () => startStackWorld(needs.portBase) }),
  };
}

/** The page and the mailbox are read beside the engine: it runs in this process. */
const ordersInProcess: ListedProof = {
  ...orders,
  run: async (order) => {
    // Temporal's runtime keeps a process alive that has once loaded it: only who needs it does
    const { inProcessWorld } = await import("./world/process-world.ts");
    return orders.run({ ...order, needs: (work) => inProcessWorld({ webhooks: false, stripe: true }, work) });
  },
};

/** As {@link ordersInProcess}: the answers of the API and the letters are read beside the engine. */
const stopInProcess: ListedProof = {
  ...stop,
  run: async (order) => {
    const { inProcessWorld } = await import("./world/process-world.ts");
    return stop.run({ ...order, needs: (work) => inProcessWorld({ stripe: true }, work) });
  },
};

const longMandateInProcess: ListedProof = {
  ...longMandate,
  run: async (order) => {
    const { inProcessWorld } = await import("./world/process-world.ts");
    return longMandate.run({ ...order, needs: (work) => inProcessWorld({}, work) });
  },
};

const paymentModelOnSkippedTime: ListedProof = {
  ...paymentModel,
  run: async (order) => {
    const { onSkippedTime } = await import("./world/skipped-time.ts");
    return paymentModel.run({ ...order, needs: onSkippedTime });
  },
};

const calendarOnPostgres: ListedProof = {
  ...calendar,
  run: (order) =>
    calendar.run({
      ...order,
      needs: (work) =>
        withMigratedDatabase(async (url) => {
          const { db, close } = openDatabase({ url, applicationName: "kvitok-proof", maxConnections: 2 });
          try {
            return await work(zoneClockOf(db));
          } finally {
            await close();
          }
        }),
    }),
};

const noticeGateOnDatabase: ListedProof = {
  ...noticeGate,
  run: async (order) => {
    const { onOwnDatabase } = await import("./world/own-database.ts");
    return noticeGate.run({ ...order, needs: onOwnDatabase });
  },
};

const oneMessageOnDatabase: ListedProof = {
  ...oneMessage,
  run: (order) =>
    oneMessage.run({
      ...order,
      needs: (work) =>
        withMigratedDatabase(async (url) => {
          const { db, close } = openDatabase({ url, applicationName: "kvitok-proof", maxConnections: 10 });
          try {
            return await work({ db, url });
          } finally {
            await close();
          }
        }),
    }),
};

const billChangesOnBoth: ListedProof = {
  ...billChanges,
  run: async (order) => {
    const [{ onOwnDatabases }, { inProcessWorld }] = await Promise.all([
      import("./world/own-database.ts"),
      import("./world/process-world.ts"),
    ]);
    return onOwnDatabases((lend) =>
      billChanges.run({
        ...order,
        needs: { onTables: lend, inEngine: (work) => inProcessWorld({}, work) },
      }),
    );
  },
};

const forecastOnDatabases: ListedProof = {
  ...forecast,
  run: async (order) => {
    const { onOwnDatabases } = await import("./world/own-database.ts");
    return onOwnDatabases((lend) => forecast.run({ ...order, needs: lend }));
  },
};

const simulationInProcess: ListedProof = {
  ...simulation,
  run: async (order) => {
    const { inProcessWorld } = await import("./world/process-world.ts");
    return simulation.run({
      ...order,
      needs: (work) =>
        inProcessWorld(CITY, (world, counters) =>
          work({ world, actions: async () => (await counters()).actions }),
        ),
    });
  },
};

const fuzzApiInProcess: ListedProof = {
  ...fuzzApi,
  run: async (order) => {
    const [{ inProcessWorld }, { pythonEnvironment }] = await Promise.all([
      import("./world/process-world.ts"),
      import("../../test/support/python.ts"),
    ]);
    const python = await pythonEnvironment("schemathesis", REQUIREMENTS);
    if ("missing" in python) throw new Error(python.missing);
    const needs = { programs: python.programs, inWorld: inProcessWorld };
    return fuzzApi.run({ ...order, needs });
  },
};

/** Every proof that `npm run prove` knows. */
export const proofs: readonly ListedProof[] = [
  calendarOnPostgres,
  { ...paymentsSimulated, run: (order) => paymentsSimulated.run({ ...order, needs: undefined }) },
  paymentModelOnSkippedTime,
  noticeGateOnDatabase,
  billChangesOnBoth,
  forecastOnDatabases,
  ordersInProcess,
  stopInProcess,
  longMandateInProcess,
  simulationInProcess,
  oneMessageOnDatabase,
  fuzzApiInProcess,
  {
    ...parsersUnderFuzz,
    run: ({ seed, sizes, say }) => parsersUnderFuzz.run({ seed, sizes, say, needs: undefined }),
  },
  onStack(cityMorning),
  onStack(oneDebtOnePayment),
  onStack(unknownOutcomes),
  onStack(retryBudgets),
];
