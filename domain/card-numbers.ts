/** Digits in a row or in groups, as cards print them; a longer number beside it makes it something else. */
const DIGITS = /(?<![\d])\d(?:[ -]?\d){12,18}(?![ -]?\d)/g;
/** First digits of the networks that residents may hold: Visa, Mastercard, Maestro, Mir, UnionPay, JCB, American Express. */
const NETWORKS = /^(?:4|5[0-8]|2[2-7]|6|3[457])/;

/**
 * Does a text hold what looks like the number of a payment card: 13 to 19 digits of a network's range whose last one is right (ISO/IEC 7812-1)? Cards are typed on the
 * gateway's page only; a number that stands in words of people must not be kept (PCI DSS 3.3).
 */
export function holdsCardNumber(text: string): boolean {
  return withoutCardNumbers(text) !== text;
}

/** The text with all but the last four digits of each card number covered. */
export function withoutCardNumbers(text: string): string {
  return text.replaceAll(DIGITS, (found) => {
    const digits = found.replaceAll(/\D/g, "");
    return NETWORKS.test(digits) && isLuhn(digits) ? `*${digits.slice(-4)}` : found;
  });
}

function isLuhn(digits: string): boolean {
  let sum = 0;
  for (const [index, digit] of Array.from(digits).reverse().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}
