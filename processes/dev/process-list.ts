import { fileURLToPath } from "node:url";
import { catalogueFile } from "../../sandbox/billers/biller-book.ts";
import { answerAtAll, answerOk } from "./answers.ts";
import { databaseIsThere, prepareCluster, serveCommand } from "./postgres.ts";
import { nodeCommand } from "./process-command.ts";
import type { ProcessDeclaration } from "./process-declaration.ts";
import {
  bankEnvironment,
  cityEnvironment,
  clusterOf,
  engineDatabase,
  engineEnvironment,
  type Stack,
  temporalNamespace,
  urlOf,
} from "./stack.ts";
import { temporalCommand, type TemporalServer, temporalServes } from "./temporal.ts";
import { findTemporalProgram, programCache } from "./temporal-binary.ts";
import { developmentServer } from "./temporal-releases.ts";

/** All that `npm start` runs, as data: who needs whom decides the order of start and stop. */
export function kvitokProcesses(stack: Stack): readonly ProcessDeclaration[] {
  return [...servers(stack), ...sandbox(stack), ...engine(stack)];
}

function servers(stack: Stack): ProcessDeclaration[] {
  const { ports } = stack;
  let cluster: ReturnType<typeof clusterOf> | undefined;
  // Described once: finding out how PostgreSQL may run here starts programs.
  const describedCluster = (): ReturnType<typeof clusterOf> => {
    cluster ??= clusterOf(stack);
    return cluster;
  };
  return [
    {
      name: "postgres",
      kind: "service",
      needs: [],
      ports: [ports.postgres],
      // SIGINT is its fast shutdown; SIGTERM would wait for every client.
      stopSignal: "SIGINT",
      stopWithinSeconds: 20,
      command: async () => {
        await prepareCluster(await describedCluster());
        return serveCommand(await describedCluster());
      },
      isReady: async () => databaseIsThere(await describedCluster(), engineDatabase),
    },
    {
      name: "temporal",
      kind: "service",
      needs: [],
      ports: [ports.temporal, ports.temporalUi, ports.temporalMetrics, ports.temporalHttp],
      command: async () =>
        temporalCommand({
          ...temporalOf(stack),
          binary: await findTemporalProgram(developmentServer, stack.say, [
            programCache,
            stack.data.programs,
          ]),
        }),
      isReady: () => temporalServes(temporalOf(stack)),
    },
  ];
}

function temporalOf({ data, ports }: Stack): Omit<TemporalServer, "binary"> {
  return {
    port: ports.temporal,
    httpPort: ports.temporalHttp,
    metricsPort: ports.temporalMetrics,
    namespace: temporalNamespace,
    file: data.temporalFile,
    ui: { port: ports.temporalUi, codecUrl: urlOf(ports.codec) },
  };
}

function sandbox(stack: Stack): ProcessDeclaration[] {
  const { ports } = stack;
  return [
    {
      name: "bank",
      kind: "service",
      needs: [],
      ports: [ports.bank],
      command: () => nodeCommand("processes/sandbox-bank.ts", [], bankEnvironment(stack)),
      isReady: answerAtAll(urlOf(ports.bank)),
    },
    {
      name: "city",
      kind: "service",
      needs: [],
      ports: [ports.smtp, ports.mailbox, ports.identity, ports.city, ports.registry, ports.push],
      command: () => nodeCommand("processes/sandbox-city.ts", [], cityEnvironment(stack)),
      isReady: answerOk(
        `${urlOf(ports.mailbox)}/messages`,
        `${urlOf(ports.identity)}/.well-known/openid-configuration`,
        `${urlOf(ports.city)}/users`,
        `${urlOf(ports.registry)}/control/health`,
        `${urlOf(ports.push)}/messages`,
      ),
    },
  ];
}

function engine(stack: Stack): ProcessDeclaration[] {
  const { ports, secrets } = stack;
  const environment = engineEnvironment(stack);
  return [
    {
      name: "codec",
      kind: "service",
      needs: [],
      ports: [ports.codec],
      command: () => nodeCommand("processes/codec-server.ts", [], environment),
      isReady: answerOk(`${urlOf(ports.codec)}/health`),
    },
    {
      name: "migrate",
      kind: "task",
      needs: ["postgres"],
      command: () => nodeCommand("cli/main.ts", ["migrate"], environment),
    },
    {
      name: "seed",
      kind: "task",
      needs: ["migrate"],
      command: () =>
        nodeCommand("cli/main.ts", ["sandbox-seed"], {
          ...environment,
          SANDBOX_CATALOGUE: fileURLToPath(catalogueFile),
          SANDBOX_BILLERS: JSON.stringify(secrets.billers),
        }),
    },
    {
      name: "worker",
      kind: "service",
      // Bank and city stay until the worker has ended: a charge under way wants its answer.
      needs: ["migrate", "temporal", "bank", "city"],
      ports: [ports.worker],
      stopWithinSeconds: 20,
      command: () => nodeCommand("processes/worker.ts", [], environment),
      isReady: answerOk(`${urlOf(ports.worker)}/ready`),
    },
    {
      name: "api",
      kind: "service",
      needs: ["seed", "temporal", "bank", "city"],
      ports: [ports.api],
      command: () => nodeCommand("processes/api.ts", [], environment),
      isReady: answerOk(`${urlOf(ports.api)}/health/ready`),
    },
  ];
}
