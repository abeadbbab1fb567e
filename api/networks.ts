import { BlockList, isIP } from "node:net";

/** Says whether an address lies in a set of networks. */
export type Networks = { readonly includes: (address: string) => boolean };

/** Reads a list of addresses and networks (CIDR). Throws on what is neither: a hole in this list is a hole in the wall. */
export function readNetworks(list: readonly string[]): Networks {
  const block = new BlockList();
  for (const entry of list) {
    const [address = "", prefix] = entry.split("/");
    const version = isIP(address);
    if (version === 0) throw new Error(`not a network: ${JSON.stringify(entry)}`);
    const family = version === 4 ? "ipv4" : "ipv6";
    if (prefix === undefined) block.addAddress(address, family);
    else if (/^\d{1,3}$/.test(prefix)) block.addSubnet(address, Number(prefix), family);
    else throw new Error(`not a network: ${JSON.stringify(entry)}`);
  }
  return {
    includes(written) {
      const address = plain(written);
      const version = isIP(address);
      return version !== 0 && block.check(address, version === 6 ? "ipv6" : "ipv4");
    },
  };
}

/**
 * Where a request comes from: the peer of the socket; behind proxies of ours the nearest hop that is none of them. `X-Forwarded-For` is read from its
 * right end, where our own proxies wrote, and only while the one who wrote is trusted: what a stranger put to its left is hearsay.
 */
export function senderOf(peer: string, forwardedFor: string | undefined, trusted: Networks): string {
  const hops = (forwardedFor ?? "").split(",").map((hop) => hop.trim());
  let sender = plain(peer);
  while (trusted.includes(sender)) {
    const next = plain(hops.pop() ?? "");
    if (isIP(next) === 0) return sender;
    sender = next;
  }
  return sender;
}

/**
 * The network of one subscriber, by which requests are counted: an IPv4 address as it is, of IPv6 the first 64 bits, because one household has 2⁶⁴ of them.
 */
export function subscriberOf(address: string): string {
  const written = plain(address).replace(/%.*$/, "");
  if (isIP(written) !== 6) return written;
  const [head = "", tail] = written.split("::");
  const groups = head === "" ? [] : head.split(":");
  const behind = tail === undefined || tail === "" ? 0 : tail.split(":").length;
  const first =
    tail === undefined ? groups : [...groups, ...Array<string>(8 - groups.length - behind).fill("0")];
  const all = [...first, ...(tail ?? "").split(":")].slice(0, 4);
  return `${all.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}

/** A server that listens on both families sees IPv4 callers in their IPv6 dress; some proxies add a port. */
function plain(address: string): string {
  return address
    .replace(/^\[([^\]]+)\](:\d+)?$/, "$1")
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1")
    .replace(/^::ffff:(?=\d+\.)/i, "");
}
