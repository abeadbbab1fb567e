import type { SourceCapabilities } from "../port.ts";

/**
 * What the registry can do (protocol facts §4.1, §4.2). How often it may be asked is not published: these are our own, low figures. Two hundred pages are 20,000 bills,
 * more than any payer has and as much as one answer may hold in memory. By a company's INN without a KPP only a part is found.
 */
const GIS_GMP_CAPABILITIES = {
  searchBy: ["uin", "sts", "driving-licence", "snils", "inn", "organisation", "payer-id"],
  searchByInPart: ["inn"],
  push: "notices",
  mostPerRequest: 100,
  billsPerPage: 100,
  mostPages: 200,
  limits: { perSecond: 5, atOnce: 4 },
} as const;

/** Issuers, and requesters whose view is cut by budget codes: only these may ask by time alone (format 2.1.1, TimeConditions). */
const ROLES_BY_TIME = ["1", "2", "3", "4", "16", "22", "24", "25"];

/** What a participant of a role can do. */
export function capabilitiesOf(role: string): SourceCapabilities {
  return { ...GIS_GMP_CAPABILITIES, byTime: ROLES_BY_TIME.includes(role) };
}
