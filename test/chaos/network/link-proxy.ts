import { createServer, connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/**
 * What goes wrong on a link.
 * - `latency`: every piece of data comes `ms` later.
 * - `reset`: connections are broken off, those there and those to come.
 * - `half-open`: data of the caller passes, answers are lost; the connection stays.
 * - `black-hole`: nothing passes in either direction; the connection stays. What was swallowed is never sent on.
 */
export const FAULT_KINDS = ["latency", "reset", "half-open", "black-hole"] as const;
export type LinkFault = { readonly kind: (typeof FAULT_KINDS)[number]; readonly ms: number };

type Direction = "asked" | "answered";
type Pair = {
  readonly caller: Socket;
  readonly called: Socket;
  /** Directions that have lost data: nothing more may pass there. */
  readonly lost: Set<Direction>;
};

/** Passes connections of one port on to others in turn, and spoils them when told. */
export class LinkProxy {
  readonly #port: number;
  readonly #targets: readonly number[];
  readonly #pairs = new Set<Pair>();
  #fault: LinkFault | undefined;
  #turn = 0;
  #connections = 0;
  #spoilt = 0;

  constructor(port: number, targets: readonly number[]) {
    this.#port = port;
    this.#targets = targets;
  }

  listen(): Promise<void> {
    const server = createServer((caller) => void this.#accept(caller));
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, "127.0.0.1", resolve);
    });
  }

  set(fault: LinkFault | undefined): void {
    this.#fault = fault;
    if (fault?.kind === "reset") {
      this.#spoilt += this.#pairs.size;
      for (const pair of this.#pairs) breakOff(pair);
    }
    // a connection that has lost data cannot go on as if nothing had been
    if (fault === undefined) for (const pair of this.#pairs) if (pair.lost.size > 0) breakOff(pair);
  }

  counts(): { readonly connections: number; readonly spoilt: number } {
    return { connections: this.#connections, spoilt: this.#spoilt };
  }

  async #accept(caller: Socket): Promise<void> {
    this.#connections += 1;
    caller.on("error", () => caller.destroy());
    if (this.#fault?.kind === "reset") {
      this.#spoilt += 1;
      caller.resetAndDestroy();
      return;
    }
    const called = await this.#dial(caller);
    if (!called) return;
    const pair: Pair = { caller, called, lost: new Set() };
    this.#pairs.add(pair);
    const close = (): void => {
      this.#pairs.delete(pair);
      caller.destroy();
      called.destroy();
    };
    for (const end of [caller, called]) end.once("close", close);
    called.on("error", () => called.destroy());
    for (const end of [caller, called]) end.setNoDelay(true);
    this.#pipe(pair, "asked");
    this.#pipe(pair, "answered");
  }

  /** Whoever takes the connection; the caller's is refused where nobody does. */
  async #dial(caller: Socket): Promise<Socket | undefined> {
    for (let tries = 0; tries < this.#targets.length; tries += 1) {
      const port = this.#targets[this.#turn++ % this.#targets.length] ?? 0;
      const called = await dialOnce(port);
      if (called) return called;
    }
    caller.resetAndDestroy();
    return undefined;
  }

  /** One direction: pieces one after the other, so that a delay keeps their order. */
  #pipe(pair: Pair, direction: Direction): void {
    const [from, to] = direction === "asked" ? [pair.caller, pair.called] : [pair.called, pair.caller];
    let last: Promise<void> = Promise.resolve();
    from.on("data", (piece: Buffer) => {
      from.pause();
      last = last
        .then(() => this.#pass(pair, { direction, piece, to }))
        .finally(() => {
          if (!from.destroyed) from.resume();
        });
    });
    from.on("end", () => {
      void last.then(() => to.end());
    });
  }

  async #pass(
    pair: Pair,
    { direction, piece, to }: { readonly direction: Direction; readonly piece: Buffer; readonly to: Socket },
  ): Promise<void> {
    const fault = this.#fault;
    if (fault?.kind === "latency") await pause(fault.ms);
    if (pair.lost.has(direction) || swallows(fault, direction)) {
      if (pair.lost.size === 0) this.#spoilt += 1;
      pair.lost.add(direction);
      return;
    }
    if (to.destroyed) return;
    if (!to.write(piece))
      await new Promise<void>((resolve) => {
        to.once("drain", resolve);
        to.once("close", resolve);
      });
  }
}

function swallows(fault: LinkFault | undefined, direction: Direction): boolean {
  if (fault?.kind === "black-hole") return true;
  return fault?.kind === "half-open" && direction === "answered";
}

function dialOnce(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
    socket.once("error", () => {
      socket.destroy();
      resolve(undefined);
    });
  });
}

function breakOff({ caller, called }: Pair): void {
  caller.resetAndDestroy();
  called.destroy();
}
