import { BlockList, isIP } from "node:net";

/** IPv4 that is not the public internet (IANA special-purpose registry, RFC 6890): a wall with one place for every hole. */
const NOT_PUBLIC_4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

/** Global unicast: whatever lies outside (loopback, ULA, link-local, multicast, v4-mapped, NAT64) is nobody's public address. */
const GLOBAL_6 = "2000::/3";
/** Inside it: protocol assignments with Teredo, documentation, 6to4, AS112. */
const NOT_PUBLIC_6 = ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"];

const blocked = listOf([...NOT_PUBLIC_4, ...NOT_PUBLIC_6]);
const global = listOf([GLOBAL_6]);

/** Does an address (no name, no brackets) belong to the public internet? What is no address does not. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !blocked.check(address, "ipv4");
  // a zone (`fe80::1%eth0`) is for one link only
  if (version !== 6 || address.includes("%")) return false;
  return global.check(address, "ipv6") && !blocked.check(address, "ipv6");
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix = ""] = network.split("/");
    list.addSubnet(address, Number(prefix), address.includes(":") ? "ipv6" : "ipv4");
  }
  return list;
}

/** Why an address of somebody else's server is not taken. */
export type AddressFault =
  | "not-an-address"
  | "not-https"
  | "too-long"
  | "credentials"
  | "fragment"
  | "not-public";

/** Servers that may be reached though they are not public, as exact `host:port` of an address; the sandbox city names its own. */
export type AllowedHosts = ReadonlySet<string>;

/** `host:port` of an address as {@link AllowedHosts} writes it; the port always stands there. */
export function hostOf(url: URL): string {
  return `${url.hostname}:${url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port}`;
}

/** Names that only a house of its own knows (RFC 6761, RFC 6762, RFC 8375 and what is used without one). */
const HOUSE_NAMES =
  /(^|\.)(localhost|local|internal|intranet|lan|home|corp|home\.arpa|test|invalid|example|onion)$/;

/**
 * Looks at an address that a stranger wrote, before it is kept: https, no credentials, no fragment, a name that can be public. It asks nobody: what a name leads to is checked at every
 * connection (`guarded-web.ts`), because it may lead elsewhere tomorrow.
 */
export function checkAddress(
  written: string,
  options: { readonly longest: number; readonly allowed: AllowedHosts },
): { readonly url: URL } | { readonly fault: AddressFault } {
  if (written.length > options.longest) return { fault: "too-long" };
  if (!URL.canParse(written)) return { fault: "not-an-address" };
  const url = new URL(written);
  const allowed = options.allowed.has(hostOf(url));
  if (url.protocol !== "https:" && !(allowed && url.protocol === "http:")) return { fault: "not-https" };
  if (url.username !== "" || url.password !== "") return { fault: "credentials" };
  if (url.hash !== "" || written.includes("#")) return { fault: "fragment" };
  if (!allowed && !mayBePublic(url.hostname)) return { fault: "not-public" };
  return { url };
}

function mayBePublic(hostname: string): boolean {
  const name = hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  if (isIP(name) !== 0) return isPublicAddress(name);
  return name.includes(".") && !HOUSE_NAMES.test(name);
}
