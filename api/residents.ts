import type { Database } from "../db/database.ts";
import { type ResidentClaims, saveResident } from "../db/queries/residents.ts";
import { callerOfRequest } from "./authentication.ts";
import type { ApiContext } from "./environment.ts";

/** Answers the id of the calling resident's row, which is written at first sight. */
export type ResidentOf = (c: ApiContext) => Promise<string>;

const MOST_REMEMBERED = 10_000;

/**
 * Knows residents by their tokens. A row is written when a caller is new to this process or their claims differ from the last ones seen; between,
 * no query is made. Asked by handlers, after the input was checked: a bad request of a stranger writes nothing.
 */
export function createResidents(db: Database): ResidentOf {
  const remembered = new Map<string, { readonly claims: string; readonly id: string }>();
  return async (c) => {
    const { issuer, subject, name, email, emailVerified, locale, zone } = callerOfRequest(c);
    const resident: ResidentClaims = { issuer, subject, name, email, emailVerified, locale, zone };
    const key = JSON.stringify([issuer, subject]);
    const claims = JSON.stringify(resident);
    const known = remembered.get(key);
    if (known?.claims === claims) return known.id;
    const id = await saveResident(db, resident);
    const [oldest] = remembered.keys();
    if (oldest !== undefined && remembered.size >= MOST_REMEMBERED) remembered.delete(oldest);
    remembered.set(key, { claims, id });
    return id;
  };
}
