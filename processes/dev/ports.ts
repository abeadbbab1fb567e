import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { ProcessDeclaration } from "./process-declaration.ts";
import { FailureWithWaysOut } from "./way-out.ts";

/** A program that was just ended may hold its port for a moment more: the last processes of a killed PostgreSQL do, for seconds on a busy machine. */
const patienceMs = 8000;

/** All ports of a stack, derived from one number. */
export type Ports = ReturnType<typeof portsFrom>;

/** The fifteen ports that begin at `base`; other programs rely on the order. */
export function portsFrom(base: number) {
  return {
    api: base,
    temporal: base + 1,
    temporalUi: base + 2,
    codec: base + 3,
    bank: base + 4,
    smtp: base + 5,
    mailbox: base + 6,
    identity: base + 7,
    postgres: base + 8,
    temporalMetrics: base + 9,
    worker: base + 10,
    city: base + 11,
    temporalHttp: base + 12,
    registry: base + 13,
    push: base + 14,
  } as const;
}

/**
 * Checks that every port of the list can be opened.
 *
 * @throws FailureWithWaysOut naming each taken port and who needs it
 */
export async function checkPorts(
  declarations: readonly ProcessDeclaration[],
  portBase: number,
): Promise<void> {
  const wanted = declarations.flatMap(({ name, ports = [] }) => ports.map((port) => ({ name, port })));
  const deadline = Date.now() + patienceMs;
  let taken = await takenOf(wanted);
  while (taken.length > 0 && Date.now() < deadline) {
    await delay(100);
    taken = await takenOf(taken);
  }
  if (taken.length > 0) {
    const lines = taken.map(
      ({ name, port }) => `Port ${port}, which ${name} needs, is taken by another program.`,
    );
    throw new FailureWithWaysOut(lines.join("\n"), [
      `npm start -- --port-base ${await freeBase(portBase)}`,
      "or end the other program",
    ]);
  }
}

async function takenOf<Wanted extends { readonly port: number }>(
  wanted: readonly Wanted[],
): Promise<Wanted[]> {
  const free = await Promise.all(wanted.map(({ port }) => isFree(port)));
  return wanted.filter((_, index) => !free[index]);
}

async function freeBase(base: number): Promise<number> {
  for (let candidate = base + 100; candidate < 65_000; candidate += 100) {
    const free = await Promise.all(Object.values(portsFrom(candidate)).map(isFree));
    if (free.every(Boolean)) return candidate;
  }
  return base + 100;
}

/** Tells whether a port of 127.0.0.1 can be opened now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error) => {
      if ("code" in error && error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
