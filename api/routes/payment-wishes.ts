import type { Transaction } from "kysely";
import type { DB } from "../../db/generated/database.ts";
import { keepConsent } from "../../db/queries/mandates.ts";
import { keepPhone, type OwnPayment, saveWithCharge } from "../../db/queries/payments.ts";
import type { ApiContext } from "../environment.ts";
import type { ConfirmPayment } from "../schemas/payments.ts";
import { consentRecord } from "../consent-record.ts";
import type { RouteTools } from "./route-tools.ts";

/** The number goes into the payer's instruction sealed, and nowhere else. */
export async function keepNumber(
  { sealer }: RouteTools,
  transaction: Transaction<DB>,
  { paymentId, phone }: { readonly paymentId: string; readonly phone: string | undefined },
): Promise<void> {
  if (phone !== undefined) {
    await keepPhone(transaction, { paymentId, phone: sealer.seal(phone, paymentId) });
  }
}

/** What is to be saved with the charge waits as a row, and beside it stands what its owner has agreed to. */
export async function keepWish(
  c: ApiContext,
  transaction: Transaction<DB>,
  { residentId, paymentId, kind = "bank_card", save }: OwnPayment & Pick<ConfirmPayment, "kind" | "save">,
): Promise<void> {
  if (save === undefined) return;
  const methodId = await saveWithCharge(transaction, { paymentId, kind, uses: save.uses });
  if (methodId === null) return;
  await keepConsent(transaction, consentRecord(c, save.consent, { residentId, methodId, version: 1 }));
}
