import type { ConsentRecord } from "../db/queries/mandates.ts";
import { textHash } from "./consent-documents.ts";
import { type ApiContext, payerAddress, payerAgent } from "./environment.ts";
import type { Consent } from "./schemas/mandates.ts";

/** A consent as evidence: the text as shown with its hash, and who said yes, how and from where. */
export function consentRecord(
  c: ApiContext,
  consent: Consent,
  of: Pick<ConsentRecord, "residentId" | "mandateId" | "methodId" | "version">,
): ConsentRecord {
  return {
    ...of,
    text: consent.text,
    textHash: textHash(consent.text),
    locale: consent.locale,
    signIn: `oidc; text ${consent.version}`,
    ip: payerAddress(c),
    userAgent: payerAgent(c),
  };
}
