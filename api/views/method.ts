import type { MethodRow } from "../../db/queries/methods.ts";
import type { Sealer } from "../../db/sealed.ts";
import type { WithdrawalRow } from "../../db/queries/withdrawals.ts";
import { billerTitle } from "../../words/biller-names.ts";
import type { ProblemLocale } from "../problem-words.ts";
import type { Method } from "../schemas/methods.ts";
import type { MethodStop } from "../schemas/stops.ts";
import { inFlightViews, instantOrNull } from "./in-flight.ts";

/** A method as its owner sees it; the token never leaves the engine. */
export function methodView(row: MethodRow, sealer: Sealer): Method {
  const waits = row.state === "binding" && row.confirmation !== null;
  return {
    id: row.id,
    state: row.state,
    reason: row.state_reason,
    gateway: row.gateway,
    kind: row.kind,
    wallet: row.wallet,
    uses: [...row.uses],
    isDefault: row.is_default,
    title: row.title,
    brand: row.brand,
    last4: row.last4,
    expiryMonth: row.expiry_month,
    expiryYear: row.expiry_year,
    confirmationUrl:
      waits && row.confirmation ? sealer.open(row.confirmation, row.id).toString("utf8") : null,
    confirmBy: waits ? row.confirm_by : null,
    mandates: [...row.mandates],
    returnPath: row.return_path,
    livemode: row.livemode,
    createdAt: row.created_at,
  };
}

/** A withdrawal as its owner sees it. */
export function withdrawalView(row: WithdrawalRow, locale: ProblemLocale): MethodStop {
  return {
    methodId: row.methodId,
    stoppedAt: instantOrNull(row.stoppedAt),
    inFlight: inFlightViews(row.inFlight, locale),
    twins: row.twins.map((twin) => ({ ...twin })),
    mandates: [...row.mandates],
    follows: row.follows.map(({ billerEn, ...follow }) => ({
      ...follow,
      biller: billerTitle(locale, { name: follow.biller, nameEn: billerEn }),
    })),
    planned: row.planned.map(({ payeeEn, ...debit }) => ({
      ...debit,
      payee: billerTitle(locale, { name: debit.payee, nameEn: payeeEn }),
    })),
    sentAfter: row.sentAfter,
    lastSentAt: instantOrNull(row.lastSentAt),
  };
}
