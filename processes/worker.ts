import { createServer } from "node:http";
import { Client } from "@temporalio/client";
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import type { ChargeDependencies } from "../activities/charging.ts";
import {
  createGatewayActivities,
  createLocalActivities,
  createWebhookActivities,
} from "../activities/index.ts";
import { lookAtUnwatchedCharge } from "../activities/looking-up.ts";
import { voidIdleObjects } from "../activities/object-requests.ts";
import { gatewayLimits } from "../adapters/gateways/limits.ts";
import { followMethodNews, nameSavedMethods } from "../api/method-news.ts";
import { guardedWeb } from "../adapters/public-web/guarded-web.ts";
import { signedWebhooks } from "../adapters/webhooks/http/signed-webhooks.ts";
import type { WebhookSender } from "../adapters/webhooks/port.ts";
import type { Channel } from "../adapters/channels/port.ts";
import { plainMail } from "../adapters/channels/email/plain-mail.ts";
import { switchChannels } from "../db/queries/push-devices.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { mailDrop } from "../adapters/channels/email/mail-drop.ts";
import { readReturnedMail } from "../adapters/channels/email/read-returned-mail.ts";
import { createSealer } from "../db/sealed.ts";
import { gatewayTaskQueue, mainTaskQueue, webhookTaskQueue } from "../workflows/messages.ts";
import { createBillSources } from "./bill-sources.ts";
import { createChannels } from "./channels.ts";
import { type Config, readWholeConfig } from "./config.ts";
import { createDataConverter } from "./data-converter.ts";
import { readDkimKey } from "./dkim-key.ts";
import { untilToldToEnd } from "./ending.ts";
import { startEngineLoops } from "./engine-loops.ts";
import { createGuardedGateways } from "./guarded-gateways.ts";
import { createLog, type Log } from "./log.ts";
import { followRefundNews } from "./refund-news.ts";
import { registerSearchAttributes } from "./search-attributes.ts";
import { createWorkflowStarter } from "./temporal-starter.ts";
import { loadWorkflowBundle } from "./workflow-bundle.ts";

/** Requests to integrators under way in one worker: sixteen endpoints that hang with all their turns leave as much again to the others. */
const WEBHOOKS_AT_ONCE = 512;

/** The worker: workflows, activities and the loops. Several may run side by side; rows and leases share the work out. */
async function main(): Promise<void> {
  const config = readWholeConfig(process.env);
  const log = createLog("worker", config.KVITOK_LOG_LEVEL);
  installRuntime(log);
  const connection = await NativeConnection.connect({ address: config.KVITOK_TEMPORAL_ADDRESS });
  const namespace = config.KVITOK_TEMPORAL_NAMESPACE;
  await registerSearchAttributes(connection, namespace);
  const database = openOwnDatabase(config, log);
  const { db } = database;
  const livemode = config.KVITOK_MODE === "live";
  const dataConverter = createDataConverter(config.KVITOK_PAYLOAD_KEYS);
  const charging = chargingOver(config, db, createGuardedGateways(config, db, log));
  const webhooks = webhookSender(config);
  const workers = await createWorkers({ config, connection, charging, webhooks, dataConverter });
  const channels = createChannels(config);
  await tellChannels({ db, log, messagesAnHour: config.KVITOK_MESSAGES_AN_HOUR }, channels);
  const mails = plainMail(relayOf(config));
  // the worker's own connection: the first task of a workflow is handed over with its start
  const starter = createWorkflowStarter(new Client({ connection, namespace, dataConverter }));
  const methodKeeping = { ...charging, engine: db, log };
  await nameMethods(methodKeeping);
  const loops = startEngineLoops({
    db,
    databaseUrl: config.KVITOK_DATABASE_URL,
    starter,
    gatewayNews: {
      lookAtMethod: (news) => followMethodNews(methodKeeping, news),
      lookAtRefund: (about) => followRefundNews({ charging, starter }, about),
    },
    alarms: { send: mails.send, to: config.KVITOK_OPERATOR_MAIL, livemode },
    letters: { sealer: charging.sealer, send: mails.send, livemode },
    registryFiles: { db, pool: database.pool, claimKey: config.KVITOK_CLAIM_KEY, sealer: charging.sealer },
    lookAtUnwatchedCharge: (about) => lookAtUnwatchedCharge(charging, about),
    voidIdleObjects: () => voidIdleObjects(charging),
    finding: { sources: charging.billSources, sealer: charging.sealer, claimKey: charging.claimKey },
    channels,
    sealer: charging.sealer,
    ...bouncesOver(config.KVITOK_BOUNCE_DROP),
    publicUrl: config.KVITOK_PUBLIC_URL,
    linkKey: charging.claimKey,
    log,
  });
  const running = Promise.all(workers.map((worker) => worker.run()));
  const health = serveHealth(config.KVITOK_WORKER_HEALTH_PORT, () =>
    workers.every((worker) => worker.getState() === "RUNNING"),
  );

  await Promise.race([untilToldToEnd(), running]);
  await loops.stop();
  for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
  await running;
  await webhooks.close();
  await Promise.all(channels.map((channel) => channel.close()));
  mails.close();
  await database.close();
  await connection.close();
  health.close();
}

function openOwnDatabase(config: Config, log: Log) {
  return openDatabase({
    url: config.KVITOK_DATABASE_URL,
    applicationName: "kvitok-worker",
    maxConnections: 20,
    onError: (error) => log.warn({ error }, "a database connection was lost"),
  });
}

function relayOf(config: Config) {
  return { smtpUrl: config.KVITOK_SMTP_URL, from: config.KVITOK_MAIL_FROM, dkim: readDkimKey(config) };
}

/** What a mail server drops into a folder for us; nothing is read without one. */
function bouncesOver(folder: string) {
  return folder === "" ? {} : { bounces: { drop: mailDrop(folder), read: readReturnedMail } };
}

/** Nobody is reachable over a channel that is not set up; the log says which are. */
async function tellChannels(
  { db, log, messagesAnHour }: { readonly db: Database; readonly log: Log; readonly messagesAnHour: number },
  channels: readonly Channel[],
): Promise<void> {
  const names = channels.map(({ name }) => name);
  await switchChannels(db, {
    push: names.includes("push"),
    sms: names.includes("sms"),
    messagesAnHour,
  });
  log.info(
    { channels: names },
    names.includes("push") ? "channels are on" : "web push is off: it has no keys",
  );
}

/** Methods that were saved before their gateways' names were kept get them now; without, only news of them find nothing. */
function nameMethods(
  keeping: Parameters<typeof nameSavedMethods>[0] & { readonly log: ReturnType<typeof createLog> },
) {
  return nameSavedMethods(keeping).catch((error: unknown) =>
    keeping.log.error({ error }, "methods that were saved before could not be named"),
  );
}

/** One worker for workflows and local activities, one for webhooks, one for each gateway's own queue. */
async function createWorkers(parts: {
  readonly config: Config;
  readonly connection: NativeConnection;
  readonly charging: ChargeDependencies;
  readonly webhooks: WebhookSender;
  readonly dataConverter: ReturnType<typeof createDataConverter>;
}): Promise<readonly Worker[]> {
  const { config, connection, charging, webhooks, dataConverter } = parts;
  const shared = {
    connection,
    dataConverter,
    namespace: config.KVITOK_TEMPORAL_NAMESPACE,
    shutdownGraceTime: "30 seconds",
    shutdownForceTime: "45 seconds",
  } as const;
  const workflows = Worker.create({
    ...shared,
    taskQueue: mainTaskQueue,
    workflowBundle: await loadWorkflowBundle(),
    activities: createLocalActivities(charging),
    // cached workflows are memory; a payment that sleeps for days need not be among them
    maxCachedWorkflows: config.KVITOK_CACHED_WORKFLOWS,
  });
  const toIntegrators = Worker.create({
    ...shared,
    taskQueue: webhookTaskQueue,
    activities: createWebhookActivities({ ...charging, webhooks }),
    maxConcurrentActivityTaskExecutions: WEBHOOKS_AT_ONCE,
  });
  const charges = [...charging.gateways.keys()].map((gateway) =>
    Worker.create({
      ...shared,
      taskQueue: gatewayTaskQueue(gateway),
      activities: createGatewayActivities(charging),
      maxConcurrentActivityTaskExecutions: gatewayLimits(gateway).atOnce,
      maxTaskQueueActivitiesPerSecond: gatewayLimits(gateway).perSecond,
    }),
  );
  return Promise.all([workflows, toIntegrators, ...charges]);
}

/** A receiver that hangs keeps its connections: there are enough of them that it does not hold the others up. */
const CONNECTIONS_TO_ONE_RECEIVER = 32;
const RECEIVER_ANSWERS_MS = 20_000;

function webhookSender(config: Config): WebhookSender {
  const allowed = new Set(config.KVITOK_WEBHOOK_ALLOW);
  const connections = CONNECTIONS_TO_ONE_RECEIVER;
  return signedWebhooks(
    guardedWeb({ allowed, connections, totalMs: RECEIVER_ANSWERS_MS, answerBytes: 1_024 }),
  );
}

/** What charges and look-ups stand on, whoever asks for them. */
function chargingOver(
  config: Config,
  db: ChargeDependencies["db"],
  gateways: ChargeDependencies["gateways"],
): ChargeDependencies {
  const sealer = createSealer(config.KVITOK_DATA_KEYS);
  const { KVITOK_CLAIM_KEY: claimKey, KVITOK_PUBLIC_URL: publicUrl } = config;
  // one for debits and discovery together: they share its pace
  const billSources = createBillSources(config);
  return { db, sealer, gateways, claimKey, publicUrl, billSources };
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
  const paths: Readonly<Record<string, () => boolean>> = { "/live": () => true, "/ready": isReady };
  const patience = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 5_000 };
  return createServer(patience, (request, response) => {
    const ask = paths[request.url ?? ""];
    const status = ask === undefined ? 404 : ask() ? 200 : 503;
    response.writeHead(status, { "content-type": "text/plain" }).end(`${status}\n`);
  }).listen(port, "127.0.0.1");
}

await main();
