import { gisGmp } from "../adapters/bill-sources/gis-gmp/gis-gmp.ts";
import { httpTransport } from "../adapters/bill-sources/gis-gmp/http-transport.ts";
import type { BillSource } from "../adapters/bill-sources/port.ts";
import type { Config } from "./config.ts";

/** What the sources of bills are configured by. */
export const billSourceVariables = [
  "KVITOK_MODE",
  "KVITOK_GIS_GMP_URL",
  "KVITOK_GIS_GMP_SENDER",
  "KVITOK_GIS_GMP_ROLE",
  "KVITOK_GIS_GMP_ORIGINATOR",
  "KVITOK_GIS_GMP_FORMAT",
] as const satisfies readonly (keyof Config)[];

/**
 * All sources of bills that this deployment can ask, by name; none where none is configured.
 *
 * @throws RangeError when one is configured in a way that cannot work
 */
export function createBillSources(
  config: Pick<Config, (typeof billSourceVariables)[number]>,
): ReadonlyMap<string, BillSource> {
  const sources = config.KVITOK_GIS_GMP_URL === "" ? [] : [registryOf(config)];
  return new Map(sources.map((source) => [source.name, source]));
}

function registryOf(config: Pick<Config, (typeof billSourceVariables)[number]>): BillSource {
  const originator = config.KVITOK_GIS_GMP_ORIGINATOR;
  return gisGmp({
    transport: httpTransport({ url: config.KVITOK_GIS_GMP_URL, livemode: config.KVITOK_MODE === "live" }),
    sender: config.KVITOK_GIS_GMP_SENDER,
    role: config.KVITOK_GIS_GMP_ROLE,
    version: config.KVITOK_GIS_GMP_FORMAT,
    ...(originator === "" ? {} : { originator }),
  });
}
