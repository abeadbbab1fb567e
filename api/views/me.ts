import { pendingAddress } from "../../db/queries/address-proofs.ts";
import { mailTrouble } from "../../db/queries/returned-mail.ts";
import { SERVICE_TERMS } from "../../words/service-terms.ts";
import { callerOfRequest } from "../authentication.ts";
import type { ApiContext } from "../environment.ts";
import type { RouteTools } from "../routes/route-tools.ts";
import type { Me } from "../schemas/people.ts";

/** The caller as they are known here; before the first sign-in as their token says. */
export async function meView({ db, sealer, rowOf, livemode }: RouteTools, c: ApiContext): Promise<Me> {
  const caller = callerOfRequest(c);
  const row = await rowOf(c);
  const { name, email, emailVerified, locale, zone } = row ?? caller;
  return {
    id: row?.id ?? null,
    name,
    email,
    emailVerified,
    pendingEmail: row ? await pendingAddress(db, sealer, row.id) : null,
    mailTrouble: row ? await mailTrouble(db, row.id) : null,
    locale,
    zone,
    terms: { current: SERVICE_TERMS.version, accepted: row?.termsVersion ?? null },
    roles: [...caller.roles],
    billerId: caller.billerId,
    livemode,
  };
}
