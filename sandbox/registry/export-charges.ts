import type { ChargeRecord } from "./charge-record.ts";
import { leftOf, acknowledgmentOf } from "./charge-sums.ts";
import type { ChargesQuestion } from "./wire-request.ts";

const kinds = [
  "CHARGE",
  "CHARGENOTFULLMATCHED",
  "CHARGESTATUS",
  "CHARGE-PRIOR",
  "CHARGE-PRIOR-NOTFULLMATCHED",
  "CHARGE-PRIOR-STATUS",
];
const mostValues = 100;
const mostCharges = 100;
/** Administrators, and requesters whose view is cut by budget codes: only they may ask by time alone. */
const rolesByTime = ["1", "2", "3", "4", "16", "22", "24", "25"];
const payingRoles = ["5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "20", "23"];
const askingRoles = ["15", "16", "17", "18", "19", "22"];

/** A page of charges, or the code by which the registry refuses the request as a whole. */
export type Exported =
  | { readonly charges: readonly ChargeRecord[]; readonly hasMore: boolean }
  | { readonly code: string; readonly description: string };

/** Answers a request over all charges; `participants` are the registration numbers that may ask. */
export function exportCharges(
  all: readonly ChargeRecord[],
  asked: ChargesQuestion,
  participants: readonly string[],
): Exported {
  const refusal = refusalOf(asked, participants);
  if (refusal !== undefined) return refusal;
  const found = all.filter((charge) => isOfKind(charge, asked.kind) && isMeant(charge, asked));
  const start = (asked.page.number - 1) * asked.page.length;
  const end = start + asked.page.length;
  return { charges: found.slice(start, end), hasMore: end < found.length };
}

function refusalOf(asked: ChargesQuestion, participants: readonly string[]): Exported | undefined {
  if (!participants.includes(asked.sender.toLowerCase())) {
    return { code: "21", description: "Принят запрос от незарегистрированного участника" };
  }
  const roles = [...rolesByTime, ...payingRoles, ...askingRoles];
  if (!roles.includes(asked.role) || (asked.byTime && !rolesByTime.includes(asked.role))) {
    return { code: "30", description: "У вас недостаточно прав на проведение данной операции" };
  }
  const { uins, payerIdentifiers, inns, page, interval, byTime } = asked;
  const values = uins.length + payerIdentifiers.length + inns.length;
  const bad =
    !kinds.includes(asked.kind) ||
    (byTime ? interval === null : values < 1 || values > mostValues) ||
    (payerIdentifiers.length > 0 && inns.length > 0) ||
    page.number < 1 ||
    page.length < 1 ||
    page.length > mostCharges ||
    (interval !== null && !(interval.fromMs <= interval.toMs));
  return bad
    ? { code: "11", description: "В запросе указаны некорректные условия для получения информации" }
    : undefined;
}

function isOfKind(charge: ChargeRecord, kind: string): boolean {
  if (kind.startsWith("CHARGE-PRIOR") !== (charge.origin !== undefined)) return false;
  if (kind.endsWith("STATUS")) return true;
  if (charge.meaning === "3") return false;
  return kind.endsWith("NOTFULLMATCHED") ? acknowledgmentOf(charge) !== "1" : leftOf(charge) > 0;
}

function isMeant(charge: ChargeRecord, asked: ChargesQuestion): boolean {
  const receivedMs = Date.parse(charge.receivedAt);
  const { interval, kbks, uins, payerIdentifiers, inns, byTime } = asked;
  if (interval !== null && (receivedMs < interval.fromMs || receivedMs > interval.toMs)) return false;
  if (kbks.length > 0 && !kbks.includes(charge.kbk)) return false;
  if (byTime || uins.includes(charge.uin)) return true;
  const payers = [charge.payerIdentifier, charge.additionalPayerIdentifier ?? ""];
  if (payers.some((payer) => payerIdentifiers.includes(payer))) return true;
  // Without a KPP the registry finds what it finds: branches may be missing.
  return (
    charge.hiddenFromInn !== true && payers.some((payer) => inns.some((inn) => payer.startsWith(`200${inn}`)))
  );
}
