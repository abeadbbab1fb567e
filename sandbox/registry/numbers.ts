const first = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const second = [3, 4, 5, 6, 7, 8, 9, 10, 1, 2];

/** A УИН of 20 digits: chapter of the budget code, a serial number, the check digit of the registry's rules. */
export function chargeNumber(chapter: string, serial: number): string {
  const body = `${chapter}${String(serial).padStart(16, "0")}`;
  const once = remainder(body, first);
  const twice = remainder(body, second);
  const check = once !== 10 ? once : twice !== 10 ? twice : 0;
  return `${body}${check}`;
}

/** A УИП of a bank: `1`, BIC, branch, ДДММГГГГ of the payment's day, a number of the day. */
export function paymentNumber(payment: { bic: string; day: string; serial: number }): string {
  const [year = "", month = "", day = ""] = payment.day.split("-");
  return `1${payment.bic}000000${day}${month}${year}${String(payment.serial).padStart(8, "0")}`;
}

function remainder(body: string, weights: readonly number[]): number {
  const sum = Array.from(body).reduce(
    (total, digit, at) => total + Number(digit) * (weights[at % 10] ?? 0),
    0,
  );
  return sum % 11;
}
