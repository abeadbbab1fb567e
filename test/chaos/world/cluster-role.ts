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
  },
): Role {
  const { kind, folder, port, databases } = order;
  const describe = () =>
    describeCluster({
      folder,
      spareFolder: data.path,
      port,
      password: secrets.postgresPassword,
      // two APIs, three workers, or four services with pools of their own; and whoever looks on
      settings: { ...developmentSettings, max_connections: "220" },
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
        await prepareCluster(await described());
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
