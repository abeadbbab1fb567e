/**
 * A Russian telephone number as people write it, in the form that programs use: `8 (916) 000-00-00` → `+79160000000`. Another country's number
 * is written with its plus. What is none stays as it is, without blanks: whoever judges it says what is wrong.
 */
export function writtenPhone(text: string): string {
  const bare = text.replace(/[\s().\-\u2010-\u2015]/gu, "");
  if (/^[78]\d{10}$/.test(bare)) return `+7${bare.slice(1)}`;
  if (/^9\d{9}$/.test(bare)) return `+7${bare}`;
  return bare;
}
