import { createServer } from "node:http";
import { Client } from "@temporalio/client";
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { createGatewayActivities, createLocalActivities } from "../activities/index.ts";
import { emailChannel } from "../adapters/channels/email/email-channel.ts";
import { createYooKassa } from "../adapters/gateways/yookassa/yookassa.ts";
import { openDatabase } from "../db/database.ts";
import { createSealer } from "../db/sealed.ts";
import { startListener } from "../loops/listener.ts";
import type { LoopLog } from "../loops/loop.ts";
import { startNotifier } from "../loops/notifier.ts";
import { startOutboxDrainer } from "../loops/outbox-drainer.ts";
import { startPlanner } from "../loops/planner.ts";
import { startNudger, startSweeper, sweep } from "../loops/sweeper.ts";
import { gatewayTaskQueue, mainTaskQueue } from "../workflows/messages.ts";
import { type Config, readWholeConfig } from "./config.ts";
import { createDataConverter } from "./data-converter.ts";
import { untilToldToEnd } from "./ending.ts";
import { createLog, type Log } from "./log.ts";
import { registerSearchAttributes } from "./search-attributes.ts";
import { createWorkflowStarter } from "./temporal-starter.ts";
import { loadWorkflowBundle } from "./workflow-bundle.ts";

/** Cached workflows are memory; a payment that sleeps for days need not be among them. */
const CACHED_WORKFLOWS = 600;
const SHUTDOWN_GRACE = "30 seconds";

/** The worker: workflows, activities and the loops. Several may run side by side; rows and leases share the work out. */
async function main(): Promise<void> {
  const config = readWholeConfig(process.env);
  const log = createLog("worker", config.KVITOK_LOG_LEVEL);
  installRuntime(log);
  const [bundle, connection] = await Promise.all([
    loadWorkflowBundle(),
    NativeConnection.connect({ address: config.KVITOK_TEMPORAL_ADDRESS }),
  ]);
  const namespace = config.KVITOK_TEMPORAL_NAMESPACE;
  await registerSearchAttributes(connection, namespace);

  const database = openDatabase({
    url: config.KVITOK_DATABASE_URL,
    applicationName: "kvitok-worker",
    maxConnections: 20,
    onError: (error) => log.warn({ error }, "a database connection was lost"),
  });
  const { db } = database;
  const dataConverter = createDataConverter(config.KVITOK_PAYLOAD_KEYS);
  const gateways = new Map([["yookassa", yooKassaOf(config)]]);
  const sealer = createSealer(config.KVITOK_DATA_KEYS);
  const charging = { db, sealer, gateways, publicUrl: config.KVITOK_PUBLIC_URL };
  const shared = {
    connection,
    namespace,
    dataConverter,
    shutdownGraceTime: SHUTDOWN_GRACE,
    shutdownForceTime: "45 seconds",
  } as const;
  const workflows = await Worker.create({
    ...shared,
    taskQueue: mainTaskQueue,
    workflowBundle: bundle,
    activities: createLocalActivities(charging),
    maxCachedWorkflows: CACHED_WORKFLOWS,
  });
  const gatewayWorkers = await Promise.all(
    [...gateways.keys()].map((gateway) =>
      Worker.create({
        ...shared,
        taskQueue: gatewayTaskQueue(gateway),
        activities: createGatewayActivities(charging),
        maxConcurrentActivityTaskExecutions: 50,
      }),
    ),
  );

  const client = new Client({ connection, namespace, dataConverter });
  const channel = emailChannel({ smtpUrl: config.KVITOK_SMTP_URL, from: config.KVITOK_MAIL_FROM });
  const loops = startLoops({ database, client, channel, config, log });
  const workers = [workflows, ...gatewayWorkers];
  const running = Promise.all(workers.map((worker) => worker.run()));
  const health = serveHealth(config.KVITOK_WORKER_HEALTH_PORT, () =>
    workers.every((worker) => worker.getState() === "RUNNING"),
  );

  await Promise.race([untilToldToEnd(), running]);
  await loops.stop();
  for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
  await running;
  await channel.close();
  await database.close();
  await connection.close();
  health.close();
}

function yooKassaOf(config: Config) {
  return createYooKassa({
    url: config.KVITOK_YOOKASSA_URL,
    shopId: config.KVITOK_YOOKASSA_SHOP_ID,
    secretKey: config.KVITOK_YOOKASSA_SECRET_KEY,
    livemode: config.KVITOK_MODE === "live",
  });
}

function startLoops(parts: {
  readonly database: ReturnType<typeof openDatabase>;
  readonly client: Client;
  readonly channel: ReturnType<typeof emailChannel>;
  readonly config: Config;
  readonly log: Log;
}) {
  const { database, client, channel, config } = parts;
  const { db } = database;
  const log: LoopLog = parts.log;
  const starter = createWorkflowStarter(client);
  const planner = startPlanner({ db, log });
  const outbox = startOutboxDrainer({ db, starter, log });
  const notifier = startNotifier({
    db,
    channels: new Map([[channel.name, channel]]),
    publicUrl: config.KVITOK_PUBLIC_URL,
    log,
  });
  const nudger = startNudger({ db, starter, log });
  const sweeper = startSweeper({ db, starter, log });
  const bells: Readonly<Record<string, () => void>> = {
    plan: planner.ring,
    outbox: outbox.ring,
    notify: notifier.ring,
    nudge: nudger.ring,
    stop: sweeper.ring,
    clock: () =>
      void sweep({ db, starter, log }, 0).catch((error: unknown) =>
        log.error({ loop: "sweeper", error }, "the sweep after a jump of the clock failed"),
      ),
  };
  const listener = startListener({
    url: config.KVITOK_DATABASE_URL,
    log,
    onBell: (bell) =>
      bell === "*" ? [planner, outbox, notifier, nudger].forEach((loop) => loop.ring()) : bells[bell]?.(),
  });
  return {
    async stop() {
      await listener.stop();
      await Promise.all([planner, outbox, notifier, nudger, sweeper].map((loop) => loop.stop()));
    },
  };
}

function installRuntime(log: Log): void {
  const levels = { TRACE: "trace", DEBUG: "debug", INFO: "info", WARN: "warn", ERROR: "error" } as const;
  Runtime.install({
    logger: new DefaultLogger("WARN", ({ level, message, meta }) => log[levels[level]](meta ?? {}, message)),
    telemetryOptions: { logging: { filter: { core: "WARN", other: "ERROR" }, forward: {} } },
    // we end in order ourselves: loops first, then workers
    shutdownSignals: [],
  });
}

/** Liveness and readiness on loopback for supervisors and orchestrators. */
function serveHealth(port: number, isReady: () => boolean) {
  return createServer((request, response) => {
    const ok = request.url === "/live" || (request.url === "/ready" && isReady());
    response.writeHead(ok ? 200 : 503, { "content-type": "text/plain" }).end(ok ? "ok\n" : "not ready\n");
  }).listen(port, "127.0.0.1");
}

await main();
