import type { LinkFault } from "../network/link-proxy.ts";
import { LINKS, type Link } from "../world/links.ts";
import type { ChaosWorld } from "../world/world.ts";
import { type Fault, wait } from "./nemesis.ts";

const MOST_MS = 5_000;
const LONGEST_LATENCY_MS = 500;
const busy = new Set<Link>();

/** F8: a link is slow, broken off, deaf on one side, or a black hole, for some seconds. */
export const spoilLink: Fault = {
  name: "network",
  // some thousand windows an hour on all links left no hour in which anything could be paid
  weight: 8,
  async strike({ world, log, chance, signal }) {
    const link = chance.pick(LINKS);
    const kind = chance.pick(["latency", "latency", "reset", "half-open", "black-hole"] as const);
    if (busy.has(link)) return;
    busy.add(link);
    const ms = kind === "latency" ? 10 + chance.below(LONGEST_LATENCY_MS - 10) : 0;
    const lastsMs = kind === "reset" ? 300 + chance.below(900) : 600 + chance.below(MOST_MS - 600);
    const note = { code: "F8", kind, target: link, detail: { ms, lastsMs } };
    const id = log.begin(note);
    try {
      await setLink(world, link, { kind, ms });
      await wait(lastsMs, signal);
    } finally {
      await setLink(world, link, undefined);
      log.end(id, note);
      busy.delete(link);
    }
  },
};

/** Everything passes again. */
export async function mendLinks(world: ChaosWorld): Promise<void> {
  for (const link of LINKS) await setLink(world, link, undefined);
}

async function setLink(world: ChaosWorld, link: Link, fault: LinkFault | undefined): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${world.ports.proxyControl}`, {
    method: "POST",
    body: JSON.stringify({ link, kind: fault?.kind ?? "none", ms: fault?.ms ?? 0 }),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the proxy of ${link} answers ${response.status}`);
}
