import {
  databaseIsThere,
  describeCluster,
  developmentSettings,
  type PostgresCluster,
  prepareCluster,
  serveCommand,
} from "../../../processes/dev/postgres.ts";
import type { Stack } from "../../../processes/dev/stack.ts";
import type { Kind, Role } from "./cast.ts";

/** A PostgreSQL of its own, fsync on; it is ready once all its databases are there. */
export function clusterRole(
  { data, secrets }: Pick<Stack, "data" | "secrets">,
  order: {
    readonly kind: Kind;
    readonly folder: string;
    readonly port: number;
    readonly databases: readonly string[];
    /** Beside those of a development cluster. */
    readonly settings?: Readonly<Record<string, string>>;
    /** Done with the cluster's folder before each start. */
    readonly beforeServing?: (folder: string) => void;
  },
): Role {
  const { kind, folder, port, databases, settings, beforeServing } = order;
  const describe = () =>
    describeCluster({
      folder,
      spareFolder: data.path,
      port,
      password: secrets.postgresPassword,
      // two APIs, three workers, or four services with pools of their own; and whoever looks on
      settings: { ...developmentSettings, max_connections: "220", ...settings },
    });
  let cluster: Promise<PostgresCluster> | undefined;
  const described = () => (cluster ??= describe());
  return {
    kind,
    declaration: {
      name: kind,
      kind: "service",
      needs: [],
      ports: [port],
      stopSignal: "SIGINT",
      command: async () => {
        const prepared = await described();
        await prepareCluster(prepared);
        beforeServing?.(prepared.rights.folder);
        return serveCommand(await described());
      },
      isReady: async () => {
        const cluster = await described();
        for (const database of databases) if (!(await databaseIsThere(cluster, database))) return false;
        return true;
      },
    },
  };
}
