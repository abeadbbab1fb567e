import { join } from "node:path";
import { answerAtAll, answerOk } from "../../../processes/dev/answers.ts";
import type { ProcessCommand } from "../../../processes/dev/process-command.ts";
import type { ProcessDeclaration } from "../../../processes/dev/process-declaration.ts";
import {
  bankEnvironment,
  cityEnvironment,
  engineDatabase,
  engineEnvironment,
  type Stack,
  urlOf,
} from "../../../processes/dev/stack.ts";
import { clusterRole } from "./cluster-role.ts";
import { type BoundedDisk, moveLogOnto } from "./bounded-disk.ts";
import { type ChaosPorts, portOf } from "./links.ts";
import { developmentTemporal, type FullTemporal, fullTemporal } from "./temporal-roles.ts";

/** What the world's processes are made from. */
export type CastParts = {
  readonly stack: Stack;
  readonly ports: ChaosPorts;
  /** The folder of the compiled engine. */
  readonly built: string;
  /** Where processes are told at which point to die. */
  readonly crashPoints: string;
  /** Temporal's full server on a PostgreSQL of its own; the development server when not said. */
  readonly fullTemporal?: FullTemporal | undefined;
  /** A disk that can be filled, where this machine lets one be mounted. */
  readonly disk?: BoundedDisk | undefined;
};

/** The kinds of processes that faults are aimed at. */
export const KINDS = ["api", "worker", "bank", "city", "temporal", "temporal-postgres", "postgres"] as const;
export type Kind = (typeof KINDS)[number];

/** One process of the world. */
export type Role = { readonly kind: Kind | "proxy"; readonly declaration: ProcessDeclaration };

/** The log of writes leaves room on its disk as long as nobody fills it. */
const ONTO_A_SMALL_DISK = { max_wal_size: "96MB", min_wal_size: "32MB" } as const;

/** Of three workers the last one forgets nearly every workflow at once: it replays for a living. */
const CACHED_WORKFLOWS = [600, 600, 3];

/** Everything that runs in a world but the generator and whatever is started once. */
export function castOf(parts: CastParts): readonly Role[] {
  return [
    proxy(parts),
    postgres(parts),
    ...(parts.fullTemporal === undefined
      ? [developmentTemporal(parts)]
      : fullTemporal(parts, parts.fullTemporal)),
    bank(parts),
    city(parts),
    ...workers(parts),
    ...apis(parts),
  ];
}

/** One of the compiled processes. */
export function builtCommand(
  { built }: Pick<CastParts, "built">,
  script: string,
  order: {
    readonly args?: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
    readonly preload?: boolean;
  },
): ProcessCommand {
  const { args = [], environment, preload = false } = order;
  const imports = preload ? ["--import", join(built, "test/chaos/crash-points/preload.js")] : [];
  return { file: process.execPath, args: [...imports, join(built, script), ...args], environment };
}

function proxy(parts: CastParts): Role {
  const { ports } = parts;
  return {
    kind: "proxy",
    declaration: {
      name: "proxy",
      kind: "service",
      needs: [],
      ports: [ports.proxyControl, ...ports.links.map(({ port }) => port)],
      command: () =>
        builtCommand(parts, "test/chaos/network/proxy-process.js", {
          args: [String(ports.proxyControl), JSON.stringify(ports.links)],
          environment: {},
        }),
      isReady: answerOk(urlOf(ports.proxyControl)),
    },
  };
}

function postgres({ stack, disk }: CastParts): Role {
  const { data, ports } = stack;
  return clusterRole(stack, {
    kind: "postgres",
    folder: data.postgres,
    port: ports.postgres,
    databases: [engineDatabase],
    ...(disk === undefined
      ? {}
      : { settings: ONTO_A_SMALL_DISK, beforeServing: (folder: string) => moveLogOnto(disk, folder) }),
  });
}

function bank(parts: CastParts): Role {
  const { stack, ports } = parts;
  const notifications = `${urlOf(portOf(ports, "bank-api"))}/v1/gateways`;
  const environment = {
    ...bankEnvironment(stack),
    SANDBOX_BANK_NOTIFY_URL: `${notifications}/yookassa/notifications`,
    SANDBOX_BANK_STRIPE_WEBHOOK_URL: `${notifications}/stripe/notifications`,
  };
  return {
    kind: "bank",
    declaration: {
      name: "bank",
      kind: "service",
      needs: [],
      ports: [stack.ports.bank],
      command: () => builtCommand(parts, "processes/sandbox-bank.js", { environment }),
      isReady: answerAtAll(urlOf(stack.ports.bank)),
    },
  };
}

function city(parts: CastParts): Role {
  const { ports } = parts.stack;
  return {
    kind: "city",
    declaration: {
      name: "city",
      kind: "service",
      needs: [],
      ports: [ports.smtp, ports.mailbox, ports.identity, ports.city, ports.registry, ports.push],
      command: () =>
        builtCommand(parts, "processes/sandbox-city.js", { environment: cityEnvironment(parts.stack) }),
      isReady: answerOk(
        `${urlOf(ports.mailbox)}/messages`,
        `${urlOf(ports.identity)}/.well-known/openid-configuration`,
        `${urlOf(ports.push)}/messages`,
      ),
    },
  };
}

function workers(parts: CastParts): readonly Role[] {
  return parts.ports.workers.map((port, index) => {
    const name = `worker-${index + 1}`;
    return {
      kind: "worker",
      declaration: {
        name,
        kind: "service",
        needs: ["migrate", "temporal"],
        ports: [port],
        stopWithinSeconds: 20,
        command: () =>
          builtCommand(parts, "processes/worker.js", {
            preload: true,
            environment: {
              ...proxiedEnvironment(parts),
              ...crashEnvironment(parts, name),
              KVITOK_WORKER_HEALTH_PORT: String(port),
              KVITOK_CACHED_WORKFLOWS: String(CACHED_WORKFLOWS[index] ?? 600),
            },
          }),
        isReady: answerOk(`${urlOf(port)}/ready`),
      },
    };
  });
}

function apis(parts: CastParts): readonly Role[] {
  return parts.ports.apis.map((port, index) => {
    const name = `api-${index + 1}`;
    return {
      kind: "api",
      declaration: {
        name,
        kind: "service",
        needs: ["migrate"],
        ports: [port],
        command: () =>
          builtCommand(parts, "processes/api.js", {
            preload: true,
            environment: {
              ...proxiedEnvironment(parts),
              ...crashEnvironment(parts, name),
              KVITOK_API_PORT: String(port),
            },
          }),
        isReady: answerAtAll(`${urlOf(port)}/health/live`),
      },
    };
  });
}

function crashEnvironment({ crashPoints }: CastParts, name: string): Readonly<Record<string, string>> {
  return { CHAOS_CRASH_POINTS: join(crashPoints, name) };
}

/** The engine's environment, with every server behind its proxy. */
export function proxiedEnvironment({ stack, ports }: CastParts): Record<string, string> {
  const environment = engineEnvironment(stack);
  const through = (address: string, from: number, to: number) => address.replace(`:${from}`, `:${to}`);
  const { bank, postgres, smtp } = stack.ports;
  const bankLink = portOf(ports, "engine-bank");
  return {
    ...environment,
    KVITOK_DATABASE_URL: through(
      environment["KVITOK_DATABASE_URL"] ?? "",
      postgres,
      portOf(ports, "engine-postgres"),
    ),
    KVITOK_TEMPORAL_ADDRESS: `127.0.0.1:${portOf(ports, "engine-temporal")}`,
    KVITOK_YOOKASSA_URL: `${urlOf(bankLink)}/v3`,
    KVITOK_STRIPE_URL: urlOf(bankLink),
    KVITOK_WEBHOOK_ALLOW: `127.0.0.1:${portOf(ports, "engine-hooks")}`,
    KVITOK_SMTP_URL: through(environment["KVITOK_SMTP_URL"] ?? "", smtp, portOf(ports, "engine-smtp")),
    // the clock is led by the run itself, and told to the bank directly
    KVITOK_SANDBOX_CLOCKS: [bank, stack.ports.registry, stack.ports.mailbox, stack.ports.push]
      .map((port) => `${urlOf(port)}/control/clock`)
      .join(","),
    // some hundred restarts and bursts of bills in a minute of the city's time
    KVITOK_MESSAGES_AN_HOUR: "1000000",
  };
}
