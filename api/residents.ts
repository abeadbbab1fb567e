import type { Database } from "../db/database.ts";
import {
  findResident,
  isUpToDate,
  type Resident,
  type ResidentClaims,
  saveResident,
} from "../db/queries/residents.ts";
import { SERVICE_TERMS } from "../words/service-terms.ts";
import { callerOfRequest } from "./authentication.ts";
import type { ApiContext } from "./environment.ts";
import { Refusal } from "./problems.ts";

/** Answers the id of the calling resident, or refuses. */
export type ResidentOf = (c: ApiContext) => Promise<string>;

/** Who calls, by what they may do. Asked by handlers, after the input was checked; a row is written only where a road says so. */
export type Residents = {
  /**
   * A resident who may use what is asked for. Whoever never accepted the terms has nothing to read and nothing to do here; whoever accepted an older edition reads
   * on, and gives no new permission.
   *
   * @throws Refusal `terms-not-accepted`
   */
  readonly residentOf: ResidentOf;
  /** A resident who takes a permission back: no edition of any terms stands in the way of a stop. */
  readonly stopperOf: ResidentOf;
  /** Whoever holds a valid token, written at first sight: sign-in, terms, and operators. */
  readonly personOf: ResidentOf;
  /** The caller's row, where there is one; what is in it follows the token. */
  readonly rowOf: (c: ApiContext) => Promise<Resident | undefined>;
};

/** Knows callers by their tokens. One query a request: another process may have erased them or seen them accept a moment ago. */
export function createResidents(db: Database): Residents {
  const rowOf = async (c: ApiContext): Promise<Resident | undefined> => {
    const claims = claimsOf(c);
    const row = await findResident(db, claims);
    if (row === undefined || isUpToDate(row, claims)) return row;
    await saveResident(db, claims);
    return findResident(db, claims);
  };
  const idOf = async (c: ApiContext, isEnough: (row: Resident) => boolean): Promise<string> => {
    const row = await rowOf(c);
    if (row === undefined || !isEnough(row)) throw new Refusal("terms-not-accepted");
    return row.id;
  };
  const isReading = (c: ApiContext) => c.req.method === "GET" || c.req.method === "HEAD";
  return {
    residentOf: (c) => idOf(c, isReading(c) ? hasAcceptedAny : hasAcceptedCurrent),
    stopperOf: (c) => idOf(c, hasAcceptedAny),
    personOf: async (c) => (await rowOf(c))?.id ?? saveResident(db, claimsOf(c)),
    rowOf,
  };
}

function hasAcceptedAny({ termsVersion }: Resident): boolean {
  return termsVersion !== null;
}

function hasAcceptedCurrent({ termsVersion }: Resident): boolean {
  return termsVersion === SERVICE_TERMS.version;
}

function claimsOf(c: ApiContext): ResidentClaims {
  const { issuer, subject, name, email, emailVerified, locale, zone } = callerOfRequest(c);
  return { issuer, subject, name, email, emailVerified, locale, zone };
}
