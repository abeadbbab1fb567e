import { portsFrom } from "../../../processes/dev/ports.ts";

/** How many ports a world takes in a row. */
export const PORTS_IN_A_ROW = 40;

/** Connections that pass a proxy: who calls, who is called. */
export const LINKS = [
  "generator-api-1",
  "generator-api-2",
  "bank-api",
  "engine-bank",
  "engine-postgres",
  "engine-temporal",
  "engine-smtp",
  "engine-hooks",
] as const;
export type Link = (typeof LINKS)[number];

/** A proxy: what it listens on, and where it may pass connections on to. */
export type LinkPorts = { readonly link: Link; readonly port: number; readonly targets: readonly number[] };

/** Ports of a world, derived from one number: those of `npm start`, the second and third of a kind, and the proxies. */
export type ChaosPorts = ReturnType<typeof chaosPortsFrom>;

export function chaosPortsFrom(base: number) {
  const stack = portsFrom(base);
  const apis = [stack.api, base + 15];
  const [first = 0, second = 0] = apis;
  const links: readonly LinkPorts[] = [
    { link: "generator-api-1", port: base + 20, targets: [first] },
    { link: "generator-api-2", port: base + 21, targets: [second] },
    // as a load balancer would: whichever takes the connection
    { link: "bank-api", port: base + 22, targets: apis },
    { link: "engine-bank", port: base + 23, targets: [stack.bank] },
    { link: "engine-postgres", port: base + 24, targets: [stack.postgres] },
    { link: "engine-temporal", port: base + 25, targets: [stack.temporal] },
    { link: "engine-smtp", port: base + 26, targets: [stack.smtp] },
    { link: "engine-hooks", port: base + 27, targets: [stack.city] },
  ];
  return {
    stack,
    apis,
    workers: [stack.worker, base + 16, base + 17],
    proxyControl: base + 18,
    links,
    temporalServer: temporalServerPortsFrom(base),
  } as const;
}

/** Ports of Temporal's full server and of its database; the first three are those of the development server. */
export type TemporalServerPorts = ReturnType<typeof temporalServerPortsFrom>;

function temporalServerPortsFrom(base: number) {
  const { temporal, temporalHttp, temporalMetrics } = portsFrom(base);
  return {
    frontend: temporal,
    http: temporalHttp,
    metrics: temporalMetrics,
    postgres: base + 35,
    frontendMembership: base + 28,
    history: base + 29,
    historyMembership: base + 30,
    matching: base + 31,
    matchingMembership: base + 32,
    internalWorker: base + 33,
    internalWorkerMembership: base + 34,
  } as const;
}

/** The port under which somebody is reached through the proxy. */
export function portOf(ports: Pick<ChaosPorts, "links">, link: Link): number {
  const found = ports.links.find((one) => one.link === link);
  if (!found) throw new Error(`there is no link ${link}`);
  return found.port;
}
