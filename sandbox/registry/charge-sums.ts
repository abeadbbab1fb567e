import type { ChargeRecord, RegistryPayment } from "./charge-record.ts";

const moscowMs = 3 * 3_600_000;

/** The sum that settles a charge on a day of Moscow, its discount taken off; exact kopecks, rounded in the payee's favour. */
export function dueOn(charge: ChargeRecord, day: string): number {
  const { discount, totalKopecks } = charge;
  if (discount === undefined || (discount.expiry !== "0" && day > discount.expiry)) return totalKopecks;
  if (discount.kind === "fixed") return Math.max(0, totalKopecks - Number(discount.value));
  if (discount.kind === "size")
    return totalKopecks - Math.floor((totalKopecks * Number(discount.value)) / 100);
  const hundredths = Math.round(Number(discount.value) * 100);
  return totalKopecks - Math.floor((totalKopecks * (100 - hundredths)) / 100);
}

/**
 * What the registry shows as left (`amountToPay`): the whole sum without what was paid, and nothing once the discounted sum was paid in time. Below zero: overpaid.
 */
export function leftOf(charge: ChargeRecord): number {
  if (charge.leftKopecks !== undefined) return charge.leftKopecks;
  const standing = charge.payments.filter(({ revoked }) => !revoked);
  const left = charge.totalKopecks - sumOf(standing);
  const settled = standing.some((payment) => {
    const day = moscowDay(payment.paidAt);
    const until = standing.filter((other) => moscowDay(other.paidAt) <= day);
    return sumOf(until) >= dueOn(charge, day);
  });
  return settled ? Math.min(0, left) : left;
}

/** 1 matched, 2 matched in part, 3 no payment; what was set by hand wins. */
export function acknowledgmentOf(charge: ChargeRecord): string {
  if (charge.acknowledgment !== undefined) return charge.acknowledgment;
  if (!charge.payments.some(({ revoked }) => !revoked)) return "3";
  return leftOf(charge) <= 0 ? "1" : "2";
}

/** The civil day in Moscow of an instant. */
export function moscowDay(at: string): string {
  return new Date(Date.parse(at) + moscowMs).toISOString().slice(0, 10);
}

/** An instant as the registry writes it. */
export function moscowTime(atMs: number): string {
  return `${new Date(atMs + moscowMs).toISOString().slice(0, -1)}+03:00`;
}

function sumOf(payments: readonly RegistryPayment[]): number {
  return payments.reduce((sum, { amountKopecks }) => sum + amountKopecks, 0);
}
