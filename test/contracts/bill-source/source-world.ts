import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gisGmp } from "../../../adapters/bill-sources/gis-gmp/gis-gmp.ts";
import { httpTransport, type PhaseTimeouts } from "../../../adapters/bill-sources/gis-gmp/http-transport.ts";
import type { BillSource, SourceLimits } from "../../../adapters/bill-sources/port.ts";
import { startRegistry } from "../../../sandbox/registry/registry.tsx";

/** A source beside the server that it asks, and the hands behind that server. */
export type SourceWorld = {
  readonly source: BillSource;
  /** The same source for a participant whose role may ask by time. */
  readonly sourceByTime: BillSource;
  readonly bench: Bench;
  /** The hands behind the server, for what the bench has no word for. */
  readonly controlUrl: string;
  close(): Promise<void>;
};

export type Bench = {
  /** Loads charges, and answers with their numbers. */
  issue(...charges: readonly Readonly<Record<string, unknown>>[]): Promise<readonly string[]>;
  /** What an issuer or a bank does with one: `change`, `annul`, `reinstate`, `pay`, `revoke`, `acknowledge`. */
  act(uin: string, verb: string, body?: Readonly<Record<string, unknown>>): Promise<void>;
  arm(fault: Readonly<Record<string, unknown>>, times?: number, skip?: number): Promise<void>;
  /** How many requests have come since the last {@link clear}. */
  requests(): Promise<number>;
  /** Forgets charges and faults, and begins to count anew. */
  clear(): Promise<void>;
};

/** Short enough for tests of silence, long enough for a busy machine to answer. */
export const TEST_TIMEOUTS: PhaseTimeouts = { connectMs: 2_000, firstByteMs: 2_000, restMs: 2_000 };

const SENDER = "aa11b4";

/** The GIS GMP adapter beside the city's registry, over real HTTP. */
export async function gisGmpAtRegistry(
  limits: SourceLimits = { perSecond: 100_000, atOnce: 4 },
): Promise<SourceWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), "kvitok-registry-"));
  const registry = await startRegistry({ port: 0, dataDir: folder, participants: [SENDER] });
  const transport = httpTransport({ url: registry.exchangeUrl, livemode: false, timeouts: TEST_TIMEOUTS });
  const sourceOf = (role: string): BillSource => gisGmp({ transport, sender: SENDER, role, limits });
  return {
    source: sourceOf("18"),
    sourceByTime: sourceOf("22"),
    bench: benchAt(registry.url),
    controlUrl: `${registry.url}/control`,
    close: async () => {
      await registry.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function benchAt(url: string): Bench {
  let seen = 0;
  const ask = async (method: string, route: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/control${route}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  const since = async (number: number): Promise<readonly unknown[]> =>
    (await ask("GET", `/requests?since=${number}`)) as readonly unknown[];
  return {
    issue: async (...charges) => {
      const made = (await ask("POST", "/charges", charges)) as readonly { readonly uin: string }[];
      return made.map(({ uin }) => uin);
    },
    act: async (uin, verb, body = {}) => {
      await ask("POST", `/charges/${encodeURIComponent(uin)}/${verb}`, body);
    },
    arm: async (fault, times = 1, skip = 0) => {
      await ask("POST", "/faults", { fault, times, skip });
    },
    requests: async () => (await since(seen)).length,
    clear: async () => {
      await ask("DELETE", "/charges");
      await ask("DELETE", "/faults");
      seen += (await since(seen)).length;
    },
  };
}
