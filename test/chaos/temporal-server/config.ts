import { stringify } from "yaml";
import type { TemporalServerPorts } from "../world/links.ts";

/** Databases of the server, and the folder of each one's tables in the SQL tool. */
export const TEMPORAL_DATABASES = [
  { name: "temporal", schema: "postgresql/v12/temporal" },
  { name: "temporal_visibility", schema: "postgresql/v12/visibility" },
] as const;

/** What a server's settings are made from. */
export type ServerOrder = {
  readonly ports: TemporalServerPorts;
  readonly database: { readonly port: number; readonly user: string; readonly password: string };
  /** File of {@link dynamicConfig}. */
  readonly dynamicConfigFile: string;
  /** The setting `faultInjection`; undefined: the storage is what PostgreSQL makes of it. */
  readonly faultInjection: object | undefined;
};

/** Fixed for ever at the first start; one for each two cores would do. */
const SHARDS = 4;
/** Each of the four services has a pool of its own to each database. */
const MOST_CONNECTIONS = 20;

/** The settings of Temporal's full server with all four services in one process, as YAML. */
export function serverConfig({ ports, database, dynamicConfigFile, faultInjection }: ServerOrder): string {
  const [main, visibility] = TEMPORAL_DATABASES.map(({ name }) => ({
    sql: {
      pluginName: "postgres12",
      databaseName: name,
      connectAddr: `127.0.0.1:${database.port}`,
      connectProtocol: "tcp",
      user: database.user,
      password: database.password,
      maxConns: MOST_CONNECTIONS,
      maxIdleConns: MOST_CONNECTIONS,
      maxConnLifetime: "1h",
    },
  }));
  return stringify({
    log: { stdout: true, level: "error" },
    persistence: {
      defaultStore: "main",
      visibilityStore: "visibility",
      numHistoryShards: SHARDS,
      datastores: { main: faultInjection === undefined ? main : { faultInjection, ...main }, visibility },
    },
    global: {
      membership: { maxJoinDuration: "30s", broadcastAddress: "127.0.0.1" },
      metrics: {
        prometheus: {
          framework: "tally",
          timerType: "histogram",
          listenAddress: `127.0.0.1:${ports.metrics}`,
        },
      },
    },
    services: servicesOf(ports),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: "active",
      currentClusterName: "active",
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: "frontend",
          rpcAddress: `127.0.0.1:${ports.frontend}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: "noop" },
    archival: { history: { state: "disabled" }, visibility: { state: "disabled" } },
    dynamicConfigClient: { filepath: dynamicConfigFile, pollInterval: "60s" },
  });
}

function servicesOf(ports: TemporalServerPorts): object {
  const rpc = (grpcPort: number, membershipPort: number) => ({
    grpcPort,
    membershipPort,
    bindOnLocalHost: true,
  });
  return {
    frontend: { rpc: { ...rpc(ports.frontend, ports.frontendMembership), httpPort: ports.http } },
    history: { rpc: rpc(ports.history, ports.historyMembership) },
    matching: { rpc: rpc(ports.matching, ports.matchingMembership) },
    worker: { rpc: rpc(ports.internalWorker, ports.internalWorkerMembership) },
  };
}

/** More than a run ever asks for: it is to find the engine's faults, not the limits that a server of one node has by default. */
const LIMITS: Readonly<Record<string, number | boolean>> = {
  "frontend.rps": 100_000,
  "frontend.namespaceRPS": 100_000,
  // ten a second by default: the harness looks at what is open
  "frontend.namespaceRPS.visibility": 10_000,
  "frontend.persistenceMaxQPS": 100_000,
  "history.persistenceMaxQPS": 100_000,
  "matching.persistenceMaxQPS": 100_000,
  "worker.persistenceMaxQPS": 100_000,
  // 128,000 workflows by default, up to 6 GB
  "history.hostLevelCacheMaxSize": 10_000,
  // the attributes that were added a moment ago are there for whoever asks next
  "system.forceSearchAttributesCacheRefreshOnRead": true,
};

/** The server's settings that it reads while it runs, as YAML. */
export function dynamicConfig(): string {
  return stringify(Object.fromEntries(Object.entries(LIMITS).map(([name, value]) => [name, [{ value }]])));
}
