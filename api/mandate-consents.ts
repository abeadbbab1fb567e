import type { Transaction } from "kysely";
import type { DB } from "../db/generated/database.ts";
import { keepConsent } from "../db/queries/mandates.ts";
import { billerNameOf, readConsentClock } from "../db/queries/consents.ts";
import { CONSENT_FORMAT } from "../domain/consent-document.ts";
import type { Terms } from "../domain/terms.ts";
import { deviceClass } from "./consent-documents.ts";
import type { ApiDependencies } from "./dependencies.ts";
import { type ApiContext, payerAgent } from "./environment.ts";
import { consentRecord } from "./consent-record.ts";
import type { Consent } from "./schemas/mandates.ts";

/** Keeps the consent to one version of a mandate's terms, with the document that proves it. */
export async function keepMandateConsent(
  transaction: Transaction<DB>,
  c: ApiContext,
  order: {
    readonly by: Pick<ApiDependencies, "consents" | "publicUrl" | "livemode">;
    readonly consent: Consent;
    readonly residentId: string;
    readonly mandateId: string;
    readonly billerId: string;
    readonly version: number;
    readonly terms: Terms;
  },
): Promise<void> {
  const { by, consent, residentId, mandateId, billerId, version, terms } = order;
  const record = consentRecord(c, consent, { residentId, mandateId, version });
  const givenAt = await readConsentClock(transaction);
  const document = await by.consents.sign({
    format: CONSENT_FORMAT,
    issuer: by.publicUrl,
    livemode: by.livemode,
    mandate: {
      id: mandateId,
      version,
      biller: { id: billerId, name: await billerNameOf(transaction, billerId) },
    },
    terms,
    consent: {
      text: consent.text,
      textHash: record.textHash,
      edition: consent.version,
      locale: consent.locale,
      givenAt,
      signIn: "oidc",
      device: deviceClass(payerAgent(c)),
    },
  });
  await keepConsent(transaction, { ...record, signed: { givenAt, document } });
}
