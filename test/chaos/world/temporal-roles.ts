import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Connection } from "@temporalio/client";
import { isNoAnswer } from "../../../processes/dev/answers.ts";
import type { DataDirectory } from "../../../processes/dev/data-directory.ts";
import { clusterUser } from "../../../processes/dev/postgres.ts";
import { runToEnd } from "../../../processes/dev/process-command.ts";
import { type Stack, temporalNamespace, urlOf } from "../../../processes/dev/stack.ts";
import { temporalCommand, temporalServes } from "../../../processes/dev/temporal.ts";
import { findTemporalProgram, programCache } from "../../../processes/dev/temporal-binary.ts";
import { developmentServer } from "../../../processes/dev/temporal-releases.ts";
import { registerSearchAttributes } from "../../../processes/search-attributes.ts";
import { dynamicConfig, serverConfig, TEMPORAL_DATABASES } from "../temporal-server/config.ts";
import type { PersistenceFaults } from "../temporal-server/persistence-faults.ts";
import type { TemporalServerPrograms } from "../temporal-server/programs.ts";
import type { Role } from "./cast.ts";
import { clusterRole } from "./cluster-role.ts";
import type { ChaosPorts } from "./links.ts";

/** Temporal's full server: its programs, and what its storage does wrong. */
export type FullTemporal = { readonly programs: TemporalServerPrograms; readonly faults: PersistenceFaults };

type Parts = { readonly stack: Stack; readonly ports: ChaosPorts };

const TOOL_WITHIN_SECONDS = 120;
const RETENTION = "604800s";

/** The development server: one process, histories in a file of SQLite. */
export function developmentTemporal({ stack }: Parts): Role {
  const { ports, data } = stack;
  const server = {
    port: ports.temporal,
    httpPort: ports.temporalHttp,
    metricsPort: ports.temporalMetrics,
    namespace: temporalNamespace,
    file: data.temporalFile,
  };
  return {
    kind: "temporal",
    declaration: {
      name: "temporal",
      kind: "service",
      needs: [],
      ports: [ports.temporal, ports.temporalMetrics, ports.temporalHttp],
      command: async () => {
        const caches = [programCache, data.programs];
        return temporalCommand({
          ...server,
          binary: await findTemporalProgram(developmentServer, stack.say, caches),
        });
      },
      isReady: () => temporalServes(server),
    },
  };
}

/** The folder of the PostgreSQL that keeps Temporal's histories. */
export function temporalClusterFolder({ path }: Pick<DataDirectory, "path">): string {
  return join(path, "temporal-postgres");
}

/** The full server and its own PostgreSQL, each a process that can be killed. */
export function fullTemporal({ stack, ports }: Parts, { programs, faults }: FullTemporal): readonly Role[] {
  const { postgres, ...served } = ports.temporalServer;
  return [
    clusterRole(stack, {
      kind: "temporal-postgres",
      folder: temporalClusterFolder(stack.data),
      port: postgres,
      databases: TEMPORAL_DATABASES.map(({ name }) => name),
    }),
    {
      kind: "temporal",
      declaration: {
        name: "temporal",
        kind: "service",
        needs: ["temporal-postgres"],
        ports: Object.values(served),
        command: () => {
          const config = writeSettings({ stack, ports }, faults);
          return { file: programs.server, args: ["--config-file", config, "--allow-no-auth", "start"] };
        },
        isReady: () => servesNamespace(served.http),
      },
    },
  ];
}

/** Written anew for every start: whether the storage lies, and by which seeds, is said there. */
function writeSettings({ stack, ports }: Parts, faults: PersistenceFaults): string {
  const folder = join(stack.data.path, "temporal-server");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const dynamicConfigFile = join(folder, "dynamic-config.yaml");
  writeFileSync(dynamicConfigFile, dynamicConfig());
  const config = join(folder, "config.yaml");
  const text = serverConfig({
    ports: ports.temporalServer,
    database: databaseOf({ stack, ports }),
    dynamicConfigFile,
    faultInjection: faults.nextInjection(),
  });
  writeFileSync(config, text, { mode: 0o600 });
  return config;
}

function databaseOf({ stack, ports }: Parts) {
  return {
    port: ports.temporalServer.postgres,
    user: clusterUser,
    password: stack.secrets.postgresPassword,
  } as const;
}

/**
 * Makes the tables of an empty cluster that is up.
 *
 * @throws when the SQL tool fails; its words are in the message
 */
export async function makeTemporalTables(parts: Parts, { sqlTool }: TemporalServerPrograms): Promise<void> {
  const { port, user, password } = databaseOf(parts);
  for (const { name, schema } of TEMPORAL_DATABASES) {
    const where = ["--plugin", "postgres12", "--endpoint", "127.0.0.1", "--port", String(port)];
    const who = ["--user", user, "--database", name];
    for (const what of [
      ["setup-schema", "--version", "0.0"],
      ["update-schema", "--schema-name", schema],
    ]) {
      const { code, output } = await runToEnd(
        { file: sqlTool, args: [...where, ...who, ...what], environment: { SQL_PASSWORD: password } },
        TOOL_WITHIN_SECONDS,
      );
      if (code !== 0) throw new Error(`${what[0] ?? ""} of ${name} failed:\n${output.slice(-2_000)}`);
    }
  }
}

/** Makes the engine's namespace on the way: the full server begins without any. */
async function servesNamespace(httpPort: number): Promise<boolean> {
  if (await temporalServes({ httpPort, namespace: temporalNamespace })) return true;
  try {
    const made = await fetch(`${urlOf(httpPort)}/api/v1/namespaces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        namespace: temporalNamespace,
        workflowExecutionRetentionPeriod: RETENTION,
      }),
      signal: AbortSignal.timeout(5_000),
    });
    await made.body?.cancel();
  } catch (error) {
    if (!isNoAnswer(error)) throw error;
  }
  // whatever became of it: the next question finds the namespace, or not
  return false;
}

/** Makes the engine's search attributes before anybody works: three workers that add them at once would be refused by the storage, each in turn. */
export async function addSearchAttributes({ stack }: Pick<Parts, "stack">): Promise<void> {
  const connection = await Connection.connect({ address: `127.0.0.1:${stack.ports.temporal}` });
  try {
    await registerSearchAttributes(connection, temporalNamespace);
  } finally {
    await connection.close();
  }
}
