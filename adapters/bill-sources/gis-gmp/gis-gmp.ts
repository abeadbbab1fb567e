import { randomUUID } from "node:crypto";
import { createPace } from "../pace.ts";
import type { BillSource, SourceLimits, SourceQuery } from "../port.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { SOURCE_NAME } from "./charge.ts";
import { FORMAT_VERSIONS, type FormatVersion } from "./names.ts";
import { readNotice } from "./notice.ts";
import { cutQuestion } from "./question.ts";
import { searchRegistry } from "./search.ts";
import type { Transport } from "./transport.ts";

export type GisGmpSettings = {
  readonly transport: Transport;
  /** Our registration number at the registry: 6 hex digits. */
  readonly sender: string;
  /** The role we were given; 15–19 and 22 may ask for charges. */
  readonly role: string;
  /** Whose question we pass on, where that is somebody else. */
  readonly originator?: string;
  readonly version?: FormatVersion;
  /** How fast we ask; the usual pace where absent. */
  readonly limits?: SourceLimits;
  /** Our clock, in milliseconds since 1970; the machine's where absent. */
  readonly now?: () => number;
};

const isUrgent = (query: SourceQuery): boolean => query.by === "identifiers" && query.urgent === true;

/**
 * The state's registry of charges and payments (ГИС ГМП, format 2.x) as a source of bills: export of charges by UIN, payer, company and time, and notices by
 * subscription.
 *
 * @throws RangeError for settings that cannot be true
 */
export function gisGmp(settings: GisGmpSettings): BillSource {
  const { transport, sender, role, originator = null, version = "2.2.0", now = Date.now } = settings;
  for (const number of [sender, originator ?? sender]) {
    if (!/^[0-9a-f]{6}$/i.test(number))
      throw new RangeError("gis-gmp: a registration number is 6 hex digits");
  }
  if (!/^\d{1,2}$/.test(role)) throw new RangeError("gis-gmp: a role is one or two digits");
  if (!FORMAT_VERSIONS.includes(version)) throw new RangeError("gis-gmp: no such version of the format");
  const capabilities = { ...capabilitiesOf(role), ...(settings.limits && { limits: settings.limits }) };
  const { mostPages, billsPerPage, mostPerRequest } = capabilities;
  const pace = createPace(capabilities.limits);
  const newId = (): string => `R_${randomUUID()}`;
  const tools = { transport, pace, mostPages, billsPerPage, sender, role, originator, version, now, newId };
  return {
    name: SOURCE_NAME,
    capabilities,
    search: async (query, signal) =>
      query.by === "time" && !capabilities.byTime
        ? { kind: "refused", why: "rights", detail: "role" }
        : searchRegistry(cutQuestion(query, mostPerRequest), { ...tools, urgent: isUrgent(query) }, signal),
    readNotice: (body) => readNotice(body, { recipient: sender, version, atMs: now(), newId }),
  };
}
